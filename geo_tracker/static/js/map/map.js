/* The map page: joins tiles, legend, search, layers, the village in hand, and the parts that files
   of their own add.

   startMap({ map, villages, formers, config }); config: bounds [west, south, east, north], themes
   [{ key, title, group, is_number }], texts (null: geoTracker.mapTexts), attribution, options (by
   part), urls { theme, village, panel, search, names, more_script } and those of
   point_layers.js. urls.names, with {block}, answers { ids, names }. An element with id map-panel takes the panel.
   Sets data-map-ready on <html> and the mark 'map-usable' once the map can be worked with.

   A part is added with geoTracker.addMapPart(make); make(page) is called when the controls stand
   and returns { start(), address() }, both optional: start may return a promise for which readiness
   waits; address returns what the part keeps in the page's address, { key: text }, to be read with
   geoTracker.addressValue(key). Parts may use page.map, stage, villages, formers, legend, themes,
   toolbar, status, config, chosen (the village in hand as urls.village answers, or null), and hear
   'themeshown', 'restyled' (villages have other colours) and 'villagechosen' { id, village: as
   chosen } from page.events. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  // A village narrower than this on screen is zoomed to when it is chosen.
  const READABLE_PX = 160;
  const CLOSEST_FIT = 15;
  const WIDE_PX = 600;
  // Ids of a block of names; as geo_tracker/maps/tile_file.py counts them.
  const NAMES_AT_ONCE = 512;
  // A4 landscape within its margins, and room for the notice above.
  const PAPER_WIDTH_PX = 1030;
  const PAPER_HEIGHT_PX = 620;

  const parts = [];
  geoTracker.addMapPart = (make) => parts.push(make);

  class MapPage {
    constructor({ map, villages, formers, config }) {
      this.map = map;
      this.villages = villages;
      this.formers = formers;
      // Holds the map, and what parts put beside or under it.
      this.stage = map.getContainer().parentElement;
      this.events = new L.Evented();
      this.config = config;
      config.texts = config.texts || geoTracker.mapTexts;
      this.status = new geoTracker.Status(map.getContainer(), config.texts);
      this.state = geoTracker.readAddress();
      if (!config.themes.some((theme) => theme.key === this.state.theme)) {
        this.state.theme = config.themes[0].key;
      }
      this.panel = document.getElementById('map-panel');
      this.inHand = new geoTracker.VillageInHand({ map, panel: this.panel, texts: config.texts });
      this.layers = this._layers();
      this.asked = 0;
    }

    start() {
      const map = this.map;
      const [west, south, east, north] = this.config.bounds;
      this.wholeArea = L.latLngBounds([south, west], [north, east]);
      this._controls();
      this.themes = new geoTracker.Themes(this);
      this.parts = parts.map((make) => make(this));
      if (this.state.view) map.setView(this.state.view.center, this.state.view.zoom, { animate: false });
      else this.showWholeArea({ animate: false });
      map.setMaxBounds(this.wholeArea.pad(1));

      const shown = this.themes.tiles();
      const tilesShown = new Promise((resolve) => shown.once('load', resolve));
      const themeShown = this.themes.show({});
      this.villages.on('tileerror', () => this.status.failed());
      this.villages.on('featureclick', (event) => (event.id ? this.select(event.id) : this.deselect()));
      shown.addTo(map);
      this.themes.start();
      this.hoverNames(this.villages, this.config.urls.names);
      Object.keys(this.layers).forEach((key) => {
        if (this.state.layers.indexOf(key) >= 0) this.showLayer(key, true);
      });
      this.state.layers = this.state.layers.filter((key) => this.layers[key]);
      const villageShown = this.state.village
        ? this.select(this.state.village, { fit: !this.state.view, stay: Boolean(this.state.view) })
        : Promise.resolve();

      map.on('moveend', () => this.remember());
      this._measureStage();
      map.on('resize', () => this._measureStage());
      addEventListener('beforeprint', () => this._fitPaper());
      addEventListener('afterprint', () => this._fitWindow());
      document.addEventListener('keydown', (event) => {
        if (event.key === 'Escape' && !this.toolbar.stop()) this.deselect();
      });
      const partsShown = this.parts.map((part) => part.start && part.start());
      Promise.all([tilesShown, themeShown, villageShown].concat(partsShown)).then(() => {
        document.documentElement.dataset.mapReady = 'true';
        performance.mark('map-usable');
      });
    }

    /* Paper shows what the window shows, smaller: a map that changes its size has to draw anew, and
       paper does not wait. */
    _fitPaper() {
      const [width, height] = this.stagePx;
      Object.assign(this.stage.style, {
        width: width + 'px', height: height + 'px',
        zoom: Math.min(PAPER_WIDTH_PX / width, PAPER_HEIGHT_PX / height),
      });
    }

    /* Known before it is asked for: on paper the stage has no size of its own. */
    _measureStage() {
      if (!matchMedia('print').matches) this.stagePx = [this.stage.clientWidth, this.stage.clientHeight];
    }

    _fitWindow() {
      Object.assign(this.stage.style, { width: '', height: '', zoom: '' });
    }

    showWholeArea(options) {
      this.map.fitBounds(this.wholeArea, Object.assign({
        paddingTopLeft: [this._legendPx() || 12, 12], paddingBottomRight: [12, 12],
      }, options));
    }

    /* On a wide map the legend gets ground of its own. */
    _legendPx() {
      return this.map.getSize().x < WIDE_PX ? 0 : this.legend.card.offsetWidth + 24;
    }

    _layers() {
      const layers = {};
      const { texts } = this.config;
      this.pointLayers = new geoTracker.PointLayers(this);
      Object.assign(layers, this.pointLayers.byKey('projects', texts.projects));
      if (this.formers) {
        layers.formers = {
          text: texts.former_boundaries,
          show: () => this.formers.addTo(this.map),
          hide: () => this.formers.remove(),
        };
      }
      return Object.assign(layers, this.pointLayers.byKey('problems', texts.open_problems), this.pointLayers.byKey('visits', texts.visits));
    }

    _controls() {
      const { config, map } = this;
      this.legend = new geoTracker.Legend({
        themes: config.themes, texts: config.texts,
        layers: Object.keys(this.layers).map((key) => ({ key, text: this.layers[key].text })),
        onTheme: (key) => this.themes.chooseTheme(key),
        onLayer: (key, isOn) => this.showLayer(key, isOn),
        onFilter: () => {
          this.restyle();
          this.remember();
        },
      });
      this.search = new geoTracker.SearchBox({
        url: config.urls.search, texts: config.texts,
        onPick: (result) => this.select(result.unit_id, { fit: true }),
        onError: (error) => this.status.failed(error),
      });
      placed('topleft', this.search.box).addTo(map);
      placed('topright', this._tools()).addTo(map);
      L.control.zoom({
        position: 'topright', zoomInTitle: config.texts.zoom_in, zoomOutTitle: config.texts.zoom_out,
      }).addTo(map);
      L.control.scale({ position: 'bottomright', imperial: false }).addTo(map);
      if (config.attribution) {
        this.attribution = element('div', { class: 'map-attribution', text: config.attribution });
        placed('bottomright', this.attribution).addTo(map);
      }
      placed('bottomleft', this.legend.card).addTo(map);
    }

    _tools() {
      const texts = this.config.texts;
      this.toolbar = new geoTracker.Toolbar();
      this.toolbar.addButton({
        key: 'whole', text: texts.whole_area, title: texts.whole_area_title,
        onClick: () => this.showWholeArea(),
      });
      this.toolbar.addButton({
        key: 'link', text: texts.copy_link, title: texts.copy_link_title,
        onClick: () => {
          this.remember();
          geoTracker.copyAddress().then(
            () => this.status.show('copied', { forMs: 2500 }),
            () => this.status.show('copy_failed', { forMs: 5000 }));
        },
      });
      return this.toolbar.bar;
    }

    /* Resolves when what the first view has no need of is there, too. */
    more() {
      this.script = this.script || geoTracker.loadScript(this.config.urls.more_script);
      this.script.catch(() => { this.script = null; });
      return this.script;
    }

    restyle() {
      this.villages.restyle((id) => this.legend.paint(id), this.legend.looks());
      this.events.fire('restyled');
    }

    /* Show the name under the pointer, on whichever map the layer is; url: of names, with {block}. */
    hoverNames(tiles, url) {
      this._answerNames(tiles, url);
      const tip = L.tooltip({ direction: 'top', offset: [0, -8], opacity: 1, className: 'map-hover' });
      tiles.on('featurehover', (event) => {
        const map = event.target._map;
        map.getContainer().classList.toggle('map-over-village', Boolean(event.id));
        // Over a button or mark nobody asks what lies under it.
        const isCovered = this.stage.querySelector('.leaflet-control:hover, .map-card:hover, .map-mark:hover');
        if (!event.id || !event.name || isCovered || event.id === this.state.village) {
          tip.remove();
          return;
        }
        if (tip.saysOf !== event.id || !tip.isOpen()) {
          tip.saysOf = event.id;
          tip.setContent(element('span', { text: event.name }));
        }
        tip.setLatLng(event.latlng).addTo(map);
      });
    }

    /* Names come in blocks of ids, as the mouse meets villages whose names are not there yet. */
    _answerNames(tiles, url) {
      const asked = new Set();
      tiles.on('namewanted', ({ id }) => {
        const block = Math.floor(id / NAMES_AT_ONCE);
        if (!url || asked.has(block)) return;
        asked.add(block);
        geoTracker.fetchJson(geoTracker.urlOf(url, { block }))
          .then((answer) => tiles.addNames(new Map(answer.ids.map((n, i) => [n, answer.names[i]]))))
          .catch((error) => {
            asked.delete(block);
            this.status.failed(error);
          });
      });
    }

    showLayer(key, isOn) {
      this.legend.setLayer(key, isOn);
      if (isOn) this.layers[key].show();
      else this.layers[key].hide();
      const others = this.state.layers.filter((shown) => shown !== key);
      this.state.layers = isOn ? others.concat(key) : others;
      this.remember();
    }

    /* stay: the view is the sender's, as a link brought it, however small the village is in it. */
    select(id, { fit = false, stay = false } = {}) {
      const asked = ++this.asked;
      const isLatest = () => asked === this.asked;
      const urls = this.config.urls;
      this.status.loading();
      const answers = [geoTracker.fetchJson(geoTracker.urlOf(urls.village, { id }))];
      if (this.panel) answers.push(geoTracker.fetchText(geoTracker.urlOf(urls.panel, { id })));
      // Together or not at all: map and panel never show two villages.
      return Promise.all(answers).then(([village, html]) => {
        if (!isLatest()) return;
        this.state.village = village.unit_id;
        this.villages.select(village.unit_id, { isBlank: Boolean((village.formers || []).length) });
        if (this.panel) this.inHand.showPanel(html);
        this.inHand.draw(village);
        if (!stay) this.bringIntoView(village, fit);
        this.status.hide();
        this.remember();
        this._chose(village);
      }).catch((error) => isLatest() && this.status.failed(error));
    }

    deselect() {
      if (!this.state.village) return;
      this.asked++;
      this.state.village = 0;
      this.villages.select(0);
      this.inHand.clear();
      this.status.hide();
      this.remember();
      this._chose(null);
    }

    _chose(village) {
      this.chosen = village;
      this.events.fire('villagechosen', { id: village ? village.unit_id : 0, village });
    }

    bringIntoView(village, fit) {
      if (!village.bounds) return;
      const bounds = L.latLngBounds(village.bounds);
      const size = this.map.latLngToContainerPoint(bounds.getSouthEast())
        .subtract(this.map.latLngToContainerPoint(bounds.getNorthWest()));
      const isSmall = Math.max(size.x, size.y) < READABLE_PX;
      if (fit || isSmall || !this.map.getBounds().intersects(bounds)) {
        this.map.fitBounds(bounds, {
          paddingTopLeft: [this._legendPx() || 40, 70],
          paddingBottomRight: [90, 70], maxZoom: CLOSEST_FIT,
        });
      }
    }

    remember() {
      geoTracker.writeAddress({
        village: this.state.village, theme: this.state.theme, layers: this.state.layers,
        center: this.map.getCenter(), zoom: this.map.getZoom(),
        others: Object.assign(this.themes.address(), this.pointLayers.address(), ...this.parts.map((part) => (part.address ? part.address() : {}))),
      });
    }
  }

  function placed(position, content) {
    const control = L.control({ position });
    control.onAdd = () => {
      content.classList.add('leaflet-control');
      return content;
    };
    return control;
  }

  geoTracker.startMap = function (parts) {
    const page = new MapPage(parts);
    page.start();
    geoTracker.page = page;
  };
})();

/* The tile layers of all dates that boundaries hold from, for the parts of the page that compare.

   config.options.compare: { dates: url, layers: [{ on, count, tiles: options of VillageTiles,
   names: url with {block} }] by date }; absent where there are no two layers. The url answers { dates: [{ on,
   layer, count, ends: [id], begins: [id], gone, come }], became: { ids, units } }: which layer holds on
   each date, how many villages stand, which of it have ended and which of the next have begun since the
   date before; which a layer that begins takes away and brings, as runs of [first id, how many]; and of
   which village of today each former one is a part. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  // Map zoom from which the tiles have villages; before, they have towns only.
  const VILLAGES_FROM = 8.5;

  geoTracker.DatedLayers = class {
    static of(page) {
      if (!page.datedLayers && page.config.options.compare) {
        page.datedLayers = new geoTracker.DatedLayers(page);
      }
      return page.datedLayers || null;
    }

    constructor(page) {
      this.page = page;
      this.layers = page.config.options.compare.layers;
      this.newest = this.layers.length - 1;
      this.became = new Map();
      this.tiles = new Map();
      page.map.on('resize', this.keepUnderTools, this);
      // Later layers over earlier ones.
      page.villages.setZIndex(this.newest + 1);
    }

    /* The dates, asked for once. */
    dates() {
      if (!this.asked) {
        this.asked = geoTracker.fetchJson(this.page.config.options.compare.dates).then((answer) => {
          this.became = new Map(answer.became.ids.map((id, i) => [id, answer.became.units[i]]));
          this.page.events.fire('restyled');
          return answer.dates;
        });
        this.asked.catch(() => { this.asked = null; });
      }
      return this.asked;
    }

    /* The tiles of a layer on the page's own map. */
    on(index) {
      if (index === this.newest) return this.page.villages;
      if (!this.tiles.has(index)) this.tiles.set(index, this.made(index));
      return this.tiles.get(index);
    }

    /* Tiles of a layer that do on any map what those of the page do. */
    made(index) {
      const { page } = this;
      const layer = this.layers[index];
      const tiles = geoTracker.villageTiles(Object.assign({ look: 'areas', zIndex: index + 1 }, layer.tiles));
      const restyle = () => tiles.restyle((id) => this.paint(id), page.legend.looks((id) => this.shownAs(id)));
      restyle();
      page.events.on('restyled', restyle);
      page.events.on('villagechosen', ({ village }) => this._choose(tiles, village));
      this._choose(tiles, page.chosen);
      tiles.on('tileerror', () => page.status.failed());
      tiles.on('featureclick', ({ id }) => (id ? page.select(id) : page.deselect()));
      page.hoverNames(tiles, layer.names);
      return tiles;
    }

    _choose(tiles, village) {
      const formers = village ? (village.formers || []).map((former) => former.unit_id) : [];
      tiles.select(village ? village.focus || village.unit_id : 0, { formers });
    }

    /* A former village without a class of its own has that of the village it became. */
    paint(id) {
      return this.page.legend.paint(this.shownAs(id));
    }

    shownAs(id) {
      return this.page.legend.knows(id) ? id : this.became.get(id) || id;
    }

    /* Resolves when the layers on the map have drawn all they have to. */
    drawn(layers) {
      return Promise.all(layers.map((tiles) => new Promise((resolve) => {
        if (tiles.isLoading()) tiles.once('load', resolve);
        else resolve();
      })));
    }

    /* The map has another size: whoever saw the whole area sees it again, and its villages if that
       takes no more than its outermost edge. */
    fitAnew() {
      const { map, wholeArea } = this.page;
      const isWhole = map.getBounds().contains(wholeArea);
      map.invalidateSize({ animate: false });
      if (!isWhole) return;
      this.page.showWholeArea({ animate: false });
      const zoom = map.getZoom();
      if (zoom < VILLAGES_FROM && zoom >= VILLAGES_FROM - 0.5) map.setZoom(VILLAGES_FROM, { animate: false });
    }

    /* Titles stand under search box and buttons, in however many rows these are. */
    keepUnderTools() {
      const { stage, toolbar, search } = this.page;
      const bottoms = [toolbar.bar, search.box].map((box) => box.getBoundingClientRect().bottom);
      const top = Math.max(...bottoms) - stage.getBoundingClientRect().top;
      stage.style.setProperty('--map-under-tools', Math.round(top + 10) + 'px');
    }

    counted(count) {
      return this.page.config.texts.villages_counted.replace('{count}', count.toLocaleString('en-US'));
    }

    /* What stands over one side: before or after, its date, its count. */
    title(index, sideKey) {
      const { texts } = this.page.config;
      const { on, count } = this.layers[index];
      const lines = [
        element('strong', { text: texts[sideKey] }),
        element('span', { class: 'map-side-date', text: on + ' · ' + this.counted(count) }),
      ];
      if (index !== this.newest) {
        lines.push(element('span', { class: 'map-side-note', text: texts.coloured_by_present }));
      }
      return element('div', { class: 'map-side-title map-side-' + sideKey.split('_')[0] }, lines);
    }
  };
})();

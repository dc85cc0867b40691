/* All links at once: a line from every former village to the seat of what it became.

   urls.links answers, column by column: villages { ids, names, lat, lon, colour, town (place in
   towns, −1: unknown) }; links { ids, names, lat, lon, to, group (places in villages; group: the
   village of today, −1: none), share_of_from, share_of_to, people (null: not known), standing
   (1: weaker, 2: stronger), doubt (1: to be checked, 2: what the figures do not follow) }; counties and
   towns { codes, name, county, formers, villages, lat, lon, bounds }.
   From afar places show how many villages became how many; from LINES_FROM on, or once a county or
   town is chosen, the lines are drawn. Address: links = all or the place's code, thick = share. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  const LINES_FROM = 11;
  const TOWNS_FROM = 10;
  const SEARCH_PX = 60;
  const TINT = 0.24;
  const QUIET = { merged: '#dfe8ef', other: '#f1f3f5' };
  const RIVAL = 2;

  class LinkLines {
    constructor(page) {
      this.page = page;
      this.isOn = false;
      this.place = null;
      this.lit = null;
      this.wanted = geoTracker.addressValue('links');
      this.measure = geoTracker.addressValue('thick') === 'share' ? 'share' : 'people';
      this.badges = L.layerGroup();
      this.redraw = this.redraw.bind(this);
      this.tint = this.tint.bind(this);
      this.point = this.point.bind(this);
      const { texts } = page.config;
      page.toolbar.addMode({
        key: 'links', text: texts.links, title: texts.links_title,
        onStart: () => this._begin(), onStop: () => this._end(),
      });
    }

    start() {
      if (!this.wanted) return null;
      this.page.toolbar.start('links');
      return this.shown;
    }

    address() {
      return {
        links: this.isOn ? (this.place ? this.place.code : this.wanted || 'all') : '',
        thick: this.isOn && this.measure === 'share' ? 'share' : '',
      };
    }

    _begin() {
      const { page } = this;
      this.isOn = true;
      page.status.loading();
      this.shown = this._data().then(() => {
        if (this.isOn) this._show();
      }).catch((error) => page.status.failed(error));
    }

    _data() {
      if (!this.loading) {
        this.loading = geoTracker.fetchJson(this.page.config.urls.links).then((answer) => this._understand(answer));
        this.loading.catch(() => { this.loading = null; });
      }
      return this.loading;
    }

    _understand({ villages, links, counties, towns }) {
      const placesOf = (columns) => columns.codes.map((code, i) => ({
        code, name: columns.name[i], county: columns.county[i], formers: columns.formers[i],
        villages: columns.villages[i], point: [columns.lat[i], columns.lon[i]], bounds: columns.bounds[i],
      }));
      this.places = { counties: placesOf(counties), towns: placesOf(towns) };
      const ends = villages.ids.map((id, i) => ({
        id, name: villages.names[i], point: L.latLng(villages.lat[i], villages.lon[i]),
        color: geoTracker.formerColor(villages.colour[i]), town: this.places.towns[villages.town[i]] || null,
      }));
      const followed = new Map();
      links.ids.forEach((id, i) => {
        if (links.doubt[i] !== RIVAL) followed.set(id, (followed.get(id) || 0) + 1);
      });
      this.groups = new Map();
      links.ids.forEach((id, i) => {
        const village = ends[links.to[i]];
        const whole = ends[links.group[i]] || village;
        if (!this.groups.has(whole.id)) {
          this.groups.set(whole.id, { village: whole, color: whole.color, town: whole.town, links: [] });
        }
        this.groups.get(whole.id).links.push({
          id, name: links.names[i], point: L.latLng(links.lat[i], links.lon[i]), village,
          share: links.share_of_to[i], shareOfFrom: links.share_of_from[i], people: links.people[i],
          standing: links.standing[i], doubt: links.doubt[i], isSplit: followed.get(id) > 1,
        });
      });
    }

    _show() {
      const { page } = this;
      const { map, villages, config } = page;
      this.canvas = new geoTracker.LinkCanvas(map);
      this.control = this._control(config);
      page.legend.card.hidden = true;
      this._namesOfTiles('hidden');
      this.badges.addTo(map);
      this.control.addTo(map);
      map.on('moveend resize', this.redraw);
      villages.on('featurehover', this.point);
      page.events.on('themeshown', this.tint);
      page.events.on('villagechosen', this.redraw);
      page.status.hide();
      const place = this._placeOf(this.wanted);
      this.wanted = '';
      // A link with a view or a village shows just that.
      this.choose(place, { fit: Boolean(place) && !page.state.view && !page.state.village });
    }

    _control(config) {
      this.card = new geoTracker.LinksCard({
        texts: config.texts, measure: this.measure, urls: config.options.links,
        onPlace: (code) => this.choose(this._placeOf(code)),
        onMeasure: (measure) => {
          this.measure = measure;
          this.redraw();
          this.page.remember();
        },
      });
      const control = L.control({ position: 'bottomleft' });
      control.onAdd = () => this.card.card;
      return control;
    }

    _end() {
      this.isOn = false;
      if (this.canvas) {
        const { page } = this;
        page.map.off('moveend resize', this.redraw);
        page.villages.off('featurehover', this.point);
        page.events.off('themeshown', this.tint);
        page.events.off('villagechosen', this.redraw);
        this.canvas.remove();
        this.control.remove();
        this.badges.clearLayers().remove();
        this.canvas = this.place = this.lit = this.said = null;
        page.legend.card.hidden = false;
        this._namesOfTiles('');
        page.map.getContainer().classList.remove('map-over-links');
        page.villages.restyle((id) => page.legend.paint(id), page.legend.looks());
      }
      this.page.remember();
    }

    /* The names on the tiles would lie under those of the links. */
    _namesOfTiles(visibility) {
      const pane = this.page.map.getPane('map-labels');
      if (pane) pane.style.visibility = visibility;
    }

    _placeOf(code) {
      return this.places.counties.concat(this.places.towns).find((place) => place.code === code) || null;
    }

    choose(place, { fit = true } = {}) {
      const { map } = this.page;
      this.place = place;
      this.redraw();
      if (fit) {
        map.fitBounds(place ? place.bounds : this.page.wholeArea, {
          paddingTopLeft: [this.card.card.offsetWidth + 30, SEARCH_PX], paddingBottomRight: [60, 50],
        });
      }
      this.page.remember();
    }

    get linesShown() {
      return Boolean(this.place) || this.page.map.getZoom() >= LINES_FROM;
    }

    /* Groups of the chosen place; the village in hand shows its own links. */
    _drawn() {
      if (!this.linesShown) return [];
      const { place, page } = this;
      return Array.from(this.groups.values()).filter((group) => group.village.id !== page.state.village &&
        (!place || (group.town && (group.town.code === place.code || group.town.county === place.code))));
    }

    redraw() {
      if (!this.canvas) return;
      const drawn = this._drawn();
      this.canvas.draw(drawn, this.measure);
      // The pointer may no longer be where it was.
      this._light(null);
      const kind = this.linesShown ? 'lines' : this.page.map.getZoom() < TOWNS_FROM ? 'counties' : 'towns';
      const said = kind + (this.place ? this.place.code : '');
      if (said === this.said) return;
      this.said = said;
      this._badges(kind);
      this.tint();
      this.card.show({
        places: this.places, place: this.place, counts: this._counts(), linesShown: this.linesShown,
      });
    }

    _counts() {
      const places = this.place ? [this.place] : this.places.counties;
      const sum = (name) => places.reduce((total, place) => total + place[name], 0);
      const groups = Array.from(this.groups.values()).filter((group) => !this.place ||
        (group.town && [group.town.code, group.town.county].indexOf(this.place.code) >= 0));
      const doubtful = new Set();
      groups.forEach((group) => group.links.forEach((link) => link.doubt && doubtful.add(link.id)));
      return { formers: sum('formers'), villages: sum('villages'), doubtful: doubtful.size };
    }

    /* The ground of each merged village in a tint of its links' colour. */
    tint() {
      const tints = new Map();
      this._drawn().forEach((group) => tints.set(group.village.id, tinted(group.color)));
      this.page.villages.restyle((id) => tints.get(id) || (this.groups.has(id) ? QUIET.merged : QUIET.other));
    }

    _badges(kind) {
      this.badges.clearLayers();
      if (kind === 'lines') return;
      const { texts } = this.page.config;
      this.places[kind].forEach((place) => {
        const html = element('span', { class: 'map-link-badge' }, [
          element('span', { class: 'map-link-place', text: place.name }),
          element('span', { text: place.formers.toLocaleString('en-US') + ' → ' + place.villages.toLocaleString('en-US') }),
        ]);
        const title = place.name + ': ' + place.formers + ' ' + texts.links_former + ' → ' +
          place.villages + ' ' + texts.links_villages;
        L.marker(place.point, {
          icon: L.divIcon({ html, className: 'map-link-badge-place', iconSize: null }), title, alt: title,
        }).on('click', () => this.choose(place)).addTo(this.badges);
      });
    }

    point(event) {
      const group = this.linesShown && event.id ? this.groups.get(event.id) || null : null;
      const lit = group && group.village.id !== this.page.state.village ? group : null;
      this._light(lit);
    }

    _light(group) {
      if (group === this.lit) return;
      this.lit = group;
      this.page.map.getContainer().classList.toggle('map-over-links', Boolean(group));
      this.canvas.light(group);
    }
  }

  /* Opaque, or tiles would show where they lie over each other. */
  function tinted(color) {
    const parts = [1, 3, 5].map((start) => 255 - (255 - parseInt(color.slice(start, start + 2), 16)) * TINT);
    return 'rgb(' + parts.map(Math.round).join(',') + ')';
  }

  geoTracker.addMapPart((page) => (page.config.urls.links ? new LinkLines(page) : {}));
})();

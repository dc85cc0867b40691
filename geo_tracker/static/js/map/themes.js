/* The theme in hand: which one, of which side, in which classes; asked for, shown, kept in the
   address (theme, side, method, classes, breaks, middle, hidden).

   urls.theme with {theme} and this choice answers { ids: url, classes: one character a village ('-'
   for none), legend: [{ class, label, color, count, url }], absent: what to call villages without a
   value, signs and marks as legend.js says, side, method, breaks, middle, note, unit, summary: [line], origin, attribution, table: url }. ids answers the villages in the order of classes, as runs
   of [first id, how many]. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});

  const OF_A_THEME = ['method', 'classes', 'breaks', 'middle'];
  // These colour both sides, or both dates, by the villages of today.
  const COMPARING = ['swipe', 'side', 'dates', 'links'];

  function placesOf(runs) {
    const places = new Map();
    geoTracker.idsOf(runs, (id) => places.set(id, places.size));
    return places;
  }

  geoTracker.Themes = class {
    /* Needs page.map, villages, legend, status, config, toolbar. */
    constructor(page) {
      this.page = page;
      this.places = new Map();
      this.dated = geoTracker.DatedLayers ? geoTracker.DatedLayers.of(page) : null;
      this.choice = {
        theme: page.state.theme,
        side: this.dated && geoTracker.addressValue('side') === 'former' ? 'former' : 'merged',
      };
      OF_A_THEME.forEach((key) => { this.choice[key] = geoTracker.addressValue(key); });
      this.hidden = geoTracker.addressValue('hidden').split(',').filter(Boolean).map(Number);
      this.asked = 0;
      this.form = new geoTracker.ClassChoice({
        config: page.config, hasSides: Boolean(this.dated),
        onChange: (changes) => this.show(changes),
      });
      page.legend.choices.appendChild(this.form.sides);
      page.legend.card.insertBefore(this.form.box, page.legend.foot.nextSibling);
      page.toolbar.events.on('modestart', ({ key }) => {
        if (COMPARING.indexOf(key) >= 0 && this.choice.side === 'former') this.show({ side: 'merged' });
      });
    }

    /* The tiles of the side in hand. */
    tiles() {
      return this.choice.side === 'former' ? this.dated.on(this.dated.newest - 1) : this.page.villages;
    }

    address() {
      const others = Object.assign({}, this.choice, {
        side: this.choice.side === 'former' ? 'former' : '',
        hidden: (this.shown ? Array.from(this.page.legend.hidden) : this.hidden).join(','),
      });
      delete others.theme;
      return others;
    }

    /* Another theme begins with its own classes. */
    chooseTheme(key) {
      return this.show({ theme: key, method: '', classes: '', breaks: '', middle: '' });
    }

    show(changes) {
      const { page } = this;
      const asked = ++this.asked;
      const isLatest = () => asked === this.asked;
      const before = this.choice;
      const isFirst = !this.shown;
      this.choice = Object.assign({}, before, changes);
      page.state.theme = this.choice.theme;
      this._showSide();
      page.status.loading();
      return this._fetch(this.choice).then(([data, places]) => {
        if (!isLatest()) return;
        this.shown = this.choice;
        page.legend.setTheme(this.choice.theme, data, places, isFirst ? this.hidden : []);
        this.form.show(this.choice, data);
        if (page.attribution && data.attribution) page.attribution.textContent = data.attribution;
        page.restyle();
        this._mark(data.marks);
        page.status.hide();
        page.remember();
        page.events.fire('themeshown');
      }).catch((error) => {
        if (!isLatest()) return;
        // The name of one theme must not stand over the classes of another.
        this.choice = this.shown || this.choice;
        page.state.theme = this.choice.theme;
        page.legend.setChoice(this.choice.theme);
        this.form.show(this.choice, page.legend.data);
        this._showSide();
        page.status.failed(error);
      });
    }

    /* What draws marks comes with the first theme that has any. */
    _mark(marks) {
      const { page } = this;
      this.marked = marks ? marks.points : [];
      if (!marks && !this.marks) return;
      page.more().then(() => {
        this.marks = this.marks || new geoTracker.ThemeMarks(page);
        this.marks.show(this.marked);
      }).catch((error) => page.status.failed(error));
    }

    _fetch(choice) {
      const query = new URLSearchParams();
      if (choice.side === 'former') query.set('side', 'former');
      OF_A_THEME.filter((key) => choice[key]).forEach((key) => query.set(key, choice[key]));
      const url = geoTracker.urlOf(this.page.config.urls.theme, { theme: choice.theme });
      return geoTracker.fetchJson(url + (String(query) ? '?' + query : ''))
        .then((data) => this._placesAt(data.ids).then((places) => [data, places]));
    }

    _placesAt(url) {
      if (!this.places.has(url)) {
        const places = geoTracker.fetchJson(url).then(placesOf);
        places.catch(() => this.places.delete(url));
        this.places.set(url, places);
      }
      return this.places.get(url);
    }

    /* Former or present villages on the map, never both as areas. */
    _showSide() {
      const { map, villages, toolbar } = this.page;
      if (!this.dated || !this.started) return;
      const isFormer = this.choice.side === 'former';
      if (isFormer && COMPARING.indexOf(toolbar.active) >= 0) toolbar.stop();
      const shown = this.tiles();
      if (shown._map) return;
      shown.addTo(map);
      (isFormer ? villages : this.dated.on(this.dated.newest - 1)).remove();
    }

    /* The page has put the first side on the map. */
    start() {
      this.started = true;
    }
  };
})();

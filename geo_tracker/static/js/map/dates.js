/* By date: a bar under the map with every date on which villages changed; the map shows the villages
   that stood on the chosen one, from the layer that held then and from the next. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  const PLAY_MS = 1200;

  /* The villages that stand on each date, by their ids: counted on, or back, from the date before. */
  class Standing {
    constructor(dates) {
      this.dates = dates;
      this.place = -1;
      this.ids = new Set();
    }

    on(place) {
      while (this.place < place) this._change(++this.place, ['ends', 'gone'], ['begins', 'come']);
      while (this.place > place) this._change(this.place--, ['begins', 'come'], ['ends', 'gone']);
      return this.ids;
    }

    _change(place, [out, outAsRuns], [into, intoAsRuns]) {
      const date = this.dates[place];
      const [leave, enter] = [(id) => this.ids.delete(id), (id) => this.ids.add(id)];
      date[out].forEach(leave);
      geoTracker.idsOf(date[outAsRuns], leave);
      date[into].forEach(enter);
      geoTracker.idsOf(date[intoAsRuns], enter);
    }
  }

  class Dates {
    constructor(page) {
      this.page = page;
      this.layers = geoTracker.DatedLayers.of(page);
      this.stage = page.stage;
      this.place = -1;
      this.counted = -1;
      this.wanted = geoTracker.addressValue('date');
      this.asked = 0;
      const { texts } = page.config;
      page.toolbar.addMode({
        key: 'dates', text: texts.dates, title: texts.dates_title,
        onStart: () => this._begin(), onStop: () => this._end(),
      });
      page.map.on('click', ({ latlng }) => this._missed(latlng));
      page.events.on('themeshown', () => this._count());
    }

    start() {
      if (!this.wanted) return null;
      this.page.toolbar.start('dates');
      return this.shown;
    }

    address() {
      return { date: this.bar ? this.wanted : '' };
    }

    _begin() {
      this.bar = this._made();
      this.stage.appendChild(this.bar);
      this.resized = new ResizeObserver(() => {
        if (this.bar && !matchMedia('print').matches) this._makeRoom(this.bar.offsetHeight);
      });
      this.resized.observe(this.bar);
      this.shown = this.layers.dates().then((dates) => {
        if (!this.bar) return null;
        this._take(dates);
        return this.show(this._placeOf(this.wanted));
      }).catch((error) => this.page.status.failed(error));
    }

    _end() {
      this._pause();
      this.asked++;
      this.bar.remove();
      this.bar = null;
      this.wanted = '';
      this.place = -1;
      this.counted = -1;
      this.resized.disconnect();
      this._makeRoom(0);
      const { map, villages } = this.page;
      villages.showOnly(null);
      this.page.legend.count(null);
      if (!villages._map) villages.addTo(map);
      this._others([villages]).forEach((tiles) => tiles.remove());
      this.page.remember();
    }

    /* The map ends where the bar begins, so that nothing lies under it. */
    _makeRoom(height) {
      this.page.map.getContainer().style.bottom = height + 'px';
      this.layers.fitAnew();
    }

    _made() {
      const { texts } = this.page.config;
      const button = (key, sign, onClick) => {
        const made = element('button', {
          type: 'button', class: 'map-button', 'data-date': key, title: texts[key], 'aria-label': texts[key],
        }, [element('span', { 'aria-hidden': 'true', text: sign })]);
        made.addEventListener('click', onClick);
        return made;
      };
      this.play = button('date_play', '▶', () => (this.timer ? this._pause() : this._play()));
      this.slider = element('input', {
        type: 'range', class: 'map-date-slider', min: '0', max: '0', step: '1', disabled: '',
        'aria-label': texts.date_shown,
      });
      this.slider.addEventListener('input', () => {
        this._pause();
        this.show(Number(this.slider.value));
      });
      this.said = element('output', { class: 'map-date-shown' });
      this.ends = element('div', { class: 'map-date-ends', 'aria-hidden': 'true' });
      const bar = element('section', { class: 'map-card map-dates', 'aria-label': texts.dates_title }, [
        this.said,
        element('div', { class: 'map-date-row' }, [
          this.play,
          button('date_before', '‹', () => this._step(-1)),
          element('div', { class: 'map-date-track' }, [this.slider, this.ends]),
          button('date_after', '›', () => this._step(1)),
        ]),
        element('p', { class: 'map-note', text: texts.dates_note }),
      ]);
      L.DomEvent.disableClickPropagation(bar).disableScrollPropagation(bar);
      return bar;
    }

    _take(dates) {
      this.dates = dates;
      this.standing = new Standing(dates);
      this.slider.max = String(dates.length - 1);
      this.slider.disabled = false;
      geoTracker.emptied(this.ends);
      [dates[0], dates[dates.length - 1]].forEach(({ on }) =>
        this.ends.appendChild(element('span', { text: on })));
    }

    /* The last date up to a day; without one the first, from which all is told. */
    _placeOf(day) {
      const later = this.dates.findIndex(({ on }) => on > day);
      return day ? Math.max(0, (later < 0 ? this.dates.length : later) - 1) : 0;
    }

    _step(by) {
      this._pause();
      const place = Math.min(this.dates.length - 1, Math.max(0, this.place + by));
      if (place !== this.place) this.show(place);
    }

    _play() {
      if (this.place === this.dates.length - 1) this.show(0);
      this._label('date_pause', '❚❚');
      const next = () => {
        if (this.place >= this.dates.length - 1) this._pause();
        // A date is left only when it was seen.
        else this.show(this.place + 1).then(() => { if (this.timer) this.timer = setTimeout(next, PLAY_MS); });
      };
      this.timer = setTimeout(next, PLAY_MS / 2);
    }

    _pause() {
      clearTimeout(this.timer);
      this.timer = null;
      if (this.play) this._label('date_play', '▶');
    }

    _label(key, sign) {
      const text = this.page.config.texts[key];
      this.play.title = text;
      this.play.setAttribute('aria-label', text);
      this.play.firstChild.textContent = sign;
    }

    /* Show a date; what it says stands there once the map shows it, too. */
    show(place) {
      const asked = ++this.asked;
      const { map } = this.page;
      const date = this.dates[place];
      this.place = place;
      this.wanted = date.on;
      this.slider.value = String(place);
      const [ended, begun] = this._changed(place);
      const base = this.layers.on(date.layer);
      const shown = [base];
      base.showOnly(ended.size || begun.size ? (id) => !ended.has(id) : null, { isUnder: begun.size > 0 });
      if (begun.size) {
        const next = this.layers.on(date.layer + 1);
        next.showOnly((id) => begun.has(id));
        shown.push(next);
      }
      shown.forEach((tiles) => !tiles._map && tiles.addTo(map));
      // The page's own villages may still be on their way; taken away now, they would never come.
      return this.layers.drawn([...shown, this.page.villages].filter((tiles) => tiles._map)).then(() => {
        if (asked !== this.asked) return;
        this._others(shown).forEach((tiles) => tiles.remove());
        this._say(date, place ? date.count - this.dates[place - 1].count : 0);
        this.counted = place;
        this._count();
        this.page.remember();
      });
    }

    /* Which villages of the layer that holds have ended up to a date, and which of the next begun. */
    _changed(place) {
      const [ended, begun] = [new Set(), new Set()];
      for (let i = place; i >= 0 && this.dates[i].layer === this.dates[place].layer; i--) {
        this.dates[i].ends.forEach((id) => ended.add(id));
        this.dates[i].begins.forEach((id) => begun.add(id));
      }
      return [ended, begun];
    }

    _others(shown) {
      return this.layers.layers.map((layer, index) => this.layers.on(index))
        .filter((tiles) => tiles._map && shown.indexOf(tiles) < 0);
    }

    /* The legend counts the villages of the date that is drawn. */
    _count() {
      if (!this.bar || this.counted < 0) return;
      const { legend } = this.page;
      legend.count(this.standing.on(this.counted), (id) => legend.classOf(this.layers.shownAs(id)));
    }

    _say(date, change) {
      const text = date.on + ' · ' + this.layers.counted(date.count);
      geoTracker.emptied(this.said);
      this.said.appendChild(element('strong', { text }));
      if (change) {
        const sign = change < 0 ? '−' : '+';
        this.said.appendChild(element('span', {
          class: 'map-date-change', text: sign + Math.abs(change).toLocaleString('en-US'),
        }));
      }
      this.slider.setAttribute('aria-valuetext', text);
    }

    /* Layers that share the map leave it to the page to say that a click hit none of them. */
    _missed(latlng) {
      if (!this.bar) return;
      const hit = this._others([]).some((tiles) => tiles.idAt(latlng));
      if (!hit) this.page.deselect();
    }
  }

  geoTracker.addMapPart((page) => (geoTracker.DatedLayers.of(page) ? new Dates(page) : {}));
})();

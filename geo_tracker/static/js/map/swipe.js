/* Swipe: former villages left of a line, those of today right of it; the line moves. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  const STEP = 0.02;
  const LEAP = 0.1;
  const KEYS = {
    ArrowLeft: (at) => at - STEP, ArrowDown: (at) => at - STEP,
    ArrowRight: (at) => at + STEP, ArrowUp: (at) => at + STEP,
    PageDown: (at) => at - LEAP, PageUp: (at) => at + LEAP,
    Home: () => 0, End: () => 1,
  };

  class Swipe {
    constructor(page) {
      this.page = page;
      this.layers = geoTracker.DatedLayers.of(page);
      this.at = Math.min(1, Math.max(0, Number(geoTracker.addressValue('line')) || 0.5));
      this.place = this.place.bind(this);
      const { texts } = page.config;
      page.toolbar.addMode({
        key: 'swipe', text: texts.swipe, title: texts.swipe_title,
        onStart: () => this._begin(), onStop: () => this._end(),
      });
    }

    start() {
      if (geoTracker.addressValue('compare') !== 'swipe') return null;
      this.page.toolbar.start('swipe');
      return this.shown;
    }

    address() {
      return { line: this.line ? this.at.toFixed(3) : '' };
    }

    _begin() {
      const { map, villages } = this.page;
      this.former = this.layers.on(this.layers.newest - 1);
      this.line = this._made();
      map.getContainer().appendChild(this.line);
      this.former.addTo(map);
      map.on('resize', this.place);
      this.place();
      this.layers.keepUnderTools();
      this.shown = this.layers.dates().catch((error) => this.page.status.failed(error))
        .then(() => this.layers.drawn([this.former, villages].filter((tiles) => tiles._map)));
      this.page.remember();
    }

    _end() {
      const { map, villages } = this.page;
      map.off('resize', this.place);
      this.line.remove();
      this.line = null;
      this.former.remove();
      [this.former, villages].forEach((tiles) => tiles.cutTo(null));
      this.page.remember();
    }

    _made() {
      this.handle = element('div', {
        class: 'map-swipe-handle', role: 'slider', tabindex: '0', 'aria-orientation': 'horizontal',
        'aria-label': this.page.config.texts.swipe_handle, 'aria-valuemin': '0', 'aria-valuemax': '100',
      }, [element('span', { class: 'map-swipe-grip' })]);
      const line = element('div', { class: 'map-swipe' }, [
        this.layers.title(this.layers.newest - 1, 'before_side'),
        this.layers.title(this.layers.newest, 'after_side'), this.handle,
      ]);
      this.handle.addEventListener('keydown', (event) => this._key(event));
      this.handle.addEventListener('pointerdown', (event) => this._drag(event));
      L.DomEvent.disableClickPropagation(this.handle);
      return line;
    }

    /* Old browsers send the pointer's moves to what is under it; captured, all come here. */
    _drag(event) {
      const { handle } = this;
      const box = this.page.map.getContainer().getBoundingClientRect();
      const move = (moved) => this.place((moved.clientX - box.left) / box.width);
      const end = () => {
        handle.removeEventListener('pointermove', move);
        handle.removeEventListener('pointerup', end);
        handle.removeEventListener('pointercancel', end);
        this.page.remember();
      };
      handle.setPointerCapture(event.pointerId);
      handle.addEventListener('pointermove', move);
      handle.addEventListener('pointerup', end);
      handle.addEventListener('pointercancel', end);
      event.stopPropagation();
    }

    _key(event) {
      if (!KEYS[event.key]) return;
      // Arrow keys would move the map as well.
      event.preventDefault();
      event.stopPropagation();
      this.place(KEYS[event.key](this.at));
      this.page.remember();
    }

    /* Put the line at a share of the map's width. */
    place(at) {
      if (typeof at === 'number') this.at = Math.min(1, Math.max(0, at));
      const width = this.page.map.getSize().x;
      const x = Math.round(this.at * width);
      this.line.style.left = x + 'px';
      this.handle.setAttribute('aria-valuenow', String(Math.round(this.at * 100)));
      this.former.cutTo(0, x);
      this.page.villages.cutTo(x, width);
    }
  }

  geoTracker.addMapPart((page) => (geoTracker.DatedLayers.of(page) ? new Swipe(page) : {}));
})();

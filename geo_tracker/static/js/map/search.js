/* The search box over the map, with suggestions that keys and mouse can choose.

   urls.search + ?q= answers [{ unit_id, name, code, town, county, kind, note }]. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  const PAUSE_MS = 150;

  geoTracker.SearchBox = class {
    /* options: url, texts, onPick(result), onError(error) */
    constructor(options) {
      this.options = options;
      this.results = [];
      this.active = -1;
      this.timer = null;
      this.pending = null;
      this.input = element('input', {
        type: 'search', class: 'map-search-input', role: 'combobox', autocomplete: 'off',
        'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': 'map-search-results',
        'aria-label': options.texts.search, placeholder: options.texts.search_short,
        title: options.texts.search,
      });
      this.list = element('ul', {
        class: 'map-results', id: 'map-search-results', role: 'listbox', 'aria-label': options.texts.search, hidden: '',
      });
      this.box = element('div', { class: 'map-card map-search' }, [this.input, this.list]);
      this.input.addEventListener('input', () => this._later());
      this.input.addEventListener('keydown', (event) => this._key(event));
      this.input.addEventListener('blur', () => setTimeout(() => this._close(), 150));
      this.input.addEventListener('focus', () => this.results.length && this._open());
      L.DomEvent.disableClickPropagation(this.box).disableScrollPropagation(this.box);
    }

    _later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this._ask(this.input.value.trim()), PAUSE_MS);
    }

    _ask(text) {
      if (this.pending) this.pending.abort();
      this.pending = null;
      if (!text) {
        this.results = [];
        this._close();
        return;
      }
      this.pending = new AbortController();
      const url = this.options.url + (this.options.url.indexOf('?') < 0 ? '?' : '&') +
        'q=' + encodeURIComponent(text);
      geoTracker.fetchJson(url, { signal: this.pending.signal })
        .then((results) => this._show(results))
        .catch((error) => this.options.onError(error));
    }

    _show(results) {
      this.results = results;
      this.active = -1;
      geoTracker.emptied(this.list);
      results.forEach((result, place) => this.list.appendChild(this._row(result, place)));
      if (!results.length) {
        this.list.appendChild(element('li', {
          class: 'map-none', role: 'option', 'aria-disabled': 'true', text: this.options.texts.search_none,
        }));
      }
      this._open();
    }

    _row(result, place) {
      const where = [result.county, result.town, result.code].filter(Boolean).join(' · ');
      const row = element('li', { class: 'map-result', role: 'option', id: 'map-result-' + place }, [
        element('span', { class: 'map-result-name', text: result.name }),
        element('span', { class: 'map-tag map-kind-' + kindClass(result.kind), text: this.options.texts['kind_' + result.kind] || '' }),
        element('span', { class: 'map-result-where', text: where }),
      ]);
      if (result.note) row.appendChild(element('span', { class: 'map-result-note', text: result.note }));
      // mousedown, because blur closes the list before a click would arrive.
      row.addEventListener('mousedown', (event) => {
        event.preventDefault();
        this._pick(place);
      });
      return row;
    }

    _key(event) {
      const count = this.results.length;
      if (event.key === 'ArrowDown' && count) this._mark((this.active + 1) % count);
      else if (event.key === 'ArrowUp' && count) this._mark((this.active + count - (this.active < 0 ? 0 : 1)) % count);
      else if (event.key === 'Enter' && count && !this.list.hidden) this._pick(Math.max(this.active, 0));
      else if (event.key === 'Escape' && !this.list.hidden) this._close();
      else return;
      event.preventDefault();
      // Escape on an open list closes the list only, not the village in hand.
      event.stopPropagation();
    }

    _mark(place) {
      this.active = place;
      Array.prototype.forEach.call(this.list.children, (row, i) => {
        row.setAttribute('aria-selected', String(i === place));
        if (i === place) row.scrollIntoView({ block: 'nearest' });
      });
      this.input.setAttribute('aria-activedescendant', 'map-result-' + place);
    }

    _pick(place) {
      const result = this.results[place];
      this.input.value = result.name;
      this._close();
      this.options.onPick(result);
    }

    _open() {
      this.list.hidden = false;
      this.input.setAttribute('aria-expanded', 'true');
    }

    _close() {
      this.list.hidden = true;
      this.active = -1;
      this.input.setAttribute('aria-expanded', 'false');
      this.input.removeAttribute('aria-activedescendant');
    }
  };

  function kindClass(kind) {
    return ['merged', 'untouched', 'former'].indexOf(kind) < 0 ? 'other' : kind;
  }
})();

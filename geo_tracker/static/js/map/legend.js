/* The card at the lower left: theme, side, its classes with counts, and the layers to switch.

   setTheme(data, places): data as urls.theme answers, see themes.js; places: Map of id to its place
   in data.classes; data.signs { of: one character a village, '0' for none, legend: [{ number, look,
   label, count, url }] } and data.marks { label, url, points } where a theme has them. count(ids) counts these villages instead of those the theme is about. Class 255 stands for villages without a value. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  const MISSING = 255;
  const MISSING_SIGN = '-';
  const HIDDEN_COLOR = '#fafbfc';

  geoTracker.Legend = class {
    /* options: themes, texts, layers [{ key, text }], onTheme(key), onLayer(key, isOn), onFilter() */
    constructor(options) {
      this.options = options;
      this.hidden = new Set();
      this.places = new Map();
      this.styles = new Map();
      this.data = { classes: '' };
      this.card = element('section', { class: 'map-card map-legend' });
      this.note = element('p', { class: 'map-note' });
      this.classes = element('ul', { class: 'map-classes' });
      this.signs = element('ul', { class: 'map-signs' });
      this.foot = element('div', { class: 'map-legend-foot' });
      this.choices = element('div', { class: 'map-choices' });
      [this._themeChoice(), this.choices, this.note, this.classes, this.signs, this.foot]
        .forEach((part) => this.card.appendChild(part));
      if (options.layers.length) this.card.appendChild(this._layerChoice());
      L.DomEvent.disableClickPropagation(this.card).disableScrollPropagation(this.card);
    }

    _themeChoice() {
      const { texts, themes } = this.options;
      this.choice = element('select', { class: 'map-theme' });
      const groups = new Map();
      themes.forEach((theme) => {
        if (theme.group && !groups.has(theme.group)) {
          groups.set(theme.group, element('optgroup', { label: theme.group }));
          this.choice.appendChild(groups.get(theme.group));
        }
        (groups.get(theme.group) || this.choice).appendChild(
          element('option', { value: theme.key, text: theme.title }));
      });
      this.choice.addEventListener('change', () => this.options.onTheme(this.choice.value));
      return element('label', { class: 'map-field' }, [
        element('span', { class: 'map-label', text: texts.theme }), this.choice,
      ]);
    }

    _layerChoice() {
      this.boxes = new Map();
      this.keys = new Map();
      const rows = this.options.layers.map((layer) => {
        const box = element('input', { type: 'checkbox' });
        box.addEventListener('change', () => this.options.onLayer(layer.key, box.checked));
        const key = element('div', { class: 'map-layer-key', hidden: '' });
        this.boxes.set(layer.key, box);
        this.keys.set(layer.key, key);
        return element('li', {}, [
          element('label', { class: 'map-check' }, [box, element('span', { text: layer.text })]), key,
        ]);
      });
      return element('div', { class: 'map-layers' }, [
        element('span', { class: 'map-label', text: this.options.texts.layers }), element('ul', {}, rows),
      ]);
    }

    setLayer(key, isOn) {
      if (!this.boxes || !this.boxes.has(key)) return;
      this.boxes.get(key).checked = isOn;
      this.keys.get(key).hidden = !isOn;
    }

    /* Puts what explains or filters a layer under its name; seen while the layer is on. */
    setLayerKey(key, node) {
      geoTracker.emptied(this.keys.get(key)).appendChild(node);
    }

    /* A further control at the foot of the card. */
    addRow(row) {
      this.card.appendChild(row);
    }

    setChoice(key) {
      this.choice.value = key;
    }

    /* hidden: class numbers that are switched off. */
    setTheme(key, data, places, hidden) {
      this.setChoice(key);
      this.data = data;
      this.places = places;
      this.hidden = new Set(hidden);
      this.styles = new Map(data.legend.map((entry) =>
        [entry.class === MISSING ? MISSING_SIGN : String(entry.class), entry]));
      geoTracker.emptied(this.note).textContent = data.note || '';
      if (data.unit) this.note.appendChild(element('span', { class: 'map-unit', text: data.unit }));
      this._writeClasses();
      this._writeSigns(data);
      this._writeFoot(data);
    }

    /* What lies over the colours. */
    _writeSigns({ signs, marks }) {
      geoTracker.emptied(this.signs);
      const rows = signs ? signs.legend.slice() : [];
      if (marks) rows.push({ look: 'mark', label: marks.label, count: marks.points.length, url: marks.url });
      rows.forEach((row) => this.signs.appendChild(element('li', {}, [
        geoTracker.swatch('', 'is-sign-' + row.look), element('span', { class: 'map-class-label', text: row.label }),
        this._count(row),
      ])));
      this.lookOf = new Map(signs ? signs.legend.map((row) => [String(row.number), row.look]) : []);
    }

    _count(entry) {
      const text = entry.count.toLocaleString('en-US');
      return entry.url
        ? element('a', { class: 'map-count', href: entry.url, title: this.options.texts.rows_of_class, text })
        : element('span', { class: 'map-count', text });
    }

    /* counts: Map of class to how many, in place of those of the theme. */
    _writeClasses(counts) {
      this.counts = new Map();
      geoTracker.emptied(this.classes);
      const { legend, absent } = this.data;
      const isMissingNew = counts && counts.has(MISSING) && !this.styles.has(MISSING_SIGN);
      const entries = isMissingNew ? legend.concat({ class: MISSING, label: absent, count: 0 }) : legend;
      entries.forEach((entry) => this.classes.appendChild(this._classRow(entry)));
    }

    /* ids: those to count, by the class that classOf(id) gives them; without, those of the theme. */
    count(ids, classOf) {
      if (!this.data.legend) return;
      const counts = new Map();
      (ids || []).forEach((id) => {
        const number = classOf(id);
        counts.set(number, (counts.get(number) || 0) + 1);
      });
      // Rows stay where they can: somebody's focus may be on one.
      if (!ids || (counts.has(MISSING) && !this.counts.has(MISSING))) this._writeClasses(ids && counts);
      if (!ids) return;
      this.counts.forEach((shown, number) => {
        const text = (counts.get(number) || 0).toLocaleString('en-US');
        // The list behind a count is of the villages of the theme.
        const said = element('span', { class: 'map-count', text });
        shown.parentElement.replaceChild(said, shown);
        this.counts.set(number, said);
      });
    }

    _writeFoot(data) {
      geoTracker.emptied(this.foot);
      (data.summary || []).forEach((text) =>
        this.foot.appendChild(element('p', { class: 'map-summary', text })));
      if (data.origin) this.foot.appendChild(element('p', { class: 'map-origin', text: data.origin }));
      if (data.table) {
        this.foot.appendChild(element('a', {
          class: 'map-table-link', href: data.table, text: this.options.texts.table,
        }));
      }
    }

    _classRow(entry) {
      const { texts } = this.options;
      const swatch = entry.class === MISSING
        ? geoTracker.swatch('', 'is-hatched') : geoTracker.swatch(entry.color);
      const button = element('button', {
        type: 'button', class: 'map-class', title: texts.hide_class,
        'aria-pressed': String(!this.hidden.has(entry.class)),
      }, [swatch, element('span', { class: 'map-class-label', text: entry.label })]);
      button.addEventListener('click', () => {
        const isHidden = !this.hidden.has(entry.class);
        if (isHidden) this.hidden.add(entry.class);
        else this.hidden.delete(entry.class);
        button.setAttribute('aria-pressed', String(!isHidden));
        this.options.onFilter();
      });
      const count = this._count(entry);
      this.counts.set(entry.class, count);
      return element('li', { class: 'map-class-row' }, [button, count]);
    }

    /* Whether the theme speaks of this village at all. */
    knows(id) {
      return this.places.has(id);
    }

    _entryOf(id) {
      const place = this.places.get(id);
      return this.styles.get(place === undefined ? MISSING_SIGN : this.data.classes[place]);
    }

    /* Class of a village under the theme. */
    classOf(id) {
      const entry = this._entryOf(id);
      return entry ? entry.class : MISSING;
    }

    /* Which look each village has over its colour, as VillageTiles takes it; null where none has any.
       shownAs(id): the village whose sign it bears. */
    looks(shownAs = (id) => id) {
      const { signs } = this.data;
      if (!signs) return null;
      return (id) => {
        const entry = this._entryOf(shownAs(id));
        const isShown = entry && !this.hidden.has(entry.class);
        return (isShown && this.lookOf.get(signs.of[this.places.get(shownAs(id))])) || '';
      };
    }

    /* Colour of a village under the theme and the classes switched off. */
    paint(id) {
      const entry = this._entryOf(id);
      if (!entry) return geoTracker.HATCHED;
      if (this.hidden.has(entry.class)) return HIDDEN_COLOR;
      return entry.class === MISSING ? geoTracker.HATCHED : entry.color;
    }
  };
})();

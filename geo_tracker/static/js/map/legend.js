/* The card at the lower left: theme, its classes with counts, and the layers to switch.

   urls.theme with {theme} answers { ids, class, legend: [{ class, label, color, count }] };
   class 255 stands for villages without a value. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  const MISSING = 255;
  const HIDDEN_COLOR = '#fafbfc';

  geoTracker.Legend = class {
    /* options: themes, texts, layers [{ key, text }], onTheme(key), onLayer(key, isOn), onFilter() */
    constructor(options) {
      this.options = options;
      this.hidden = new Set();
      this.classOf = new Map();
      this.colors = new Map();
      this.card = element('section', { class: 'map-card map-legend' });
      this.card.appendChild(this._themeChoice());
      this.note = element('p', { class: 'map-note' });
      this.classes = element('ul', { class: 'map-classes', title: options.texts.hide_class });
      this.card.appendChild(this.note);
      this.card.appendChild(this.classes);
      if (options.layers.length) this.card.appendChild(this._layerChoice());
      L.DomEvent.disableClickPropagation(this.card).disableScrollPropagation(this.card);
    }

    _themeChoice() {
      const texts = this.options.texts;
      this.choice = element('select', { class: 'map-theme' }, this.options.themes.map((theme) =>
        element('option', { value: theme.key, text: theme.title })));
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

    setTheme(key, data) {
      this.setChoice(key);
      const theme = this.options.themes.find((candidate) => candidate.key === key);
      this.note.textContent = (theme && theme.note) || '';
      this.hidden.clear();
      this.classOf = new Map(data.ids.map((id, i) => [id, data.class[i]]));
      this.colors = new Map(data.legend.map((entry) => [entry.class, entry.color]));
      geoTracker.emptied(this.classes);
      data.legend.forEach((entry) => this.classes.appendChild(this._classRow(entry)));
    }

    _classRow(entry) {
      const swatch = entry.class === MISSING
        ? geoTracker.swatch('', 'is-hatched') : geoTracker.swatch(entry.color);
      const button = element('button', { type: 'button', 'aria-pressed': 'true', class: 'map-class' }, [
        swatch,
        element('span', { class: 'map-class-label', text: entry.label }),
        element('span', { class: 'map-count', text: entry.count.toLocaleString('en-US') }),
      ]);
      button.addEventListener('click', () => {
        const isHidden = !this.hidden.has(entry.class);
        if (isHidden) this.hidden.add(entry.class);
        else this.hidden.delete(entry.class);
        button.setAttribute('aria-pressed', String(!isHidden));
        this.options.onFilter();
      });
      return element('li', {}, [button]);
    }

    /* Colour of a village under the theme and the classes switched off. */
    paint(id) {
      const number = this.classOf.has(id) ? this.classOf.get(id) : MISSING;
      if (this.hidden.has(number)) return HIDDEN_COLOR;
      return number === MISSING ? geoTracker.HATCHED : this.colors.get(number);
    }
  };
})();

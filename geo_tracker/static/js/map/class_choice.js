/* How a theme is classed and whose figures it shows: former or present villages, method, number of
   classes, typed breaks, middle.

   options: config (texts; options.classing { methods: [{ key, text }], fewest, most, usual }),
   hasSides, onChange({ side, method, classes, breaks, middle }). */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  geoTracker.ClassChoice = class {
    constructor({ config, hasSides, onChange }) {
      this.texts = config.texts;
      this.config = config;
      this.onChange = onChange;
      this.sides = this._sides(hasSides);
      this.box = this._classing(config.options.classing);
    }

    _sides(hasSides) {
      const group = element('div', {
        class: 'map-sides', role: 'group', 'aria-label': this.texts.boundaries, title: this.texts.side_title,
      });
      this.sideButtons = new Map();
      if (!hasSides) return group;
      ['merged', 'former'].forEach((side) => {
        const button = element('button', {
          type: 'button', class: 'map-side-button', 'data-side': side, 'aria-pressed': 'false',
          text: this.texts['side_' + side],
        });
        button.addEventListener('click', () => this.onChange({ side }));
        this.sideButtons.set(side, button);
        group.appendChild(button);
      });
      return group;
    }

    _classing(classing) {
      const { texts } = this;
      this.summary = element('summary', {});
      this.box = element('details', { class: 'map-classing' }, [this.summary]);
      if (!classing) return this.box;
      this.methods = classing.methods;
      this.usual = String(classing.usual);
      const counts = [];
      for (let count = classing.fewest; count <= classing.most; count++) counts.push(String(count));
      this.method = this._select('method', this.methods.map(({ key, text }) => [key, text]));
      this.method.addEventListener('change', () =>
        this.onChange({ method: this.method.value, breaks: '', middle: '' }));
      this.count = this._select('classes', counts.map((count) => [count, count]));
      this.count.addEventListener('change', () => this.onChange({ classes: this.count.value }));
      this.breaks = this._input('breaks', texts.breaks_hint);
      this.middle = this._input('middle', texts.middle_hint);
      this.rows = {
        method: this._row(texts.method, this.method),
        classes: this._row(texts.class_count, this.count),
        breaks: this._row(texts.breaks, this.breaks),
        middle: this._row(texts.middle, this.middle),
      };
      Object.keys(this.rows).forEach((key) => this.box.appendChild(this.rows[key]));
      return this.box;
    }

    _select(key, options) {
      return element('select', { 'data-classing': key }, options.map(([value, text]) =>
        element('option', { value, text })));
    }

    _input(key, placeholder) {
      const input = element('input', { type: 'text', 'data-classing': key, placeholder, title: placeholder });
      input.addEventListener('change', () => this.onChange({ [key]: input.value.trim() }));
      return input;
    }

    _row(text, control) {
      return element('label', { class: 'map-classing-row' }, [element('span', { text }), control]);
    }

    show(choice, data) {
      this.sideButtons.forEach((button, side) =>
        button.setAttribute('aria-pressed', String(side === choice.side)));
      const theme = this.config.themes.find((candidate) => candidate.key === choice.theme);
      this.box.hidden = !this.methods || !(theme && theme.is_number);
      if (this.box.hidden) return;
      const method = this.methods.find(({ key }) => key === data.method);
      this.summary.textContent = this.texts.classing.replace('{method}', method ? method.text : '');
      this.method.value = data.method;
      this.count.value = choice.classes || this.usual;
      this.breaks.value = data.breaks.join(', ');
      this.middle.value = choice.middle;
      this.rows.classes.hidden = data.method === 'fixed' || data.method === 'tail';
      this.rows.breaks.hidden = data.method !== 'fixed';
      this.rows.middle.hidden = data.method !== 'diverging';
    }
  };
})();

/* The table behind the map in one file: its villages, each followed by its former villages, with all
   figures. For those who do not see the map, and for whoever wants to read it line by line.

   new ExportedTable({ content, texts, formersOf, onTake(village id) }); content as exported.js says. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  geoTracker.ExportedTable = class {
    constructor(options) {
      this.options = options;
      const { content, texts } = options;
      this.close = element('button', { type: 'button', class: 'ex-close', text: '×', 'aria-label': texts.close });
      this.close.addEventListener('click', () => this.hide());
      this.box = element('section', { class: 'ex-table', 'aria-label': texts.table, tabindex: '-1', hidden: '' }, [
        this.close, element('h2', { text: content.theme.title }),
      ]);
      this.box.addEventListener('keydown', (event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        this.hide();
      });
      this.button = element('button', { type: 'button', class: 'ex-table-button', text: texts.table });
      this.button.addEventListener('click', () => this.show());
    }

    show() {
      // Thousands of rows are made only for those who ask for them.
      if (!this.table) {
        this.table = this._made();
        this.box.appendChild(this.table);
      }
      this.box.hidden = false;
      this.close.focus();
    }

    hide() {
      this.box.hidden = true;
      this.button.focus();
    }

    _made() {
      const { content, texts, formersOf } = this.options;
      const classes = new Map(content.legend.map((entry) => [entry.class, entry.label]));
      const heads = [texts.village, texts.place, texts.class].concat(content.figures);
      const rows = [];
      content.villages.features.forEach(({ properties }) => {
        rows.push(this._row(this._link(properties), properties.place, classes.get(properties.class) || '', properties));
        (formersOf.get(properties.id) || []).forEach((former) => {
          const { name, share } = former.properties;
          rows.push(this._row(element('span', { class: 'ex-of', text: name }),
            texts.former + (share ? ' · ' + share + ' ' + texts.share : ''), '', former.properties));
        });
      });
      return element('table', {}, [
        element('thead', {}, [element('tr', {}, heads.map((text) => element('th', { scope: 'col', text })))]),
        element('tbody', {}, rows),
      ]);
    }

    _link(village) {
      const button = element('button', { type: 'button', class: 'ex-take', text: village.name });
      button.addEventListener('click', () => {
        this.hide();
        this.options.onTake(village.id);
      });
      return button;
    }

    _row(head, place, className, { figures }) {
      const said = new Map(figures.map(([label, text]) => [label, text]));
      return element('tr', {}, [
        element('th', { scope: 'row' }, [head]), element('td', { text: place }), element('td', { text: className }),
      ].concat(this.options.content.figures.map((label, i) =>
        element('td', { class: 'ex-number', text: said.get(i) || '—' }))));
    }
  };
})();

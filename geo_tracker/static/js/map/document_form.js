/* A form over the map: which place goes onto paper or into a file, under which title. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  const WHOLE_AREA = 'all';
  // Whose figures are shown, and in which classes, as the page's address says.
  const CLASSING = ['side', 'method', 'classes', 'breaks', 'middle'];

  function field(text, input) {
    return element('label', { class: 'map-field' }, [element('span', { class: 'map-label', text }), input]);
  }

  function option(value, text) {
    return element('option', { value, text });
  }

  geoTracker.DocumentForm = class {
    /* kind: { action, heading, make, hasView, boxes: [[name, text, isOn]], isNewTab } */
    constructor(page, kind) {
      this.page = page;
      this.kind = kind;
      this.settings = page.config.options.printing;
      this.texts = page.config.texts;
      this.isTyped = false;
      this.form = this._form();
      L.DomEvent.disableClickPropagation(this.form).disableScrollPropagation(this.form);
    }

    _form() {
      const { kind, texts } = this;
      this.title = element('input', { class: 'map-input', name: 'title', maxlength: '120', required: '' });
      this.title.addEventListener('input', () => { this.isTyped = true; });
      this.author = element('input', { class: 'map-input', name: 'author', maxlength: '60', value: this.settings.author });
      this.place = element('select', { class: 'map-theme map-place' });
      this.town = element('select', { class: 'map-theme map-town' });
      this.townField = field(texts.print_town, this.town);
      this.place.addEventListener('change', () => this._offerTowns());
      this.town.addEventListener('change', () => this.suggestTitle());
      this.hidden = ['place', 'view', 'theme'].concat(CLASSING).map((name) => element('input', { type: 'hidden', name }));
      const boxes = kind.boxes.map(([name, text, isOn]) => {
        const box = element('input', { type: 'checkbox', name, value: '1' });
        box.defaultChecked = isOn;
        return element('label', { class: 'map-check' }, [box, element('span', { text })]);
      });
      const form = element('form', Object.assign(
        { class: 'map-card map-document', action: kind.action, method: 'get', 'aria-label': kind.heading, hidden: '' },
        kind.isNewTab ? { target: '_blank', rel: 'noopener' } : {},
      ), [
        field(texts.print_place, this.place), this.townField, field(texts.print_title, this.title),
        field(texts.print_author, this.author), ...boxes, ...this.hidden,
        element('button', { type: 'submit', class: 'map-button map-make', text: kind.make }),
      ]);
      form.addEventListener('submit', () => this._complete());
      return form;
    }

    open() {
      this.form.hidden = false;
      this.suggestTitle();
      this.loading = this.loading || geoTracker.fetchJson(this.settings.places).then((places) => this._offer(places));
      this.loading
        .then(() => this.place.focus())
        .catch((error) => {
          this.loading = null;
          this.page.status.failed(error);
        });
    }

    close() {
      this.form.hidden = true;
    }

    _offer(places) {
      const { kind, texts } = this;
      this.places = new Map(places.map((place) => [place.code, place]));
      geoTracker.emptied(this.place);
      if (kind.hasView) {
        this.place.appendChild(option('', texts.print_view));
        this.place.appendChild(option(WHOLE_AREA, texts.print_whole));
      }
      places.forEach((place) => this.place.appendChild(option(place.code, place.name)));
      // Data without counties can still be taken along as a whole.
      if (!kind.hasView && !places.length) this.place.appendChild(option(WHOLE_AREA, texts.print_whole));
      this._offerTowns();
    }

    _offerTowns() {
      const county = this.places.get(this.place.value);
      geoTracker.emptied(this.town);
      this.town.appendChild(option('', this.texts.print_whole_county));
      (county ? county.towns : []).forEach((town) => this.town.appendChild(option(town.code, town.name)));
      this.townField.hidden = !county || !county.towns.length;
      this.suggestTitle();
    }

    suggestTitle() {
      if (this.isTyped) return;
      const county = this.places && this.places.get(this.place.value);
      const town = county && county.towns.find((candidate) => candidate.code === this.town.value);
      const theme = this.page.config.themes.find((candidate) => candidate.key === this.page.state.theme);
      const where = county ? county.name + (town ? town.name : '') + ' ' : '';
      this.title.value = this.settings.title.replace('WHAT', () => where + theme.title);
    }

    _complete() {
      const bounds = this.page.map.getBounds();
      const isTown = !this.townField.hidden && this.town.value;
      const place = isTown ? this.town.value : this.place.value;
      const values = [place, place ? '' : bounds.toBBoxString(), this.page.state.theme]
        .concat(CLASSING.map(geoTracker.addressValue));
      this.hidden.forEach((input, i) => { input.value = values[i]; });
    }
  };
})();

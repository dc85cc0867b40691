/* Which points of a layer are shown: lights, kinds and stages to switch, with counts. What is off
   stands in the address, as no_lights, no_kinds, no_stages with what tells layers apart before the
   noun (no_problem_lights), parted by |. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  geoTracker.PointFilters = class {
    /* titles: of { kinds, stages }, those that there are; lights: { light: text }. */
    constructor({ texts, titles, lights, prefix = '', onChange }) {
      Object.assign(this, { texts, titles, lights, prefix, onChange });
      this.off = { lights: new Set(), kinds: new Set(), stages: new Set() };
      Object.keys(this.off).forEach((name) => geoTracker.addressValue('no_' + prefix + name).split('|').filter(Boolean)
        .forEach((key) => this.off[name].add(key)));
      this.box = element('div', { class: 'map-filters' });
    }

    passes(thing) {
      const off = this.off;
      return !off.lights.has(thing.light) && !off.kinds.has(thing.kind || '-') && !off.stages.has(thing.stage || '-');
    }

    address() {
      const kept = {};
      Object.keys(this.off).forEach((name) => { kept['no_' + this.prefix + name] = Array.from(this.off[name]).join('|'); });
      return kept;
    }

    /* data: as a layer of lit points is answered; its lights [{ key, text }] go before ours. */
    fill(things, data) {
      const { texts, titles } = this;
      const none = { key: '-', text: texts.not_stated };
      geoTracker.emptied(this.box);
      const lights = geoTracker.LIGHTS_BY_URGENCY.map((light) => ({ key: light, text: (this.lights || {})[light] }));
      this._group('lights', '', data.lights || lights, things, (thing) => thing.light, (light) => 'map-light map-light-' + light);
      if (titles.kinds) {
        this._group('kinds', titles.kinds, data.kinds.map((kind) => ({ key: kind, text: kind })).concat(none),
          things, (thing) => thing.kind || '-');
      }
      if (titles.stages) {
        this._group('stages', titles.stages, data.stages.concat(none), things, (thing) => thing.stage || '-');
      }
    }

    _group(name, title, entries, things, keyOf, signOf) {
      const counts = new Map();
      things.forEach((thing) => counts.set(keyOf(thing), (counts.get(keyOf(thing)) || 0) + 1));
      const buttons = entries.filter(({ key }) => counts.has(key)).map(({ key, text }) => {
        const button = element('button', {
          type: 'button', class: 'map-chip', 'aria-pressed': String(!this.off[name].has(key)),
        }, (signOf ? [element('span', { class: signOf(key) })] : []).concat(
          element('span', { text }), element('span', { class: 'map-count', text: counts.get(key).toLocaleString('en-US') })));
        button.addEventListener('click', () => {
          const isOff = !this.off[name].has(key);
          if (isOff) this.off[name].add(key);
          else this.off[name].delete(key);
          button.setAttribute('aria-pressed', String(!isOff));
          this.onChange();
        });
        return button;
      });
      const chips = element('div', { class: 'map-chips' }, buttons);
      if (!title) {
        this.box.appendChild(chips);
        return;
      }
      const details = element('details', {}, [element('summary', { text: title }), chips]);
      details.open = this.off[name].size > 0;
      this.box.appendChild(details);
    }
  };
})();

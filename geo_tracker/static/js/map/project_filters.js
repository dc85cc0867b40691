/* Which projects are shown: lights, kinds and stages to switch, with counts. What is off stands in the
   address, as no_lights, no_kinds, no_stages, parted by |. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  geoTracker.ProjectFilters = class {
    constructor({ texts, onChange }) {
      this.texts = texts;
      this.onChange = onChange;
      this.off = { lights: new Set(), kinds: new Set(), stages: new Set() };
      Object.keys(this.off).forEach((name) => geoTracker.addressValue('no_' + name).split('|').filter(Boolean)
        .forEach((key) => this.off[name].add(key)));
      this.box = element('div', { class: 'map-filters' });
    }

    passes(project) {
      const off = this.off;
      return !off.lights.has(project.light) && !off.kinds.has(project.kind || '-') && !off.stages.has(project.stage || '-');
    }

    address() {
      const kept = {};
      Object.keys(this.off).forEach((name) => { kept['no_' + name] = Array.from(this.off[name]).join('|'); });
      return kept;
    }

    fill(projects, { kinds, stages }) {
      const texts = this.texts;
      geoTracker.emptied(this.box);
      const lights = geoTracker.LIGHTS_BY_URGENCY.map((light) => ({ key: light, text: texts['light_' + light] }));
      this._group('lights', '', lights, projects, (project) => project.light, (light) => 'map-light map-light-' + light);
      this._group('kinds', texts.project_kinds, kinds.map((kind) => ({ key: kind, text: kind })).concat({ key: '-', text: texts.not_stated }),
        projects, (project) => project.kind || '-');
      this._group('stages', texts.project_stages, stages.concat({ key: '-', text: texts.not_stated }),
        projects, (project) => project.stage || '-');
    }

    _group(name, title, entries, projects, keyOf, signOf) {
      const counts = new Map();
      projects.forEach((project) => counts.set(keyOf(project), (counts.get(keyOf(project)) || 0) + 1));
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

/* The layers of lit points, as a page has them; what draws them comes when the first one is shown.

   urls.projects, problems, visits: as point_nouns.js says, where there is such a layer. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});

  // What the filters of a layer are called by in the address.
  geoTracker.POINT_PREFIXES = { projects: '', problems: 'problem_', visits: 'visit_' };
  const FILTERS = ['lights', 'kinds', 'stages'];

  geoTracker.PointLayers = class {
    constructor(page) {
      this.page = page;
      this.made = {};
      this.wanted = new Set();
      this.kept = {};
      Object.keys(geoTracker.POINT_PREFIXES).forEach((key) => FILTERS.forEach((name) => {
        const said = 'no_' + geoTracker.POINT_PREFIXES[key] + name;
        this.kept[said] = geoTracker.addressValue(said);
      }));
    }

    /* { key: { text, show, hide } }, empty where the page has no such layer. */
    byKey(key, text) {
      if (!this.page.config.urls[key]) return {};
      return { [key]: { text, show: () => this._show(key), hide: () => this._hide(key) } };
    }

    address() {
      return Object.assign({}, this.kept, ...Object.keys(this.made).map((key) => this.made[key].filters.address()));
    }

    _show(key) {
      const { page } = this;
      this.wanted.add(key);
      page.more().then(() => {
        this.made[key] = this.made[key] || geoTracker.madePointLayer(page, key);
        return this.wanted.has(key) && this.made[key].points.show(page.map);
      }).catch((error) => page.status.failed(error));
    }

    _hide(key) {
      this.wanted.delete(key);
      if (this.made[key]) this.made[key].points.hide();
    }
  };
})();

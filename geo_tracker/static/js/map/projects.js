/* Projects as points, coloured by their light.

   urls.projects answers [{ id, name, light, point: [lat, lon], unit_id }]; light is green, yellow,
   red, or anything else where it is not known. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});

  // Red is also larger, so that lights differ by more than colour.
  const LIGHTS = {
    green: { property: '--gt-green', color: '#2e7d32', radius: 4 },
    yellow: { property: '--gt-yellow', color: '#e0a100', radius: 4.5 },
    red: { property: '--gt-red', color: '#c62828', radius: 6 },
    unknown: { property: '--gt-unknown', color: '#8592a0', radius: 4 },
  };
  // The most urgent last, so that they lie on top.
  const ORDER = ['unknown', 'green', 'yellow', 'red'];

  function lightOf(project) {
    return ORDER.indexOf(project.light) < 0 ? 'unknown' : project.light;
  }

  geoTracker.projectMarker = function (project, extraRadius) {
    const light = LIGHTS[lightOf(project)];
    const marker = L.circleMarker(project.point, {
      radius: light.radius + (extraRadius || 0), color: '#ffffff', weight: 1.5,
      fillColor: geoTracker.themeColor(light.property, light.color), fillOpacity: 1,
      bubblingMouseEvents: false,
    });
    return marker.bindTooltip(() => geoTracker.element('span', { text: project.name }), { direction: 'top' });
  };

  geoTracker.ProjectLayer = class {
    /* options: url, onPick(unitId), onLoaded(counts by light) */
    constructor(options) {
      this.options = options;
      this.group = L.layerGroup();
      this.loading = null;
    }

    show(map) {
      this.group.addTo(map);
      this.loading = this.loading || geoTracker.fetchJson(this.options.url).then((projects) => this._fill(projects));
      this.loading.catch(() => { this.loading = null; });
      return this.loading;
    }

    hide() {
      this.group.remove();
    }

    raise() {
      this.group.eachLayer((marker) => marker._map && marker.bringToFront());
    }

    _fill(projects) {
      const byLight = { unknown: [], green: [], yellow: [], red: [] };
      projects.forEach((project) => byLight[lightOf(project)].push(project));
      ORDER.forEach((light) => byLight[light].forEach((project) => {
        const marker = geoTracker.projectMarker(project, 0);
        if (project.unit_id) marker.on('click', () => this.options.onPick(project.unit_id));
        this.group.addLayer(marker);
      }));
      this.options.onLoaded(ORDER.slice().reverse().map((light) => ({ light, count: byLight[light].length })));
    }
  };
})();

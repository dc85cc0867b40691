/* Projects as points, lines and areas, coloured by their light; many at one place as one sign.

   urls.projects answers columns of equal length: id, name, lat, lon, unit, light (green, yellow, red
   or unknown), kind and stage (places in kinds and stages, −1: none), and kinds [text], stages
   [{ key, text }], shapes { id: GeoJSON }. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  // Red is also larger, so that lights differ by more than colour.
  const LIGHTS = {
    green: { property: '--gt-green', color: '#2e7d32', radius: 4 },
    yellow: { property: '--gt-yellow', color: '#e0a100', radius: 4.5 },
    red: { property: '--gt-red', color: '#c62828', radius: 6 },
    unknown: { property: '--gt-unknown', color: '#8592a0', radius: 4 },
  };
  // The most urgent last, so that they lie on top.
  const ORDER = ['unknown', 'green', 'yellow', 'red'];
  geoTracker.LIGHTS_BY_URGENCY = ORDER.slice().reverse();
  const CELL_PX = 56;
  const SINGLE_FROM = 14;
  const SHAPES_FROM = 11;
  const MOST_LISTED = 12;

  function colorOf(light) {
    return geoTracker.themeColor(LIGHTS[light].property, LIGHTS[light].color);
  }

  function lightOf(project) {
    return ORDER.indexOf(project.light) < 0 ? 'unknown' : project.light;
  }

  geoTracker.projectMarker = function (project, extraRadius) {
    const light = LIGHTS[lightOf(project)];
    const marker = L.circleMarker(project.point, {
      radius: light.radius + (extraRadius || 0), color: '#ffffff', weight: 1.5,
      fillColor: colorOf(lightOf(project)), fillOpacity: 1, bubblingMouseEvents: false,
    });
    return marker.bindTooltip(() => element('span', { text: project.name }), { direction: 'top' });
  };

  /* A ring with the share of each light about the number of projects. */
  function clusterSign(counts, total) {
    const size = total < 10 ? 30 : total < 100 ? 36 : 44;
    const canvas = element('canvas', { width: size * 2, height: size * 2, class: 'map-cluster-ring' });
    const ctx = canvas.getContext('2d');
    ctx.scale(2, 2);
    ctx.fillStyle = '#ffffff';
    ctx.beginPath();
    ctx.arc(size / 2, size / 2, size / 2 - 1, 0, 2 * Math.PI);
    ctx.fill();
    let from = -Math.PI / 2;
    geoTracker.LIGHTS_BY_URGENCY.filter((light) => counts[light]).forEach((light) => {
      const to = from + counts[light] / total * 2 * Math.PI;
      ctx.strokeStyle = colorOf(light);
      ctx.lineWidth = 4;
      ctx.beginPath();
      ctx.arc(size / 2, size / 2, size / 2 - 4, from, to);
      ctx.stroke();
      from = to;
    });
    ctx.fillStyle = '#1f2933';
    ctx.font = '600 ' + (total < 100 ? 13 : 12) + 'px sans-serif';
    ctx.textAlign = 'center';
    ctx.textBaseline = 'middle';
    ctx.fillText(String(total), size / 2, size / 2 + 0.5);
    return { size, html: canvas };
  }

  geoTracker.ProjectLayer = class {
    /* options: url, texts, onPick(unitId, projectId), onLoaded(projects, options), onDrawn(shown) */
    constructor(options) {
      this.options = options;
      this.group = L.layerGroup();
      this.loading = null;
      this.projects = [];
      this.passes = () => true;
      this.redraw = () => this._draw();
    }

    show(map) {
      this.map = map;
      this.group.addTo(map);
      map.on('moveend', this.redraw);
      this.loading = this.loading || geoTracker.fetchJson(this.options.url).then((data) => this._take(data));
      this.loading.catch(() => { this.loading = null; });
      return this.loading.then(() => this._draw());
    }

    hide() {
      if (!this.map) return;
      this.map.off('moveend', this.redraw);
      this.group.clearLayers().remove();
    }

    /* Shows only projects for which passes(project) is true. */
    filter(passes) {
      this.passes = passes;
      this._draw();
    }

    _take(data) {
      const textOf = (list, place) => (place < 0 ? '' : list[place]);
      this.projects = data.id.map((id, i) => ({
        id, name: data.name[i], point: L.latLng(data.lat[i], data.lon[i]), unit: data.unit[i],
        light: lightOf({ light: data.light[i] }), kind: textOf(data.kinds, data.kind[i]),
        stage: data.stage[i] < 0 ? '' : data.stages[data.stage[i]].key, shape: data.shapes[id],
      }));
      this.options.onLoaded(this.projects, { kinds: data.kinds, stages: data.stages });
    }

    _draw() {
      if (!this.map || !this.map.hasLayer(this.group)) return;
      this.group.clearLayers();
      const view = this.map.getBounds().pad(0.1);
      const zoom = this.map.getZoom();
      const shown = this.projects.filter((project) => this.passes(project) && view.contains(project.point));
      if (zoom >= SHAPES_FROM) {
        shown.filter((project) => project.shape).forEach((project) => this._addShape(project));
      }
      const cells = new Map();
      shown.forEach((project) => {
        const px = this.map.project(project.point, Math.round(zoom));
        const key = zoom >= SINGLE_FROM ? project.id : Math.floor(px.x / CELL_PX) + '/' + Math.floor(px.y / CELL_PX);
        if (!cells.has(key)) cells.set(key, []);
        cells.get(key).push(project);
      });
      Array.from(cells.values())
        .sort((a, b) => ORDER.indexOf(a[0].light) - ORDER.indexOf(b[0].light))
        .forEach((members) => (members.length > 1 ? this._addCluster(members) : this._addPoint(members[0])));
    }

    _addPoint(project) {
      const marker = geoTracker.projectMarker(project, 0).addTo(this.group);
      if (project.unit) marker.on('click', () => this.options.onPick(project.unit, project.id));
    }

    _addShape(project) {
      const color = colorOf(project.light);
      const layer = L.geoJSON({ type: 'Feature', properties: {}, geometry: project.shape }, {
        style: { color, weight: 4, fillColor: color, fillOpacity: 0.25 }, bubblingMouseEvents: false,
        pointToLayer: (_feature, latlng) => geoTracker.projectMarker(Object.assign({}, project, { point: latlng }), 0),
      }).addTo(this.group);
      layer.bindTooltip(() => element('span', { text: project.name }), { sticky: true });
      if (project.unit) layer.on('click', () => this.options.onPick(project.unit, project.id));
    }

    _addCluster(members) {
      const counts = {};
      members.forEach((project) => { counts[project.light] = (counts[project.light] || 0) + 1; });
      const sign = clusterSign(counts, members.length);
      const bounds = L.latLngBounds(members.map((project) => project.point));
      const label = this.options.texts.projects + ' ' + members.length;
      const marker = L.marker(bounds.getCenter(), {
        icon: L.divIcon({ html: sign.html, className: 'map-cluster-icon', iconSize: [sign.size, sign.size] }),
        title: label, alt: label, riseOnHover: true,
      }).addTo(this.group);
      marker.on('click', () => {
        const isOnePlace = bounds.getNorthEast().equals(bounds.getSouthWest());
        if (!isOnePlace) this.map.fitBounds(bounds, { padding: [60, 60], maxZoom: SINGLE_FROM + 1 });
        else this._list(members, bounds.getCenter());
      });
    }

    /* Projects that stand on the very same place: no zoom takes them apart. */
    _list(members, place) {
      const rows = members.slice(0, MOST_LISTED).map((project) => {
        const row = element('button', { type: 'button', class: 'map-class' }, [
          element('span', { class: 'map-light map-light-' + project.light }), element('span', { text: project.name }),
        ]);
        row.addEventListener('click', () => project.unit && this.options.onPick(project.unit, project.id));
        return element('li', {}, [row]);
      });
      L.popup({ maxWidth: 320, className: 'map-popup' }).setLatLng(place)
        .setContent(element('ul', { class: 'map-classes' }, rows)).openOn(this.map);
    }
  };
})();

/* Things that have a light as points, lines and areas, coloured by it; many at one place as one sign.

   Their address answers columns of equal length: id, name, lat, lon, unit, light (green, yellow, red
   or unknown), and, where there are such, kind and stage (places in kinds and stages, −1: none),
   kinds [text], stages [{ key, text }], shapes { id: GeoJSON }; more as a noun needs. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  const CELL_PX = 56;
  const SINGLE_FROM = 14;
  const SHAPES_FROM = 11;
  const MOST_LISTED = 100;
  const MOST_HIGH_PX = 260;
  const ORDER = geoTracker.LIGHTS_BY_URGENCY.slice().reverse();
  const colorOf = geoTracker.lightColor;

  /* A ring with the share of each light about how many there are. */
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

  geoTracker.LitPoints = class {
    /* options: url, title, onLoaded(things, data), onPick(thing), and optionally more(data, i): what
       else to know of a thing, tip(thing): text, about(thing): what a pop-up shows when one is
       clicked; without it onPick follows. */
    constructor(options) {
      this.options = options;
      this.group = L.layerGroup();
      this.loading = null;
      this.things = [];
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

    /* Shows only those for which passes(thing) is true. */
    filter(passes) {
      this.passes = passes;
      this._draw();
    }

    _take(data) {
      const { more, onLoaded } = this.options;
      const of = (list, places, i) => (list && places[i] >= 0 ? list[places[i]] : null);
      this.things = data.id.map((id, i) => Object.assign({
        id, name: data.name[i], point: L.latLng(data.lat[i], data.lon[i]), unit: data.unit[i],
        light: geoTracker.lightOf({ light: data.light[i] }), kind: of(data.kinds, data.kind, i) || '',
        stage: (of(data.stages, data.stage, i) || { key: '' }).key, shape: data.shapes && data.shapes[id],
      }, more ? more(data, i) : {}));
      onLoaded(this.things, data);
    }

    _draw() {
      if (!this.map || !this.map.hasLayer(this.group)) return;
      this.group.clearLayers();
      const view = this.map.getBounds().pad(0.1);
      const zoom = this.map.getZoom();
      const shown = this.things.filter((thing) => this.passes(thing) && view.contains(thing.point));
      if (zoom >= SHAPES_FROM) {
        shown.filter((thing) => thing.shape).forEach((thing) => this._addShape(thing));
      }
      const cells = new Map();
      shown.forEach((thing) => {
        const px = this.map.project(thing.point, Math.round(zoom));
        // No zoom takes those apart that stand on the very same place.
        const key = zoom >= SINGLE_FROM ? thing.point.toString() : Math.floor(px.x / CELL_PX) + '/' + Math.floor(px.y / CELL_PX);
        if (!cells.has(key)) cells.set(key, []);
        cells.get(key).push(thing);
      });
      Array.from(cells.values())
        .sort((a, b) => ORDER.indexOf(a[0].light) - ORDER.indexOf(b[0].light))
        .forEach((members) => (members.length > 1 ? this._addCluster(members) : this._addPoint(members[0])));
    }

    _addPoint(thing) {
      this._answer(geoTracker.litMarker(thing, 0, () => this._tip(thing)).addTo(this.group), thing);
    }

    _tip(thing) {
      return this.options.tip ? this.options.tip(thing) : thing.name;
    }

    _answer(layer, thing) {
      if (!thing.unit && !this.options.about) return;
      layer.on('click', () => {
        layer.closeTooltip();
        this._open(thing);
      });
    }

    _open(thing) {
      const { about, onPick } = this.options;
      if (about) this._popUp(thing.point, about(thing));
      else if (thing.unit) onPick(thing);
    }

    _popUp(place, content) {
      L.popup({ maxWidth: 320, maxHeight: MOST_HIGH_PX, className: 'map-popup' })
        .setLatLng(place).setContent(content).openOn(this.map);
    }

    _addShape(thing) {
      const color = colorOf(thing.light);
      const layer = L.geoJSON({ type: 'Feature', properties: {}, geometry: thing.shape }, {
        style: { color, weight: 4, fillColor: color, fillOpacity: 0.25 }, bubblingMouseEvents: false,
        pointToLayer: (_feature, latlng) => geoTracker.litMarker(Object.assign({}, thing, { point: latlng }), 0),
      }).addTo(this.group);
      layer.bindTooltip(() => element('span', { text: this._tip(thing) }), { sticky: true });
      this._answer(layer, thing);
    }

    _addCluster(members) {
      const counts = {};
      members.forEach((thing) => { counts[thing.light] = (counts[thing.light] || 0) + 1; });
      const sign = clusterSign(counts, members.length);
      const bounds = L.latLngBounds(members.map((thing) => thing.point));
      const label = this.options.title + ' ' + members.length;
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

    /* Those that stand on the very same place, the most urgent first. */
    _list(members, place) {
      const urgent = members.slice().sort((a, b) => ORDER.indexOf(b.light) - ORDER.indexOf(a.light));
      const rows = urgent.slice(0, MOST_LISTED).map((thing) => {
        const row = element('button', { type: 'button', class: 'map-class' }, [
          element('span', { class: 'map-light map-light-' + thing.light }), element('span', { text: this._tip(thing) }),
        ]);
        row.addEventListener('click', () => this._open(thing));
        return element('li', {}, [row]);
      });
      const rest = members.length - rows.length;
      if (rest > 0) rows.push(element('li', { class: 'map-note', text: '+ ' + rest.toLocaleString('en-US') }));
      this._popUp(place, element('ul', { class: 'map-classes' }, rows));
    }
  };
})();

/* The map of a county or town that stands in one file: villages by class, former villages with
   their links to the seat, projects, open problems, names, and the village in hand.

   showExported(map, content); content: bounds [west, south, east, north], texts,
   theme { title, note }, legend [{ class, label, color, count }] (class 255: no value),
   signs [{ look, label, count }], marks { label, count, points [{ name, about, point }] } or null,
   figures [label], sources [title],
   villages GeoJSON { id, name, place, class, look ('hatched', 'outlined' or ''), seat [lat, lon], figures },
   formers GeoJSON { id, name, into, point [lat, lon], share, figures },
   lines { town, county } GeoJSON geometries, projects and problems
   [{ name, light, point, about }];
   a village's figures are [index of the label, text, date, index of the source].
   Needs js/map/dom.js, js/exported_table.js. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  const MISSING = 255;
  const HIDDEN_COLOR = '#fafbfc';
  const LIGHT_COLORS = { unknown: '#8592a0', green: '#2e7d32', yellow: '#e0a100', red: '#c62828' };
  const FORMER_COLORS = [
    '#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b3a100', '#6b6f76',
  ];
  const NAME_PX = 13;
  const FORMER_NAME_PX = 12;
  // A village smaller than this on screen is zoomed to when it is taken.
  const READABLE_PX = 160;
  const CARD_PX = 540;
  const BORDER = { color: 'rgba(82,97,112,0.55)', weight: 0.8, opacity: 1 };

  const OUTLINED = { color: '#1f2933', weight: 2.6, opacity: 1 };

  function hatching(ground, strokes) {
    const tile = element('canvas', { width: 8, height: 8 });
    const pen = tile.getContext('2d');
    pen.fillStyle = ground;
    pen.fillRect(0, 0, 8, 8);
    strokes.forEach(([color, width]) => {
      pen.strokeStyle = color;
      pen.lineWidth = width;
      pen.beginPath();
      [-8, 0, 8].forEach((shift) => {
        pen.moveTo(shift - 1, 9);
        pen.lineTo(shift + 9, -1);
      });
      pen.stroke();
    });
    return pen.createPattern(tile, 'repeat');
  }

  function widthOf(text, px) {
    return Array.from(text).reduce((sum, sign) => sum + (sign > '\u2e7f' ? px : px * 0.58), 0);
  }

  class ExportedMap {
    constructor(map, content) {
      Object.assign(this, { map, content, texts: content.texts });
      this.hidden = new Set();
      this.hatch = hatching('#f7f8f9', [['#bcc5cd', 1]]);
      this.colors = new Map(content.legend.map((entry) => [entry.class, entry.color]));
      // Dark lines with light edges: seen on any colour, and no village without a value.
      this.hatched = new Map(content.legend.map((entry) =>
        [entry.class, hatching(entry.color, [['rgba(255,255,255,0.85)', 3], ['#1f2933', 1.3]])]));
      this.formersOf = new Map();
      content.formers.features.forEach((former) => {
        const into = former.properties.into;
        if (!this.formersOf.has(into)) this.formersOf.set(into, []);
        this.formersOf.get(into).push(former);
      });
      this.inHand = L.layerGroup();
      this.names = L.layerGroup();
      this.formerNames = L.layerGroup();
    }

    start() {
      const { map, content, texts } = this;
      const [west, south, east, north] = content.bounds;
      map.createPane('names').style.zIndex = 620;
      map.getPane('names').style.pointerEvents = 'none';
      this.villages = this._villages().addTo(map);
      // Over the borders of their neighbours.
      this.villages.eachLayer((layer) => layer.feature.properties.look === 'outlined' && layer.bringToFront());
      this._lines(content.lines.town, 1.4, '#4a5866').addTo(map);
      this._lines(content.lines.county, 2.6, '#1f2933').addTo(map);
      this.table = new geoTracker.ExportedTable({
        content, texts, formersOf: this.formersOf, onTake: (id) => this._takeById(id),
      });
      this.layers = { formers: this._formers(), projects: this._points('projects'), problems: this._points('problems'), names: this.names };
      this.inHand.addTo(map);
      this._marks().addTo(map);
      L.control.zoom({ position: 'topleft', zoomInTitle: texts.zoom_in, zoomOutTitle: texts.zoom_out }).addTo(map);
      L.control.scale({ position: 'bottomright', imperial: false }).addTo(map);
      this._place('bottomleft', this._legend());
      this.card = element('section', { class: 'ex-card ex-village', hidden: '' });
      this._place('topright', this.card);
      map.getContainer().parentElement.appendChild(this.table.box);
      map.fitBounds([[south, west], [north, east]], { animate: false, padding: [12, 12] });
      map.on('moveend', () => this._drawNames());
      map.on('click', () => this._letGo());
      document.addEventListener('keydown', (event) => event.key === 'Escape' && this._letGo());
      this._drawNames();
      document.documentElement.dataset.mapReady = 'true';
    }

    _place(position, content) {
      const control = L.control({ position });
      control.onAdd = () => content;
      L.DomEvent.disableClickPropagation(content).disableScrollPropagation(content);
      control.addTo(this.map);
    }

    _style(feature) {
      const { class: number, look } = feature.properties;
      if (this.hidden.has(number)) return Object.assign({ fillOpacity: 1, fillColor: HIDDEN_COLOR }, BORDER);
      const colors = look === 'hatched' ? this.hatched : this.colors;
      const fillColor = number === MISSING ? this.hatch : colors.get(number);
      return Object.assign({ fillOpacity: 1, fillColor }, look === 'outlined' ? OUTLINED : BORDER);
    }

    _villages() {
      return L.geoJSON(this.content.villages, {
        style: (feature) => this._style(feature),
        bubblingMouseEvents: false,
        onEachFeature: (feature, layer) => {
          layer.bindTooltip(() => this._tip(feature.properties), { sticky: true, opacity: 1 });
          layer.on('click', () => this._take(feature, layer));
        },
      });
    }

    _lines(geometry, weight, color) {
      return L.geoJSON(geometry, { style: { color, weight, opacity: 1, fill: false }, interactive: false });
    }

    /* Outlines and names of the former villages, and a line from each to the seat of what it became. */
    _formers() {
      this.formerOutlines = L.geoJSON(this.content.formers, {
        interactive: false, style: { color: '#a34a12', weight: 1.1, dashArray: '4 3', fill: false },
      });
      const group = L.layerGroup([this.formerOutlines, this.formerNames]);
      this.content.villages.features.forEach((village) => {
        (this.formersOf.get(village.properties.id) || []).forEach((former) => {
          L.polyline([former.properties.point, village.properties.seat], {
            color: '#a34a12', weight: 1.2, opacity: 0.75, interactive: false,
          }).addTo(group);
        });
        if (!this.formersOf.has(village.properties.id)) return;
        L.circleMarker(village.properties.seat, {
          radius: 2.5, color: '#a34a12', weight: 1.2, fillColor: '#ffffff', fillOpacity: 1, interactive: false,
        }).addTo(group);
      });
      return group;
    }

    /* Projects are points, problems are rings. */
    _points(key) {
      const isRing = key === 'problems';
      // The most urgent last, so that they lie on top.
      const order = Object.keys(LIGHT_COLORS);
      const sorted = this.content[key].slice().sort((a, b) => order.indexOf(a.light) - order.indexOf(b.light));
      return L.layerGroup(sorted.map((thing) => L.circleMarker(thing.point, {
        radius: thing.light === 'red' ? 6 : 4, bubblingMouseEvents: false, fillOpacity: 1,
        color: isRing ? LIGHT_COLORS[thing.light] : '#ffffff', weight: isRing ? 2.4 : 1.2,
        fillColor: isRing ? '#ffffff' : LIGHT_COLORS[thing.light],
      }).bindTooltip(() => element('div', {}, [
        element('b', { text: thing.name }),
        element('div', { text: this.texts[(isRing ? 'problem_light_' : 'light_') + thing.light] }),
        element('div', { class: 'ex-muted', text: thing.about }),
      ]), { direction: 'top', opacity: 1 })));
    }

    _marks() {
      const points = this.content.marks ? this.content.marks.points : [];
      return L.layerGroup(points.map((mark) => L.marker(mark.point, {
        icon: L.divIcon({ className: '', iconSize: [11, 11], html: element('div', { class: 'ex-diamond' }) }), keyboard: false,
      }).bindTooltip(() => element('div', {}, [
        element('b', { text: mark.name }), element('div', { class: 'ex-muted', text: mark.about }),
      ]), { direction: 'top', offset: [0, -6], opacity: 1 })));
    }

    _figures(properties) {
      const { figures, sources } = this.content;
      if (!properties.figures.length) return element('p', { class: 'ex-muted', text: this.texts.no_figures });
      return element('table', { class: 'ex-figures' }, properties.figures.map(([label, text, date, source]) =>
        element('tr', {}, [
          element('th', { scope: 'row', text: figures[label] }),
          element('td', { class: 'ex-number', text }),
          element('td', { class: 'ex-muted', text: date }),
          element('td', { class: 'ex-muted', text: source < 0 ? '' : sources[source] }),
        ])));
    }

    _tip(properties) {
      return element('div', {}, [
        element('b', { text: properties.name }),
        element('div', { class: 'ex-muted', text: properties.place }),
        this._figures(properties),
        this._formersInShort(properties),
      ]);
    }

    _formersInShort(properties) {
      const names = (this.formersOf.get(properties.id) || []).map((former) => former.properties.name);
      if (!names.length) return element('div');
      return element('div', { class: 'ex-tip-formers' }, [
        element('span', { class: 'ex-muted', text: this.texts.former_villages + ' ' + names.length + ' ' }),
        element('span', { text: names.join(' · ') }),
      ]);
    }

    _take(feature, layer) {
      const { properties } = feature;
      this._letGo();
      const formers = this.formersOf.get(properties.id) || [];
      L.geoJSON(feature, { interactive: false, style: { color: '#12344d', weight: 3, fill: false } }).addTo(this.inHand);
      formers.forEach((former, place) => this._tie(former, properties.seat, FORMER_COLORS[place % FORMER_COLORS.length]));
      L.circleMarker(properties.seat, {
        radius: 6, color: '#12344d', weight: 3, fillColor: '#ffffff', fillOpacity: 1, interactive: false,
      }).addTo(this.inHand);
      layer.closeTooltip();
      this._bringCloser(layer.getBounds());
      this._fillCard(properties, formers);
    }

    _takeById(id) {
      this.villages.eachLayer((layer) => {
        if (layer.feature.properties.id !== id) return;
        if (!this.map.getBounds().contains(layer.getBounds())) this.map.fitBounds(layer.getBounds(), { maxZoom: 15 });
        this._take(layer.feature, layer);
        this.card.querySelector('.ex-close').focus();
      });
    }

    _bringCloser(bounds) {
      const size = this._sizePx(bounds);
      if (Math.max(size.x, size.y) >= READABLE_PX) return;
      this.map.fitBounds(bounds, { paddingTopLeft: [60, 60], paddingBottomRight: [CARD_PX, 60], maxZoom: 15 });
    }

    _sizePx(bounds) {
      const map = this.map;
      return map.latLngToLayerPoint(bounds.getSouthEast()).subtract(map.latLngToLayerPoint(bounds.getNorthWest()));
    }

    _tie(former, seat, color) {
      const point = former.properties.point;
      L.geoJSON(former, {
        interactive: false, style: { color: '#ffffff', weight: 1.5, fillColor: color, fillOpacity: 0.5 },
      }).addTo(this.inHand);
      [['#ffffff', 6], [color, 3]].forEach(([stroke, weight]) =>
        L.polyline([point, seat], { color: stroke, weight, interactive: false }).addTo(this.inHand));
      L.tooltip({ permanent: true, direction: 'bottom', className: 'ex-name ex-former-name', opacity: 1 })
        .setLatLng(point).setContent(element('span', { text: former.properties.name })).addTo(this.inHand);
    }

    _fillCard(properties, formers) {
      const close = element('button', { type: 'button', class: 'ex-close', text: '×', 'aria-label': this.texts.close });
      close.addEventListener('click', () => this._letGo());
      geoTracker.emptied(this.card);
      [
        close,
        element('h2', { text: properties.name }),
        element('p', { class: 'ex-muted', text: properties.place }),
        this._figures(properties),
      ].forEach((part) => this.card.appendChild(part));
      if (formers.length) this.card.appendChild(element('h3', { text: this.texts.former_villages + ' ' + formers.length }));
      formers.forEach((former, place) => {
        const { name, share } = former.properties;
        this.card.appendChild(element('div', { class: 'ex-former' }, [
          element('h4', {}, [
            geoTracker.swatch(FORMER_COLORS[place % FORMER_COLORS.length], 'ex-swatch'), element('span', { text: name }),
            element('span', { class: 'ex-muted', text: share ? share + ' ' + this.texts.share : '' }),
          ]),
          this._figures(former.properties),
        ]));
      });
      this.card.hidden = false;
    }

    _letGo() {
      this.inHand.clearLayers();
      this.card.hidden = true;
    }

    _legend() {
      const { content, texts } = this;
      const rows = content.legend.map((entry) => {
        const swatch = geoTracker.swatch(entry.class === MISSING ? '' : entry.color, 'ex-swatch' + (entry.class === MISSING ? ' ex-hatched' : ''));
        const button = element('button', { type: 'button', class: 'ex-class', 'aria-pressed': 'true' }, [
          swatch, element('span', { class: 'ex-label', text: entry.label }), element('span', { class: 'ex-muted', text: entry.count }),
        ]);
        button.addEventListener('click', () => {
          if (!this.hidden.delete(entry.class)) this.hidden.add(entry.class);
          button.setAttribute('aria-pressed', String(!this.hidden.has(entry.class)));
          this.villages.setStyle((feature) => this._style(feature));
        });
        return element('li', {}, [button]);
      });
      const signs = content.signs.slice();
      if (content.marks) signs.push(Object.assign({ look: 'mark' }, content.marks));
      const meanings = signs.map((sign) => element('li', {}, [
        geoTracker.swatch('', 'ex-swatch ex-sign-' + sign.look),
        element('span', { class: 'ex-label', text: sign.label }), element('span', { class: 'ex-muted', text: sign.count }),
      ]));
      const boxes = ['names', 'formers', 'projects', 'problems'].map((key) => {
        const box = element('input', { type: 'checkbox', 'data-layer': key });
        box.addEventListener('change', () => this._show(key, box.checked));
        if (key === 'names') {
          box.checked = true;
          this.names.addTo(this.map);
        }
        return element('li', {}, [element('label', {}, [box, element('span', { text: texts[key] })])]);
      });
      return element('section', { class: 'ex-card ex-legend' }, [
        element('h2', { text: content.theme.title }), element('p', { class: 'ex-muted', text: content.theme.note }),
        element('ul', { title: texts.hide_class }, rows), element('ul', { class: 'ex-signs' }, meanings), this.table.button, element('h3', { text: texts.layers }), element('ul', {}, boxes),
      ]);
    }

    _show(key, isOn) {
      if (isOn) this.layers[key].addTo(this.map);
      else this.layers[key].remove();
      this._drawNames();
    }

    /* Names of the villages, and in the room they leave those of the former ones. */
    _drawNames() {
      const taken = [];
      this.names.clearLayers();
      this.formerNames.clearLayers();
      if (this.map.hasLayer(this.names)) {
        this._name(this.villages, 'middle', { px: NAME_PX, className: 'ex-name', group: this.names, taken });
      }
      if (this.map.hasLayer(this.layers.formers)) {
        const className = 'ex-name ex-name-of-former';
        this._name(this.formerOutlines, 'point', { px: FORMER_NAME_PX, className, group: this.formerNames, taken });
      }
    }

    /* Name what is wider than its name and taller than a line, where no name stands before. */
    _name(outlines, place, { px, className, group, taken }) {
      const { map } = this;
      const view = map.getBounds();
      outlines.eachLayer((layer) => {
        const bounds = layer.getBounds();
        if (!view.intersects(bounds)) return;
        const size = this._sizePx(bounds);
        const { name, [place]: point } = layer.feature.properties;
        if (size.x < widthOf(name, px) || size.y < px * 1.5) return;
        const at = map.latLngToLayerPoint(point);
        const half = L.point(widthOf(name, px) / 2 + 2, px * 0.7);
        const box = L.bounds(at.subtract(half), at.add(half));
        if (taken.some((other) => other.overlaps(box))) return;
        taken.push(box);
        L.tooltip({ permanent: true, direction: 'center', className, opacity: 1, pane: 'names', interactive: false })
          .setLatLng(point).setContent(element('span', { text: name })).addTo(group);
      });
    }
  }

  geoTracker.showExported = function (map, content) {
    new ExportedMap(map, content).start();
  };
})();

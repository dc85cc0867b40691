/* A Leaflet layer that draws vector tiles of villages on canvas.

   Options: url with {z}, {x}, {y}; minDataZoom, maxDataZoom (tile zooms that exist); look: 'areas'
   (filled, with names, town and county lines) or 'outlines' (dashed lines only).
   A tile is 512 px wide, so tile zoom is map zoom − 1; between whole zooms it is drawn anew in its
   width there: what browsers scale is blurred, and slow to move. Beyond maxDataZoom the same data are
   drawn larger, as sharp as before. Layers can share the map: showOnly(predicate) leaves out villages,
   cutTo(left, right) leaves out all beside two lines. What is left out is neither drawn nor hit.
   Events: 'featurehover' { id, name, latlng } (id 0: none), 'featureclick' { id, latlng }; clicks
   beside what the layer shows are told by none that shares the map; 'namewanted' { id }: over a
   village whose name is not known; `addNames` answers. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const drawing = geoTracker.drawing;

  const TILE_PX = 512;
  // Drawn over the next tile, so that no gap shines through while the browser scales tiles.
  const SEAM_PX = 1;
  const REMEMBERED_TILES = 96;
  const GROUND = '#e6ebef';
  const HATCHED = 'hatched';

  geoTracker.HATCHED = HATCHED;

  geoTracker.VillageTiles = L.GridLayer.extend({
    includes: geoTracker.tileOverlays,

    options: {
      tileSize: TILE_PX, keepBuffer: 1, updateWhenZooming: false, noWrap: true,
      look: 'areas', minDataZoom: 3, maxDataZoom: 13,
    },

    initialize: function (options) {
      L.setOptions(this, options);
      this._shown = new Map();
      this._fetched = new Map();
      this._paint = () => GROUND;
      this._names = new Map();
      this._selected = 0;
      this._hovered = 0;
      this._formers = new Set();
      this._only = null;
      this._sides = null;
    },

    onAdd: function (map) {
      this._isArea = this.options.look === 'areas';
      if (this._isArea) this._addOverlays(map);
      L.GridLayer.prototype.onAdd.call(this, map);
      this.on('tileunload', this._forget, this);
      if (!this._isArea) return;
      this.on('load', this._redrawOverlays, this);
      map.on('moveend resize', this._resetOverlays, this);
      map.on('move', this._cut, this);
      this._cut();
      map.on('mousemove', this._pointAt, this);
      map.on('mouseout movestart', this._pointNowhere, this);
      map.on('click', this._pick, this);
    },

    onRemove: function (map) {
      this.off('tileunload', this._forget, this);
      L.GridLayer.prototype.onRemove.call(this, map);
      this._shown.clear();
      if (!this._isArea) return;
      this.off('load', this._redrawOverlays, this);
      map.off('moveend resize', this._resetOverlays, this);
      map.off('move', this._cut, this);
      map.off('mousemove', this._pointAt, this);
      map.off('mouseout movestart', this._pointNowhere, this);
      map.off('click', this._pick, this);
      this._removeOverlays();
      this._hovered = 0;
    },

    /* Fill villages anew: paint(id) returns a colour or geoTracker.HATCHED; look(id), where the theme
       has signs, 'hatched', 'outlined' or ''. */
    restyle: function (paint, look) {
      this._paint = paint;
      this._look = look || null;
      this._shown.forEach((tile) => this._draw(tile));
    },

    /* Add names to show on hover: Map of id to name. */
    addNames: function (names) {
      names.forEach((name, id) => this._names.set(id, name));
      if (names.has(this._hovered)) this._hover(this._hovered, this._hoveredAt);
    },

    /* Outline a village; blank out its theme colour where its former villages take the place, and
       the colours and names of those of them that this layer has. */
    select: function (id, { isBlank = false, formers = [] } = {}) {
      const were = this._formers.size;
      this._selected = id;
      this._isBlank = isBlank;
      this._formers = new Set(formers);
      if (were || formers.length) this._shown.forEach((tile) => this._draw(tile));
      if (this._map) this._redrawOverlays();
    },

    /* Show some villages only: predicate(id), or null for all. isUnder: another layer shows the
       others, over this one. */
    showOnly: function (predicate, { isUnder = false } = {}) {
      this._only = predicate;
      this._isUnder = isUnder;
      this._shown.forEach((tile) => this._draw(tile));
      if (this._map) this._redrawOverlays();
    },

    /* Show only what lies between two lines down the window, in pixels of the map; or all: null. */
    cutTo: function (left, right) {
      this._sides = left === null ? null : [left, right];
      this._cut();
    },

    _shows: function (id) {
      return !this._only || this._only(id);
    },

    _cut: function () {
      if (!this._map) return;
      // An inset and no polygon: the browser need not paint anew what only comes into sight.
      const cut = (element, origin, size) => {
        if (!this._sides) {
          element.style.clipPath = '';
          return;
        }
        const [from, to] = [[this._sides[0], 0], [this._sides[1], this._map.getSize().y]].map((corner) =>
          this._map.containerPointToLayerPoint(corner).subtract(origin));
        const insets = [from.y, size.x - to.x, size.y - to.y, from.x];
        element.style.clipPath = 'inset(' + insets.map((px) => px + 'px').join(' ') + ')';
      };
      cut(this._container, L.point(0, 0), L.point(0, 0));
      this._overlays.forEach(({ canvas, origin, box }) => cut(canvas, origin.add(box.min), box.getSize()));
    },

    createTile: function (coords, done) {
      const element = L.DomUtil.create('canvas', 'leaflet-tile');
      const tile = { element, density: window.devicePixelRatio || 1, coords, layers: {} };
      this._shown.set(keyOf(coords), tile);
      this._layersOf(this._source(coords)).then((layers) => {
        tile.layers = layers;
        this._draw(tile);
        done(null, element);
      }).catch((error) => done(error, element));
      return element;
    },

    _initTile: function (element) {
      L.GridLayer.prototype._initTile.call(this, element);
      this._shown.forEach((tile) => {
        if (tile.element === element) this._size(tile);
      });
    },

    /* Where a tile begins and ends within its level, in whole pixels. */
    _edges: function (coords) {
      const level = this._levels[coords.z];
      const scale = this._map.getZoomScale(level.drawnFor, level.zoom);
      return [coords, coords.add([1, 1])].map((corner) =>
        corner.multiplyBy(TILE_PX).subtract(level.origin).multiplyBy(scale).round());
    },

    _getTilePos: function (coords) {
      return this._edges(coords)[0];
    },

    _size: function (tile) {
      const [from, to] = this._edges(tile.coords);
      const size = to.subtract(from);
      tile.width = size.x;
      [['width', size.x], ['height', size.y]].forEach(([side, px]) => {
        tile.element.style[side] = px + SEAM_PX + 'px';
        tile.element[side] = Math.ceil((px + SEAM_PX) * tile.density);
      });
    },

    /* A level is drawn for one zoom; at others, while the map zooms, the browser scales it. */
    _setZoomTransform: function (level, center, zoom) {
      if (level.drawnFor === undefined) level.drawnFor = this._restingZoom;
      const corner = level.origin.multiplyBy(this._map.getZoomScale(zoom, level.zoom))
        .subtract(this._map._getNewPixelOrigin(center, zoom)).round();
      L.DomUtil.setTransform(level.el, corner, this._map.getZoomScale(zoom, level.drawnFor));
    },

    _setView: function (center, zoom, isMoving, isPinched) {
      this._restingZoom = zoom;
      L.GridLayer.prototype._setView.call(this, center, zoom, isMoving, isPinched);
      const level = this._levels[this._tileZoom];
      if (isMoving || isPinched || !level || level.drawnFor === zoom) return;
      level.drawnFor = zoom;
      this._setZoomTransform(level, center, zoom);
      Object.values(this._tiles).filter(({ coords }) => coords.z === level.zoom).forEach(({ el, coords }) => {
        L.DomUtil.setPosition(el, this._getTilePos(coords));
        const tile = this._shown.get(keyOf(coords));
        this._size(tile);
        this._draw(tile);
      });
    },

    /* Which data tile covers a map tile, and which part of it: 2^depth map tiles stand side by side. */
    _source: function (coords) {
      const z = coords.z - 1;
      const depth = Math.max(0, z - this.options.maxDataZoom);
      return { z: z - depth, x: coords.x >> depth, y: coords.y >> depth, depth };
    },

    _layersOf: function (source) {
      if (source.z < this.options.minDataZoom) return Promise.resolve({});
      const url = L.Util.template(this.options.url, source);
      let layers = this._fetched.get(url);
      if (layers) return layers;
      layers = fetch(url, { credentials: 'same-origin' }).then((response) => {
        if (response.status === 204) return {};
        if (!response.ok || response.redirected) throw new Error('tile ' + response.status);
        return response.arrayBuffer().then(geoTracker.decodeTile);
      });
      layers.catch(() => this._fetched.delete(url));
      this._fetched.set(url, layers);
      if (this._fetched.size > REMEMBERED_TILES) {
        this._fetched.delete(this._fetched.keys().next().value);
      }
      return layers;
    },

    _forget: function (event) {
      this._shown.delete(keyOf(event.coords));
    },

    /* The view of a layer's tile units on a square canvas of some width in pixels. */
    _view: function (tile, layer, widthPx, leftPx, topPx) {
      const depth = this._source(tile.coords).depth;
      const parts = Math.pow(2, depth);
      const column = tile.coords.x % parts;
      const row = tile.coords.y % parts;
      const span = layer.extent / parts;
      return {
        scale: widthPx / span,
        left: leftPx - column * widthPx, top: topPx - row * widthPx,
        west: (column - 0.02) * span, east: (column + 1.02) * span,
        north: (row - 0.02) * span, south: (row + 1.02) * span,
      };
    },

    _draw: function (tile) {
      const ctx = tile.element.getContext('2d');
      const width = tile.width * tile.density;
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, tile.element.width, tile.element.height);
      if (this._isArea) this._drawAreas(ctx, tile, width);
      else this._drawOutlines(ctx, tile, width);
    },

    _drawAreas: function (ctx, tile, width) {
      const { density } = tile;
      const zoom = tile.coords.z;
      const layers = tile.layers;
      if (layers.villages) {
        const view = this._view(tile, layers.villages, width, 0, 0);
        const features = drawing.visible(layers.villages.features, view)
          .filter((feature) => this._shows(feature.id));
        const byStyle = new Map();
        features.forEach((feature) => {
          const style = this._formers.has(feature.id) ? '#ffffff' : this._paint(feature.id);
          if (!byStyle.has(style)) byStyle.set(style, []);
          byStyle.get(style).push(feature);
        });
        byStyle.forEach((members, style) => {
          const filling = style === HATCHED ? drawing.hatch(ctx, '#f1f3f5') : style;
          drawing.fill(ctx, members, view, filling);
          // Two layers simplify a border each in its own way: nothing may shine through between them.
          if (this._isUnder) drawing.outline(ctx, members, view, { color: filling, width: 2 * density });
        });
        const signed = (look) => features.filter(({ id }) => !this._formers.has(id) && this._look(id) === look);
        if (this._look) drawing.fill(ctx, signed('hatched'), view, drawing.signHatch(ctx));
        drawing.outline(ctx, features, view, zoom < 11
          ? { color: 'rgba(255,255,255,0.75)', width: 0.6 * density }
          : { color: 'rgba(82,97,112,0.55)', width: 0.8 * density });
        if (this._look) drawing.outline(ctx, signed('outlined'), view, { color: '#1f2933', width: (zoom < 11 ? 1.8 : 2.6) * density });
      } else {
        // Further out there are counties alone.
        const ground = layers.towns || layers.counties;
        if (ground) {
          const view = this._view(tile, ground, width, 0, 0);
          drawing.fill(ctx, drawing.visible(ground.features, view), view, GROUND);
        }
      }
      // Town and county lines run where the layer has villages to show, and nowhere else.
      if (this._only) ctx.globalCompositeOperation = 'source-atop';
      [
        ['towns', zoom < 8 ? 'rgba(255,255,255,0.9)' : 'rgba(70,84,98,0.8)', zoom < 11 ? 0.9 : 1.6],
        ['counties', '#2f3b47', zoom < 11 ? 1.6 : 2.6],
      ].forEach(([name, color, widthPx]) => {
        if (!layers[name]) return;
        const view = this._view(tile, layers[name], width, 0, 0);
        drawing.outline(ctx, drawing.visible(layers[name].features, view), view,
          { color, width: widthPx * density });
      });
      ctx.globalCompositeOperation = 'source-over';
    },

    _drawOutlines: function (ctx, tile, width) {
      const layer = tile.layers.villages;
      if (!layer) return;
      drawing.findLines(layer);
      const { density } = tile;
      const view = this._view(tile, layer, width, 0, 0);
      drawing.outline(ctx, drawing.visible(layer.features, view), view, {
        color: '#a34a12', width: (tile.coords.z < 11 ? 0.7 : 1.1) * density,
        dash: tile.coords.z < 11 ? [2 * density, 2 * density] : [5 * density, 3 * density],
      });
    },

    idAt: function (latlng) {
      if (this._sides) {
        const x = this._map.latLngToContainerPoint(latlng).x;
        if (x < this._sides[0] || x > this._sides[1]) return 0;
      }
      const zoom = Math.round(this._map.getZoom());
      const point = this._map.project(latlng, zoom);
      const coords = { x: Math.floor(point.x / TILE_PX), y: Math.floor(point.y / TILE_PX), z: zoom };
      const tile = this._shown.get(keyOf(coords));
      const layer = tile && tile.layers.villages;
      if (!layer) return 0;
      const view = this._view(tile, layer, TILE_PX, coords.x * TILE_PX, coords.y * TILE_PX);
      const x = (point.x - view.left) / view.scale;
      const y = (point.y - view.top) / view.scale;
      const feature = layer.features.find((candidate) =>
        drawing.contains(candidate, x, y) && this._shows(candidate.id));
      return feature ? feature.id : 0;
    },

    // Not named _onMove: GridLayer has a method of that name.
    _pointAt: function (event) {
      if (this._map.dragging.moving()) return;
      this._hover(this.idAt(event.latlng), event.latlng);
    },

    _pointNowhere: function () {
      this._hover(0, null);
    },

    _hover: function (id, latlng) {
      if (!id && !this._hovered) return;
      if (id !== this._hovered) {
        this._hovered = id;
        this._outlinePointed();
      }
      this._hoveredAt = latlng;
      const name = this._names.get(id);
      if (id && name === undefined) this.fire('namewanted', { id });
      this.fire('featurehover', { id, name: name || '', latlng });
    },

    _pick: function (event) {
      const id = this.idAt(event.latlng);
      if (id || !(this._only || this._sides)) this.fire('featureclick', { id, latlng: event.latlng });
    },
  });

  function keyOf(coords) {
    return coords.z + '/' + coords.x + '/' + coords.y;
  }

  geoTracker.villageTiles = (options) => new geoTracker.VillageTiles(options);
})();

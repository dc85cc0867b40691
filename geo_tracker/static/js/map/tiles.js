/* A Leaflet layer that draws vector tiles of villages on canvas.

   Options: url with {z}, {x}, {y}; minDataZoom, maxDataZoom (tile zooms that exist); look: 'areas'
   (filled, with names, town and county lines) or 'outlines' (dashed lines only).
   A tile is 512 px wide, so tile zoom is map zoom − 1. Beyond maxDataZoom the same data are drawn
   larger, as sharp as before.
   Events: 'featurehover' { id, name, latlng } (id 0: none), 'featureclick' { id, latlng },
   'namewanted' { id }: over a village whose name is not known; `addNames` answers. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const drawing = geoTracker.drawing;

  const TILE_PX = 512;
  // Drawn over the next tile, so that no gap shines through where the browser scales tiles.
  const SEAM_PX = 1;
  const REMEMBERED_TILES = 96;
  const FONT = '"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif';
  const GROUND = '#e6ebef';
  const HATCHED = 'hatched';

  geoTracker.HATCHED = HATCHED;

  geoTracker.VillageTiles = L.GridLayer.extend({
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
    },

    onAdd: function (map) {
      this._isArea = this.options.look === 'areas';
      if (this._isArea) {
        this._highlight = new drawing.Overlay(map, 'map-highlight', 350);
        this._labels = new drawing.Overlay(map, 'map-labels', 450);
      }
      L.GridLayer.prototype.onAdd.call(this, map);
      this.on('tileunload', this._forget, this);
      if (!this._isArea) return;
      this.on('load', this._redrawOverlays, this);
      map.on('moveend resize', this._resetOverlays, this);
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
      map.off('mousemove', this._pointAt, this);
      map.off('mouseout movestart', this._pointNowhere, this);
      map.off('click', this._pick, this);
      this._highlight.remove();
      this._labels.remove();
    },

    /* Fill villages anew: paint(id) returns a colour or geoTracker.HATCHED. */
    restyle: function (paint) {
      this._paint = paint;
      this._shown.forEach((tile) => this._draw(tile));
    },

    /* Add names to show on hover: Map of id to name. */
    addNames: function (names) {
      names.forEach((name, id) => this._names.set(id, name));
      if (names.has(this._hovered)) this._hover(this._hovered, this._hoveredAt);
    },

    /* Outline a village; blank out its theme colour where its former villages take the place. */
    select: function (id, { isBlank = false } = {}) {
      this._selected = id;
      this._isBlank = isBlank;
      if (this._map) this._redrawOverlays();
    },

    createTile: function (coords, done) {
      const element = L.DomUtil.create('canvas', 'leaflet-tile');
      const density = window.devicePixelRatio || 1;
      element.width = element.height = Math.ceil((TILE_PX + SEAM_PX) * density);
      const at = { x: coords.x, y: coords.y, z: coords.z };
      const tile = { element, density, coords: at, layers: {} };
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
      element.style.width = element.style.height = (TILE_PX + SEAM_PX) + 'px';
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
      const width = TILE_PX * tile.density;
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, tile.element.width, tile.element.height);
      if (this._isArea) this._drawAreas(ctx, tile, width);
      else this._drawOutlines(ctx, tile, width);
    },

    _drawAreas: function (ctx, tile, width) {
      const density = width / TILE_PX;
      const zoom = tile.coords.z;
      const layers = tile.layers;
      if (layers.villages) {
        const view = this._view(tile, layers.villages, width, 0, 0);
        const features = drawing.visible(layers.villages.features, view);
        const byStyle = new Map();
        features.forEach((feature) => {
          const style = this._paint(feature.id);
          if (!byStyle.has(style)) byStyle.set(style, []);
          byStyle.get(style).push(feature);
        });
        byStyle.forEach((members, style) => {
          drawing.fill(ctx, members, view, style === HATCHED ? drawing.hatch(ctx, '#f1f3f5') : style);
        });
        drawing.outline(ctx, features, view, zoom < 11
          ? { color: 'rgba(255,255,255,0.75)', width: 0.6 * density }
          : { color: 'rgba(82,97,112,0.55)', width: 0.8 * density });
      } else {
        // Further out there are counties alone.
        const ground = layers.towns || layers.counties;
        if (ground) {
          const view = this._view(tile, ground, width, 0, 0);
          drawing.fill(ctx, drawing.visible(ground.features, view), view, GROUND);
        }
      }
      [
        ['towns', zoom < 8 ? 'rgba(255,255,255,0.9)' : 'rgba(70,84,98,0.8)', zoom < 11 ? 0.9 : 1.6],
        ['counties', '#2f3b47', zoom < 11 ? 1.6 : 2.6],
      ].forEach(([name, color, widthPx]) => {
        if (!layers[name]) return;
        const view = this._view(tile, layers[name], width, 0, 0);
        drawing.outline(ctx, drawing.visible(layers[name].features, view), view,
          { color, width: widthPx * density });
      });
    },

    _drawOutlines: function (ctx, tile, width) {
      const layer = tile.layers.villages;
      if (!layer) return;
      drawing.findLines(layer);
      const density = width / TILE_PX;
      const view = this._view(tile, layer, width, 0, 0);
      drawing.outline(ctx, drawing.visible(layer.features, view), view, {
        color: '#a34a12', width: (tile.coords.z < 11 ? 0.7 : 1.1) * density,
        dash: tile.coords.z < 11 ? [2 * density, 2 * density] : [5 * density, 3 * density],
      });
    },

    _resetOverlays: function () {
      this._highlight.reset();
      this._labels.reset();
      this._redrawOverlays();
    },

    _redrawOverlays: function () {
      this._drawHighlight();
      this._drawLabels();
    },

    /* Calls with each tile of the current zoom, where its corner lies on an overlay, and its width,
       in pixels. Half zooms show the tiles of the next whole one smaller. */
    _eachOnOverlay: function (overlay, name, visit) {
      const zoom = Math.round(this._map.getZoom());
      const width = TILE_PX * this._map.getZoomScale(this._map.getZoom(), zoom);
      const corner = this._map.getPixelOrigin().add(overlay.origin);
      this._shown.forEach((tile) => {
        const layer = tile.layers[name];
        if (!layer || tile.coords.z !== zoom) return;
        const x = tile.coords.x * width - corner.x;
        const y = tile.coords.y * width - corner.y;
        if (x > overlay.size.x || y > overlay.size.y || x < -width || y < -width) return;
        visit(tile, layer, x, y, width);
      });
    },

    _drawHighlight: function () {
      const overlay = this._highlight;
      if (!this._selected && !this._hovered) {
        overlay.empty();
        return;
      }
      const ctx = overlay.cleared();
      const density = overlay.density;
      this._eachOnOverlay(overlay, 'villages', (tile, layer, x, y, width) => {
        const lit = layer.features.filter((f) => f.id === this._selected || f.id === this._hovered);
        if (!lit.length) return;
        const view = this._view(tile, layer, width * density, x * density, y * density);
        ctx.save();
        ctx.beginPath();
        // On whole pixels, or the seam between two tiles would shine through.
        const [left, right, top, bottom] = [x, x + width, y, y + width].map((px) => Math.round(px * density));
        ctx.rect(left, top, right - left, bottom - top);
        ctx.clip();
        lit.forEach((feature) => {
          const isSelected = feature.id === this._selected;
          if (!isSelected) drawing.fill(ctx, [feature], view, 'rgba(255,255,255,0.28)');
          else if (this._isBlank) drawing.fill(ctx, [feature], view, '#ffffff');
          drawing.outline(ctx, [feature], view, { color: '#ffffff', width: (isSelected ? 6 : 4) * density });
          drawing.outline(ctx, [feature], view, { color: '#12344d', width: (isSelected ? 3 : 2) * density });
        });
        ctx.restore();
      });
    },

    _drawLabels: function () {
      const overlay = this._labels;
      const found = [];
      this._eachOnOverlay(overlay, 'labels', (tile, layer, x, y, width) => {
        const view = this._view(tile, layer, width, x, y);
        drawing.visible(layer.features, view).forEach((feature) => {
          if (feature.id === this._selected) return;
          found.push({
            id: feature.id, text: layer.texts[feature.value],
            x: feature.xy[0] * view.scale + view.left, y: feature.xy[1] * view.scale + view.top,
          });
        });
      });
      if (!found.length) {
        overlay.empty();
        return;
      }
      const ctx = overlay.cleared();
      // In order of the ids, so that moving the map does not change which names give way.
      found.sort((a, b) => a.id - b.id);
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
      const height = Math.round(rem * (this._map.getZoom() >= 14 ? 0.93 : 0.8));
      ctx.setTransform(overlay.density, 0, 0, overlay.density, 0, 0);
      ctx.font = height + 'px ' + FONT;
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.lineJoin = 'round';
      ctx.lineWidth = 3;
      ctx.strokeStyle = 'rgba(255,255,255,0.92)';
      ctx.fillStyle = '#1f2933';
      const taken = [];
      found.forEach((label) => {
        const half = ctx.measureText(label.text).width / 2 + 4;
        const box = [label.x - half, label.y - height, label.x + half, label.y + height];
        if (taken.some((b) => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1])) return;
        taken.push(box);
        ctx.strokeText(label.text, label.x, label.y);
        ctx.fillText(label.text, label.x, label.y);
      });
    },

    _featureAt: function (latlng) {
      const zoom = Math.round(this._map.getZoom());
      const point = this._map.project(latlng, zoom);
      const coords = { x: Math.floor(point.x / TILE_PX), y: Math.floor(point.y / TILE_PX), z: zoom };
      const tile = this._shown.get(keyOf(coords));
      const layer = tile && tile.layers.villages;
      if (!layer) return 0;
      const view = this._view(tile, layer, TILE_PX, coords.x * TILE_PX, coords.y * TILE_PX);
      const x = (point.x - view.left) / view.scale;
      const y = (point.y - view.top) / view.scale;
      const feature = layer.features.find((candidate) => drawing.contains(candidate, x, y));
      return feature ? feature.id : 0;
    },

    // Not named _onMove: GridLayer has a method of that name.
    _pointAt: function (event) {
      if (this._map.dragging.moving()) return;
      this._hover(this._featureAt(event.latlng), event.latlng);
    },

    _pointNowhere: function () {
      this._hover(0, null);
    },

    _hover: function (id, latlng) {
      if (!id && !this._hovered) return;
      if (id !== this._hovered) {
        this._hovered = id;
        this._drawHighlight();
      }
      this._hoveredAt = latlng;
      const name = this._names.get(id);
      if (id && name === undefined) this.fire('namewanted', { id });
      this.fire('featurehover', { id, name: name || '', latlng });
    },

    _pick: function (event) {
      this.fire('featureclick', { id: this._featureAt(event.latlng), latlng: event.latlng });
    },
  });

  function keyOf(coords) {
    return coords.z + '/' + coords.x + '/' + coords.y;
  }

  geoTracker.villageTiles = (options) => new geoTracker.VillageTiles(options);
})();

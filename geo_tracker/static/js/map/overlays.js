/* What lies over the tiles of a layer: the village under the pointer or in hand, and the names.
   Mixed into VillageTiles. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const drawing = geoTracker.drawing;

  const FONT = '"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif';

  // Who has room first: counties, then towns, then villages. Names of one level never share a tile's
  // zoom with those two levels below.
  const LABELS = [
    { name: 'county_labels', look: { weight: 600, rem: 1, closeRem: 1, color: '#12344d' } },
    { name: 'town_labels', look: { weight: 500, rem: 0.867, closeRem: 0.867, color: '#33475b' } },
    { name: 'labels', look: { weight: 400, rem: 0.8, closeRem: 0.933, color: '#1f2933' } },
  ];

  // Room around a village for its line.
  const LINE_PX = 8;

  /* A canvas over the visible map and a strip around it, or a box of that, in a pane of its own. It
     has no pixels, and costs nothing, until something is drawn; and then by its size. */
  class Overlay {
    constructor(map, pane, zIndex) {
      this.map = map;
      const holder = map.getPane(pane) || map.createPane(pane);
      holder.style.zIndex = zIndex;
      holder.style.pointerEvents = 'none';
      this.canvas = L.DomUtil.create('canvas', 'leaflet-zoom-hide', holder);
      this.reset();
    }

    reset() {
      const size = this.map.getSize();
      const strip = size.divideBy(5).floor();
      this.density = window.devicePixelRatio || 1;
      this.origin = this.map.containerPointToLayerPoint(strip.multiplyBy(-1)).round();
      this.size = size.add(strip.multiplyBy(2));
      this._spread(L.bounds([0, 0], this.size));
      this.empty();
    }

    /* Where the canvas lies: a box in pixels of the overlay. */
    _spread(box) {
      this.box = box;
      const size = box.getSize();
      this.canvas.style.width = size.x + 'px';
      this.canvas.style.height = size.y + 'px';
      L.DomUtil.setPosition(this.canvas, this.origin.add(box.min));
    }

    empty() {
      if (this.canvas.width) this.canvas.width = this.canvas.height = 0;
    }

    cleared(box) {
      if (box) this._spread(box);
      const ctx = this.canvas.getContext('2d');
      const [width, height] = [this.box.getSize().x, this.box.getSize().y].map((px) => Math.round(px * this.density));
      if (this.canvas.width !== width || this.canvas.height !== height) {
        this.canvas.width = width;
        this.canvas.height = height;
      }
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.clearRect(0, 0, width, height);
      return ctx;
    }

    remove() {
      L.DomUtil.remove(this.canvas);
    }
  }

  geoTracker.Overlay = Overlay;

  geoTracker.tileOverlays = {
    _addOverlays: function (map) {
      this._inHand = new Overlay(map, 'map-highlight', 350);
      this._pointed = new Overlay(map, 'map-highlight', 350);
      this._labels = new Overlay(map, 'map-labels', 450);
      this._overlays = [this._inHand, this._pointed, this._labels];
    },

    _removeOverlays: function () {
      this._overlays.forEach((overlay) => overlay.remove());
    },

    _resetOverlays: function () {
      this._overlays.forEach((overlay) => overlay.reset());
      this._cut();
      this._redrawOverlays();
    },

    _redrawOverlays: function () {
      this._outline(this._inHand, this._selected);
      this._outlinePointed();
      this._drawLabels();
    },

    _outlinePointed: function () {
      this._outline(this._pointed, this._hovered === this._selected ? 0 : this._hovered);
    },

    /* Calls with each tile of the current zoom, where its corner lies on an overlay, and its width,
       in pixels. Half zooms show the tiles of the next whole one smaller. */
    _eachOnOverlay: function (overlay, name, visit) {
      const zoom = Math.round(this._map.getZoom());
      const width = this.options.tileSize * this._map.getZoomScale(this._map.getZoom(), zoom);
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

    /* One village on an overlay no larger than that. */
    _outline: function (overlay, id) {
      const parts = [];
      const box = L.bounds([]);
      if (id && this._shows(id)) {
        this._eachOnOverlay(overlay, 'villages', (tile, layer, x, y, width) => {
          const lit = layer.features.filter((feature) => feature.id === id);
          if (!lit.length) return;
          const { scale, left, top } = this._view(tile, layer, width, x, y);
          lit.forEach((feature) => {
            box.extend([left + feature.west * scale - LINE_PX, top + feature.north * scale - LINE_PX]);
            box.extend([left + feature.east * scale + LINE_PX, top + feature.south * scale + LINE_PX]);
          });
          parts.push({ tile, layer, lit, x, y, width });
        });
      }
      const seen = parts.length && L.bounds(
        [Math.max(0, Math.floor(box.min.x)), Math.max(0, Math.floor(box.min.y))],
        [Math.min(overlay.size.x, Math.ceil(box.max.x)), Math.min(overlay.size.y, Math.ceil(box.max.y))]);
      if (!seen || seen.max.x <= seen.min.x || seen.max.y <= seen.min.y) {
        overlay.empty();
        return;
      }
      const ctx = overlay.cleared(seen);
      const { density } = overlay;
      const isSelected = id === this._selected;
      parts.forEach(({ tile, layer, lit, x, y, width }) => {
        const [west, north] = [x - seen.min.x, y - seen.min.y];
        const view = this._view(tile, layer, width * density, west * density, north * density);
        ctx.save();
        ctx.beginPath();
        // On whole pixels, or the seam between two tiles would shine through.
        const [left, right, top, bottom] =
          [west, west + width, north, north + width].map((px) => Math.round(px * density));
        ctx.rect(left, top, right - left, bottom - top);
        ctx.clip();
        if (!isSelected) drawing.fill(ctx, lit, view, 'rgba(255,255,255,0.28)');
        else if (this._isBlank) drawing.fill(ctx, lit, view, '#ffffff');
        drawing.outline(ctx, lit, view, { color: '#ffffff', width: (isSelected ? 6 : 4) * density });
        drawing.outline(ctx, lit, view, { color: '#12344d', width: (isSelected ? 3 : 2) * density });
        ctx.restore();
      });
      this._cut();
    },

    /* Where another layer that shows some of the villages has written names already. */
    _takenByOthers: function () {
      const taken = [];
      if (!this._only) return taken;
      this._map.eachLayer((other) => {
        const boxes = other !== this && other._only && other._labels.boxes;
        // What was written before the map moved will be written anew.
        if (boxes && boxes.origin.equals(this._labels.origin)) taken.push(...boxes.taken);
      });
      return taken;
    },

    _drawLabels: function () {
      const overlay = this._labels;
      const found = [];
      LABELS.forEach(({ name, look }, rank) => this._eachOnOverlay(overlay, name, (tile, layer, x, y, width) => {
        const view = this._view(tile, layer, width, x, y);
        const isVillage = name === 'labels';
        drawing.visible(layer.features, view).forEach((feature) => {
          if (isVillage && (feature.id === this._selected || this._formers.has(feature.id) || !this._shows(feature.id))) return;
          found.push({
            id: feature.id, text: layer.texts[feature.value], rank, look,
            x: feature.xy[0] * view.scale + view.left, y: feature.xy[1] * view.scale + view.top,
          });
        });
      }));
      overlay.boxes = null;
      if (!found.length) {
        overlay.empty();
        return;
      }
      const ctx = overlay.cleared();
      overlay.font = '';
      // In order of the ids, so that moving the map does not change which names give way.
      found.sort((a, b) => a.rank - b.rank || a.id - b.id);
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
      const isClose = this._map.getZoom() >= 14;
      ctx.setTransform(overlay.density, 0, 0, overlay.density, 0, 0);
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.lineJoin = 'round';
      ctx.lineWidth = 3;
      ctx.strokeStyle = 'rgba(255,255,255,0.92)';
      const taken = this._takenByOthers();
      overlay.boxes = { origin: overlay.origin, taken: [] };
      found.forEach((label) => {
        const height = Math.round(rem * (isClose ? label.look.closeRem : label.look.rem));
        const font = label.look.weight + ' ' + height + 'px ' + FONT;
        // Asking a canvas for its font costs as much as writing.
        if (font !== overlay.font) ctx.font = overlay.font = font;
        ctx.fillStyle = label.look.color;
        const half = ctx.measureText(label.text).width / 2 + 4;
        const box = [label.x - half, label.y - height, label.x + half, label.y + height];
        if (taken.some((b) => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1])) return;
        taken.push(box);
        overlay.boxes.taken.push(box);
        ctx.strokeText(label.text, label.x, label.y);
        ctx.fillText(label.text, label.x, label.y);
      });
    },
  };
})();

/* How tile features are drawn on a canvas, and which of them lies under a point. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});

  // A path's cost on a software canvas grows faster than its length: thousands of polygons in one
  // path take a hundred times as long as in paths of a few dozen.
  const POLYGONS_PER_PATH = 32;
  const HATCH_PX = 8;

  function trace(ctx, feature) {
    const xy = feature.xy;
    let start = 0;
    feature.ends.forEach((end) => {
      ctx.moveTo(xy[start], xy[start + 1]);
      for (let i = start + 2; i < end; i += 2) ctx.lineTo(xy[i], xy[i + 1]);
      ctx.closePath();
      start = end;
    });
  }

  function traceLines(ctx, feature) {
    feature.lines.forEach((line) => {
      ctx.moveTo(line[0], line[1]);
      for (let i = 2; i < line.length; i += 2) ctx.lineTo(line[i], line[i + 1]);
    });
  }

  /* A view maps tile units to canvas pixels: { scale, left, top } and the part seen in tile units. */
  function visible(features, view) {
    return features.filter((f) => f.east >= view.west && f.west <= view.east &&
      f.south >= view.north && f.north <= view.south);
  }

  function inPaths(ctx, features, view, tracing, paint) {
    for (let i = 0; i < features.length; i += POLYGONS_PER_PATH) {
      ctx.setTransform(view.scale, 0, 0, view.scale, view.left, view.top);
      ctx.beginPath();
      features.slice(i, i + POLYGONS_PER_PATH).forEach((feature) => tracing(ctx, feature));
      // Painted untransformed, so that line widths, dashes and hatching are in pixels.
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      paint(ctx);
    }
  }

  function fill(ctx, features, view, style) {
    inPaths(ctx, features, view, trace, () => {
      ctx.fillStyle = style;
      ctx.fill();
    });
  }

  function outline(ctx, features, view, stroke) {
    // Round joins take half as long again; blunt where a border turns back on itself.
    ctx.lineJoin = 'miter';
    ctx.miterLimit = 3;
    ctx.setLineDash(stroke.dash || []);
    inPaths(ctx, features, view, stroke.dash ? traceLines : trace, () => {
      ctx.strokeStyle = stroke.color;
      ctx.lineWidth = stroke.width;
      ctx.stroke();
    });
    ctx.setLineDash([]);
  }

  /* Gives each feature `lines`: its borders without those that a neighbour has already. A border
     drawn dashed by both neighbours would look solid. */
  function findLines(layer) {
    if (layer.linesFound) return;
    layer.linesFound = true;
    const seen = new Set();
    // A corner fits 26 bits and both corners of a line one exact number, margins included.
    const OFFSET = 256;
    const SPAN = 8192;
    layer.features.forEach((feature) => {
      feature.lines = [];
      let start = 0;
      feature.ends.forEach((end) => {
        let line = null;
        for (let i = start; i < end; i += 2) {
          const j = i + 2 < end ? i + 2 : start;
          const a = (feature.xy[i] + OFFSET) * SPAN + feature.xy[i + 1] + OFFSET;
          const b = (feature.xy[j] + OFFSET) * SPAN + feature.xy[j + 1] + OFFSET;
          const key = Math.min(a, b) * SPAN * SPAN + Math.max(a, b);
          if (seen.has(key)) {
            line = null;
            continue;
          }
          seen.add(key);
          if (!line) {
            line = [feature.xy[i], feature.xy[i + 1]];
            feature.lines.push(line);
          }
          line.push(feature.xy[j], feature.xy[j + 1]);
        }
        start = end;
      });
    });
  }

  function contains(feature, x, y) {
    if (x < feature.west || x > feature.east || y < feature.north || y > feature.south) return false;
    const xy = feature.xy;
    let inside = false;
    let start = 0;
    feature.ends.forEach((end) => {
      for (let i = start, j = end - 2; i < end; j = i, i += 2) {
        const crosses = (xy[i + 1] > y) !== (xy[j + 1] > y);
        if (crosses && x < (xy[j] - xy[i]) * (y - xy[i + 1]) / (xy[j + 1] - xy[i + 1]) + xy[i]) {
          inside = !inside;
        }
      }
      start = end;
    });
    return inside;
  }

  function hatchTile(background, strokes) {
    const tile = document.createElement('canvas');
    tile.width = tile.height = HATCH_PX;
    const pen = tile.getContext('2d');
    if (background) {
      pen.fillStyle = background;
      pen.fillRect(0, 0, HATCH_PX, HATCH_PX);
    }
    strokes.forEach(([color, width, moved]) => {
      pen.strokeStyle = color;
      pen.lineWidth = width;
      pen.beginPath();
      [-HATCH_PX, 0, HATCH_PX].forEach((shift) => {
        pen.moveTo(shift + moved - 1, HATCH_PX + 1);
        pen.lineTo(shift + moved + HATCH_PX + 1, -1);
      });
      pen.stroke();
    });
    return tile;
  }

  let missing = null;
  function hatch(ctx, background) {
    missing = missing || hatchTile(background, [['#dde1e5', 1, 0]]);
    return ctx.createPattern(missing, 'repeat');
  }

  /* Over any colour: dark lines, each with a light one beside it. */
  let sign = null;
  function signHatch(ctx) {
    sign = sign || hatchTile('', [['rgba(255,255,255,0.85)', 1.5, 2], ['#1f2933', 1.3, 0]]);
    return ctx.createPattern(sign, 'repeat');
  }

  geoTracker.drawing = { fill, outline, findLines, visible, contains, hatch, signHatch };
})();

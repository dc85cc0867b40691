/* How links are drawn on a canvas: lines from former villages to seats, points, seats, names.

   Groups as links.js makes them: [{ village, color, links: [{ name, point, village, share, people,
   shareOfFrom, standing, doubt, isSplit }] }]; a village has { name, point }. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});

  const FONT = '"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif';
  const INK = '#12344d';
  const DIMMED = 0.14;
  const SEAT_NAMES_FROM = 12;
  const FORMER_NAMES_FROM = 13;
  const [WEAKER, RIVAL] = [1, 2];
  const [BELOW, ABOVE, RIGHT, LEFT] = [[0, 1], [0, -1], [1, 0], [-1, 0]];
  const SHAPES_PER_PATH = 32;
  // Of points and lines, from nothing to the largest.
  const RADIUS = [2.5, 7];
  const WIDTH = [1.2, 4.5];
  // Of people and of share, as large as the largest is drawn.
  const LARGEST = { people: 2500, share: 1 };

  const between = (ends, part) => ends[0] + (ends[1] - ends[0]) * part;

  /* 0–1, or null where it is not known: areas of points grow with the number. */
  function sizeOf(link, measure) {
    const value = link[measure];
    if (value === null) return null;
    return Math.sqrt(Math.min(1, Math.max(0, value / LARGEST[measure])));
  }

  geoTracker.LinkCanvas = class {
    constructor(map) {
      this.map = map;
      this.all = new geoTracker.Overlay(map, 'map-links', 390);
      // One group alone, over the dimmed others: a pointer that moves has nothing drawn anew.
      this.one = new geoTracker.Overlay(map, 'map-links', 390);
    }

    remove() {
      this.all.remove();
      this.one.remove();
    }

    /* measure: 'people' or 'share', what sizes mean */
    draw(groups, measure) {
      this.measure = measure;
      const zoom = this.map.getZoom();
      this.all.reset();
      this._paint(this.all, groups, { seats: zoom >= SEAT_NAMES_FROM, formers: zoom >= FORMER_NAMES_FROM });
      this.light(null);
    }

    /* Draw one group over the others; null: none. */
    light(group) {
      this.all.canvas.style.opacity = group ? DIMMED : '';
      this.one.reset();
      if (group) this._paint(this.one, [group], { seats: true, formers: true, facts: true });
    }

    _paint(overlay, groups, names) {
      const shown = groups.filter((group) => this._isInView(group, overlay));
      if (!shown.length) return;
      const ctx = overlay.cleared();
      ctx.setTransform(overlay.density, 0, 0, overlay.density, 0, 0);
      this._lines(ctx, shown);
      this._points(ctx, shown);
      this._names(ctx, shown, names);
    }

    _isInView(group, overlay) {
      const at = (point) => this.map.latLngToLayerPoint(point).subtract(overlay.origin);
      const box = L.bounds([]);
      group.seatAt = at(group.village.point);
      box.extend(group.seatAt);
      group.links.forEach((link) => {
        link.at = at(link.point);
        link.to = link.village === group.village ? group.seatAt : at(link.village.point);
        box.extend(link.at).extend(link.to);
      });
      return box.intersects(L.bounds([0, 0], overlay.size));
    }

    /* What looks alike in one path: thousands of strokes take much longer. */
    _lines(ctx, groups) {
      const looks = new Map();
      groups.forEach((group) => group.links.forEach((link) => {
        const size = sizeOf(link, this.measure);
        const width = link.doubt === RIVAL || size === null ? WIDTH[0] : between(WIDTH, Math.round(size * 4) / 4);
        const color = link.doubt === RIVAL ? INK : group.color;
        const key = [color, width, Boolean(link.doubt)].join();
        if (!looks.has(key)) looks.set(key, { color, width, isDashed: Boolean(link.doubt), links: [] });
        looks.get(key).links.push(link);
      }));
      ctx.lineCap = 'round';
      looks.forEach(({ width, links }) => stroke(ctx, links, { color: 'rgba(255,255,255,0.85)', width: width + 2.5 }));
      looks.forEach(({ color, width, isDashed, links }) =>
        stroke(ctx, links, { color, width, dash: isDashed ? [6, 5] : [] }));
    }

    _points(ctx, groups) {
      const looks = new Map();
      groups.forEach((group) => group.links.forEach((link) => {
        const isKnown = sizeOf(link, this.measure) !== null;
        // Hollow: how many live there is not known.
        const fill = !isKnown ? '#ffffff' : link.isSplit ? INK : group.color;
        const edge = isKnown ? '#ffffff' : group.color;
        if (!looks.has(fill + edge)) looks.set(fill + edge, { fill, edge, links: [] });
        looks.get(fill + edge).links.push(link);
      }));
      looks.forEach(({ fill, edge, links }) => inPaths(ctx, links, (link) => this._shape(ctx, link), () => {
        ctx.fillStyle = fill;
        ctx.fill();
        ctx.strokeStyle = edge;
        ctx.lineWidth = 1.5;
        ctx.stroke();
      }));
      inPaths(ctx, groups, (group) => disc(ctx, group.seatAt, 4.5), () => {
        ctx.fillStyle = '#ffffff';
        ctx.fill();
        ctx.strokeStyle = INK;
        ctx.lineWidth = 2.2;
        ctx.stroke();
      });
    }

    _shape(ctx, link) {
      const { x, y } = link.at;
      const size = sizeOf(link, this.measure);
      const radius = between(RADIUS, size === null ? 0.25 : size);
      if (link.standing !== WEAKER) {
        disc(ctx, link.at, radius);
        return;
      }
      // As much ink as a point of that radius.
      const r = radius * 1.45;
      ctx.moveTo(x - r * 0.87, y - r / 2);
      ctx.lineTo(x + r * 0.87, y - r / 2);
      ctx.lineTo(x, y + r);
      ctx.closePath();
    }

    /* Names give way to those written before: seats first, then former villages, the larger first. */
    _names(ctx, groups, { seats, formers, facts }) {
      if (!seats && !formers) return;
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
      const height = Math.round(rem * (facts ? 0.87 : 0.8));
      const taken = [];
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.lineJoin = 'round';
      /* sides: where the name may stand, in the order of preference */
      const write = (text, at, sides, style) => {
        ctx.font = style.weight + ' ' + height + 'px ' + FONT;
        const half = ctx.measureText(text).width / 2 + 3;
        const boxes = sides.map(([dx, dy]) => {
          const [x, y] = [at.x + dx * (half + 7), at.y + dy * (height / 2 + 9)];
          return { x, y, west: x - half, east: x + half, north: y - height * 0.65, south: y + height * 0.65 };
        });
        const box = boxes.find((one) => !taken.some((other) => one.west < other.east &&
          one.east > other.west && one.north < other.south && one.south > other.north));
        if (!box) return;
        taken.push(box);
        ctx.lineWidth = 3.5;
        ctx.strokeStyle = 'rgba(255,255,255,0.95)';
        ctx.strokeText(text, box.x, box.y);
        ctx.fillStyle = style.color;
        ctx.fillText(text, box.x, box.y);
      };
      if (seats) {
        groups.forEach((group) => write(group.village.name, group.seatAt, [ABOVE], { weight: 700, color: INK }));
      }
      groups.forEach((group) => group.links.filter((link) => link.isSplit).forEach((link) => {
        const part = { x: between([link.at.x, link.to.x], 0.4), y: between([link.at.y, link.to.y], 0.4) };
        write(percent(link.shareOfFrom), part, [ABOVE, BELOW], { weight: 600, color: INK });
      }));
      if (!formers) return;
      const all = [].concat(...groups.map((group) => group.links));
      all.sort((a, b) => (b.people || 0) - (a.people || 0) || a.id - b.id);
      all.forEach((link) => {
        let text = (link.standing === WEAKER ? '▼ ' : '') + link.name + (link.doubt ? ' ?' : '');
        if (facts && link.share !== null) text += ' ' + percent(link.share);
        write(text, link.at, [BELOW, ABOVE, RIGHT, LEFT], { weight: 400, color: '#1f2933' });
      });
    }
  };

  function inPaths(ctx, things, trace, paint) {
    for (let i = 0; i < things.length; i += SHAPES_PER_PATH) {
      ctx.beginPath();
      things.slice(i, i + SHAPES_PER_PATH).forEach(trace);
      paint();
    }
  }

  function disc(ctx, at, radius) {
    ctx.moveTo(at.x + radius, at.y);
    ctx.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  }

  function stroke(ctx, links, { color, width, dash = [] }) {
    ctx.setLineDash(dash);
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    const trace = (link) => {
      ctx.moveTo(link.at.x, link.at.y);
      ctx.lineTo(link.to.x, link.to.y);
    };
    inPaths(ctx, links, trace, () => ctx.stroke());
    ctx.setLineDash([]);
  }

  function percent(share) {
    return share === null ? '?' : (share * 100).toFixed(0) + '%';
  }
})();

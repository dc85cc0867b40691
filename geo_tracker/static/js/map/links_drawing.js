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
      this.overlay = new geoTracker.drawing.Overlay(map, 'map-links', 390);
    }

    remove() {
      this.overlay.remove();
    }

    /* lit: the group under the pointer, or null; measure: 'people' or 'share' */
    draw(groups, { lit, measure }) {
      const overlay = this.overlay;
      overlay.reset();
      const zoom = this.map.getZoom();
      const shown = groups.filter((group) => this._isInView(group));
      if (!shown.length) return;
      const ctx = overlay.cleared();
      ctx.setTransform(overlay.density, 0, 0, overlay.density, 0, 0);
      // The group under the pointer last, so that it lies on top.
      if (lit) shown.sort((a, b) => (a === lit) - (b === lit));
      const dim = (group) => { ctx.globalAlpha = lit && group !== lit ? DIMMED : 1; };
      shown.forEach((group) => { dim(group); this._lines(ctx, group, measure); });
      shown.forEach((group) => { dim(group); this._points(ctx, group, measure); });
      ctx.globalAlpha = 1;
      this._names(ctx, lit ? [lit] : shown, {
        seats: Boolean(lit) || zoom >= SEAT_NAMES_FROM,
        formers: Boolean(lit) || zoom >= FORMER_NAMES_FROM,
        facts: Boolean(lit),
      });
    }

    _at(point) {
      return this.map.latLngToLayerPoint(point).subtract(this.overlay.origin);
    }

    _isInView(group) {
      const { x: width, y: height } = this.overlay.size;
      group.seatAt = this._at(group.village.point);
      const ends = [group.seatAt];
      group.links.forEach((link) => {
        link.at = this._at(link.point);
        link.to = link.village === group.village ? group.seatAt : this._at(link.village.point);
        ends.push(link.at, link.to);
      });
      const xs = ends.map((end) => end.x);
      const ys = ends.map((end) => end.y);
      return Math.max(...xs) > 0 && Math.min(...xs) < width && Math.max(...ys) > 0 && Math.min(...ys) < height;
    }

    _lines(ctx, group, measure) {
      ctx.lineCap = 'round';
      group.links.forEach((link) => {
        const size = sizeOf(link, measure);
        const width = link.doubt === RIVAL ? WIDTH[0] : between(WIDTH, size === null ? 0 : size);
        const path = () => {
          ctx.beginPath();
          ctx.moveTo(link.at.x, link.at.y);
          ctx.lineTo(link.to.x, link.to.y);
          ctx.stroke();
        };
        ctx.setLineDash([]);
        ctx.strokeStyle = 'rgba(255,255,255,0.85)';
        ctx.lineWidth = width + 2.5;
        path();
        if (link.doubt) ctx.setLineDash([6, 5]);
        ctx.strokeStyle = link.doubt === RIVAL ? INK : group.color;
        ctx.lineWidth = width;
        path();
      });
      ctx.setLineDash([]);
    }

    _points(ctx, group, measure) {
      ctx.lineWidth = 1.5;
      group.links.forEach((link) => {
        const size = sizeOf(link, measure);
        this._shape(ctx, link, between(RADIUS, size === null ? 0.25 : size));
        // Hollow: how many live there is not known.
        ctx.fillStyle = size === null ? '#ffffff' : link.isSplit ? INK : group.color;
        ctx.fill();
        ctx.strokeStyle = size === null ? group.color : '#ffffff';
        ctx.stroke();
      });
      ctx.beginPath();
      ctx.arc(group.seatAt.x, group.seatAt.y, 4.5, 0, 2 * Math.PI);
      ctx.fillStyle = '#ffffff';
      ctx.fill();
      ctx.strokeStyle = INK;
      ctx.lineWidth = 2.2;
      ctx.stroke();
    }

    _shape(ctx, link, radius) {
      const { x, y } = link.at;
      ctx.beginPath();
      if (link.standing !== WEAKER) {
        ctx.arc(x, y, radius, 0, 2 * Math.PI);
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

  function percent(share) {
    return share === null ? '?' : (share * 100).toFixed(0) + '%';
  }
})();

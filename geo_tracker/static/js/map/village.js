/* The village in hand: its former villages, each in a colour, tied to the seat.

   urls.village with {id} answers { unit_id, name, kind, seat: [lat, lon],
     bounds: [[south, west], [north, east]], polygon: GeoJSON geometry,
     formers: [{ unit_id, name, colour_index, point: [lat, lon], polygon, share, facts: [text],
       standing: 'weaker', 'stronger' or null, elsewhere: [{ name, seat, share: text }] }],
     projects: [{ id, name, light, point }], focus: id of a former village, optional }.
   urls.panel with {id} answers the panel's HTML, written and escaped by the server; elements with
   data-former-id belong to a former village; into one with data-part goes the HTML that its address answers. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  // Okabe & Ito's set, told apart with any colour vision; the same stand in map.css.
  const FORMER_COLORS = [
    '#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b3a100', '#6b6f76',
  ];

  // Pale enough for the line to the seat to stand out in the same colour.
  const FILL_OPACITY = 0.5;
  const LIT_OPACITY = 0.8;

  geoTracker.themeColor = function (property, fallback) {
    return getComputedStyle(document.documentElement).getPropertyValue(property).trim() || fallback;
  };

  geoTracker.formerColor = function (index) {
    const place = index % FORMER_COLORS.length;
    return geoTracker.themeColor('--gt-former-' + place, FORMER_COLORS[place]);
  };

  geoTracker.VillageInHand = class {
    /* options: map, panel (element or null), texts */
    constructor(options) {
      this.options = options;
      this.group = L.layerGroup().addTo(options.map);
      this.shapes = new Map();
      this.labels = [];
      options.map.on('zoomend', () => this._arrangeLabels());
      this.panelAtRest = options.panel ? Array.from(options.panel.childNodes) : [];
      if (options.panel) this._followPanel(options.panel);
    }

    clear() {
      this.group.clearLayers();
      this.shapes.clear();
      this.labels = [];
      if (!this.options.panel) return;
      geoTracker.emptied(this.options.panel);
      this.panelAtRest.forEach((node) => this.options.panel.appendChild(node));
    }

    draw(village) {
      this.group.clearLayers();
      this.shapes.clear();
      this.labels = [];
      const formers = village.formers || [];
      // Before the former villages': its name is the last to give way.
      if (village.seat) this._nameSeat(village);
      formers.forEach((former) => this._drawFormer(former));
      if (village.kind === 'former' && village.polygon && !formers.length) {
        this._drawShape(village, geoTracker.formerColor(0));
      }
      if (formers.length && village.seat) {
        formers.forEach((former) => this._drawTie(former, village.seat));
      }
      if (village.seat) this._drawSeat(village);
      (village.projects || []).filter((project) => project.point).forEach((project) =>
        geoTracker.litMarker(project, 1.5).addTo(this.group));
      if (village.focus) this.light(village.focus, true);
      this._arrangeLabels();
    }

    _drawShape(unit, color) {
      const shape = L.geoJSON({ type: 'Feature', properties: {}, geometry: unit.polygon }, {
        style: { color: '#ffffff', weight: 2, fillColor: color, fillOpacity: FILL_OPACITY },
        bubblingMouseEvents: false,
      }).addTo(this.group);
      // Under the lines and points, whatever was drawn before.
      shape.bringToBack();
      return shape;
    }

    _drawFormer(former) {
      const color = geoTracker.formerColor(former.colour_index);
      if (former.polygon) {
        const shape = this._drawShape(former, color);
        this.shapes.set(former.unit_id, shape);
        shape.bindTooltip(() => this._formerTooltip(former, color), { sticky: true, opacity: 1 });
        shape.on('mouseover', () => this.light(former.unit_id, true));
        shape.on('mouseout', () => this.light(former.unit_id, false));
        shape.on('click', () => this._showCard(former.unit_id));
      }
      if (!former.point) return;
      this.labels.push(L.tooltip({
        permanent: true, direction: 'bottom', className: 'map-former-name', opacity: 1, offset: [0, 6],
      }).setLatLng(former.point).setContent(this._formerLabel(former)).addTo(this.group));
    }

    _formerLabel(former) {
      const { texts } = this.options;
      const name = element('span', { text: former.name });
      if (former.standing) {
        const sign = former.standing === 'weaker' ? '▼ ' : '▲ ';
        name.appendChild(element('b', { class: 'is-' + former.standing, text: ' ' + sign + texts[former.standing] }));
      }
      const lines = [name];
      if (former.facts && former.facts.length) {
        lines.push(element('span', { class: 'map-former-facts', text: former.facts.join(' · ') }));
      }
      return element('div', {}, lines);
    }

    /* Names first, those of the larger villages before others; then facts where room is left. */
    _arrangeLabels() {
      const shown = this.labels.map((label) => label.getElement()).filter(Boolean);
      const isFree = (element, others) => {
        const box = element.getBoundingClientRect();
        return others.map((other) => other.getBoundingClientRect()).every((other) => box.left >= other.right ||
          box.right <= other.left || box.top >= other.bottom || box.bottom <= other.top);
      };
      const named = [];
      shown.forEach((element) => {
        element.classList.add('is-short');
        element.classList.toggle('is-crowded', !isFree(element, named));
        if (!element.classList.contains('is-crowded')) named.push(element);
      });
      named.forEach((element) => {
        element.classList.remove('is-short');
        const others = named.filter((other) => other !== element);
        element.classList.toggle('is-short', !isFree(element, others));
      });
    }

    _formerTooltip(former, color) {
      const lines = [element('div', { class: 'map-tip-name' }, [
        geoTracker.swatch(color), element('span', { text: former.name }),
      ])];
      if (typeof former.share === 'number') {
        const text = (former.share * 100).toFixed(1) + '% · ' + this.options.texts.share_of_village;
        lines.push(element('div', { class: 'map-tip-note', text }));
      }
      return element('div', {}, lines);
    }

    _drawTie(former, seat) {
      if (!former.point) return;
      const color = geoTracker.formerColor(former.colour_index);
      [{ color: '#ffffff', weight: 7 }, { color, weight: 3.5 }].forEach((style) =>
        L.polyline([former.point, seat], Object.assign({ interactive: false }, style)).addTo(this.group));
      (former.elsewhere || []).forEach((other) => {
        L.polyline([former.point, other.seat], { color, weight: 2, dashArray: '3 6', interactive: false }).addTo(this.group);
        this.labels.push(L.tooltip({
          permanent: true, direction: 'top', className: 'map-former-name', opacity: 1,
        }).setLatLng(other.seat).setContent(element('span', { text: other.name + ' ' + other.share })).addTo(this.group));
      });
      L.circleMarker(former.point, {
        radius: 4.5, color: '#ffffff', weight: 1.5, fillColor: color, fillOpacity: 1, interactive: false,
      }).addTo(this.group);
    }

    _drawSeat(village) {
      L.circleMarker(village.seat, {
        radius: 7, color: '#12344d', weight: 3, fillColor: '#ffffff', fillOpacity: 1,
        bubblingMouseEvents: false,
      }).bindTooltip(() => element('span', { text: village.name + ' · ' + this.options.texts.seat }), {
        direction: 'top',
      }).addTo(this.group);
    }

    _nameSeat(village) {
      this.labels.push(L.tooltip({
        permanent: true, direction: 'top', className: 'map-village-name', opacity: 1, offset: [0, -8],
        interactive: false,
      }).setLatLng(village.seat).setContent(element('span', { text: village.name })).addTo(this.group));
    }

    /* Show which shape and which card belong together. */
    light(formerId, isLit) {
      const shape = this.shapes.get(formerId);
      if (shape) shape.setStyle({ fillOpacity: isLit ? LIT_OPACITY : FILL_OPACITY, weight: isLit ? 3.5 : 2 });
      this._cards(formerId).forEach((card) => card.classList.toggle('is-lit', isLit));
    }

    _cards(formerId) {
      if (!this.options.panel) return [];
      return Array.from(this.options.panel.querySelectorAll('[data-former-id]'))
        .filter((card) => Number(card.getAttribute('data-former-id')) === formerId);
    }

    _showCard(formerId) {
      this._cards(formerId).slice(0, 1).forEach((card) =>
        card.scrollIntoView({ block: 'nearest', behavior: 'smooth' }));
    }

    /* Brings what the panel says of a project into sight. */
    showProject(id) {
      const record = this.options.panel && this.options.panel.querySelector('[data-project-id="' + Number(id) + '"]');
      if (!record) return;
      record.classList.add('is-lit');
      record.scrollIntoView({ block: 'nearest' });
    }

    showPanel(html) {
      const { panel, texts } = this.options;
      this._fill(panel, html);
      panel.scrollTop = 0;
      // What may take longer comes when it is there.
      panel.querySelectorAll('[data-part]').forEach((part) => geoTracker.fetchText(part.getAttribute('data-part'))
        .then((text) => this._fill(part, text))
        .catch(() => { part.textContent = texts.failed; }));
    }

    _fill(node, html) {
      geoTracker.emptied(node);
      // Parsed apart, so that even a script inside could not run.
      const parsed = new DOMParser().parseFromString(html, 'text/html');
      Array.from(parsed.body.childNodes).forEach((child) => node.appendChild(document.adoptNode(child)));
    }

    _followPanel(panel) {
      const follow = (isLit) => (event) => {
        const card = event.target.closest('[data-former-id]');
        if (card) this.light(Number(card.getAttribute('data-former-id')), isLit);
      };
      panel.addEventListener('mouseover', follow(true));
      panel.addEventListener('mouseout', follow(false));
      panel.addEventListener('focusin', follow(true));
      panel.addEventListener('focusout', follow(false));
    }
  };
})();

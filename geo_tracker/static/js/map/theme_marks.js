/* Points that a theme marks: diamonds that say what they are; a click takes the village.

   show(points): [{ id, name, about, point: [lat, lon] }]; those before are gone. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  geoTracker.ThemeMarks = class {
    constructor(page) {
      this.page = page;
      this.group = L.layerGroup().addTo(page.map);
    }

    show(points) {
      this.group.clearLayers();
      points.forEach((mark) => {
        // There may be hundreds: who works with keys finds them in the list behind the count.
        const icon = L.divIcon({ className: 'map-mark-place', iconSize: [11, 11], html: element('div', { class: 'map-mark' }) });
        L.marker(mark.point, { icon, keyboard: false, riseOnHover: true })
          .bindTooltip(() => element('div', {}, [
            element('div', { class: 'map-tip-name', text: mark.name }),
            element('div', { class: 'map-tip-note', text: mark.about }),
          ]), { direction: 'top', offset: [0, -6], opacity: 1 })
          .on('click', () => this.page.select(mark.id))
          .addTo(this.group);
      });
    }
  };
})();

/* Where the pointer is: degrees, or metres in the zone of CGCS2000 that planners' drawings use.

   A click on the line changes between the two; a right click (or a long press) on the map copies
   the place. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});

  const RADIANS = Math.PI / 180;
  const AXIS_M = 6378137;
  const FLATTENING = 1 / 298.257222101;

  /* Easting and northing in the 3-degree Gauss-Krüger zone of a place, without the zone's number:
     Krüger's series to the third order, good to a millimetre within the zone. */
  geoTracker.gaussKruger = function ({ lat, lng }) {
    const central = Math.round(lng / 3) * 3;
    const n = FLATTENING / (2 - FLATTENING);
    const radius = AXIS_M / (1 + n) * (1 + n * n / 4 + Math.pow(n, 4) / 64);
    const alpha = [
      n / 2 - 2 * n * n / 3 + 5 * Math.pow(n, 3) / 16,
      13 * n * n / 48 - 3 * Math.pow(n, 3) / 5,
      61 * Math.pow(n, 3) / 240,
    ];
    const e = Math.sqrt(FLATTENING * (2 - FLATTENING));
    const sine = Math.sin(lat * RADIANS);
    const t = Math.sinh(Math.atanh(sine) - e * Math.atanh(e * sine));
    const east = (lng - central) * RADIANS;
    const xi = Math.atan2(t, Math.cos(east));
    const eta = Math.atanh(Math.sin(east) / Math.sqrt(1 + t * t));
    const sum = (outer, a, b) => alpha.reduce((total, weight, i) =>
      total + weight * a(2 * (i + 1) * xi) * b(2 * (i + 1) * eta), outer);
    return {
      central,
      easting: 500000 + radius * sum(eta, Math.cos, Math.sinh),
      northing: radius * sum(xi, Math.sin, Math.cosh),
    };
  };

  geoTracker.addMapPart((page) => {
    const { map, config } = page;
    const texts = config.texts;
    let inMetres = false;
    let at = null;
    const line = geoTracker.element('button', {
      type: 'button', class: 'map-coordinates leaflet-control', title: texts.coordinates_title, hidden: '',
    });

    function textOf(place) {
      if (!inMetres) return place.lng.toFixed(5) + '° E, ' + place.lat.toFixed(5) + '° N';
      const { central, easting, northing } = geoTracker.gaussKruger(place);
      return 'X ' + northing.toFixed(1) + ', Y ' + easting.toFixed(1) + ' (CGCS2000, ' + central + '° E)';
    }

    function show() {
      line.hidden = !at;
      if (at) line.textContent = textOf(at);
    }

    const control = L.control({ position: 'bottomright' });
    control.onAdd = () => line;
    control.addTo(map);
    L.DomEvent.disableClickPropagation(line);
    line.addEventListener('click', () => {
      inMetres = !inMetres;
      show();
    });
    // Once a frame at most: writing makes the browser lay out the page anew.
    let isAsked = false;
    map.on('mousemove', (event) => {
      at = event.latlng.wrap();
      if (isAsked) return;
      isAsked = true;
      requestAnimationFrame(() => {
        isAsked = false;
        show();
      });
    });
    map.on('contextmenu', (event) => {
      at = event.latlng.wrap();
      show();
      geoTracker.copyText(textOf(at)).then(
        () => page.status.show('place_copied', { forMs: 2500 }),
        () => page.status.show('place_not_copied', { forMs: 5000 }));
    });
    return {};
  });
})();

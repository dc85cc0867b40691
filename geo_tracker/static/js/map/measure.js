/* A mode of the map: lengths along a line that is clicked, and the area that it encloses.

   Every click adds a corner; Backspace takes the last one away, Enter or a double click ends. With
   keys alone: the arrows move the map, Space sets a corner in its middle. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});

  const RADIANS = Math.PI / 180;
  // The ellipsoid of WGS 84, from which that of CGCS2000 differs by a tenth of a millimetre.
  const AXIS_M = 6378137;
  const ECCENTRICITY2 = 0.00669437999014;
  const MOVED_PX = 4;
  const COLOR = '#7a1f5c';

  /* Metres between two places: the lengths of a degree at their middle, good to 1 in 10,000 within
     a province. */
  geoTracker.distanceM = function (a, b) {
    const middle = (a.lat + b.lat) / 2 * RADIANS;
    const squared = 1 - ECCENTRICITY2 * Math.pow(Math.sin(middle), 2);
    const north = AXIS_M * (1 - ECCENTRICITY2) / Math.pow(squared, 1.5) * RADIANS;
    const east = AXIS_M / Math.sqrt(squared) * Math.cos(middle) * RADIANS;
    return Math.hypot((b.lat - a.lat) * north, (b.lng - a.lng) * east);
  };

  /* The ground from the equator to a latitude, in square metres by radian of longitude. */
  function groundBelow(lat) {
    const e = Math.sqrt(ECCENTRICITY2);
    const sine = Math.sin(lat * RADIANS);
    const factor = AXIS_M * AXIS_M * (1 - ECCENTRICITY2) / 2;
    return factor * (sine / (1 - ECCENTRICITY2 * sine * sine) + Math.log((1 + e * sine) / (1 - e * sine)) / (2 * e));
  }

  /* Square metres within a ring of places. */
  geoTracker.areaM2 = function (ring) {
    const sum = ring.reduce((total, a, i) => {
      const b = ring[(i + 1) % ring.length];
      // Simpson's rule along the edge.
      const mean = (groundBelow(a.lat) + 4 * groundBelow((a.lat + b.lat) / 2) + groundBelow(b.lat)) / 6;
      return total + (b.lng - a.lng) * RADIANS * mean;
    }, 0);
    return Math.abs(sum);
  };

  geoTracker.addMapPart((page) => {
    const { map, config } = page;
    const texts = config.texts;
    const group = L.layerGroup();
    let corners = [];
    let ended = false;
    let pressed = null;
    let readout = null;

    function lengthText(metres) {
      return metres < 1000 ? metres.toFixed(0) + ' ' + texts.metres : (metres / 1000).toFixed(2) + ' ' + texts.kilometres;
    }

    function areaText(m2) {
      return (m2 / 10000).toFixed(m2 < 1e5 ? 2 : 1) + ' ' + texts.hectares + ' · ' + (m2 / 666.6666667).toFixed(1) + ' ' + texts.mu;
    }

    function draw() {
      group.clearLayers();
      if (corners.length > 2) {
        L.polygon(corners, { stroke: false, fillColor: COLOR, fillOpacity: 0.1, interactive: false }).addTo(group);
      }
      L.polyline(corners, { color: '#ffffff', weight: 6, interactive: false }).addTo(group);
      L.polyline(corners, { color: COLOR, weight: 3, interactive: false }).addTo(group);
      corners.forEach((corner) => L.circleMarker(corner, {
        radius: 4, color: COLOR, weight: 2, fillColor: '#ffffff', fillOpacity: 1, interactive: false,
      }).addTo(group));
      page.status.hide();
      geoTracker.emptied(readout);
      if (!corners.length) {
        readout.appendChild(geoTracker.element('p', { class: 'map-note', text: texts.measure_hint }));
        return;
      }
      const total = corners.slice(1).reduce((sum, corner, i) => sum + geoTracker.distanceM(corners[i], corner), 0);
      const rows = [[texts.length, lengthText(total)]];
      if (corners.length > 2) rows.push([texts.area, areaText(geoTracker.areaM2(corners))]);
      readout.appendChild(geoTracker.element('dl', { class: 'gt-facts map-facts' }, [].concat(...rows.map(([name, value]) => [
        geoTracker.element('dt', { text: name }), geoTracker.element('dd', { text: value }),
      ]))));
      readout.appendChild(geoTracker.element('p', { class: 'map-note', text: texts.measure_hint }));
    }

    function add(latlng) {
      if (ended) corners = [];
      ended = false;
      corners.push(latlng);
      draw();
    }

    function isOnMap(event) {
      return map.getContainer().contains(event.target) && !event.target.closest('.leaflet-control');
    }

    function onPress(event) {
      pressed = L.point(event.clientX, event.clientY);
    }

    // Before the layers under the pointer hear of it.
    function onClick(event) {
      if (!isOnMap(event)) return;
      event.stopPropagation();
      if (pressed && pressed.distanceTo([event.clientX, event.clientY]) > MOVED_PX) return;
      // The second click of a double click says that the line ends, not where.
      if (event.detail > 1) ended = true;
      else add(map.mouseEventToLatLng(event));
    }

    function onKey(event) {
      if (event.target.matches('input, textarea, select')) return;
      if (event.key === 'Enter' && corners.length && !event.target.matches('button')) ended = true;
      else if (event.key === 'Backspace') {
        corners.pop();
        draw();
      } else if (event.key === ' ' && event.target === map.getContainer()) add(map.getCenter());
      else return;
      event.preventDefault();
    }

    const container = map.getContainer();
    page.toolbar.addMode({
      key: 'measure', text: texts.measure, title: texts.measure_title,
      onStart: () => {
        corners = [];
        ended = false;
        readout = geoTracker.element('div', { class: 'map-card map-readout', role: 'status' });
        container.appendChild(readout);
        container.classList.add('map-measuring');
        map.doubleClickZoom.disable();
        group.addTo(map);
        container.addEventListener('mousedown', onPress, true);
        container.addEventListener('click', onClick, true);
        document.addEventListener('keydown', onKey);
        container.focus({ preventScroll: true });
        draw();
      },
      onStop: () => {
        container.removeEventListener('mousedown', onPress, true);
        container.removeEventListener('click', onClick, true);
        document.removeEventListener('keydown', onKey);
        map.doubleClickZoom.enable();
        container.classList.remove('map-measuring');
        readout.remove();
        group.clearLayers().remove();
      },
    });
    return {};
  });
})();

/* Drawing a point, a line or an area: the field of corners is the truth, the map shows it and adds
   to it.

   data-place: JSON { bounds [[south, west], [north, east]], own (GeoJSON geometry or null), others
   [{ name, shape }] }. */
(function () {
  'use strict';

  const box = document.querySelector('[data-place]');
  if (!box) return;
  const around = JSON.parse(box.dataset.place);
  const kind = document.getElementById('field-kind');
  const field = document.getElementById('field-corners');
  const DIGITS = 6;
  const LINE = { color: '#c62828', weight: 3 };

  const map = L.map(box, { attributionControl: false, zoomSnap: 0.25, doubleClickZoom: false });
  around.others.forEach(({ name, shape }) => {
    const text = document.createElement('span');
    text.textContent = name;
    L.geoJSON(shape, { style: { color: '#8592a0', weight: 1, fillColor: '#f6f7f9', fillOpacity: 1 } })
      .bindTooltip(text, { sticky: true }).addTo(map);
  });
  if (around.own) {
    L.geoJSON(around.own, {
      interactive: false, style: { color: '#1f5f8b', weight: 2, fillColor: '#1f5f8b', fillOpacity: 0.15 },
    }).addTo(map);
  }
  const drawn = L.layerGroup().addTo(map);
  map.fitBounds(around.bounds, { animate: false, padding: [20, 20], maxZoom: 16 });
  L.control.scale({ imperial: false }).addTo(map);

  function lines() {
    return field.value.split('\n').map((line) => line.trim()).filter(Boolean);
  }

  /* [lat, lon] of what can be read; what cannot is said by the server. */
  function corners() {
    return lines().map((line) => line.split(/[\s,，;；]+/).filter(Boolean).map(Number))
      .filter((pair) => pair.length === 2 && pair.every(Number.isFinite))
      .map(([lon, lat]) => [lat, lon]);
  }

  function draw() {
    const places = corners();
    drawn.clearLayers();
    if (kind.value === 'area' && places.length > 2) {
      L.polygon(places, Object.assign({ fillOpacity: 0.2, interactive: false }, LINE)).addTo(drawn);
    } else if (kind.value !== 'point' && places.length > 1) {
      L.polyline(places, Object.assign({ interactive: false }, LINE)).addTo(drawn);
    }
    places.forEach((place) => L.circleMarker(place, {
      radius: 5, color: '#ffffff', weight: 1.5, fillColor: '#c62828', fillOpacity: 1, interactive: false,
    }).addTo(drawn));
  }

  function write(texts) {
    field.value = texts.join('\n');
    draw();
  }

  map.on('click', ({ latlng }) => {
    const corner = latlng.lng.toFixed(DIGITS) + ', ' + latlng.lat.toFixed(DIGITS);
    write((kind.value === 'point' ? [] : lines()).concat(corner));
  });
  document.querySelector('[data-place-back]').addEventListener('click', () => write(lines().slice(0, -1)));
  document.querySelector('[data-place-clear]').addEventListener('click', () => write([]));
  field.addEventListener('input', draw);
  kind.addEventListener('change', draw);
  draw();
  box.dataset.ready = 'true';
})();

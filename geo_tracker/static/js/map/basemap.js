/* The base map that an administrator set, under the villages.

   options.basemap: { url with {z}, {x}, {y}, attribution, gcj02, deepest }. A base map in GCJ-02 is
   moved back by what it is off at the middle of the view; over a view that differs by less than a
   pixel. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  const RADIANS = Math.PI / 180;
  const AXIS_M = 6378245;
  const ECCENTRICITY2 = 0.00669342162296594323;

  function waves(a, b, [c1, c2, c3]) {
    return (20 * Math.sin(6 * a * Math.PI) + 20 * Math.sin(2 * a * Math.PI) +
      c1[0] * Math.sin(b * Math.PI) + c1[1] * Math.sin(b / 3 * Math.PI) +
      c2[0] * Math.sin(b / c3[0] * Math.PI) + c2[1] * Math.sin(b / c3[1] * Math.PI)) * 2 / 3;
  }

  /* Where GCJ-02 puts a place; the same formula as in gcj02.py. */
  geoTracker.toGcj02 = function ({ lat, lng }) {
    const x = lng - 105;
    const y = lat - 35;
    const root = Math.sqrt(Math.abs(x));
    const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root +
      waves(x, y, [[20, 40], [160, 320], [12, 30]]);
    const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root +
      waves(x, x, [[20, 40], [150, 300], [12, 30]]);
    const sine = Math.sin(lat * RADIANS);
    const magic = 1 - ECCENTRICITY2 * sine * sine;
    const up = AXIS_M * (1 - ECCENTRICITY2) / Math.pow(magic, 1.5) * RADIANS;
    const along = AXIS_M / Math.sqrt(magic) * Math.cos(lat * RADIANS) * RADIANS;
    return L.latLng(lat + north / up, lng + east / along);
  };

  geoTracker.addMapPart((page) => {
    const options = page.config.options.basemap;
    if (!options) return {};
    const { map, config } = page;
    const texts = config.texts;
    let percent = Math.min(100, Math.max(0, Number(geoTracker.addressValue('base')) || 0));
    const pane = map.createPane('map-base');
    pane.style.zIndex = 150;
    const layer = L.tileLayer(options.url, { pane: 'map-base', maxNativeZoom: options.deepest, noWrap: true });
    const slider = element('input', {
      type: 'range', min: '0', max: '100', step: '5', class: 'map-base-slider', 'aria-label': texts.basemap,
      id: 'map-base',
    });

    // In the middle of the view the place drawn is the place meant.
    function correct() {
      if (!options.gcj02) return;
      const middle = map.getCenter();
      const off = map.latLngToLayerPoint(geoTracker.toGcj02(middle)).subtract(map.latLngToLayerPoint(middle));
      L.DomUtil.setPosition(pane, off.multiplyBy(-1).round());
    }

    function show() {
      // Villages give way as the base map comes out.
      map.getPane('tilePane').style.opacity = percent ? String(1 - percent / 140) : '';
      if (percent) layer.addTo(map);
      else layer.remove();
      layer.setOpacity(Math.min(1, percent / 60));
      correct();
    }

    slider.value = String(percent);
    slider.addEventListener('input', () => {
      percent = Number(slider.value);
      show();
      page.remember();
    });
    page.legend.addRow(element('label', { class: 'map-base', for: 'map-base' }, [
      element('span', { class: 'map-label', text: texts.basemap }), slider,
    ]));
    const said = [options.attribution, options.gcj02 ? texts.basemap_moved : ''].filter(Boolean).join(' · ');
    const credit = element('div', { class: 'map-attribution leaflet-control', text: said, hidden: '' });
    const control = L.control({ position: 'bottomright' });
    control.onAdd = () => credit;
    if (said) control.addTo(map);
    layer.on('add', () => { credit.hidden = false; }).on('remove', () => { credit.hidden = true; });
    layer.on('tileerror', () => page.status.show('basemap_failed', { isError: true, forMs: 5000 }));
    map.on('moveend zoomend', correct);
    return { start: show, address: () => ({ base: percent ? String(percent) : '' }) };
  });
})();

/* Lights, their colours, and a sign of a light on the map. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  // Red is also larger, so that lights differ by more than colour.
  const LIGHTS = {
    green: { property: '--gt-green', color: '#2e7d32', radius: 4 },
    yellow: { property: '--gt-yellow', color: '#e0a100', radius: 4.5 },
    red: { property: '--gt-red', color: '#c62828', radius: 6 },
    unknown: { property: '--gt-unknown', color: '#8592a0', radius: 4 },
  };
  // The most urgent last, so that they lie on top.
  const ORDER = ['unknown', 'green', 'yellow', 'red'];
  geoTracker.LIGHTS_BY_URGENCY = ORDER.slice().reverse();

  geoTracker.lightColor = function (light) {
    return geoTracker.themeColor(LIGHTS[light].property, LIGHTS[light].color);
  };

  geoTracker.lightOf = function (point) {
    return ORDER.indexOf(point.light) < 0 ? 'unknown' : point.light;
  };

  /* thing: { point, light, name }; said(): what its tip says, else its name. */
  geoTracker.litMarker = function (thing, extraRadius, said) {
    const light = geoTracker.lightOf(thing);
    const sign = LIGHTS[light];
    const marker = L.circleMarker(thing.point, {
      radius: sign.radius + (extraRadius || 0), color: '#ffffff', weight: 1.5,
      fillColor: geoTracker.lightColor(light), fillOpacity: 1, bubblingMouseEvents: false,
    });
    return marker.bindTooltip(() => element('span', { text: said ? said() : thing.name }), { direction: 'top' });
  };
})();

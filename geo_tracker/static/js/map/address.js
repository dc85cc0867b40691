/* The state of the map in the page's address, so that a link shows what the sender saw.
   village: id; theme: key; layers: comma-separated; at: latitude,longitude,zoom; others as the parts
   of the page say. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});

  function readView(text) {
    const numbers = (text || '').split(',').map(Number);
    if (numbers.length !== 3 || !numbers.every(Number.isFinite)) return null;
    return { center: [numbers[0], numbers[1]], zoom: numbers[2] };
  }

  geoTracker.readAddress = function () {
    const query = new URLSearchParams(window.location.search);
    const village = Number(query.get('village'));
    return {
      village: Number.isInteger(village) && village > 0 ? village : 0,
      theme: query.get('theme') || '',
      layers: (query.get('layers') || '').split(',').filter(Boolean),
      view: readView(query.get('at')),
    };
  };

  geoTracker.addressValue = (key) => new URLSearchParams(window.location.search).get(key) || '';

  geoTracker.writeAddress = function (state) {
    const url = new URL(window.location.href);
    const put = (name, value) => (value ? url.searchParams.set(name, value) : url.searchParams.delete(name));
    put('village', state.village ? String(state.village) : '');
    put('theme', state.theme);
    put('layers', state.layers.join(','));
    Object.keys(state.others).forEach((name) => put(name, state.others[name]));
    put('at', [state.center.lat.toFixed(5), state.center.lng.toFixed(5), state.zoom].join(','));
    window.history.replaceState(null, '', url.href);
  };

  geoTracker.copyAddress = () => geoTracker.copyText(window.location.href);
})();

/* The map by keyboard: what each key does, and a card that says so. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  geoTracker.addMapPart((page) => {
    const { map, config, toolbar } = page;
    const texts = config.texts;
    const container = map.getContainer();
    container.setAttribute('aria-label', texts.map_label);
    const keys = [
      ['/', texts.key_search], ['← ↑ → ↓', texts.key_move], ['+ −', texts.key_zoom], ['0', texts.key_whole],
      ['Enter', texts.key_choose], ['M', texts.measure_title], ['Esc', texts.key_escape], ['?', texts.key_help],
    ];
    const card = element('div', { class: 'map-card map-keys', role: 'note' }, [
      element('dl', {}, [].concat(...keys.map(([key, text]) => [
        element('dt', {}, [element('kbd', { text: key })]), element('dd', { text }),
      ]))),
    ]);
    toolbar.addMode({
      key: 'keys', text: '?', title: texts.key_help,
      onStart: () => container.appendChild(card),
      onStop: () => card.remove(),
    });

    const actions = {
      '/': () => page.search.input.focus(),
      0: () => page.showWholeArea(),
      m: () => (toolbar.active === 'measure' ? toolbar.stop() : toolbar.start('measure')),
      '?': () => (toolbar.active === 'keys' ? toolbar.stop() : toolbar.start('keys')),
    };
    document.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.matches('input, textarea, select')) return;
      // On the map itself: what lies in its middle, marked while the map has the focus.
      if (event.key === 'Enter' && event.target === container && !toolbar.active) {
        const id = page.themes.tiles().idAt(map.getCenter());
        if (id) page.select(id);
        return;
      }
      const action = actions[event.key.toLowerCase()];
      if (!action) return;
      event.preventDefault();
      action();
    });
    return {};
  });
})();

/* The row of buttons over the map. A button does something at once; a mode is on until it is
   pressed again, Escape is pressed or another mode begins: never are two at work together.
   events tells 'modestart' { key } before a mode begins. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  geoTracker.Toolbar = class {
    constructor() {
      this.bar = element('div', { class: 'map-toolbar', role: 'toolbar' });
      this.modes = new Map();
      this.events = new L.Evented();
      this.active = '';
      L.DomEvent.disableClickPropagation(this.bar);
    }

    /* { key, text, title, onClick } */
    addButton({ key, text, title, onClick }) {
      const button = element('button', {
        type: 'button', class: 'map-button', 'data-tool': key, text, title: title || text,
      });
      button.addEventListener('click', onClick);
      this.bar.appendChild(button);
      return button;
    }

    /* { key, text, title, onStart, onStop } */
    addMode({ key, text, title, onStart, onStop }) {
      const button = this.addButton({
        key, text, title, onClick: () => (this.active === key ? this.stop() : this.start(key)),
      });
      button.setAttribute('aria-pressed', 'false');
      this.modes.set(key, { button, onStart, onStop });
      return button;
    }

    start(key) {
      if (this.active === key || !this.modes.has(key)) return;
      this.stop();
      this.active = key;
      this.events.fire('modestart', { key });
      const mode = this.modes.get(key);
      mode.button.setAttribute('aria-pressed', 'true');
      mode.onStart();
    }

    /* Returns whether a mode was at work. */
    stop() {
      const mode = this.modes.get(this.active);
      if (!mode) return false;
      this.active = '';
      mode.button.setAttribute('aria-pressed', 'false');
      mode.onStop();
      return true;
    }
  };
})();

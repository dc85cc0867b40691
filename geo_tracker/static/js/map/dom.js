/* Elements made from data, answers fetched from the server. Data become text nodes, never HTML. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});

  /* element('li', { class: 'x', text: name }, [children]) */
  geoTracker.element = function (tag, attributes, children) {
    const made = document.createElement(tag);
    Object.keys(attributes || {}).forEach((name) => {
      if (name === 'text') made.textContent = attributes.text;
      else made.setAttribute(name, attributes[name]);
    });
    (children || []).forEach((child) => made.appendChild(child));
    return made;
  };

  geoTracker.emptied = function (element) {
    while (element.firstChild) element.removeChild(element.firstChild);
    return element;
  };

  /* A colour square; `hatched` for villages without a value. */
  geoTracker.swatch = function (color, extraClass) {
    const square = geoTracker.element('span', { class: 'map-swatch ' + (extraClass || '') });
    if (color) square.style.backgroundColor = color;
    return square;
  };

  /* Calls with every id of runs of [first id, how many]. */
  geoTracker.idsOf = function (runs, each) {
    runs.forEach(([first, count]) => {
      for (let id = first; id < first + count; id++) each(id);
    });
  };

  /* Intranets often lack HTTPS, without which browsers keep the clipboard from scripts. */
  geoTracker.copyText = function (text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const field = geoTracker.element('textarea', { class: 'map-off-screen', readonly: '' });
    field.value = text;
    document.body.appendChild(field);
    field.select();
    const copied = document.execCommand('copy');
    document.body.removeChild(field);
    return copied ? Promise.resolve() : Promise.reject(new Error('copy'));
  };

  function answered(response) {
    // An expired session answers with a redirect to the sign-in page.
    if (response.status === 401 || response.redirected) throw new geoTracker.FetchError('signed_out');
    if (!response.ok) throw new geoTracker.FetchError('failed');
    return response;
  }

  /* `textKey` names the text of the page that tells the planner what happened. */
  geoTracker.FetchError = class extends Error {
    constructor(textKey) {
      super(textKey);
      this.textKey = textKey;
    }
  };

  geoTracker.fetchJson = (url, options) =>
    fetch(url, Object.assign({ credentials: 'same-origin' }, options))
      .then((response) => answered(response).json());

  geoTracker.fetchText = (url) =>
    fetch(url, { credentials: 'same-origin' }).then((response) => answered(response).text());

  geoTracker.urlOf = (template, values) =>
    template.replace(/\{(\w+)\}/g, (whole, name) => encodeURIComponent(values[name]));

  /* One quiet line over the map: status({ show, text }) */
  geoTracker.Status = class {
    constructor(container, texts) {
      this.texts = texts;
      this.line = geoTracker.element('div', { class: 'map-status', role: 'status', hidden: '' });
      container.appendChild(this.line);
      this.timer = null;
    }

    show(textKey, { afterMs = 0, forMs = 0, isError = false } = {}) {
      this.hide();
      this.timer = setTimeout(() => {
        this.line.textContent = this.texts[textKey];
        this.line.classList.toggle('is-error', isError);
        this.line.hidden = false;
        if (forMs) this.timer = setTimeout(() => this.hide(), forMs);
      }, afterMs);
    }

    /* Say "loading" only to those who have to wait. */
    loading() {
      this.show('loading', { afterMs: 400 });
    }

    failed(error) {
      if (error && error.name === 'AbortError') return;
      this.show((error && error.textKey) || 'failed', { isError: true, forMs: 8000 });
    }

    hide() {
      clearTimeout(this.timer);
      this.line.hidden = true;
    }
  };

  /* Resolves when a script of our own has run. */
  geoTracker.loadScript = function (url) {
    return new Promise((resolve, reject) => {
      const script = geoTracker.element('script', { src: url });
      script.addEventListener('load', resolve);
      script.addEventListener('error', () => {
        script.remove();
        reject(new geoTracker.FetchError('failed'));
      });
      document.head.appendChild(script);
    });
  };
})();

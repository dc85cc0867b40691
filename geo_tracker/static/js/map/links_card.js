/* The card of the links: which place, how thick, what the signs mean; it takes the legend's place. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;
  const counted = (number) => number.toLocaleString('en-US');

  geoTracker.LinksCard = class {
    /* options: texts, measure, onPlace(code), onMeasure(measure), urls { list, review } */
    constructor(options) {
      this.options = options;
      const { texts } = options;
      this.county = select((code) => options.onPlace(code));
      this.town = select((code) => options.onPlace(code || this.county.value));
      this.townField = field(texts.town, this.town);
      const measure = select(options.onMeasure);
      fill(measure, [['people', texts.links_by_people], ['share', texts.links_by_share]], options.measure);
      this.count = element('p', { class: 'map-links-count' });
      this.note = element('p', { class: 'map-note' });
      this.doubt = element('li', {}, [sign('doubt'), element('a', { href: options.urls.review })]);
      this.list = element('a', { text: texts.links_table });
      this.card = element('section', { class: 'map-card map-legend map-links', 'aria-label': texts.links }, [
        field(texts.county, this.county), this.townField, this.count, this.note,
        field(texts.links_size, measure),
        element('ul', { class: 'map-links-key' }, [
          entry('former', texts.links_former), entry('weaker', texts.links_weaker),
          entry('seat', texts.seat), this.doubt,
        ]),
        element('p', { class: 'map-note', text: texts.links_colours }),
        element('p', { class: 'map-note' }, [this.list]),
      ]);
      L.DomEvent.disableClickPropagation(this.card).disableScrollPropagation(this.card);
    }

    /* places { counties, towns }: [{ code, name, county }]; place: the chosen one, or null */
    show({ places, place, counts, linesShown }) {
      const { texts, urls } = this.options;
      const county = place ? place.county : '';
      const options = (list) => list.map((one) => [one.code, one.name]);
      fill(this.county, [['', texts.all_counties]].concat(options(places.counties)), county);
      this.townField.hidden = !county;
      fill(this.town, [['', texts.all_towns]].concat(options(places.towns.filter((town) => town.county === county))),
        place && place.code !== county ? place.code : '');
      geoTracker.emptied(this.count);
      [[counts.formers, texts.links_former], ['→', ''], [counts.villages, texts.links_villages]]
        .forEach(([number, text]) => this.count.appendChild(element('span', {}, [
          element('strong', { text: typeof number === 'number' ? counted(number) : number }),
          element('span', { text }),
        ])));
      this.note.textContent = texts.links_zoom_in;
      this.note.hidden = linesShown;
      this.doubt.lastChild.textContent = texts.links_doubt + ' ' + counted(counts.doubtful);
      this.doubt.hidden = !counts.doubtful;
      const query = new URLSearchParams({ kind: 'merged' });
      if (county) query.set('county', county);
      if (county && place.code !== county) query.set('town', place.code);
      this.list.href = urls.list + '?' + query;
    }
  };

  function select(onChange) {
    const made = element('select', { class: 'map-theme' });
    made.addEventListener('change', () => onChange(made.value));
    return made;
  }

  function fill(list, options, value) {
    geoTracker.emptied(list);
    options.forEach(([code, text]) => list.appendChild(element('option', { value: code, text })));
    list.value = value;
  }

  function field(text, control) {
    return element('label', { class: 'map-field' }, [element('span', { class: 'map-label', text }), control]);
  }

  function sign(name) {
    return element('span', { class: 'map-link-sign map-link-' + name });
  }

  function entry(name, text) {
    return element('li', {}, [sign(name), element('span', { text })]);
  }
})();

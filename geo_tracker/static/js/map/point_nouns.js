/* What the layers of lit points show: projects, open problems, villages visited.

   urls.projects, problems, visits: as lit_points.js says, where there is such a layer; problems with
   due (date or null), village (places in villages), at_village (whether the place is that of the
   village); visits with visits, days, last_on, and never: how many villages never were. urls.problem
   and visits_of, with {id}: pages of a problem and of the visits to a village. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  const LIGHTS = ['green', 'yellow', 'red', 'unknown'];

  function filled(text, values) {
    return Object.keys(values).reduce((said, name) => said.replace('{' + name + '}', () => values[name]), text);
  }

  /* A layer of page.config.urls[key], with its filters: { points, filters }.

     page has map, legend, status, config, inHand, select, remember. */
  geoTracker.madePointLayer = function (page, key) {
    const noun = new Nouns(page)[key]();
    const points = new geoTracker.LitPoints(Object.assign({
      url: page.config.urls[key], title: noun.text,
      onPick: (thing) => page.select(thing.unit),
      onLoaded: (things, data) => {
        filters.fill(things, data);
        if (noun.note) filters.box.appendChild(element('p', { class: 'map-note', text: noun.note(things, data) }));
        page.legend.setLayerKey(key, filters.box);
      },
    }, noun.options));
    const narrow = () => points.filter((thing) => filters.passes(thing));
    const filters = new geoTracker.PointFilters({
      texts: page.config.texts, titles: noun.titles || {}, lights: noun.lights, prefix: geoTracker.POINT_PREFIXES[key],
      onChange: () => {
        narrow();
        page.remember();
      },
    });
    narrow();
    return { points, filters };
  };

  class Nouns {
    constructor(page) {
      this.page = page;
    }

    _lights(prefix) {
      const lights = {};
      LIGHTS.forEach((light) => { lights[light] = this.page.config.texts[prefix + light]; });
      return lights;
    }

    projects() {
      const { page } = this;
      const { texts } = page.config;
      return {
        text: texts.projects, lights: this._lights('light_'),
        titles: { kinds: texts.project_kinds, stages: texts.project_stages },
        options: { onPick: (thing) => page.select(thing.unit).then(() => page.inHand.showProject(thing.id)) },
      };
    }

    problems() {
      const { texts, urls } = this.page.config;
      const place = (thing) => (thing.atVillage ? [texts.at_village] : []);
      return {
        text: texts.open_problems, lights: this._lights('problem_light_'),
        titles: { kinds: texts.project_kinds, stages: texts.problem_states },
        options: {
          more: (data, i) => ({
            due: data.due[i], village: data.villages[data.village[i]] || '', atVillage: data.at_village[i],
            stageText: (data.stages[data.stage[i]] || { text: '' }).text,
          }),
          tip: (thing) => [thing.name, thing.kind].concat(place(thing)).filter(Boolean).join(' · '),
          about: (thing) => this._about(thing, [
            [thing.kind || texts.not_stated, thing.stageText].filter(Boolean).join(' · '),
            thing.due ? filled(texts.problem_due, { day: thing.due }) : texts.problem_without_due,
          ].concat(place(thing)), thing.village, urls.problem, texts.problem_page),
        },
      };
    }

    visits() {
      const { texts, urls } = this.page.config;
      const said = (thing) => filled(texts.visits_said, { visits: thing.visits, days: thing.days });
      return {
        text: texts.visits,
        note: (_things, data) => filled(texts.visits_never, { count: data.never.toLocaleString('en-US') }),
        options: {
          more: (data, i) => ({ visits: data.visits[i], days: data.days[i], lastOn: data.last_on[i] }),
          tip: (thing) => thing.name + ' · ' + said(thing),
          about: (thing) => this._about(thing, [said(thing), thing.lastOn], thing.name, urls.visits_of, texts.visits_page),
        },
      };
    }

    /* What a click shows: the thing, lines about it, the way to its village and to its page. */
    _about(thing, lines, village, url, linkText) {
      const head = element('p', { class: 'map-point-head' }, [
        element('span', { class: 'map-light map-light-' + thing.light }), element('strong', { text: thing.name }),
      ]);
      const pick = element('button', { type: 'button', class: 'map-point-village', text: village });
      pick.addEventListener('click', () => {
        this.page.map.closePopup();
        this.page.select(thing.unit);
      });
      const rows = lines.filter(Boolean).map((text) => element('p', { class: 'map-note', text }));
      if (village && thing.unit) rows.push(element('p', {}, [pick]));
      const link = element('a', { href: geoTracker.urlOf(url, { id: thing.id }), text: linkText });
      return element('div', { class: 'map-point' }, [head].concat(rows, element('p', {}, [link])));
    }
  }
})();

/* Side by side: a second map with the former villages, left of the page's own, always at the same
   place. What the pointer is over on one is marked on the other. */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const element = geoTracker.element;

  class SideBySide {
    constructor(page) {
      this.page = page;
      this.layers = geoTracker.DatedLayers.of(page);
      this.stage = page.stage;
      const { texts } = page.config;
      page.toolbar.addMode({
        key: 'side', text: texts.side_by_side, title: texts.side_by_side_title,
        onStart: () => this._begin(), onStop: () => this._end(),
      });
      page.events.on('villagechosen', ({ village }) => this._draw(village));
    }

    start() {
      if (geoTracker.addressValue('compare') !== 'side') return null;
      this.page.toolbar.start('side');
      return this.shown;
    }

    address() {
      const { active } = this.page.toolbar;
      return { compare: active === 'side' || active === 'swipe' ? active : '' };
    }

    _begin() {
      const { map } = this.page;
      this.stage.classList.add('is-side-by-side');
      // The controls stay where they are on the stage, which one map alone no longer fills.
      this.controls = map.getContainer().querySelector('.leaflet-control-container');
      this.controls.classList.toggle('leaflet-touch', L.Browser.touch);
      this.stage.appendChild(this.controls);
      this._alone(() => {
        this.layers.fitAnew();
        this.other = this.other || this._made();
        this.holder.hidden = false;
        this.other.invalidateSize({ animate: false });
        this.other.setView(map.getCenter(), map.getZoom(), { animate: false });
      });
      this.titles = [[this.other, this.layers.newest - 1, 'before_side'], [map, this.layers.newest, 'after_side']]
        .map(([beside, index, key]) => beside.getContainer().appendChild(this.layers.title(index, key)));
      this._draw(this.page.chosen);
      this.layers.keepUnderTools();
      this.shown = this.layers.dates().catch((error) => this.page.status.failed(error))
        .then(() => this.layers.drawn([this.former]));
      this.page.remember();
    }

    _end() {
      const { map } = this.page;
      this.titles.forEach((title) => title.remove());
      this.stage.classList.remove('is-side-by-side');
      this.holder.hidden = true;
      map.getContainer().appendChild(this.controls);
      this.layers.fitAnew();
      this.page.remember();
    }

    _made() {
      const { map, config } = this.page;
      this.holder = element('div', { class: 'map-beside' });
      this.stage.insertBefore(this.holder, map.getContainer());
      const other = L.map(this.holder, Object.assign({}, map.options, { layers: [], maxBounds: null }));
      other.setView(map.getCenter(), map.getZoom(), { animate: false });
      this.former = this.layers.made(this.layers.newest - 1).addTo(other);
      this.inHand = new geoTracker.VillageInHand({ map: other, panel: null, texts: config.texts });
      this._tie(map, other);
      this._tie(other, map);
      return other;
    }

    /* What one map does, the other does with it, down to each step of a drag, a pinch or a zoom:
       for these Leaflet has no public way. */
    _tie(leader, follower) {
      const follow = (event, step) => leader.on(event, (happened) => {
        if (!this.isAlone && !this.holder.hidden) this._alone(() => step(happened));
      });
      follow('move', ({ pinch }) => {
        if (pinch) follower._move(leader.getCenter(), leader.getZoom(), { pinch, round: false });
        else if (leader.getZoom() === follower.getZoom() && !follower._animatingZoom) {
          const middle = follower.latLngToContainerPoint(leader.getCenter());
          // Not panBy, whose end of a move has the names drawn anew at every step.
          follower._rawPanBy(middle.subtract(follower.getSize().divideBy(2)).round());
          follower.fire('move');
        }
      });
      follow('moveend', () => follower.fire('moveend'));
      follow('zoomanim', ({ center, zoom }) => {
        follower._stop();
        follower._moveStart(true, false)._animateZoom(center, zoom, true);
      });
      follow('viewreset', () =>
        follower.setView(leader.getCenter(), leader.getZoom(), { animate: false, reset: true }));
      const mark = element('div', { class: 'map-mirrored-pointer', hidden: '' });
      follower.getContainer().appendChild(mark);
      leader.on('mousemove', ({ containerPoint }) => {
        mark.hidden = false;
        L.DomUtil.setPosition(mark, containerPoint);
      });
      leader.on('mouseout', () => { mark.hidden = true; });
    }

    /* Do something that the other map must not answer. */
    _alone(act) {
      this.isAlone = true;
      act();
      this.isAlone = false;
    }

    _draw(village) {
      if (!this.inHand) return;
      if (village) this.inHand.draw(village);
      else this.inHand.clear();
    }
  }

  geoTracker.addMapPart((page) => (geoTracker.DatedLayers.of(page) ? new SideBySide(page) : {}));
})();

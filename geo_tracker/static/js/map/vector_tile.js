/* Vector tiles: bytes in, layers with features out (Mapbox Vector Tile specification 2.1). */
(function () {
  'use strict';
  const geoTracker = (window.geoTracker = window.geoTracker || {});
  const utf8 = new TextDecoder();

  class Reader {
    constructor(bytes, start, end) {
      this.bytes = bytes;
      this.at = start;
      this.end = end;
    }

    more() {
      return this.at < this.end;
    }

    varint() {
      let value = 0;
      let place = 1;
      let byte;
      do {
        byte = this.bytes[this.at++];
        // Multiplied, not shifted: ids may need more than 31 bits.
        value += (byte & 0x7f) * place;
        place *= 128;
      } while (byte >= 0x80);
      return value;
    }

    step() {
      const coded = this.varint();
      return coded % 2 ? -(coded + 1) / 2 : coded / 2;
    }

    message() {
      const length = this.varint();
      const inner = new Reader(this.bytes, this.at, this.at + length);
      this.at += length;
      return inner;
    }

    text() {
      const inner = this.message();
      return utf8.decode(inner.bytes.subarray(inner.at, inner.end));
    }

    skip(wireType) {
      if (wireType === 0) this.varint();
      else if (wireType === 1) this.at += 8;
      else if (wireType === 2) this.message();
      else this.at += 4;
    }
  }

  /* Coordinates of all rings one after the other; `ends` says where each ring's end. */
  function readGeometry(reader, feature) {
    const xy = [];
    const ends = [];
    let x = 0;
    let y = 0;
    while (reader.more()) {
      const command = reader.varint();
      const count = command >>> 3;
      if ((command & 7) === 7) {
        ends.push(xy.length);
        continue;
      }
      for (let i = 0; i < count; i++) {
        x += reader.step();
        y += reader.step();
        xy.push(x, y);
        feature.west = Math.min(feature.west, x);
        feature.east = Math.max(feature.east, x);
        feature.north = Math.min(feature.north, y);
        feature.south = Math.max(feature.south, y);
      }
    }
    feature.xy = Int16Array.from(xy);
    feature.ends = ends;
  }

  function readFeature(reader) {
    const feature = {
      id: 0, value: -1, xy: null, ends: [],
      west: Infinity, east: -Infinity, north: Infinity, south: -Infinity,
    };
    while (reader.more()) {
      const tag = reader.varint();
      if (tag === 0x08) feature.id = reader.varint();
      else if (tag === 0x12) {
        // Pairs of an attribute and its value, both by number; the first attribute is the name.
        const tags = reader.message();
        while (tags.more()) {
          const isName = tags.varint() === 0;
          const value = tags.varint();
          if (isName) feature.value = value;
        }
      } else if (tag === 0x22) readGeometry(reader.message(), feature);
      else reader.skip(tag & 7);
    }
    return feature;
  }

  function readText(reader) {
    let text = '';
    while (reader.more()) {
      const tag = reader.varint();
      if (tag === 0x0a) text = reader.text();
      else reader.skip(tag & 7);
    }
    return text;
  }

  function readLayer(reader) {
    const layer = { name: '', extent: 4096, features: [], texts: [] };
    while (reader.more()) {
      const tag = reader.varint();
      if (tag === 0x0a) layer.name = reader.text();
      else if (tag === 0x12) layer.features.push(readFeature(reader.message()));
      else if (tag === 0x22) layer.texts.push(readText(reader.message()));
      else if (tag === 0x28) layer.extent = reader.varint();
      else reader.skip(tag & 7);
    }
    return layer;
  }

  /* → { layer name: { extent, features: [{ id, xy, ends, west, east, north, south, value }], texts } } */
  geoTracker.decodeTile = function (buffer) {
    const bytes = new Uint8Array(buffer);
    const reader = new Reader(bytes, 0, bytes.length);
    const layers = {};
    while (reader.more()) {
      const tag = reader.varint();
      if (tag === 0x1a) {
        const layer = readLayer(reader.message());
        layers[layer.name] = layer;
      } else reader.skip(tag & 7);
    }
    return layers;
  };
})();

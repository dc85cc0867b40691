"""Layers of a tile read back, so that some of their features can be replaced."""

from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass, field

from geo_tracker.maps.protobuf import length_delimited
from geo_tracker.maps.vector_tile import feature_bytes, layer_bytes, layer_of_features

_LAYER = 3
"""Field of a tile that holds a layer."""

_NAME, _FEATURE, _KEY, _VALUE, _EXTENT = 0x0A, 0x12, 0x1A, 0x22, 0x28
"""Fields of a layer as they are written: number << 3 | kind."""


@dataclass
class TileLayer:
    """A layer of a tile as `vector_tile.layer_bytes` writes it.

    Attributes
    ----------
    name, extent
        As they were written.
    features : dict of bytes
        Features as they were written, by id.
    keys, values : list of str, list of bytes
        What their tags name by number; values as they were written.
    content : bytes
        All of it, without its outer field.
    """

    name: str = ""
    extent: int = 0
    features: dict[int, bytes] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)
    content: bytes = b""

    @classmethod
    def read(cls, content: bytes) -> "TileLayer":
        """Read a layer without its outer field."""
        layer = cls(content=content)
        features, values = layer.features, layer.values
        at, end = 0, len(content)
        # As `_fields` reads them, but in one loop: tiles have thousands of features and values.
        while at < end:
            key, size = content[at], content[at + 1]
            at += 2
            if size >= 0x80:
                size, at = _varint(content, at - 1)
            if key == _EXTENT:
                layer.extent = size
            if not key & 7:
                continue
            value = content[at : at + size]
            at += size
            if key == _FEATURE:
                # A feature begins with its id.
                one = value[1]
                features[one if one < 0x80 else _varint(value, 1)[0]] = value
            elif key == _VALUE:
                values.append(value)
            elif key == _NAME:
                layer.name = value.decode()
            elif key == _KEY:
                layer.keys.append(value.decode())
        return layer

    def with_features(self, fresh: "TileLayer", *, gone: Set[int]) -> bytes:
        """Return the layer's bytes with some features instead of others, by rising id."""
        replaced = self._said(gone & self.features.keys())
        new = fresh._said(fresh.features.keys())
        if replaced == new:
            return length_delimited(_LAYER, self.content) if self.features else b""
        extent = fresh.extent or self.extent
        if _texts(replaced) == _texts(new):
            # Values keep their numbers, which count them as features first say them.
            numbers = {number: feature.tags for number, feature in replaced.items()}
            drawn = {
                number: feature_bytes(
                    number, kind=one.kind, tags=numbers[number], geometry=one.geometry
                )
                for number, one in new.items()
            }
            features = self.features | drawn
            return layer_of_features(
                self.name, features.values(), extent=extent, keys=self.keys, values=self._values()
            )
        kept = self.features.keys() - gone
        if not self.keys and not fresh.keys:
            features = {number: self.features[number] for number in kept} | fresh.features
            ordered = [features[number] for number in sorted(features)]
            return layer_of_features(self.name, ordered, extent=extent, keys=(), values=())
        said = self._said(kept) | new
        ids = sorted(said)
        texts = [said[number].texts for number in ids]
        keys = fresh.keys or self.keys
        return layer_bytes(
            self.name,
            kind=said[ids[0]].kind if ids else 0,
            extent=extent,
            ids=ids,
            commands=[said[number].geometry for number in ids],
            attributes={key: [text.get(key, "") for text in texts] for key in keys},
        )

    def _said(self, ids: Collection[int]) -> "dict[int, _Feature]":
        values = self._values() if ids else []
        return {
            number: _Feature.read(self.features[number], keys=self.keys, values=values)
            for number in ids
        }

    def _values(self) -> list[str]:
        return [
            text.decode()
            for value in self.values
            for _one, text in _fields(value)
            if isinstance(text, bytes)
        ]


@dataclass(frozen=True)
class _Feature:
    kind: int
    geometry: bytes
    texts: dict[str, str]
    tags: bytes = field(compare=False)
    """The texts by their numbers."""

    @classmethod
    def read(cls, feature: bytes, *, keys: list[str], values: list[str]) -> "_Feature":
        kind = 0
        geometry, tags = b"", b""
        for number, value in _fields(feature):
            if isinstance(value, int):
                kind = value if number == 3 else kind
            elif number == 4:
                geometry = value
            elif number == 2:
                tags = value
        said = list(tags) if tags.isascii() else list(_varints(tags))
        texts = {keys[said[at]]: values[said[at + 1]] for at in range(0, len(said), 2)}
        return cls(kind, geometry, texts, tags)


def _texts(features: Mapping[int, _Feature]) -> dict[int, dict[str, str]]:
    return {number: feature.texts for number, feature in features.items()}


def patched(
    tile: bytes,
    fresh: Mapping[str, bytes],
    gone: Mapping[str, Set[int]],
    *,
    order: tuple[str, ...],
) -> bytes:
    """Replace features of a tile.

    Parameters
    ----------
    tile : bytes
        As it is, uncompressed; empty where nothing was drawn.
    fresh : mapping
        Layers, as `vector_tile.layer_bytes` writes them, with what is to be there.
    gone : mapping
        Ids by layer of what is not to stay as it is.
    order : tuple of str
        Layers as they stand in a tile.

    Returns
    -------
    bytes
        The same as if the tile was cut anew.
    """
    was = {_name(content): content for content in _layers(tile)}
    parts = []
    for name in order:
        content, out = was.get(name, b""), gone.get(name, frozenset())
        drawn = fresh.get(name, b"")
        if drawn or out:
            layer = TileLayer.read(content) if content else TileLayer(name)
            new = next(map(TileLayer.read, _layers(drawn)), TileLayer(name))
            parts.append(layer.with_features(new, gone=out))
        elif content:
            parts.append(length_delimited(_LAYER, content))
    return b"".join(parts)


def _layers(tile: bytes) -> Iterator[bytes]:
    return (value for _number, value in _fields(tile) if isinstance(value, bytes))


def _name(layer: bytes) -> str:
    """Return the name, with which a layer begins."""
    _number, name = next(_fields(layer))
    return name.decode() if isinstance(name, bytes) else ""


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Read the fields of a message: integers, and bytes for all else that tiles have."""
    at, end = 0, len(content)
    while at < end:
        key = content[at]
        value = content[at + 1]
        at += 2
        if value >= 0x80:
            value, at = _varint(content, at - 1)
        if key & 7:
            yield key >> 3, content[at : at + value]
            at += value
        else:
            yield key >> 3, value


def _varints(content: bytes) -> Iterator[int]:
    at = 0
    while at < len(content):
        value, at = _varint(content, at)
        yield value


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at

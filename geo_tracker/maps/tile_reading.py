"""Layers of a tile read back, so that some of their features can be replaced."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from geo_tracker.maps.protobuf import length_delimited
from geo_tracker.maps.vector_tile import layer_bytes, layer_of_features

_LAYER = 3
"""Field of a tile that holds a layer."""


@dataclass
class TileLayer:
    """A layer of a tile as `vector_tile.layer_bytes` writes it.

    Attributes
    ----------
    name, extent
        As they were written.
    features : dict of bytes
        Features as they were written, by id.
    keys, values : list of str
        What their tags name by number.
    content : bytes
        All of it, without its outer field.
    """

    name: str = ""
    extent: int = 0
    features: dict[int, bytes] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    content: bytes = b""

    @classmethod
    def read(cls, content: bytes) -> "TileLayer":
        """Read a layer without its outer field."""
        layer = cls(content=content)
        for number, value in _fields(content):
            if isinstance(value, int):
                layer.extent = value if number == 5 else layer.extent
            elif number == 2:
                # A feature begins with its id.
                layer.features[_varint(value, 1)[0]] = value
            elif number == 1:
                layer.name = value.decode()
            elif number == 3:
                layer.keys.append(value.decode())
            elif number == 4:
                layer.values += [
                    text.decode() for _one, text in _fields(value) if isinstance(text, bytes)
                ]
        return layer

    def with_features(self, fresh: "TileLayer", *, gone: Set[int]) -> bytes:
        """Return the layer's bytes with some features instead of others, by rising id."""
        replaced = {number: self.features[number] for number in gone & self.features.keys()}
        if self._said(replaced) == fresh._said(fresh.features):
            return length_delimited(_LAYER, self.content) if self.features else b""
        kept = {number: said for number, said in self.features.items() if number not in gone}
        extent = fresh.extent or self.extent
        if not self.keys and not fresh.keys:
            features = kept | fresh.features
            ordered = [features[number] for number in sorted(features)]
            return layer_of_features(self.name, ordered, extent=extent, keys=(), values=())
        said = self._said(kept) | fresh._said(fresh.features)
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

    def _said(self, features: Mapping[int, bytes]) -> "dict[int, _Feature]":
        return {number: _Feature.read(said, self) for number, said in features.items()}


@dataclass(frozen=True)
class _Feature:
    kind: int
    geometry: bytes
    texts: dict[str, str]

    @classmethod
    def read(cls, feature: bytes, layer: TileLayer) -> "_Feature":
        kind = 0
        geometry, tags = b"", b""
        for number, value in _fields(feature):
            if isinstance(value, int):
                kind = value if number == 3 else kind
            elif number == 4:
                geometry = value
            elif number == 2:
                tags = value
        said = list(_varints(tags))
        pairs = zip(said[::2], said[1::2], strict=True)
        return cls(kind, geometry, {layer.keys[key]: layer.values[value] for key, value in pairs})


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
    was = {layer.name: layer for layer in _layers(tile)}
    parts = []
    for name in order:
        layer = was.get(name) or TileLayer(name)
        new = next(_layers(fresh.get(name, b"")), TileLayer(name))
        parts.append(layer.with_features(new, gone=gone.get(name, frozenset())))
    return b"".join(parts)


def _layers(tile: bytes) -> Iterator[TileLayer]:
    for _number, value in _fields(tile):
        if isinstance(value, bytes):
            yield TileLayer.read(value)


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

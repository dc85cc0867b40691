"""Names on drawn maps: how wide they are, and which of them find room."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return a text as it may stand between two tags, without signs that XML does not allow."""
    return escape(_NOT_IN_XML.sub("", text))


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is in letters of a size, in the size's unit."""
    return sum(size if ord(sign) > 0x2E7F else size * 0.58 for sign in text)


@dataclass(frozen=True)
class Name:
    """A name to be written on paper.

    Attributes
    ----------
    text : str
        What is written.
    x, y : float
        Its middle, in millimetres from the upper left corner.
    size : float
        Height of its letters in millimetres.
    kind : str
        ``county``, ``town``, ``village``, or ``outside`` of a county around.
    """

    text: str
    x: float
    y: float
    size: float
    kind: str

    @property
    def width(self) -> float:
        """Width in millimetres."""
        return text_width(self.text, self.size)


def names_with_room(
    names: Iterable[Name], *, width: float, height: float, cell: float = 0.4
) -> list[Name]:
    """Return the names that lie on the paper and on no name before them.

    Parameters
    ----------
    names : iterable of Name
        Those that matter most first.
    width, height : float
        Of the paper, in millimetres.
    cell : float
        Fineness with which the paper is kept account of, in millimetres.

    Returns
    -------
    list of Name
        In the order they came.
    """
    taken = np.zeros((int(np.ceil(height / cell)), int(np.ceil(width / cell))), dtype=bool)
    kept = []
    for name in names:
        half_x, half_y = name.width / 2 + name.size * 0.15, name.size * 0.62
        west, east = name.x - half_x, name.x + half_x
        north, south = name.y - half_y, name.y + half_y
        if west < 0 or north < 0 or east > width or south > height:
            continue
        ground = taken[
            int(north / cell) : int(np.ceil(south / cell)),
            int(west / cell) : int(np.ceil(east / cell)),
        ]
        if ground.any():
            continue
        ground[:] = True
        kept.append(name)
    return kept

"""Who became whom as one picture: villages as bars, their ground or people as ribbons between."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

FLOW_COLOURS = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7"),
    *("#56b4e9", "#d55e00", "#b3a100", "#6b6f76"),
)
"""Of ribbons by number, as the map draws former villages; more of them begin anew."""

_WIDTH = 1200.0
_BAR = 12.0
_HEAD = 30.0
_LAST_LABEL = 330.0
_SMALLEST_BAR = 3.0
_TALLEST_COLUMN = 260.0
"""Height of the bars of the fullest column together, unless its texts need more."""

_NAME_PX, _LINE_PX, _LEADING, _GAP = 15.5, 12.5, 1.35, 16.0
_INK, _MUTED, _ACCENT, _WARNING = "#1f2933", "#46535f", "#1f5f8b", "#971d1d"


@dataclass(frozen=True)
class FlowNode:
    """A village at one date.

    Attributes
    ----------
    key : hashable
        What links name it by.
    column : int
        Which date, from 0.
    name, code : str
        What it is called, and its code.
    lines : sequence of str
        What stands in small letters below them.
    warning : str
        What stands in red below them; may be empty.
    url : str or None
        Address of its page.
    is_here : bool
        Whether it is the village that the picture is about.
    size : float or None
        Its ground or people, in the unit of the links; None where unknown.
    """

    key: Hashable
    column: int
    name: str
    code: str = ""
    lines: Sequence[str] = ()
    warning: str = ""
    url: str | None = None
    is_here: bool = False
    size: float | None = None


@dataclass(frozen=True)
class FlowLink:
    """What one village gave to another.

    Attributes
    ----------
    source, target : hashable
        Keys of nodes, the target in a later column.
    size : float or None
        Its ground or people; None where unknown: a thin dashed line.
    colour : int
        Number of a colour of `FLOW_COLOURS`.
    title : str
        What it says in words.
    label : str
        What stands on it; may be empty.
    is_doubtful : bool
        Whether a person still has to decide.
    """

    source: Hashable
    target: Hashable
    size: float | None
    colour: int
    title: str
    label: str = ""
    is_doubtful: bool = False


@dataclass
class _Bar:
    """A node with its place; ``given`` and ``taken``: how much of it ribbons cover already."""

    node: FlowNode
    height: float
    x: float
    room: float
    y: float = 0.0
    given: float = 0.0
    taken: float = 0.0

    @property
    def slot(self) -> float:
        """Height of the bar or of what stands beside it."""
        lines = len(self.node.lines) + bool(self.node.warning)
        return max(self.height, _NAME_PX + _LINE_PX * _LEADING * lines + 6)

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def flow_picture(
    nodes: Sequence[FlowNode], links: Sequence[FlowLink], *, heads: Sequence[str], title: str
) -> str:
    """Draw villages as bars, date after date, and what each gave to which as ribbons.

    Parameters
    ----------
    nodes : sequence of FlowNode
        At least one in each column.
    links : sequence of FlowLink
        Both ends among the nodes.
    heads : sequence of str
        What stands above each column.
    title : str
        What the picture is called to those who cannot see it.

    Returns
    -------
    str
        One ``<svg>`` element without scripts or style attributes; every text is escaped. Bars and
        ribbons are in proportion to the sizes, all by the same scale.
    """
    sizes = {node.key: _size(node, links) for node in nodes}
    by_column = [[node for node in nodes if node.column == number] for number in range(len(heads))]
    fullest = max(sum(sizes[node.key] for node in column) for column in by_column)
    scale = _TALLEST_COLUMN / fullest if fullest > 0 else 0.0
    xs = [number * (_WIDTH - _LAST_LABEL) / max(1, len(heads) - 1) for number in range(len(heads))]
    rooms = [*(after - x - _BAR - 16 for x, after in pairwise(xs)), _LAST_LABEL - _BAR - 10]
    bars = {
        node.key: _Bar(
            node,
            height=max(_SMALLEST_BAR, sizes[node.key] * scale),
            x=xs[node.column],
            room=rooms[node.column],
        )
        for node in nodes
    }
    height = _stack([[bars[node.key] for node in column] for column in by_column], links)
    columns = "".join(
        f'<text x="{x:.1f}" y="16" font-size="13" font-weight="600" fill="{_MUTED}">'
        f"{escape(head)}</text>"
        for x, head in zip(xs, heads, strict=True)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {height:.0f}"'
        f' role="group" aria-label="{escape(title)}">{columns}'
        + "".join(_ribbons(bars, links, scale))
        + "".join(_village(bar) for bar in bars.values())
        + "</svg>"
    )


def _size(node: FlowNode, links: Sequence[FlowLink]) -> float:
    given = sum(link.size or 0.0 for link in links if link.source == node.key)
    taken = sum(link.size or 0.0 for link in links if link.target == node.key)
    return max(node.size or 0.0, given, taken)


def _stack(columns: list[list[_Bar]], links: Sequence[FlowLink]) -> float:
    """Give each bar its height on the paper, from the last column back; return the paper's."""
    heights = [sum(bar.slot for bar in column) + _GAP * (len(column) - 1) for column in columns]
    rank: dict[Hashable, float] = {}
    for column, height in zip(reversed(columns), reversed(heights), strict=True):
        # Beside what they lead to, the larger first.
        aims = {
            bar.node.key: [
                rank[link.target]
                for link in links
                if link.source == bar.node.key and link.target in rank
            ]
            for bar in column
        }
        column.sort(key=lambda bar: (_mean(aims[bar.node.key], len(rank)), -bar.height))
        y = _HEAD + (max(heights) - height) / 2
        for number, bar in enumerate(column):
            rank[bar.node.key] = float(number)
            bar.y = y + (bar.slot - bar.height) / 2
            y += bar.slot + _GAP
    return _HEAD + max(heights) + 8


def _mean(numbers: list[float], otherwise: float) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise


def _ribbons(bars: dict[Hashable, _Bar], links: Sequence[FlowLink], scale: float) -> list[str]:
    """Draw the links; at each bar they lie one below the other in the order of the other ends."""
    starts, ends = {}, {}
    for link in sorted(links, key=lambda link: bars[link.target].middle):
        bar = bars[link.source]
        starts[link.source, link.target] = bar.y + bar.given
        bar.given += (link.size or 0.0) * scale
    for link in sorted(links, key=lambda link: bars[link.source].middle):
        bar = bars[link.target]
        ends[link.source, link.target] = bar.y + bar.taken
        bar.taken += (link.size or 0.0) * scale
    drawn = []
    for link in links:
        west, east = bars[link.source], bars[link.target]
        start, end = starts[link.source, link.target], ends[link.source, link.target]
        if link.size is None:
            start, end = west.middle, east.middle
        drawn.append(_ribbon(link, west.x + _BAR, start, east.x, end, (link.size or 0.0) * scale))
    return drawn


def _ribbon(link: FlowLink, x0: float, y0: float, x1: float, y1: float, thick: float) -> str:
    colour = FLOW_COLOURS[link.colour % len(FLOW_COLOURS)]
    half = (x0 + x1) / 2
    upper = f"M{x0:.1f} {y0:.1f}C{half:.1f} {y0:.1f} {half:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    if link.size is None:
        look = f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="6 5"'
        path = upper
    else:
        look = f'fill="{colour}" fill-opacity="0.32"'
        if link.is_doubtful:
            look += f' stroke="{colour}" stroke-width="1.6" stroke-dasharray="6 5"'
        path = (
            f"{upper}V{y1 + thick:.1f}C{half:.1f} {y1 + thick:.1f} {half:.1f} {y0 + thick:.1f}"
            f" {x0:.1f} {y0 + thick:.1f}Z"
        )
    label = ""
    if link.label:
        # A third before the end: names stand at the beginning, and there ribbons lie apart.
        x, y = x1 - 14, y1 + thick / 2 + 4.5
        label = _written(x, y, link.label, anchor="end", size=_LINE_PX, weight=600)
    return f'<path d="{path}" {look}><title>{escape(link.title)}</title></path>{label}'


def _village(bar: _Bar) -> str:
    node = bar.node
    lines = [*((line, _MUTED) for line in node.lines)]
    if node.warning:
        lines.append((node.warning, _WARNING))
    x = bar.x + _BAR + 10
    y = bar.middle - _LINE_PX * _LEADING * len(lines) / 2 + _NAME_PX * 0.36
    fill = _ACCENT if node.url and not node.is_here else _INK
    room = bar.room - _LINE_PX * 0.56 * len(node.code)
    name = _written(
        x, y, _fitted(node.name, room, _NAME_PX), weight=600, fill=fill, beside=node.code
    )
    if node.url and not node.is_here:
        name = f'<a href="{escape(node.url)}">{name}</a>'
    small = "".join(
        _written(
            x,
            y + 1 + _LINE_PX * _LEADING * number,
            _fitted(line, bar.room, _LINE_PX),
            size=_LINE_PX,
            fill=colour,
        )
        for number, (line, colour) in enumerate(lines, 1)
    )
    return (
        f'<rect x="{bar.x:.1f}" y="{bar.y:.1f}" width="{_BAR:.0f}" height="{bar.height:.1f}"'
        f' fill="{_ACCENT if node.is_here else "#7f93a5"}"/>{name}{small}'
    )


def _written(
    x: float,
    y: float,
    text: str,
    *,
    size: float = _NAME_PX,
    weight: int = 400,
    fill: str = _INK,
    anchor: str = "start",
    beside: str = "",
) -> str:
    if beside:
        beside = (
            f' <tspan dx="4" font-size="{_LINE_PX}" font-weight="400" fill="{_MUTED}">'
            f"{escape(beside)}</tspan>"
        )
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{fill}"'
        f' text-anchor="{anchor}" stroke="#fff" stroke-width="2.4" stroke-opacity="0.7"'
        f' stroke-linejoin="round" paint-order="stroke">{escape(text)}{beside}</text>'
    )


def _fitted(text: str, room: float, size: float) -> str:
    """Return a text, or as much of its beginning as finds room."""
    width = 0.0
    for place, sign in enumerate(text):
        width += size if ord(sign) > 0x2E7F else size * 0.56
        if width > room:
            return f"{text[: max(1, place - 1)].rstrip()}…"
    return text

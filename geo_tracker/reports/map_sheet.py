"""A drawn map → an A3 sheet as PDF/A, set by Typst: vectors stay vectors and texts are text."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from geo_tracker.language import N_, Message, translate

MAP_WIDTH_MM, MAP_HEIGHT_MM = 318.0, 245.0
"""Size of the map's frame on the sheet; the template has the same."""

LONGEST_BAR_MM = 62.0

STAND_IN = "〓"
"""What printers put for a sign that they have no type for."""

_TEMPLATE = Path(__file__).with_suffix(".typ")
_FONTS = Path(__file__).parents[1] / "static" / "vendor" / "noto-sans-sc"
_STANDARD: Literal["a-2u"] = "a-2u"
"""For archives, and the only kind that refuses to print a box instead of a rare character."""

_PROBE = b'#set page(width: auto)\n#set text(font: "Noto Sans SC")\n#sys.inputs.sign'


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    """One line of a legend.

    Attributes
    ----------
    label : str
        In the reader's language.
    sign : str
        ``area``, ``missing`` (hatched pale), ``hatched``, ``outlined``, ``diamond``, ``line``,
        ``dashes``, ``point`` or ``ring``.
    colour : str
        As ``#rrggbb``.
    count : str
        How many there are on the sheet; empty where it is not counted.
    width_mm : float
        Of a line, or across a point or ring.
    """

    label: str
    sign: str
    colour: str = "#1f2933"
    count: str = ""
    width_mm: float = 0.1


@dataclass(frozen=True, kw_only=True)
class LegendGroup:
    """Lines of a legend under a heading, with what the counts count."""

    title: str
    note: str = ""
    unit: str = ""
    entries: Sequence[LegendEntry]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All that stands on a sheet; every text in the reader's language and plain.

    Attributes
    ----------
    locale : str
        As in `geo_tracker.language.LOCALES`.
    title, subtitle, mark, notice : str
        ``mark`` says who may see it (内部使用); ``notice`` may be empty.
    svg : str
        The map, `MAP_WIDTH_MM` by `MAP_HEIGHT_MM`.
    legend : sequence of LegendGroup
    scale : int
        Denominator of the representative fraction.
    bar_mm, bar_label : float, str
        Length of the scale bar on paper, and what it is on the ground.
    north_deg : float
        Clockwise angle of true north.
    facts : sequence of (str, str)
        Name and value: dates, author, source, projection.
    """

    locale: str
    title: str
    subtitle: str
    mark: str
    notice: str
    svg: str
    legend: Sequence[LegendGroup]
    scale: int
    bar_mm: float
    bar_label: str
    north_deg: float
    facts: Sequence[tuple[str, str]]


def sheet_pdf(sheet: Sheet) -> bytes:
    """Return a sheet as a PDF of one page, 420 by 297 millimetres.

    Parameters
    ----------
    sheet : Sheet
        What stands on it. No text is read as markup.

    Returns
    -------
    bytes
        PDF/A-2u. Characters that neither the fonts of the program nor those of the machine have
        are printed as `STAND_IN`, and the sheet names their codes.
    """
    try:
        return _compiled(sheet)
    except typst.TypstError:
        unknown = unknown_signs(sheet)
        if not unknown:
            raise
        return _compiled(_with_stand_ins(sheet, unknown))


def unknown_signs(sheet: Sheet) -> list[str]:
    """Return the characters of a sheet that no font at hand has, in the order of their codes."""
    texts = "".join(_texts(asdict(sheet)))
    # Every CJK font has the national standard's first set; only what lies beyond is looked for.
    rare = {sign for sign in texts if not _is_common(sign)}
    return sorted(sign for sign in rare if not _is_known(sign))


def _compiled(sheet: Sheet) -> bytes:
    compiler = typst.Compiler(input=_TEMPLATE, root=_TEMPLATE.parent, font_paths=_fonts())
    made = compiler.compile(
        format="pdf",
        sys_inputs={"sheet": json.dumps(asdict(sheet), ensure_ascii=False)},
        pdf_standards=_STANDARD,
    )
    if not isinstance(made, bytes):
        raise TypeError("Typst made no single document")
    return made


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[_FONTS])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


def _is_common(sign: str) -> bool:
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=4096)
def _is_known(sign: str) -> bool:
    compiler = typst.Compiler(input=_PROBE, font_paths=_fonts())
    try:
        compiler.compile(format="pdf", sys_inputs={"sign": sign}, pdf_standards=_STANDARD)
    except typst.TypstError:
        return False
    return True


def _with_stand_ins(sheet: Sheet, unknown: list[str]) -> Sheet:
    pattern = re.compile("|".join(map(re.escape, unknown)))

    def replaced(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(STAND_IN, value)
        if isinstance(value, list | tuple):
            return [replaced(part) for part in value]
        if isinstance(value, LegendGroup):
            return replace(
                value,
                title=replaced(value.title),
                note=replaced(value.note),
                entries=[replace(e, label=replaced(e.label)) for e in value.entries],
            )
        return value

    said = translate(
        Message(
            N_("%(sign)s stands for characters that no font here has: %(codes)s."),
            {"sign": STAND_IN, "codes": ", ".join(f"U+{ord(sign):04X}" for sign in unknown)},
        ),
        sheet.locale,
    )
    values = {name: replaced(value) for name, value in vars(sheet).items()}
    values["notice"] = " ".join(filter(None, (values["notice"], said)))
    return Sheet(**values)

"""Typst's part of every printed page: fonts, the standard for archives, characters nobody has."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import typst

from geo_tracker.language import N_, Message, translate

STAND_IN = "〓"
"""What printers put for a sign that they have no type for."""

_FONTS = Path(__file__).parents[1] / "static" / "vendor" / "noto-sans-sc"
_STANDARD: Literal["a-2u"] = "a-2u"
"""For archives, and the only kind that refuses to print a box instead of a rare character."""

_PICTURE: Final = (
    b"#set page(width: auto, height: auto, margin: 0pt)\n"
    b'#image(bytes(sys.inputs.svg), format: "svg")'
)
_PROBE = b'#set page(width: auto)\n#set text(font: "Noto Sans SC")\n#sys.inputs.sign'


def typeset(template: Path, content: Mapping[str, Any], *, locale: str) -> bytes:
    """Return what a template makes of some content, as a PDF.

    Parameters
    ----------
    template : Path
        A Typst file that reads ``sys.inputs.content`` as JSON. No text is read as markup.
    content : mapping
        Texts, numbers, and lists and mappings of such; ``notice`` is a text.
    locale : str
        As in `geo_tracker.language.LOCALES`; of what is said about unknown characters.

    Returns
    -------
    bytes
        PDF/A-2u. Characters that neither the fonts of the program nor those of the machine have
        are printed as `STAND_IN`, and the notice names their codes.
    """
    try:
        return _compiled(template, content)
    except typst.TypstError:
        unknown = unknown_signs(content)
        if not unknown:
            raise
        return _compiled(template, _with_stand_ins(content, unknown, locale))


def picture_png(svg: str, *, dots_per_inch: float) -> bytes:
    """Return a drawing as PNG, in its own size; its texts in the fonts of the program."""
    compiler = typst.Compiler(input=_PICTURE, font_paths=_fonts(), sys_inputs={"svg": svg})
    return _one(compiler.compile(format="png", ppi=dots_per_inch))


def unknown_signs(content: Mapping[str, Any]) -> list[str]:
    """Return the characters of some content that no font at hand has, in order of their codes."""
    texts = "".join(_texts(content))
    # Every CJK font has the national standard's first set; only what lies beyond is looked for.
    rare = {sign for sign in texts if not _is_common(sign)}
    return sorted(sign for sign in rare if not _is_known(sign))


def _compiled(template: Path, content: Mapping[str, Any]) -> bytes:
    compiler = typst.Compiler(
        input=template,
        root=template.parent,
        font_paths=_fonts(),
        sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
    )
    return _one(compiler.compile(format="pdf", pdf_standards=_STANDARD))


def _one(made: object) -> bytes:
    if not isinstance(made, bytes):
        raise TypeError("Typst made no single document")
    return made


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[_FONTS])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
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
    compiler = typst.Compiler(input=_PROBE, font_paths=_fonts(), sys_inputs={"sign": sign})
    try:
        compiler.compile(format="pdf", pdf_standards=_STANDARD)
    except typst.TypstError:
        return False
    return True


def _with_stand_ins(
    content: Mapping[str, Any], unknown: list[str], locale: str
) -> Mapping[str, Any]:
    pattern = re.compile("|".join(map(re.escape, unknown)))

    def replaced(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(STAND_IN, value)
        if isinstance(value, Mapping):
            return {name: replaced(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [replaced(part) for part in value]
        return value

    said = translate(
        Message(
            N_("%(sign)s stands for characters that no font here has: %(codes)s."),
            {"sign": STAND_IN, "codes": ", ".join(f"U+{ord(sign):04X}" for sign in unknown)},
        ),
        locale,
    )
    told = " ".join(filter(None, (replaced(content["notice"]), said)))
    return {**replaced(content), "notice": told}

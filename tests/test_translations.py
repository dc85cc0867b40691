"""Every text has a Chinese translation that says the same about the same things."""

import re
from functools import cache
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from geo_tracker.config import ROOT
from geo_tracker.language import CATALOGUES, LOCALES

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
HAN = re.compile(r"[一-鿿]")
# Names and signs that are the same in both languages, or a mark only.
NO_HAN = {
    "%(field)s: %(old)s → %(new)s",
    "%(field)s: %(value)s",
    "%(number)s (%(unit)s)",
    "%(some)s, %(next)s",
    "%(value)s (%(unit)s)",
    "%(ground)s; %(names)s",
    "%(ground)s. %(reason)s",
    "geo_tracker",
    "%(what)s (%(day)s)",
    ", ",
    "; ",
    "%(done)s of %(total)s",
    "%(open)s of %(all)s",
    "%(share)s%%",
    "%(village)s (%(why)s)",
    "%(kind)s in %(place)s",
    "%(name)s on %(day)s",
    "%(county)s %(town)s",
    "%(part)s of %(whole)s",
    "%(place)s: %(title)s",
    "%(what)s: %(value)s",
    "PDF",
    "Word",
    "Excel",
}


@cache
def texts() -> set[str]:
    """Return what code and templates show."""
    with (ROOT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    keywords = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
    found = set()
    for folder in ("geo_tracker", "templates"):
        for _file, _line, text, _comments, _context in extract_from_dir(
            ROOT / folder,
            [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods],
            {key.removeprefix(f"{folder}/"): value for key, value in options.items()},
            keywords,
        ):
            found.add(text if isinstance(text, str) else text[0])
    return found


@cache
def chinese() -> Catalog:
    file = CATALOGUES / LOCALES[0] / "LC_MESSAGES" / "messages.po"
    return read_po(BytesIO(file.read_bytes()), locale=LOCALES[0])


def test_the_texts_of_code_and_of_templates_are_found() -> None:
    assert {"Lagging villages", "%(member)s is protected by a password.", "Copy link"} <= texts()


def test_every_text_is_translated_and_nothing_else_is() -> None:
    translated = {str(message.id) for message in chinese() if message.id and message.string}
    assert texts() - translated == set()
    assert translated - texts() == set()


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in chinese() if message.id and message.fuzzy] == []


def test_translations_keep_the_values_that_fill_them() -> None:
    for message in chinese():
        asked = sorted(PLACEHOLDER.findall(str(message.id)))
        assert sorted(PLACEHOLDER.findall(str(message.string))) == asked, message.id


def test_translations_are_chinese() -> None:
    english = {
        str(message.id)
        for message in chinese()
        if message.id and not HAN.search(str(message.string))
    }
    assert english - NO_HAN == set()


def test_a_lone_percent_sign_is_doubled_where_values_fill_the_text() -> None:
    for message in chinese():
        text = str(message.string)
        if PLACEHOLDER.search(text):
            rest = PLACEHOLDER.sub("", text).replace("%%", "")
            assert "%" not in rest, message.id

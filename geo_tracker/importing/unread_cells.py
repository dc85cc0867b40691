"""Cells of an xlsx file that its fast reader passes over: errors, and formulas never calculated."""

import html
import io
import re
import zipfile
from collections.abc import Iterator

NOT_CALCULATED = "#=?"
"""Stands for the value of a formula that the file does not hold."""

_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_MAY_BE_THERE = re.compile(rb"""\bt=["']e["']|<(?:\w+:)?f\b""")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


def unread_cells(content: bytes) -> dict[str, dict[tuple[int, int], str]]:
    """Find the cells of a workbook whose value is an error or was never calculated.

    Parameters
    ----------
    content : bytes
        An xlsx file whose size was checked.

    Returns
    -------
    dict
        Title of a sheet → (row, column) counted from 0 → ``#REF!``, ``#N/A`` … or
        `NOT_CALCULATED`. Sheets without such cells are left out.
    """
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = set(archive.namelist())
        for title, member in _sheets(archive, members):
            xml = archive.read(member)
            cells = dict(_cells(xml)) if _MAY_BE_THERE.search(xml) else {}
            if cells:
                found[title] = cells
    return found


def _sheets(archive: zipfile.ZipFile, members: set[str]) -> Iterator[tuple[str, str]]:
    book, relations = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if book not in members or relations not in members:
        return
    targets = {
        told.get("Id"): told.get("Target", "")
        for told in map(_attributes, _RELATION.findall(archive.read(relations)))
    }
    for told in map(_attributes, _SHEET.findall(archive.read(book))):
        target = targets.get(told.get("r:id"), "")
        member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if member in members:
            yield told.get("name", ""), member


def _attributes(tag: bytes) -> dict[str, str]:
    return {
        name.decode("utf-8", "replace"): html.unescape((one or other).decode("utf-8", "replace"))
        for name, one, other in _ATTRIBUTE.findall(tag)
    }


def _cells(xml: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for opening, inside in _CELL.findall(xml):
        told = _attributes(opening)
        value = _VALUE.search(inside)
        is_error = told.get("t") == "e"
        if not is_error and (value is not None or not _FORMULA.search(inside)):
            continue
        if told.get("t") == "inlineStr":
            continue
        place = _PLACE.fullmatch(told.get("r", ""))
        if place is not None:
            shown = value[1].decode("utf-8", "replace") if value else NOT_CALCULATED
            yield (int(place[2]) - 1, column_number(place[1])), shown


def column_number(letters: str) -> int:
    """Return the number of a column, A being 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def column_letters(number: int) -> str:
    """Return the letters of a column, 0 being A."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters

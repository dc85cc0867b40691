"""CSV files that go out: safe in a spreadsheet, and with a second file that says what they are."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from geo_tracker import __version__
from geo_tracker.errors import UnusableTableError
from geo_tracker.importing.archives import sha256_of
from geo_tracker.language import N_

_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_SHAPEFILE = (".shp", ".dbf", ".prj", ".cpg")
_ROWS_AT_ONCE = 20_000

METADATA_SUFFIX = "-metadata.json"
"""Where CSV on the Web (W3C 2015) looks for what a CSV file is: ``shares.csv-metadata.json``."""


def safe_text(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: such a text begins with an apostrophe.

    Numbers stay as they are, those written as text too.
    """
    if not isinstance(value, str) or not _FORMULA.match(value) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


def original_text(value: str) -> str:
    """Return the text that `safe_text` made safe."""
    return value[1:] if value.startswith("'") and _FORMULA.match(value[1:]) else value


def csv_text(table: pd.DataFrame, *, header: bool = True) -> str:
    """Return a table as CSV without its index; missing cells are empty, floats in full."""
    texts = [name for name in table if not pd.api.types.is_numeric_dtype(table[name].dtype)]
    # As objects: whole numbers beside missing ones must not become floats.
    safe = table.assign(
        **{
            str(name): pd.Series(
                list(map(safe_text, table[name].tolist())), index=table.index, dtype=object
            )
            for name in texts
        }
    )
    safe.columns = pd.Index([safe_text(name) for name in safe.columns])
    text: str = safe.to_csv(index=False, header=header, lineterminator="\n")
    return text


def csv_for_spreadsheets(table: pd.DataFrame) -> bytes:
    """Return a table as CSV in UTF-8 with the mark by which Excel and WPS know it."""
    return csv_text(table).encode("utf-8-sig")


def read_table(path: Path) -> pd.DataFrame:
    """Return a CSV file, every cell as text, empty ones missing.

    Raises
    ------
    UnusableTableError
        If it is no CSV file in UTF-8 or GB 18030, or names a column twice.
    """
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content.decode(encoding)
            table = pd.read_csv(path, dtype=str, encoding=encoding, skipinitialspace=True)
        except UnicodeDecodeError:
            continue
        except ValueError as error:
            reason = str(error).strip().partition("\n")[0]
            raise UnusableTableError(
                N_("%(file)s cannot be read: %(reason)s"), file=path.name, reason=reason
            ) from error
        table.columns = pd.Index([original_text(str(name).strip()) for name in table.columns])
        return table.apply(lambda column: column.str.strip().map(original_text, na_action="ignore"))
    raise UnusableTableError(
        N_("%(file)s cannot be read: %(reason)s"), file=path.name, reason="UTF-8, GB 18030?"
    )


@dataclass(frozen=True)
class Origin:
    """Where the rows of a CSV file come from.

    Attributes
    ----------
    title, method : str
        What it is and how it was made, in English.
    inputs : mapping of str to str
        SHA-256 of each file it was made from, by name, in order.
    columns : mapping of str to str
        What each column is.
    facts : mapping
        Anything else that plain data can say.
    made_at : datetime
        When.
    """

    title: str
    method: str
    inputs: Mapping[str, str]
    columns: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    made_at: datetime = field(default_factory=lambda: datetime.now().astimezone())

    @property
    def inputs_sha256(self) -> str:
        """Return one hash for all inputs in their order."""
        return hashlib.sha256("".join(self.inputs.values()).encode("ascii")).hexdigest()

    def stamped(self, table: pd.DataFrame, *, method: str) -> pd.DataFrame:
        """Return a table with ``method``, ``made_on`` and ``inputs_sha256`` as its last columns.

        A file that is passed on loses the one beside it.
        """
        return table.assign(
            method=method, made_on=self.made_at.date(), inputs_sha256=self.inputs_sha256
        )


def write_csv(
    table: pd.DataFrame, path: Path, origin: Origin, *, for_spreadsheets: bool = False
) -> None:
    """Write a table, and beside it what it is.

    Parameters
    ----------
    table : DataFrame
        Its index is left out.
    path : Path
        Where; ``<path>-metadata.json`` is written too.
    origin : Origin
        What is said beside.
    for_spreadsheets : bool
        Begin with the mark by which Excel and WPS know UTF-8.
    """
    hashed = hashlib.sha256()
    with path.open("wb") as file:
        # A large table's text is several times its size in memory.
        for at in range(0, max(len(table), 1), _ROWS_AT_ONCE):
            text = csv_text(table.iloc[at : at + _ROWS_AT_ONCE], header=not at)
            content = text.encode("utf-8-sig" if for_spreadsheets and not at else "utf-8")
            hashed.update(content)
            file.write(content)
    described = [
        {"name": str(name), "titles": str(name)}
        | ({"dc:description": origin.columns[name]} if name in origin.columns else {})
        for name in table.columns
    ]
    metadata = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": path.name,
        "dc:title": origin.title,
        "dc:created": origin.made_at.isoformat(timespec="seconds"),
        "dc:creator": f"geo_tracker {__version__}",
        "tableSchema": {"columns": described},
        "notes": [
            {
                "sha256": hashed.hexdigest(),
                "rows": len(table),
                "method": origin.method,
                "made_at": origin.made_at.isoformat(timespec="seconds"),
                "program": "geo_tracker",
                "version": __version__,
                "inputs": [{"name": n, "sha256": digest} for n, digest in origin.inputs.items()],
                "inputs_sha256": origin.inputs_sha256,
                **origin.facts,
            }
        ],
    }
    beside = path.with_name(path.name + METADATA_SUFFIX)
    beside.write_text(json.dumps(metadata, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def is_as_written(path: Path) -> bool | None:
    """Say whether a CSV file is still what the file beside it says; None where there is none."""
    beside = path.with_name(path.name + METADATA_SUFFIX)
    try:
        stated = json.loads(beside.read_text(encoding="utf-8"))["notes"][0]["sha256"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return bool(stated == content_sha256(path))


def content_sha256(path: Path) -> str:
    """Return the hash of a file; of a folder or a shapefile that of all its parts, by name."""
    if path.is_dir():
        parts = sorted(part for part in path.rglob("*") if part.is_file())
    elif path.suffix.lower() == ".shp":
        parts = [part for end in _SHAPEFILE if (part := path.with_suffix(end)).exists()]
    else:
        return sha256_of(path)
    return hashlib.sha256("".join(map(sha256_of, parts)).encode("ascii")).hexdigest()

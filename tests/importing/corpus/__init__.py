"""Small files as planners bring them, each named for its defect or quirk.

They lie in ``tests/importing/files`` as they were written once by ``python -m
tests.importing.corpus``, so that they stay the same when the libraries that wrote them change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FILES = Path(__file__).parents[1] / "files"

Build = Callable[[Path, Path], None]
"""Writes a file (first) and may use a passing folder (second)."""


@dataclass(frozen=True)
class Case:
    """A file and what is to become of it.

    Attributes
    ----------
    name : str
        Of the file.
    build : callable
        Writes it.
    names : tuple of str or None
        Villages of a layer, or names in the first sheet, in order; None where it is refused.
    refused : str
        Part of the reason, in English.
    says : tuple of str
        Parts of what the report says, in English.
    found : tuple of str or None
        Kinds of faulty ground, each as often as it is found; None where nobody looks for them.
    """

    name: str
    build: Build
    names: tuple[str | None, ...] | None = None
    refused: str = ""
    says: tuple[str, ...] = ()
    found: tuple[str, ...] | None = None


CASES: dict[str, Case] = {}


def case(
    name: str,
    *,
    names: tuple[str | None, ...] | None = None,
    refused: str = "",
    says: tuple[str, ...] = (),
    found: tuple[str, ...] | None = None,
) -> Callable[[Build], Build]:
    """Take a function that writes a file into the corpus."""

    def taken(build: Build) -> Build:
        assert name not in CASES, name
        CASES[name] = Case(name, build, names, refused, says, found)
        return build

    return taken


# They take their files in when they are loaded.
from tests.importing.corpus import formats, grounds, hostile, layers, tables  # noqa: E402

__all__ = ["CASES", "FILES", "Case", "case", "formats", "grounds", "hostile", "layers", "tables"]

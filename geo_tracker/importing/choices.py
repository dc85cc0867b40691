"""What a person decided about how a sheet is read, as plain data that is kept with the import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo_tracker.errors import InputError
from geo_tracker.importing.columns import LAYOUTS, SheetKind
from geo_tracker.importing.values import MONEY_UNITS
from geo_tracker.language import N_

LEFT_OUT = ""
"""The kind of a sheet that a person leaves out."""


@dataclass(frozen=True)
class SheetChoice:
    """How a person wants a sheet read; what is None is left to the program.

    ``kind`` may be `LEFT_OUT`. ``header_rows`` are the first and last Excel row of the header.
    ``columns`` maps the number of a column, counted from 0, to its target; columns that are not
    named are not used. ``units`` maps the number of a money column to the unit of its amounts.
    ``layout`` is the supplier whose remembered layout this was taken from; "" means none, ever.
    """

    kind: SheetKind | str | None = None
    header_rows: tuple[int, int] | None = None
    columns: Mapping[int, str] | None = None
    units: Mapping[int, str] = field(default_factory=dict)
    layout: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no sheet can be read by.

        Raises
        ------
        InputError
            If the kind, a target or a unit does not exist, or two columns have one target.
        """
        if self.kind is None or self.kind == LEFT_OUT:
            return
        known = known_columns(self.kind)
        taken: set[str] = set()
        for target in (self.columns or {}).values():
            if target not in known:
                raise InputError(N_("%(target)s is not something a sheet tells."), target=target)
            if target in taken:
                raise InputError(
                    N_("Two columns of a sheet cannot both be %(target)s."),
                    target=known[target].aliases[0],
                )
            taken.add(target)
        for unit in self.units.values():
            refuse_unknown_unit(unit)

    def to_json(self) -> dict[str, Any]:
        """Return the choice as plain data."""
        return {
            "kind": self.kind,
            "header_rows": None if self.header_rows is None else list(self.header_rows),
            "columns": None
            if self.columns is None
            else {str(n): t for n, t in self.columns.items()},
            "units": {str(n): unit for n, unit in self.units.items()},
            "layout": self.layout,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SheetChoice":
        """Return the choice that `to_json` wrote."""
        rows, columns = data["header_rows"], data["columns"]
        return cls(
            kind=data["kind"],
            header_rows=None if rows is None else (int(rows[0]), int(rows[1])),
            columns=None if columns is None else {int(n): t for n, t in columns.items()},
            units={int(n): unit for n, unit in data["units"].items()},
            layout=data["layout"],
        )


def known_columns(kind: str) -> dict[str, Any]:
    """Return the columns of a kind of sheet.

    Raises
    ------
    InputError
        If there is no such kind.
    """
    layout = LAYOUTS.get(kind)  # type: ignore[call-overload]
    if layout is None:
        raise InputError(N_("%(kind)s is no kind of sheet."), kind=kind)
    return dict(layout.columns)


def refuse_unknown_unit(unit: str) -> None:
    """Raise InputError if money is not counted in such a unit."""
    if unit not in MONEY_UNITS:
        raise InputError(
            N_("%(unit)s is no unit of money. Known are: %(units)s."),
            unit=unit,
            units="、".join(MONEY_UNITS),
        )


def sheet_choices(choices: Mapping[str, Any]) -> dict[int, SheetChoice]:
    """Return what was decided about sheets: place in the file → choice, as an import keeps it."""
    return {
        int(number): SheetChoice.from_json(choice)
        for number, choice in choices.get("sheets", {}).items()
    }

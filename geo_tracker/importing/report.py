"""What was noticed while reading a file, one entry per row or once for the whole file."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from geo_tracker.language import N_, Message

Severity = Literal["error", "warning", "info"]

LISTED_ROWS = 500
"""How many rows of one and the same problem a layer's report lists one by one."""


@dataclass(frozen=True)
class Problem:
    """One thing noticed; an ``error`` means that the row was left out.

    ``row`` is the Excel row of a table, or the place in a layer's file counted from 1.
    """

    severity: Severity
    message: Message
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the problem as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Problem":
        """Return the problem that `to_json` wrote."""
        return cls(**{**data, "message": Message.from_json(data["message"])})


@dataclass
class ImportReport:
    """All problems of one file or sheet, in the order in which they were noticed."""

    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        severity: Severity,
        message: Message,
        *,
        row: int | None = None,
        column: str | None = None,
        value: object = None,
    ) -> None:
        """Note one problem; the value is kept as text."""
        shown = None if value is None else str(value)[:200]
        self.problems.append(
            Problem(severity, message, None if row is None else int(row), column, shown)
        )

    def add_rows(
        self,
        severity: Severity,
        message: Message,
        rows: Iterable[int],
        *,
        column: str | None = None,
        values: Iterable[object] | None = None,
    ) -> None:
        """Note the same problem for many rows; beyond `LISTED_ROWS` only their number."""
        numbers = list(rows)
        shown = [None] * len(numbers) if values is None else list(values)
        for number, value in list(zip(numbers, shown, strict=True))[:LISTED_ROWS]:
            self.add(severity, message, row=number, column=column, value=value)
        if len(numbers) > LISTED_ROWS:
            self.add(
                severity,
                Message(
                    N_("The same problem in %(count)s more rows that are not listed."),
                    {"count": len(numbers) - LISTED_ROWS},
                ),
                column=column,
            )

    @property
    def errors(self) -> list[Problem]:
        """The problems that cost a row."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def counts(self) -> dict[str, int]:
        """Return how often each message occurs, by its source text, the most frequent first."""
        texts = Counter(problem.message.text for problem in self.problems)
        return dict(texts.most_common())

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {"problems": [problem.to_json() for problem in self.problems]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "ImportReport":
        """Return the report that `to_json` wrote."""
        return cls([Problem.from_json(problem) for problem in data["problems"]])


class PieceReport(ImportReport):
    """What was noticed of a piece of a layer, to be told with what was of the others.

    Rows are kept however many there are: only of the whole layer it is known how many more there
    are than are listed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[tuple[Severity, str, str | None], _Rows] = {}

    def add_rows(
        self,
        severity: Severity,
        message: Message,
        rows: Iterable[int],
        *,
        column: str | None = None,
        values: Iterable[object] | None = None,
    ) -> None:
        """Keep a problem and its rows."""
        key = (severity, message.text, column)
        kept = self._rows.setdefault(key, _Rows(severity, message, column))
        more = [int(row) for row in rows]
        kept.rows += more
        kept.values += [None] * len(more) if values is None else list(values)

    def join(self, piece: "PieceReport") -> None:
        """Take in what was noticed of the next piece."""
        self.problems += piece.problems
        for kept in piece._rows.values():
            self.add_rows(
                kept.severity, kept.message, kept.rows, column=kept.column, values=kept.values
            )

    def tell(self, report: ImportReport) -> None:
        """Note all in the layer's report, as if it had been noticed at once."""
        report.problems += self.problems
        for kept in self._rows.values():
            report.add_rows(
                kept.severity, kept.message, kept.rows, column=kept.column, values=kept.values
            )


@dataclass
class _Rows:
    severity: Severity
    message: Message
    column: str | None
    rows: list[int] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

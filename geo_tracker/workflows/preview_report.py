"""What looking at a file gives, and reports as previews keep them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from geo_tracker.importing.report import ImportReport

SHOWN_PROBLEMS = 200
"""Problems a preview lists row by row; all are counted."""


@dataclass(frozen=True)
class Looked:
    """What was understood of a file.

    Attributes
    ----------
    preview : dict
        As plain data.
    choices : dict
        How it was read, to be read so again when it is stored.
    synthetic : bool
        Whether it says of itself that it is made up.
    pictures : dict
        SVG by name.
    """

    preview: dict[str, Any]
    choices: dict[str, Any]
    synthetic: bool = False
    pictures: dict[str, str] = field(default_factory=dict)


def shortened(report: ImportReport) -> dict[str, Any]:
    """Return a report as a preview keeps it: the first problems, and how many there are."""
    counts = Counter(problem.severity for problem in report.problems)
    return {
        "problems": [problem.to_json() for problem in report.problems[:SHOWN_PROBLEMS]],
        "counts": dict(counts),
        # One row may have several bad cells; it is left out once.
        "rows_left_out": len({problem.row for problem in report.errors} - {None}),
    }

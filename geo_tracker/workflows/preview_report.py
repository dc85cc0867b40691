"""Reports as previews keep them."""

from collections import Counter
from typing import Any

from geo_tracker.importing.report import ImportReport

SHOWN_PROBLEMS = 200
"""Problems a preview lists row by row; all are counted."""


def shortened(report: ImportReport) -> dict[str, Any]:
    """Return a report as a preview keeps it: the first problems, and how many there are."""
    counts = Counter(problem.severity for problem in report.problems)
    return {
        "problems": [problem.to_json() for problem in report.problems[:SHOWN_PROBLEMS]],
        "counts": dict(counts),
        # One row may have several bad cells; it is left out once.
        "rows_left_out": len({problem.row for problem in report.errors} - {None}),
    }

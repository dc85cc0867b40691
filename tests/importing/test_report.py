import json

from geo_tracker.importing.report import LISTED_ROWS, ImportReport
from geo_tracker.language import Message


def test_a_report_survives_json() -> None:
    report = ImportReport()
    report.add("error", Message("%(n)s bad", {"n": 3}), row=4, column="户数", value=1.5)
    report.add("info", Message("fine"))
    assert ImportReport.from_json(json.loads(json.dumps(report.to_json()))) == report
    assert report.problems[0].value == "1.5"


def test_problems_are_counted_by_message_and_errors_told_apart() -> None:
    report = ImportReport()
    report.add_rows("warning", Message("a"), [1, 2])
    report.add("error", Message("b"), row=9)
    assert report.counts() == {"a": 2, "b": 1}
    assert [problem.row for problem in report.errors] == [9]


def test_endless_rows_of_one_problem_are_counted_not_listed() -> None:
    report = ImportReport()
    report.add_rows("warning", Message("a"), range(LISTED_ROWS + 5))
    assert len(report.problems) == LISTED_ROWS + 1
    assert report.problems[-1].message.values == {"count": 5}

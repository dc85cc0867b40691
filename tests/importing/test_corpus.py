"""Each small file of the corpus ends as it is said there: read, or refused with a reason."""

import pytest

from geo_tracker.errors import InputError
from geo_tracker.importing.layers import read_boundaries
from geo_tracker.importing.report import ImportReport
from geo_tracker.importing.tables import read_workbook
from geo_tracker.language import translate
from tests.importing.corpus import CASES, FILES, Case

TABLES = {".xlsx", ".xls", ".csv"}


def read(case: Case) -> tuple[list[str | None], ImportReport]:
    """Return the names in a file in order, and what its report says."""
    path = FILES / case.name
    if path.suffix not in TABLES:
        layer = read_boundaries(path, with_ground=case.found is not None)
        if case.found is not None:
            assert layer.ground is not None
            assert [problem.kind for problem in layer.ground.check.problems] == list(case.found)
        return layer.features["name"].to_list(), layer.report
    sheet = read_workbook(path).sheets[0]
    column = "former_name" if sheet.kind == "votes" else "name"
    return sheet.rows[column].to_list(), sheet.report


@pytest.mark.parametrize("case", CASES.values(), ids=lambda case: case.name)
def test_a_file_is_read_or_refused_as_it_deserves(case: Case) -> None:
    if case.names is None:
        with pytest.raises(InputError, match=case.refused) as refused:
            read(case)
        assert translate(refused.value.message, "zh_Hans_CN") != str(refused.value)
        return
    names, report = read(case)
    assert names == list(case.names)
    said = [
        f"{translate(problem.message, 'en')} {problem.value or ''}" for problem in report.problems
    ]
    for part in case.says:
        assert any(part in text for text in said), said
    if not case.says and "-" in case.name:
        assert [problem for problem in report.errors if problem.row is None] == []


def test_every_file_has_its_case_and_every_case_its_file() -> None:
    assert {path.name for path in FILES.iterdir()} == set(CASES)
    assert len(CASES) >= 60

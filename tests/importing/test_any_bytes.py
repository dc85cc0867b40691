"""Whatever bytes come, reading ends in a layer or table with its report, or in a reason."""

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geo_tracker.errors import InputError, UnreadableFileError
from geo_tracker.importing.layers import read_boundaries
from geo_tracker.importing.tables import read_workbook
from geo_tracker.language import translate
from tests.importing.corpus import FILES
from tests.importing.mutations import broken

TABLES = {".xlsx", ".xls", ".csv"}
NAMES = sorted(path.name for path in FILES.iterdir())
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def ends_well(path: Path) -> None:
    """Read a file; a reason must be one that somebody foresaw, and be told in Chinese too."""
    reason = None
    try:
        if path.suffix in TABLES:
            for sheet in read_workbook(path).sheets:
                assert sheet.rows.index.is_unique
        else:
            layer = read_boundaries(path)
            assert layer.features.geometry.is_valid.all()
            assert layer.features["area_m2"].gt(0).all()
            assert not layer.features["stat_code"].dropna().duplicated().any()
    except UnreadableFileError:
        raise
    except InputError as refused:
        reason = refused
    assert reason is None or translate(reason.message, "zh_Hans_CN") != str(reason)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(NAMES), seed=st.integers(0, 2**32))
def test_a_broken_file_ends_in_a_result_or_a_reason(name: str, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(broken((FILES / name).read_bytes(), random.Random(seed)))
        ends_well(path)


@settings(max_examples=60, deadline=None)
@given(
    content=st.binary(max_size=2000),
    suffix=st.sampled_from([".zip", ".gpkg", ".geojson", ".xlsx", ".xls", ".csv", ".kml", ""]),
)
@example(content=b"", suffix=".zip")
@example(content=b"PK\x05\x06", suffix=".zip")
@example(content=b"PK\x03\x04", suffix=".xlsx")
def test_any_bytes_end_in_a_result_or_a_reason(content: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(content)
        ends_well(path)

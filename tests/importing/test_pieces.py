"""A layer is the same in whatever pieces it is read."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from geo_tracker.importing import features, layers
from geo_tracker.importing.crs_guess import MissingCrsError
from geo_tracker.importing.layers import BoundaryLayer, LayerChoices, read_boundaries
from geo_tracker.importing.report import LISTED_ROWS, ImportReport, PieceReport
from geo_tracker.language import Message
from tests.importing.shapes import shapefile, square, villages, zipped


def bow_tie(west: float) -> shapely.Polygon:
    """A ring that crosses itself."""
    east, south, north = west + 1000, 3_300_000, 3_301_000
    return shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])


def faulty() -> gpd.GeoDataFrame:
    """Eleven rows with most that can be wrong with an outline."""
    shapes = [
        *(square(0), None, square(1), square(2), bow_tie(500_000), square(3)),
        shapely.box(0, 2_500_000, 1_000_000, 3_500_000),
        *(square(2_500), bow_tie(510_000), None, square(4)),
    ]
    codes = [f"3307841142{at:02}" for at in (0, 1, 2, 0, 4, 5, 6, 7, 8, 9, 0)]
    names = [f"第{at}村" if at % 4 else None for at in range(11)]
    return villages(names, codes, shapes=shapes, DCMJ=[1e6] * 11)


def in_pieces(path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> BoundaryLayer:
    with monkeypatch.context() as patched:
        patched.setattr(layers, "AT_ONCE", size)
        patched.setattr(features, "_READ_AT_ONCE", size + 1)
        return read_boundaries(path, choices=LayerChoices(gcj02=True))


@pytest.mark.parametrize("size", [1, 2, 5])
@pytest.mark.parametrize("suffix", [".zip", ".gpkg", ".geojson"])
def test_pieces_make_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, size: int
) -> None:
    path = tmp_path / f"cun{suffix}"
    if suffix == ".zip":
        path = zipped(shapefile(tmp_path, faulty()))
    else:
        pyogrio.write_dataframe(faulty(), path)
    whole = in_pieces(path, 1000, monkeypatch)
    pieces = in_pieces(path, size, monkeypatch)
    assert pieces.report == whole.report
    assert {"error", "warning", "info"} == {p.severity for p in whole.report.problems}
    assert whole.features["parts"].max() == 3
    assert_geodataframe_equal(pieces.features, whole.features)
    drawn = [shapely.to_wkb(layer.features.geometry) for layer in (pieces, whole)]
    assert (drawn[0] == drawn[1]).all()
    assert replace(pieces, villages=whole.villages) == whole


def test_deleted_records_are_passed_over_between_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"第{at}村" for at in range(9)]
    shp = shapefile(tmp_path, villages(names, [str(at) for at in range(9)]))
    dbf = shp.with_suffix(".dbf")
    content = bytearray(dbf.read_bytes())
    start, width = (int.from_bytes(content[at : at + 2], "little") for at in (8, 10))
    for gone in (0, 1, 2, 5):
        content[start + gone * width] = ord("*")
    dbf.write_bytes(content)
    read = in_pieces(zipped(shp), 2, monkeypatch).features
    assert read["name"].to_list() == [names[at] for at in (3, 4, 6, 7, 8)]


@pytest.mark.parametrize("crs", [None, 4547])
def test_the_error_of_a_wrong_place_shows_the_whole_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crs: int | None
) -> None:
    swapped = [shapely.transform(square(at), lambda xy: xy[:, ::-1]) for at in range(5)]
    layer = villages([f"第{at}村" for at in range(5)], ["1"] * 5, shapes=swapped, crs=crs)
    path = zipped(shapefile(tmp_path, layer))
    with pytest.raises(MissingCrsError, match="swapped") as caught:
        in_pieces(path, 2, monkeypatch)
    assert caught.value.layer is not None
    assert caught.value.layer["code"].to_list() == ["1"] * 5
    assert caught.value.layer.geometry.to_list() == swapped


def test_what_pieces_notice_is_told_as_if_noticed_at_once() -> None:
    half = LISTED_ROWS // 2 + 5
    whole, pieces, told = ImportReport(), PieceReport(), ImportReport()
    whole.add_rows("warning", Message("a"), range(2 * half), values=range(2 * half))
    whole.add_rows("error", Message("b"), [7], column="户数")
    for first in (0, half):
        piece, rows = PieceReport(), range(first, first + half)
        piece.add_rows("warning", Message("a"), rows, values=rows)
        piece.add_rows("error", Message("b"), [7] if first else [], column="户数")
        pieces.join(piece)
    pieces.tell(told)
    assert told == whole

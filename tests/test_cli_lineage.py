"""Files that cannot be compared end the command with code 2 and one clear line, in any language."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner, Result

from geo_tracker.cli_lineage import compare_layers

Run = Callable[..., Result]


def squares(count: int = 4, *, west: float = 600_000) -> gpd.GeoDataFrame:
    left = west + 1000 * np.arange(count)
    boxes = shapely.box(left, 6e6, left + 1000, 6.001e6)
    return gpd.GeoDataFrame({"uid": [f"u{n}" for n in range(count)]}, geometry=boxes, crs=25832)


def with_first(shape: shapely.Geometry) -> gpd.GeoDataFrame:
    layer = squares()
    layer.loc[0, "geometry"] = shape
    return layer


def twice_apart() -> gpd.GeoDataFrame:
    return squares().assign(uid=["a", "b", "a", "c"])


def without_crs() -> gpd.GeoDataFrame:
    return squares().set_crs(None, allow_override=True)


def points() -> gpd.GeoDataFrame:
    return squares().set_geometry(squares().centroid)


BAD: dict[str, tuple[Callable[[], gpd.GeoDataFrame], str, str]] = {
    "empty": (lambda: squares().iloc[:0], "layer.gpkg is empty", "是空的"),
    "points": (points, "no areas", "没有面"),
    "ids not unique": (twice_apart, "the id is not unique: a.", "不唯一"),
    "no crs": (without_crs, "does not state its coordinate system", "坐标系"),
    "other place": (lambda: squares(west=200_000), "These layers do not overlap.", "没有重叠"),
}


@pytest.fixture(params=["en_GB.UTF-8", "zh_CN.UTF-8"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    def invoke(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, *options: str) -> Result:
        paths = []
        for side, layer in (("before", before), ("after", after)):
            (tmp_path / side).mkdir()
            paths.append(tmp_path / side / "layer.gpkg")
            layer.to_file(paths[-1], layer="layer.gpkg")
        out = tmp_path / "edges.csv"
        words = [*map(str, paths), "--out", str(out), *options]
        done = CliRunner().invoke(compare_layers, words, env={"LC_ALL": request.param})
        assert out.exists() == (done.exit_code == 0)
        return done

    return invoke


def last_line(done: Result) -> str:
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return str(done.stderr.strip().splitlines()[-1])


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_compared_is_refused(run: Run, name: str, side: str) -> None:
    make, english, chinese = BAD[name]
    layers = {"before": squares(), "after": squares()} | {side: make()}
    line = last_line(run(layers["before"], layers["after"]))
    assert english in line or chinese in line


@pytest.mark.filterwarnings("ignore:invalid value encountered")
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_coordinates_that_are_no_numbers_are_left_out_and_said(
    run: Run, value: float, tmp_path: Path
) -> None:
    broken = shapely.Polygon([(600_000, 6e6), (601_000, 6e6), (value, 6.001e6)])
    done = run(with_first(broken), squares())
    assert done.exit_code == 0, done.output
    assert "The shape has no area." in done.stderr or "没有面积" in done.stderr
    links = pd.read_csv(tmp_path / "edges.csv")
    assert links["from_id"].tolist() == ["u1", "u2", "u3"]


@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_a_layer_of_nothing_but_broken_coordinates_is_refused(run: Run) -> None:
    broken = shapely.Polygon([(600_000, 6e6), (601_000, 6e6), (np.nan, 6.001e6)])
    line = last_line(run(squares(), squares(1).set_geometry([broken], crs=25832)))
    assert "layer.gpkg" in line


def test_a_monstrous_outline_is_refused(run: Run) -> None:
    around = np.linspace(0, 2 * np.pi, 10_000_001)
    circle = np.column_stack([600_500 + 400 * np.cos(around), 6_000_500 + 400 * np.sin(around)])
    circle[-1] = circle[0]
    line = last_line(run(squares(), with_first(shapely.Polygon(circle))))
    assert "10000001" in line


def test_a_column_that_does_not_exist_is_named(run: Run) -> None:
    assert "nothing" in last_line(run(squares(), squares(), "--id-field", "nothing"))


def test_a_scheduler_that_does_not_answer_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo_tracker.workflows.scattered._ANSWER_WITHIN_S", 0.5)
    line = last_line(run(squares(), squares(), "--scheduler", "tcp://127.0.0.1:9"))
    assert "127.0.0.1:9" in line


def test_layers_without_ids_are_numbered_by_row(run: Run) -> None:
    nameless = squares().drop(columns="uid")
    assert run(nameless, nameless).exit_code == 0

"""The benchmark's layers are what they say, and what is timed on them is right."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from benchmarks import lineage as benchmark
from benchmarks.layers import MadeLayers, made_layers, side_by_side
from geo_tracker.lineage import comparison
from geo_tracker.lineage.comparison import compared_layers
from tests.lineage.test_parts import checked_errors

RIGHT = {"successors": 1, "groups": 1, "moved_parts_found": 1, "links_too_many": 0}


@pytest.fixture(scope="module")
def made() -> MadeLayers:
    return made_layers(26)


def by_uid(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return layer.set_index("uid").assign(name=None, stat_code=None)


def test_layers_have_mergers_and_parts_that_moved(made: MadeLayers) -> None:
    main = made.truth[made.truth["main"]]
    assert main["from_id"].tolist() == made.before["uid"].tolist()
    assert main["to_id"].duplicated().sum() > 10
    assert (~made.truth["main"]).sum() >= 2
    vertices = shapely.get_num_coordinates(made.before.geometry.to_numpy()).mean()
    assert 60 < vertices < 110


def test_lines_find_who_became_whom_side_by_side_too(
    made: MadeLayers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "FEWEST_UNITS", 1)
    twice = side_by_side(made, 2)
    edges = compared_layers(by_uid(twice.before), by_uid(twice.after)).edges
    assert not edges["exact"].all()
    assert benchmark.checked(edges, twice.truth) == RIGHT


def test_estimated_shares_keep_their_bound(made: MadeLayers) -> None:
    errors = checked_errors(by_uid(made.before), by_uid(made.after))
    assert len(errors) > 1000
    assert errors.max() <= 1


def test_a_wrong_link_is_told(made: MadeLayers) -> None:
    edges = made.truth.assign(shared_m2=made.truth["main"].astype(float))
    assert benchmark.checked(edges, made.truth) == RIGHT
    wrong = edges.assign(to_id=edges["to_id"].where(edges.index > 0, edges["to_id"].iloc[9]))
    told = pd.Series(benchmark.checked(wrong, made.truth))
    assert told["successors"] < 1
    assert told["groups"] < 1
    assert told["links_too_many"] == 1


@pytest.mark.slow
def test_the_benchmark_runs(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark.main(["--quick"])
    told = capsys.readouterr().out
    assert "ratio of process_s" in told
    assert told.count("right successors 1.0000, groups 1.0000, moved parts found 1.0000") == 2

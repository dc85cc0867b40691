"""Where the ground of a layer cannot be looked at, or not all of it, that is said."""

from pathlib import Path

import pytest
import shapely

from geo_tracker.importing.layers import LayerChoices, read_boundaries
from tests.importing.shapes import shapefile, square, villages, zipped
from tests.importing.test_layers import texts


def test_where_villages_are_too_many_the_ground_is_left_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = [square(0), square(2)]
    packed = zipped(shapefile(tmp_path, villages(shapes=shapes)))
    for most, looked_at, said in ((1, 1, "looked for in the western part"), (0, 0, "not looked")):
        monkeypatch.setattr("geo_tracker.importing.ground_checks.MOST_ODD", most)
        layer = read_boundaries(packed, with_ground=True)
        assert layer.ground is not None
        check = layer.ground.check
        assert (check.problems, check.too_odd, check.looked_at) == ([], 2, looked_at)
        assert texts(layer.report, "warning")[0].startswith(f"Overlaps and gaps were {said}")


def test_a_layer_is_read_where_its_ground_cannot_be_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def giving_up(*_args: object) -> None:
        raise shapely.GEOSException("TopologyException")

    monkeypatch.setattr("geo_tracker.importing.ground.ground_check", giving_up)
    packed = zipped(shapefile(tmp_path, villages()))
    layer = read_boundaries(packed, with_ground=True)
    assert (len(layer.villages), layer.ground) == (2, None)
    assert texts(layer.report, "warning") == ["Overlaps and gaps could not be looked for."]
    # What a person accepted must not be left undone in silence.
    with pytest.raises(shapely.GEOSException):
        read_boundaries(packed, choices=LayerChoices(repairs="all"))

import pytest

from geo_tracker.importing.crs_guess import are_swapped, crs_proposals


def codes(*bounds: float) -> list[str]:
    return [proposal.crs for proposal in crs_proposals(bounds)]  # type: ignore[arg-type]


def test_degrees_are_cgcs2000_or_wgs_84() -> None:
    assert codes(119.9, 28.9, 120.1, 29.1) == ["EPSG:4490", "EPSG:4326"]


def test_a_zone_number_before_the_easting_leaves_one_system() -> None:
    assert codes(40_500_000, 3_200_000, 40_510_000, 3_210_000) == ["EPSG:4528"]
    assert codes(20_700_000, 3_200_000, 20_710_000, 3_210_000) == ["EPSG:4498"]


def test_a_bare_easting_leaves_every_central_meridian() -> None:
    found = crs_proposals((500_000, 3_200_000, 510_000, 3_210_000))
    proposals = {proposal.crs: proposal for proposal in found}
    assert len(found) == len(proposals) == 21
    assert proposals["EPSG:4549"].crs_name == "CGCS2000 / 3-degree Gauss-Kruger CM 120E"
    assert proposals["EPSG:4549"].lon == pytest.approx(120.05, abs=0.01)


def test_web_mercator_is_recognised_beside_the_zone_it_may_be_taken_for() -> None:
    assert codes(12_950_000, 3_360_000, 12_960_000, 3_370_000) == ["EPSG:3857"]
    assert codes(13_350_000, 3_360_000, 13_360_000, 3_370_000) == ["EPSG:4491", "EPSG:3857"]


@pytest.mark.parametrize("bounds", [(0, 0, 1, 1), (1e8, 1e8, 2e8, 2e8), (float("inf"),) * 4])
def test_coordinates_that_fit_nothing_get_no_proposal(
    bounds: tuple[float, float, float, float],
) -> None:
    assert crs_proposals(bounds) == []


def test_a_northing_that_comes_first_is_recognised() -> None:
    assert are_swapped((3_200_000, 40_500_000, 3_210_000, 40_510_000))
    assert are_swapped((28.9, 119.9, 29.1, 120.1))
    assert not are_swapped((500_000, 3_200_000, 510_000, 3_210_000))

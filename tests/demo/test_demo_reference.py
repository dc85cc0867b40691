from pathlib import Path

import pytest

from geo_tracker.demo.reference import Reference, read_reference, village_name
from geo_tracker.errors import UnusableLayerError, UnusableTableError


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        ("倪宅村委会", "倪宅村"),
        ("丰产村村委会", "丰产村"),
        ("祝村委会", "祝村"),
        ("陶村村民委员会", "陶村"),
        ("阳山村", "阳山村"),
    ],
)
def test_a_listed_name_loses_its_suffix_and_ends_in_one_village(listed: str, name: str) -> None:
    assert village_name(listed) == name


def test_the_real_lists_hold_the_published_counts(real_reference: Reference) -> None:
    former, later = real_reference.former, real_reference.later
    assert (len(former), len(later)) == (4432, 2851)
    assert former.index.isin(later.index).sum() == 2423
    assert set(former["town_code"]) == set(later["town_code"])
    assert former["town_code"].nunique() == 137


def test_residents_committees_are_left_out(reference: Reference) -> None:
    assert len(reference.former) == 18
    assert not reference.former["name"].str.contains("居委会").any()


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableTableError, match=r"villages_2018-10-31\.csv"):
        read_reference(tmp_path)


def _copy(source: Path, target: Path) -> Path:
    for path in source.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


def test_a_county_without_an_outline_is_named(reference_dir: Path, tmp_path: Path) -> None:
    folder = _copy(reference_dir, tmp_path)
    outlines = folder / "counties.geojson"
    text = outlines.read_text(encoding="utf-8").replace("330784", "330799")
    outlines.write_text(text, encoding="utf-8")
    with pytest.raises(UnusableLayerError, match="330784"):
        read_reference(folder)


def test_a_village_out_of_nothing_is_refused(reference_dir: Path, tmp_path: Path) -> None:
    folder = _copy(reference_dir, tmp_path)
    row = "330701102999,多村委会,village,330701102,西镇,330701,方县\n"
    with (folder / "villages_2019-10-31.csv").open("a", encoding="utf-8") as later:
        later.write(row)
    with pytest.raises(UnusableTableError, match="西镇"):
        read_reference(folder)

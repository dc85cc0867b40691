"""Which villages stand on a date: the first test of every map of a day."""

from datetime import date, timedelta
from itertools import pairwise

import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_tracker.lineage.standing import dated_changes, standing_on, standing_spans

FIRST, SECOND, THIRD = date(2018, 10, 31), date(2019, 10, 31), date(2021, 10, 31)
LAYERS = [(1, FIRST), (2, SECOND), (3, THIRD)]
MERGED_ON, LATER_ON = date(2019, 3, 1), date(2020, 6, 1)
LINK_COLUMNS = ["from_unit_id", "to_unit_id", "after_layer_id", "effective_on", "document_on"]


def versions(*layers: set[int]) -> pd.DataFrame:
    rows = [(unit, number) for number, units in enumerate(layers, 1) for unit in sorted(units)]
    return pd.DataFrame(rows, columns=["unit_id", "layer_id"])


def links(*rows: tuple[int, int, int, date, date | None]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=LINK_COLUMNS)
    return frame.assign(accepted=True, said_by_geometry=True)


# 1 and 2 merge into 11 in spring, 3 and 4 into 12 with the second layer; 5 lives on.
# A year later 11 and 12 become 21, before the third layer.
VERSIONS = versions({1, 2, 3, 4, 5}, {11, 12, 5}, {21, 5})
LINKS = links(
    (1, 11, 2, MERGED_ON, None),
    (2, 11, 2, MERGED_ON, None),
    (3, 12, 2, SECOND, None),
    (4, 12, 2, SECOND, None),
    (11, 21, 3, LATER_ON, None),
    (12, 21, 3, LATER_ON, None),
)


def on(day: date, *, of: pd.DataFrame = LINKS) -> list[int]:
    spans = standing_spans(VERSIONS, of, layers=LAYERS)
    return sorted(standing_on(spans, day).tolist())


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (FIRST - timedelta(1), []),
        (FIRST, [1, 2, 3, 4, 5]),
        (MERGED_ON - timedelta(1), [1, 2, 3, 4, 5]),
        (MERGED_ON, [3, 4, 5, 11]),
        (SECOND - timedelta(1), [3, 4, 5, 11]),
        (SECOND, [5, 11, 12]),
        (LATER_ON, [5, 21]),
        (THIRD, [5, 21]),
        (date(2030, 1, 1), [5, 21]),
    ],
)
def test_villages_change_on_the_date_of_their_event(day: date, expected: list[int]) -> None:
    assert on(day) == expected


def approved(day: date | None, *, effective_on: date = SECOND) -> pd.DataFrame:
    return LINKS.assign(
        document_on=[day, day, None, None, None, None],
        effective_on=[effective_on, effective_on, SECOND, SECOND, THIRD, THIRD],
    )


@pytest.mark.parametrize(
    ("approval", "effective_on", "changes_on"),
    [
        (date(2018, 12, 1), SECOND, date(2018, 12, 1)),
        (date(2018, 12, 1), MERGED_ON, MERGED_ON),
        # Neither what lies before the layers nor what lies after them can be right.
        (date(2018, 1, 1), SECOND, SECOND),
        (date(2025, 1, 1), SECOND, SECOND),
        (None, date(2022, 1, 1), SECOND),
    ],
)
def test_an_event_without_a_date_of_its_own_has_that_of_its_approval(
    approval: date | None, effective_on: date, changes_on: date
) -> None:
    of = approved(approval, effective_on=effective_on)
    assert 1 in on(changes_on - timedelta(1), of=of)
    assert 11 not in on(changes_on - timedelta(1), of=of)
    assert 11 in on(changes_on, of=of)
    assert 1 not in on(changes_on, of=of)


def test_villages_that_gave_one_another_ground_change_together_on_the_last_date() -> None:
    later_on = date(2019, 5, 1)
    of = pd.concat([LINKS.iloc[:2], links((3, 12, 2, later_on, None), (3, 11, 2, SECOND, None))])
    assert on(later_on - timedelta(1), of=of) == [1, 2, 3, 4, 5]
    assert on(later_on, of=of) == [4, 5, 11, 12]


def test_the_ground_that_a_person_decided_against_changes_hands_all_the_same() -> None:
    decided = links((2, 11, 2, SECOND, None), (2, 12, 2, MERGED_ON, None), (1, 11, 2, SECOND, None))
    decided["accepted"] = [False, True, True]
    decided["said_by_geometry"] = [True, False, True]
    assert {1, 2} <= set(on(MERGED_ON - timedelta(1), of=decided))
    assert {11, 12} <= set(on(MERGED_ON, of=decided))


def test_a_village_that_lives_on_is_redrawn_with_the_layer_only() -> None:
    of = links((1, 5, 2, MERGED_ON, None), (2, 11, 2, MERGED_ON, None))
    assert on(MERGED_ON, of=of) == [1, 3, 4, 5, 11]


def test_a_village_that_comes_back_stands_twice() -> None:
    spans = standing_spans(versions({1}, {2}, {1}), links(), layers=LAYERS)
    assert spans["unit_id"].tolist() == [1, 1, 2]
    assert standing_on(spans, SECOND).tolist() == [2]
    assert standing_on(spans, THIRD).tolist() == [1]


def test_dates_tell_what_ends_and_begins_between_layers_and_nothing_where_a_layer_begins() -> None:
    spans = standing_spans(VERSIONS, LINKS, layers=LAYERS)
    changes = dated_changes(spans, [day for _, day in LAYERS])
    assert [(c.on, c.layer, c.count, c.ends, c.begins) for c in changes] == [
        (FIRST, 0, 5, [], []),
        (MERGED_ON, 0, 4, [1, 2], [11]),
        (SECOND, 1, 3, [], []),
        (LATER_ON, 1, 2, [11, 12], [21]),
        (THIRD, 2, 2, [], []),
    ]
    assert [(c.gone, c.come) for c in changes] == [
        ([], [1, 2, 3, 4, 5]),
        ([], []),
        ([3, 4], [12]),
        ([], []),
        ([], []),
    ]


def test_without_layers_nothing_stands() -> None:
    spans = standing_spans(versions(), links(), layers=[])
    assert spans.empty
    assert dated_changes(spans, []) == []


STRIPS = 12

cuts = st.sets(st.integers(1, STRIPS - 1)).map(lambda some: [0, *sorted(some), STRIPS])
days = st.lists(
    st.one_of(st.none(), st.dates(FIRST - timedelta(30), THIRD + timedelta(30))),
    min_size=STRIPS,
    max_size=STRIPS,
)


# A busy machine says nothing about the rule.
@settings(deadline=None)
@given(cuts=st.tuples(cuts, cuts, cuts), days=days, day=st.dates(FIRST, date(2023, 1, 1)))
def test_on_every_date_the_ground_belongs_to_one_village_each(
    cuts: tuple[list[int], ...], days: list[date | None], day: date
) -> None:
    """Layers of strips, cut anywhere; a strip that is cut alike twice is the same village."""
    strips: dict[int, tuple[int, int]] = {}
    known: dict[tuple[int, int], int] = {}
    layers: list[set[int]] = []
    rows: list[tuple[int, int, int, date, date | None]] = []
    for number, cut in enumerate(cuts, 1):
        held = {}
        for strip in pairwise(cut):
            unit = known.get(strip) or len(strips) + 1
            strips[unit] = strip
            held[strip] = unit
        rows += [
            (old, new, number, LAYERS[number - 1][1], days[old % STRIPS])
            for (west, east), old in known.items()
            for (start, end), new in held.items()
            if old != new and max(west, start) < min(east, end)
        ]
        known = held
        layers.append(set(held.values()))
    table = versions(*layers)
    spans = standing_spans(table, links(*rows), layers=LAYERS)
    shown = [strips[unit] for unit in standing_on(spans, day)]
    assert sum(east - west for west, east in shown) == STRIPS
    ground = shapely.union_all([shapely.box(west, 0, east, 1) for west, east in shown])
    assert ground.equals(shapely.box(0, 0, STRIPS, 1))

    changes = dated_changes(spans, [begins_on for _, begins_on in LAYERS])
    (*_, last) = (change for change in changes if change.on <= day)
    assert last.count == len(shown)
    # What a browser does with it: the layer that holds, without its ended and with the begun ones.
    since = [c for c in changes if c.on <= day and c.layer == last.layer]
    ended = {unit for change in since for unit in change.ends}
    begun = {unit for change in since for unit in change.begins}
    drawn = layers[last.layer] - ended | begun
    assert sorted(strips[unit] for unit in drawn) == sorted(shown)
    # And what it counts: all that came, without all that went.
    counted: set[int] = set()
    for change in changes:
        if change.on <= day:
            counted = counted - {*change.ends, *change.gone} | {*change.begins, *change.come}
    assert counted == set(standing_on(spans, day))

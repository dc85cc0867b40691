"""All links of the register as lines to draw: from a former village's point to a seat."""

from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.indicators.siblings import STRONGER, WEAKER
from geo_tracker.maps.group_colours import GROUP_COLOURS
from geo_tracker.web.register import Register, last_successors, present_unit

SURE, DOUBTFUL, RIVAL = 0, 1, 2
"""Nothing speaks against it; figures follow it but a person has to decide; figures do not follow it
and nobody has decided yet."""

_STANDINGS = {WEAKER: 1, STRONGER: 2}
_DECIMALS = 5
"""Of degrees: about a metre."""


def drawn_links(held: Register) -> pd.DataFrame:
    """Return every link that figures follow, and those that contradict one undecided.

    Parameters
    ----------
    held : Register
        The register.

    Returns
    -------
    DataFrame
        One row per pair: ``from_unit_id``, ``to_unit_id``, ``group_id`` (the village of today that
        it ended in), ``share_of_from``, ``share_of_to`` (0–1, missing where the ground does not
        say), ``people`` (of the former village), ``standing`` (as `sibling_standing`), ``doubt``
        (`SURE`, `DOUBTFUL`, `RIVAL`).
    """
    moved = held.edges[held.edges["from_unit_id"] != held.edges["to_unit_id"]]
    undecided = moved["decided_at"].isna() & moved["from_unit_id"].isin(held.disputed)
    links = moved[moved["accepted"] | undecided].sort_values("accepted", kind="stable")
    pair = ["from_unit_id", "to_unit_id"]
    links = links.drop_duplicates(pair, keep="last").sort_values(pair, ignore_index=True)
    cases = held.review[0]
    waiting = links["from_unit_id"].isin(cases.index[cases["state"] == "open"])
    last = last_successors(held.formers["to_unit_id"], mergers=len(held.layers))
    found = links[[*pair, "share_of_from", "share_of_to"]].assign(
        group_id=present_unit(links["to_unit_id"], last),
        people=links["from_unit_id"].map(held.latest_figures["registered_population"]),
        doubt=np.select([~links["accepted"], waiting], [RIVAL, DOUBTFUL], default=SURE),
    )
    parts = held.parts.rename(columns={"unit_id": "from_unit_id", "whole_id": "to_unit_id"})
    return found.merge(parts[[*pair, "standing"]], on=pair, how="left")


def links_json(held: Register, colours: pd.Series) -> dict[str, Any]:
    """Return the links as the map's script ``links.js`` draws them, column by column.

    Parameters
    ----------
    held : Register
        The register.
    colours : Series
        As `neighbour_colours`, of the villages of today.
    """
    links = drawn_links(held)
    units = held.units
    ends = pd.Index(sorted({*links["to_unit_id"], *links["group_id"].dropna()}))
    ends = ends[ends.isin(units.index)]
    place = {int(unit): number for number, unit in enumerate(ends)}
    of_place = _places(held, links)
    towns = {code: number for number, code in enumerate(of_place["towns"]["codes"])}
    to = units.loc[ends]
    origin = units.reindex(links["from_unit_id"])
    return {
        "villages": {
            "ids": ends.tolist(),
            "names": to["name"].tolist(),
            "lat": _column(to["seat_lat"].fillna(to["point_lat"]).round(_DECIMALS)),
            "lon": _column(to["seat_lon"].fillna(to["point_lon"]).round(_DECIMALS)),
            "colour": colours.reindex(ends).fillna(GROUP_COLOURS).astype(int).tolist(),
            "town": [towns.get(code, -1) for code in to["town_code"]],
        },
        "links": {
            "ids": links["from_unit_id"].tolist(),
            "names": origin["name"].tolist(),
            "lat": _column(origin["point_lat"].round(_DECIMALS)),
            "lon": _column(origin["point_lon"].round(_DECIMALS)),
            "to": [place[unit] for unit in links["to_unit_id"]],
            "group": [place.get(unit, -1) for unit in links["group_id"].fillna(0)],
            "share_of_from": _column(links["share_of_from"].round(4)),
            "share_of_to": _column(links["share_of_to"].round(4)),
            "people": _column(links["people"]),
            "standing": links["standing"].map(_STANDINGS).fillna(0).astype(int).tolist(),
            "doubt": links["doubt"].tolist(),
        },
        **of_place,
    }


def _places(held: Register, links: pd.DataFrame) -> dict[str, Any]:
    """Return counties and towns with how many former villages became how many."""
    followed = links[links["doubt"] != RIVAL]
    now = held.villages.reindex(followed["group_id"].astype(float)).reset_index(drop=True)
    origin = held.units.reindex(followed["from_unit_id"]).reset_index(drop=True)
    rows = pd.DataFrame(
        {
            "former": followed["from_unit_id"].to_numpy(),
            "village": followed["group_id"].to_numpy(),
            "lat": now["seat_lat"].fillna(now["point_lat"]),
            "lon": now["seat_lon"].fillna(now["point_lon"]),
            # Both ends of each line belong to what a place shows.
            "south": np.fmin(origin["point_lat"], now["point_lat"]),
            "north": np.fmax(origin["point_lat"], now["point_lat"]),
            "west": np.fmin(origin["point_lon"], now["point_lon"]),
            "east": np.fmax(origin["point_lon"], now["point_lon"]),
            **{name: now[name] for name in ("county_code", "county", "town_code", "town")},
        }
    )
    found = {}
    for level, key in (("county", "counties"), ("town", "towns")):
        places = (
            rows.dropna(subset=[f"{level}_code"])
            .groupby(f"{level}_code")
            .agg(
                name=(level, "first"),
                county=("county_code", "first"),
                formers=("former", "nunique"),
                villages=("village", "nunique"),
                **{side: (side, "min") for side in ("south", "west")},
                **{side: (side, "max") for side in ("north", "east")},
                **{side: (side, "mean") for side in ("lat", "lon")},
            )
        )
        columns = ("name", "county", "formers", "villages", "lat", "lon")
        found[key] = {
            "codes": places.index.tolist(),
            **{name: _column(places[name]) for name in columns},
            "bounds": [
                [[row.south, row.west], [row.north, row.east]]
                for row in places.round(_DECIMALS).itertuples()
            ],
        }
    return found


def _column(values: pd.Series) -> list[Any]:
    return [None if pd.isna(value) else value for value in values.tolist()]

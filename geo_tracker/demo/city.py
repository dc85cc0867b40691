"""The whole demo city, from its reference to the files a planner would bring."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_tracker.demo.checklists import checklist_sheet, fusion_sheet
from geo_tracker.demo.figures import village_figures, village_sheet
from geo_tracker.demo.files import write_shapefile_zip, write_workbook
from geo_tracker.demo.layout import areas_m2, former_layer, later_layer, seats
from geo_tracker.demo.livelihood import with_livelihood
from geo_tracker.demo.mergers import drawn_groups, lineage
from geo_tracker.demo.payments import with_payments
from geo_tracker.demo.problems import problem_sheet
from geo_tracker.demo.projects import project_sheet
from geo_tracker.demo.reference import Reference, read_reference
from geo_tracker.demo.tables import conflicting_rows, merger_sheet, notes_sheet, published_sheet
from geo_tracker.demo.visits import visit_sheet
from geo_tracker.demo.votes import vote_sheet

BEFORE, AFTER, RECORDS, FOLLOWUP = "before.zip", "after.zip", "records.xlsx", "followup.xlsx"
FILES = (BEFORE, AFTER, RECORDS, FOLLOWUP)


@dataclass(frozen=True)
class DemoSummary:
    """What the demo holds, in counts.

    Attributes
    ----------
    former_villages, later_villages : int
        Polygons in ``before.zip`` and ``after.zip``.
    merged_villages, involved_villages : int
        Later villages made of two or more, and the former ones in them.
    untouched_villages : int
        Former villages whose ground stays as it was.
    towns, votes, projects, problems, visits, items, fusions, conflicts : int
        Towns with villages; rows of 表决, 项目, 问题, 走访, 清单 and 三资融合; rows of 合并对照
        that contradict the ground.
    bytes_written : int
        Of the files together.
    """

    former_villages: int
    later_villages: int
    merged_villages: int
    involved_villages: int
    untouched_villages: int
    towns: int
    votes: int
    projects: int
    problems: int
    visits: int
    items: int
    fusions: int
    conflicts: int
    bytes_written: int


@dataclass(frozen=True)
class DemoCity:
    """The demo in memory.

    Attributes
    ----------
    before, after : GeoDataFrame
        Villages of both years in EPSG:4549, indexed by ``code``, with the shapefiles' fields.
    lineage : DataFrame
        Who became whom on the ground; see `mergers.lineage`.
    conflicts : Series
        Which rows of 合并对照 say otherwise; see `tables.conflicting_rows`.
    sheets : dict of str to DataFrame
        The sheets of the workbook of records, in order.
    followup : dict of str to DataFrame
        Those of the workbook of problems, visits and checklists.
    """

    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    lineage: pd.DataFrame
    conflicts: pd.Series
    sheets: dict[str, pd.DataFrame]
    followup: dict[str, pd.DataFrame]


def _with_fields(shapes: gpd.GeoDataFrame, villages: pd.DataFrame) -> gpd.GeoDataFrame:
    listed = villages.loc[shapes.index]
    return gpd.GeoDataFrame(
        {
            "ZLDWDM": shapes.index + "0000000",
            "ZLDWMC": listed["name"],
            "XJQYMC": listed["town"],
            "XIANMC": listed["county"],
            "JSMJ": areas_m2(shapes),
            "SJXZ": "合成",
        },
        geometry=shapes.geometry,
    )


def demo_city(reference: Reference, *, seed: int) -> DemoCity:
    """Make up the demo around its real part.

    Parameters
    ----------
    reference : Reference
        Lists and outlines.
    seed : int
        Same seed, same demo.

    Returns
    -------
    DemoCity
        Nothing is written.

    Raises
    ------
    UnusableLayerError
        If an outline does not allow connected towns or groups.
    """

    def rng(part: int) -> np.random.Generator:
        # A stream per part, so that a change in one leaves the others as they were.
        return np.random.default_rng([seed, part])

    groups = drawn_groups(reference, rng(0))
    became = lineage(reference, groups)
    former = former_layer(
        reference, groups, cells_rng=rng(1), borders_rng=rng(2), places_rng=rng(3)
    )
    later = later_layer(former, became["later_code"])
    seat_points = seats(former)
    figures = village_figures(became, rng(4))
    votes = vote_sheet(became, figures, rng(5))
    wrong = conflicting_rows(became, seat_points, rng(7))
    projects = project_sheet(became, figures, former, rng(6))
    sheets = {
        "说明": notes_sheet(became, wrong, seed),
        "村庄": village_sheet(became, figures, seat_points),
        "合并对照": merger_sheet(became, votes, wrong, rng(8)),
        "表决": votes,
        "项目": with_payments(with_livelihood(projects, rng(13)), rng(14)),
        "公布数": published_sheet(),
    }
    checklists = checklist_sheet(became, rng(11))
    followup = {
        "问题": problem_sheet(became, figures, rng(9)),
        "走访": visit_sheet(became, rng(10)),
        "清单": checklists,
        "三资融合": fusion_sheet(became, figures, checklists, rng(12)),
    }
    return DemoCity(
        _with_fields(former, reference.former),
        _with_fields(later, reference.later),
        became,
        wrong,
        sheets,
        followup,
    )


def write_demo(reference_dir: Path, out_dir: Path, *, seed: int = 20181031) -> DemoSummary:
    """Write ``before.zip``, ``after.zip``, ``records.xlsx`` and ``followup.xlsx``.

    Parameters
    ----------
    reference_dir : Path
        Holds the two code lists and the county outlines; see `reference.read_reference`.
    out_dir : Path
        Where the files go; made if it is not there. Files of the same names are replaced.
    seed : int
        Same seed, same files.

    Returns
    -------
    DemoSummary
        What was written, in counts.

    Raises
    ------
    UnusableTableError, UnusableLayerError
        If the reference is incomplete or cannot be laid out.
    """
    city = demo_city(read_reference(reference_dir), seed=seed)
    out_dir.mkdir(parents=True, exist_ok=True)
    write_shapefile_zip(city.before, out_dir / BEFORE, name="行政村_2018")
    write_shapefile_zip(city.after, out_dir / AFTER, name="行政村_2019")
    write_workbook(city.sheets, out_dir / RECORDS)
    write_workbook(city.followup, out_dir / FOLLOWUP)
    involved = city.lineage[city.lineage["constituents"] > 1]
    return DemoSummary(
        former_villages=len(city.before),
        later_villages=len(city.after),
        merged_villages=int(involved["later_code"].nunique()),
        involved_villages=len(involved),
        untouched_villages=len(city.lineage) - len(involved),
        towns=int(city.lineage["town_code"].nunique()),
        votes=len(city.sheets["表决"]),
        projects=len(city.sheets["项目"]),
        problems=len(city.followup["问题"]),
        visits=len(city.followup["走访"]),
        items=len(city.followup["清单"]),
        fusions=len(city.followup["三资融合"]),
        conflicts=len(city.conflicts),
        bytes_written=sum((out_dir / name).stat().st_size for name in FILES),
    )

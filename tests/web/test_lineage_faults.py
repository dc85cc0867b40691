"""Faults in what is stored are counted on the overview and listed, each with its villages."""

import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import writing
from geo_tracker.db.models import LineageEdge, RecordChange
from geo_tracker.web.context import Services
from tests.web.reading import plain
from tests.web.test_villages import unit_id
from tests.web.visitors import visitor


def test_good_lineage_says_so(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    assert "No faults" in viewer.page("/lineage/faults")


def test_a_link_that_is_lost_is_a_fault_on_both_pages(county: Flask) -> None:
    services: Services = county.extensions["geo_tracker"]
    former = unit_id(county, "新川村")
    with writing(services.engine) as session:
        session.execute(sa.delete(LineageEdge).where(LineageEdge.from_unit_id == former))
        # Every change of a record is noted; pages notice it by that.
        session.add(RecordChange(table_name="lineage_edge", record_id=1, field="x", unit_id=former))
    viewer = visitor(county, "viewer", language="zh")
    listed = viewer.page("/lineage/faults")
    assert "新川村 于 2019-10-31 终止，没有去向。" in plain(listed)
    assert f"/villages/{former}" in listed
    assert "沿革中的差错" in viewer.page("/")

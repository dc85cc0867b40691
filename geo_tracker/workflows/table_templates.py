"""Templates of tables, filled with the villages of one county or of all."""

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import reading
from geo_tracker.db.models import Place
from geo_tracker.db.villages import known_villages
from geo_tracker.errors import NotFoundError
from geo_tracker.importing.columns import LAYOUTS
from geo_tracker.importing.templates import READING_NOTES, TemplateWords, template_workbook
from geo_tracker.language import N_, Message, translate
from geo_tracker.workflows.matching import ONE_OF_TWO

_NOTES = (
    N_("Fill in the first sheet and upload the file under Import. Dark headers are needed."),
    N_("Villages are found by their code, or by town and name. Leave codes as text."),
    N_("Rows in which nothing was filled in are skipped. Do not rename the columns."),
)
_OF_KIND = {
    "villages": N_("One row per village. Leave the date empty where it is that of the upload."),
    "mergers": N_("One row per former village: into which new village it went."),
    "votes": N_("One row per former village and meeting."),
    "projects": N_("One row per project; name the new village, the former village, or both."),
    "problems": N_(
        "One row per problem, as far as it has come. Leave the number empty where it has none yet."
    ),
    "visits": N_("One row per visit of a service group to a village or an enterprise."),
    "incidents": N_("One row per incident: public opinion, petition or case."),
    "checklists": N_(
        "One row per merged village and item. What is done needs its day, what is verified both."
    ),
    "fusions": N_("One row per former village: how far its assets are, and since when."),
    "published": N_("One row per published figure: before and after, or one value."),
}


def counties(session: Session) -> list[tuple[str, str]]:
    """Return the counties of the register: (code, name)."""
    rows = session.execute(
        sa.select(Place.code, Place.name).where(Place.level == "county").order_by(Place.code)
    )
    return [(code, name) for code, name in rows]


def table_template(engine: sa.Engine, kind: str, *, county: str | None, locale: str) -> bytes:
    """Write the template of a kind of sheet.

    Parameters
    ----------
    engine : Engine
        The register.
    kind : str
        One of the kinds of `LAYOUTS`.
    county : str, optional
        Code of the county whose villages are filled in; all without.
    locale : str
        The language of the instructions.

    Returns
    -------
    bytes
        An xlsx file.

    Raises
    ------
    NotFoundError
        If there is no such kind or county.
    """
    if kind not in LAYOUTS:
        raise NotFoundError(N_("There is no template %(name)s."), name=kind)
    with reading(engine) as session:
        names = dict(counties(session))
        if county and county not in names:
            raise NotFoundError(N_("There is no county %(code)s."), code=county)
        former = _of_county(known_villages(session, former=True), names.get(county or ""))
        present = _of_county(known_villages(session), names.get(county or ""))
    of_former = dict.fromkeys(("mergers", "votes", "fusions"), former)
    given = of_former.get(kind, present)
    both = pd.concat([former.assign(is_former=True), present.assign(is_former=False)])
    listed = both if kind in {"mergers", "checklists", *ONE_OF_TWO} else both.iloc[:0]
    return template_workbook(
        kind,
        given=given,
        villages=listed,
        place=names.get(county or "", ""),
        words=_words(kind, locale),
    )


def _of_county(villages: pd.DataFrame, county: str | None) -> pd.DataFrame:
    chosen = villages if county is None else villages[villages["county"] == county]
    return chosen.sort_values(["stat_code", "name"], kind="stable")


def _words(kind: str, locale: str) -> TemplateWords:
    def told(text: str) -> str:
        return translate(Message(text), locale)

    return TemplateWords(
        notes=[told(_OF_KIND[kind]), *map(told, _NOTES)],
        columns=(told(N_("Column")), told(N_("Needed")), told(N_("How to fill it in"))),
        needed=told(N_("yes")),
        one_of=told(N_("one of these")),
        readings={reading: told(note) for reading, note in READING_NOTES.items()},
        village_list=(
            told(N_("Code")),
            told(N_("Village")),
            told(N_("Town")),
            told(N_("County")),
            told(N_("Layer")),
            told(N_("before the merger")),
            told(N_("after the merger")),
        ),
    )

"""规则: thresholds, deadlines and lists of the follow-up, dated by year."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.db.lag_periods import reviewed_years
from geo_tracker.db.rules import StoredRule, rules_in_force
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.followup.rules import (
    FIRST_YEAR,
    GROUPS,
    LAST_YEAR,
    RULES,
    kind_of,
    rule_text,
    rules_from,
)
from geo_tracker.web.context import read_session, services
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.workflows.rules import set_rule

bp = Blueprint("rules", __name__, url_prefix="/settings/rules")


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show the rules of a year."""
    year = request.args.get("year", this_year(), type=int)
    return _page(min(max(year, FIRST_YEAR), LAST_YEAR))


def this_year() -> int:
    """Return the year that the server's clock shows."""
    return date.today().year  # noqa: DTZ011 - the server's own day


def _page(year: int, *, wrong: dict[str, str] | None = None) -> str:
    """Return the page; ``wrong``: name, text as typed and why it was refused."""
    with read_session() as session:
        stored = rules_in_force(session, year)
        frozen_by = reviewed_years(session, since=year).get(year)
    rules = rules_from({name: rule.value for name, rule in stored.items()})
    rows = [_row(name, getattr(rules, name), stored.get(name), wrong) for name in RULES]
    return render_template(
        "settings/rules.html",
        year=year,
        years=[(y, str(y)) for y in range(this_year() + 1, this_year() - 8, -1)],
        groups=[
            {
                "title": _(title),
                "rules": [row for row in rows if row["group"] == group],
                "frozen_by": frozen_by if group == "lagging" else None,
            }
            for group, title in GROUPS.items()
        ],
        may_set=current_user.role == "admin",
    )


def _row(
    name: str, value: Any, stored: StoredRule | None, wrong: dict[str, str] | None
) -> dict[str, Any]:
    about = RULES[name].metadata
    words = {key: about[key] for key in ("label", "help", "unit")}
    refused = wrong if wrong is not None and wrong["name"] == name else None
    kind = kind_of(name)
    return {
        "name": name,
        "group": about["group"],
        **{key: _(text) if text else None for key, text in words.items()},
        "is_list": kind not in ("count", "number"),
        "is_wide": kind in ("items", "lag", "effects"),
        "value": f"{value:,}" if kind == "count" else rule_text(name, value),
        "typed": refused["text"] if refused else rule_text(name, value),
        "error": refused["error"] if refused else None,
        "from_year": stored.from_year if stored else None,
        "set_at": stored.set_at if stored else None,
        "username": stored.username if stored else None,
    }


@bp.post("/<name>")
@role_needed("admin")
def change(name: str) -> ResponseReturnValue:
    """Set a rule from a year on, or lead it back to its default."""
    year = request.form.get("year", this_year(), type=int)
    text = None if "default" in request.form else request.form.get("text", "")
    try:
        set_rule(services().engine, name, from_year=year, text=text, user_id=current_user.id)
    except (InputError, ConflictError) as refused:
        wrong = {"name": name, "text": text or "", "error": shown(refused.message)}
        status = 409 if isinstance(refused, ConflictError) else 422
        return make_response(_page(min(max(year, FIRST_YEAR), LAST_YEAR), wrong=wrong), status)
    flash(_("The rule holds from %(year)s on.", year=year), "success")
    return redirect(url_for(".show", year=year, _anchor=name), code=303)

"""A policy is registered, changed or withdrawn; its use by a village is recorded or taken back."""

from dataclasses import replace

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.models import Policy
from geo_tracker.db.policies import channels_in_use, existing_policy
from geo_tracker.db.problems import steps_of
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, FieldsError, InputError
from geo_tracker.followup.policy_conditions import MOST_CONDITIONS, OPERATORS, kept_conditions
from geo_tracker.followup.policy_entry import FLAG_WORDS, LONGEST_VALUE, TypedCondition
from geo_tracker.followup.policy_fields import FIELDS, GROUPS
from geo_tracker.followup.problem_states import FOLLOWERS
from geo_tracker.web.actor import actor, today
from geo_tracker.web.context import read_session, services
from geo_tracker.web.followup_forms import number_in, typed, values_of
from geo_tracker.web.policies import USE_FIELDS, policy_page
from geo_tracker.web.policy_words import (
    LEVEL_WORDS,
    OPERATOR_WORDS,
    field_word,
    policy_log,
    unit_word,
    value_text,
)
from geo_tracker.web.project_forms import wan_text
from geo_tracker.web.register import register
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.web.village_choice import chosen_village
from geo_tracker.workflows.policies import (
    change_policy,
    record_use,
    register_policy,
    take_back_use,
    withdraw_policy,
)
from geo_tracker.workflows.policy_forms import (
    CONDITIONS,
    DAYS,
    LONGEST,
    TEXTS,
    TypedPolicy,
    read_use,
)

bp = Blueprint("policy_entry", __name__, url_prefix="/policies")

_TYPED = (*TEXTS, *DAYS, "amount", "level", "note")
_EMPTY_ROWS, _LEAST_ROWS = 2, 4
_NO_ROW: TypedCondition = ("", "", "")


@bp.get("/new")
@role_needed(*FOLLOWERS)
def new() -> ResponseReturnValue:
    """Show the form for a policy."""
    return _form({"level": "former"}, [])


@bp.post("/new")
@role_needed(*FOLLOWERS)
def record() -> ResponseReturnValue:
    """Register a policy."""
    return _save(None)


@bp.get("/<int:policy_id>/correct")
@role_needed(*FOLLOWERS)
def correct(policy_id: int) -> ResponseReturnValue:
    """Show the form with a policy in it."""
    policy = _existing(policy_id)
    values = values_of(policy, (*TEXTS, *DAYS, "level")) | {"amount": wan_text(policy.amount)}
    rows = [
        (one.field, one.operator, value_text(one)) for one in kept_conditions(policy.conditions)
    ]
    return _form(values, rows, policy=policy)


@bp.post("/<int:policy_id>/correct")
@role_needed(*FOLLOWERS)
def save(policy_id: int) -> ResponseReturnValue:
    """Change a policy."""
    return _save(policy_id)


def _save(policy_id: int | None) -> ResponseReturnValue:
    values, rows = {name: typed(name) for name in _TYPED}, _typed_rows()
    version = number_in(request.form, "version")
    given = TypedPolicy(values, rows, _places())
    try:
        if policy_id is None:
            policy_id = register_policy(services().engine, given, actor=actor(), today=today())
            flash(_("The policy was registered."), "success")
        else:
            change_policy(
                services().engine,
                policy_id,
                given,
                note=values["note"],
                actor=actor(),
                version=version,
                today=today(),
            )
            flash(_("The policy was changed."), "success")
    except (InputError, ConflictError) as refused:
        page = _form(
            values,
            rows,
            policy=None if policy_id is None else _existing(policy_id),
            seen=version if isinstance(refused, ChangedMeanwhileError) else None,
            refused=refused,
        )
        return make_response(page, 422 if isinstance(refused, InputError) else 409)
    return redirect(url_for("policies.show", policy_id=policy_id), code=303)


def _typed_rows() -> list[TypedCondition]:
    """Return the rows of conditions as typed; where a list is shorter, it was not our form."""
    columns = [request.form.getlist(name) for name in ("field", "operator", "value")]
    rows = [(field, operator, value) for field, operator, value in zip(*columns, strict=False)]
    return rows[: 2 * MOST_CONDITIONS]


def _places() -> dict[str, list[str]]:
    units = register().units
    return {name: sorted(units[name].dropna().unique()) for name in ("county", "town")}


def _existing(policy_id: int) -> Policy:
    with read_session() as session:
        return existing_policy(session, policy_id)


def _form(
    values: dict[str, str],
    rows: list[TypedCondition],
    *,
    policy: Policy | None = None,
    seen: int | None = None,
    refused: InputError | ConflictError | None = None,
) -> str:
    """Return the form; ``seen``: the version that was shown when somebody else was faster."""
    with read_session() as session:
        channels = channels_in_use(session)
        steps = [] if policy is None else steps_of(session, Policy.__tablename__, policy.id)
    is_late = policy is not None and seen is not None and seen < policy.version
    changed = steps[len(steps) - (policy.version - (seen or 0)) :] if policy and is_late else []
    errors = field_errors(refused)
    empty = max(_EMPTY_ROWS, _LEAST_ROWS - len([row for row in rows if any(row)]))
    filled = [*rows] if refused else [*rows, *[_NO_ROW] * empty]
    return render_template(
        "policies/form.html",
        values=dict.fromkeys(_TYPED, "") | values,
        rows=[
            {"field": field, "operator": operator, "value": value}
            | {"error": errors.get(f"condition-{number}")}
            for number, (field, operator, value) in enumerate(filled or [_NO_ROW] * _LEAST_ROWS)
        ],
        groups=_groups(),
        operators=[(code, _(OPERATOR_WORDS[code])) for code in OPERATORS],
        words=_words(),
        most_rows=MOST_CONDITIONS,
        longest_value=LONGEST_VALUE,
        levels=[(code, _(text)) for code, text in LEVEL_WORDS.items()],
        channels=list(dict.fromkeys([*register().rules.project_channels, *channels])),
        policy_id=policy.id if policy is not None else None,
        # Whoever has read what changed answers to the present version.
        record_version=policy.version if policy is not None else 0,
        changed=policy_log(changed, policy.title) if policy is not None else [],
        errors=dict.fromkeys((*_TYPED, CONDITIONS)) | errors,
        error=None if refused is None else shown(refused.message),
        longest=LONGEST,
    )


def field_errors(refused: InputError | ConflictError | None) -> dict[str, str]:
    """Return what is wrong with each field, in the reader's language."""
    if not isinstance(refused, FieldsError):
        return {}
    return {name: shown(message) for name, message in refused.fields.items()}


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the fields that conditions may ask about, by group: code and name with its unit."""
    found = []
    for group, title in GROUPS.items():
        options = []
        for code, field in FIELDS.items():
            if field.group == group:
                unit = unit_word(code)
                name = field_word(code)
                text = _("%(value)s (%(unit)s)", value=name, unit=unit) if unit else name
                options.append((code, text))
        found.append((str(_(title)), options))
    return found


def _words() -> list[str]:
    """Return the words that values of conditions may be: they are offered while one types."""
    choices = [_(word) for field in FIELDS.values() for word in field.words.values()]
    return [*(_(word) for word in FLAG_WORDS.values()), *choices, *_places()["county"]]


@bp.post("/<int:policy_id>/withdraw")
@role_needed(*FOLLOWERS)
def withdraw(policy_id: int) -> ResponseReturnValue:
    """Withdraw a policy."""
    version, why = number_in(request.form, "version"), typed("why")
    try:
        withdraw_policy(
            services().engine,
            policy_id,
            why=why,
            actor=actor(),
            version=version,
            today=today(),
        )
    except (InputError, ConflictError) as refused:
        return _refused(policy_id, refused, typed={"why": why}, version=version)
    flash(_("The policy was withdrawn."), "success")
    return redirect(url_for("policies.show", policy_id=policy_id), code=303)


@bp.post("/<int:policy_id>/uses")
@role_needed(*FOLLOWERS)
def use(policy_id: int) -> ResponseReturnValue:
    """Record that a village used a policy."""
    values, village = {name: typed(name) for name in USE_FIELDS}, chosen_village(register())
    policy = _existing(policy_id)
    try:
        if village.error:
            read_use(values, first=policy.in_force_from, today=today())
            page = policy_page(policy_id, typed=values, village=village)
            return make_response(page, 422)
        record_use(
            services().engine,
            policy_id,
            village.unit_id,
            values,
            actor=actor(),
            today=today(),
        )
    except (InputError, ConflictError) as refused:
        errors = field_errors(refused)
        page = policy_page(
            policy_id,
            typed=values,
            village=replace(village, error=errors.pop("village", village.error)),
            errors=errors,
            error=shown(refused.message),
        )
        return make_response(page, 422 if isinstance(refused, InputError) else 409)
    flash(_("That %(village)s used it was recorded.", village=village.typed), "success")
    return redirect(url_for("policies.show", policy_id=policy_id), code=303)


@bp.post("/<int:policy_id>/uses/<int:use_id>/remove")
@role_needed(*FOLLOWERS)
def take_back(policy_id: int, use_id: int) -> ResponseReturnValue:
    """Take a use back that was recorded by mistake."""
    version = number_in(request.form, "version")
    try:
        policy_id = take_back_use(
            services().engine,
            use_id,
            why=typed("note"),
            actor=actor(),
            version=version,
            today=today(),
        )
    except (InputError, ConflictError) as refused:
        return _refused(policy_id, refused)
    flash(_("The use was taken back."), "success")
    return redirect(url_for("policies.show", policy_id=policy_id), code=303)


def _refused(
    policy_id: int,
    refused: InputError | ConflictError,
    *,
    typed: dict[str, str] | None = None,
    version: int | None = None,
) -> ResponseReturnValue:
    meanwhile = isinstance(refused, ChangedMeanwhileError)
    page = policy_page(
        policy_id,
        typed=typed,
        error=shown(refused.message),
        seen=version if meanwhile else None,
    )
    return make_response(page, 422 if isinstance(refused, InputError) else 409)

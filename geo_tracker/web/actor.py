"""Who acts, as the follow-up's rules know him, and on which day."""

from datetime import date

from flask import request
from flask_login import current_user

from geo_tracker.followup.problem_states import FOLLOWERS, HANDLER, Actor


def actor() -> Actor:
    """Return the current user as somebody who acts."""
    return Actor(
        current_user.id, current_user.role, current_user.office, request.form.get("correction")
    )


def today() -> date:
    """Return the day that the server's clock shows."""
    return date.today()  # noqa: DTZ011 - the server's own day


def may_follow() -> bool:
    """Say whether the current user hands problems over and sees who reported them."""
    return current_user.role in FOLLOWERS


def may_register() -> bool:
    """Say whether the current user may register a problem; who only looks may not."""
    return current_user.role in (*FOLLOWERS, HANDLER)

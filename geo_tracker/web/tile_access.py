"""A user's own key to the tiles, for programs that cannot sign in, such as QGIS.

It stands in the address, opens tiles and nothing else, and ends when its user is blocked or changes
the password: it is signed over both, so that nothing of it has to be stored.
"""

import hashlib

from flask import Request, current_app
from itsdangerous import BadSignature, URLSafeSerializer

from geo_tracker.db.models import UserAccount
from geo_tracker.web.context import read_session

ENDPOINTS = {"tiles.tile", "tiles.tilejson"}
"""What a key opens."""


def access_key(user_id: int) -> str:
    """Return a user's key."""
    with read_session() as session:
        return _signer().dumps([user_id, _fingerprint(session.get_one(UserAccount, user_id))])


def account_by_key(request: Request) -> UserAccount | None:
    """Return the account whose key is in an address that it opens, if it may still be used."""
    if request.endpoint not in ENDPOINTS or "access" not in request.args:
        return None
    try:
        user_id, fingerprint = _signer().loads(request.args["access"])
    except BadSignature:
        return None
    with read_session() as session:
        account = session.get(UserAccount, user_id)
    known = account is not None and account.active and fingerprint == _fingerprint(account)
    return account if known else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="tiles")


def _fingerprint(account: UserAccount) -> str:
    return hashlib.sha256(account.password_hash.encode()).hexdigest()[:16]

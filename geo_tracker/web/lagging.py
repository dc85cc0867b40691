"""后进村: a first list of former villages that may need help."""

from flask import Blueprint

bp = Blueprint("lagging", __name__, url_prefix="/lagging")

"""The application as a server loads it."""

from geo_tracker.app import create_app
from geo_tracker.config import settings_from_environment

app = create_app(settings_from_environment())

"""geo_tracker follows merged villages and keeps their former villages visible."""

__version__ = "0.1.0"

"""geo_tracker follows merged villages and keeps their former villages visible."""

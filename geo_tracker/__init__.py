"""geo_tracker follows merged villages and keeps their former villages visible."""

import os

# Word files need lxml, and openpyxl would read uploaded workbooks with it as soon as it is there:
# another parser, with other bounds against hostile ones. They are read as they were tested.
os.environ.setdefault("OPENPYXL_LXML", "False")

__version__ = "0.1.0"

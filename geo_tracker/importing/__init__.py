"""A file as received becomes a checked layer or table, and a report of what was wrong with it."""

"""Whole imports of broken files; see ``__main__``."""

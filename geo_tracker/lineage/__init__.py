"""Layers before and after, and a table, become change events and edges with evidence."""

"""Layers in, maps out: vector tiles, themes, preview pictures and the composed map page."""

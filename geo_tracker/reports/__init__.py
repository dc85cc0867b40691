"""Frames and drawings → documents on paper."""

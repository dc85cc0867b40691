"""The demo city: real names, codes and county outlines; all inside is made up and says so."""

from geo_tracker.demo.city import DemoSummary, write_demo

__all__ = ["DemoSummary", "write_demo"]

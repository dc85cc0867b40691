"""All HTTP: one blueprint per noun."""

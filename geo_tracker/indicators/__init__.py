"""Records become KPIs and lists; the lag index will live here."""

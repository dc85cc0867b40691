"""The theme of the score of lagging: how far behind, how sure, and whom the average hides."""

from geo_tracker.language import N_, Message
from geo_tracker.maps.signs import Sign
from geo_tracker.maps.themes import Theme

LAG_SIGNS = (
    Sign(
        "borderline",
        Message(N_("may be among the worst tenth: by some ways to count, not by nine of ten")),
        "hatched",
    ),
    Sign(
        "firm",
        Message(N_("firmly among the worst tenth: by nine of ten ways to count or more")),
        "outlined",
    ),
)
"""By how sure it is, as `geo_tracker.indicators.lag_robustness` says; the others bear no sign."""

LAG_THEME = Theme(
    key="lag",
    title=Message(N_("Lag score")),
    note=Message(N_("0: nothing lags, 100: all lags; of the village as a whole")),
    former_note=Message(
        N_(
            "0: nothing lags, 100: all lags; of each former village itself, and of villages that "
            "never merged as they are today"
        )
    ),
    group="lagging",
    values=lambda units: units["lag_score"].astype("Float64"),
    unit="points",
    method="fixed",
    breaks=(10, 20, 30, 40, 50),
    ramp="purples",
    source="lag",
    absent=Message(N_("not ranked: figures are missing")),
    signs=LAG_SIGNS,
    signed="lag_standing",
    marked=Message(N_("Hidden laggards")),
)
"""Values: ``lag_score`` (0–100, missing where unranked), ``lag_standing``."""

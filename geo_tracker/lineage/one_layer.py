"""Ground that only one layer covers: coast, river, the edge of the map."""

from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.lineage.noise import UPPER_ODDS

_FEWEST_ALARMS = 0.5
"""What noise would be expected to do to less than half a village of all is no noise."""

_LEAST_SHARE = 1e-3


def uncovered_ground(shares: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Find villages that have more ground outside of the other layer than drawing explains.

    Parameters
    ----------
    shares : DataFrame
        As `overlap_shares` returns; ``share_error`` where shares are estimated.
    links : DataFrame
        As `real_links` returns.

    Returns
    -------
    DataFrame
        ``from_id`` or ``to_id`` (the other is missing), ``uncovered_m2``, ``confidence`` (0–1);
        villages without any link are not among them.

    Notes
    -----
    The uncovered ground is taken for a strip along half of the village's outline, were that a
    square, and measured against the noise of the place (`BorderNoise`). How often noise alone
    would make so thick a strip in any of the villages is what the confidence lacks to 1.
    """
    found = []
    for side, other, share in (
        ("from_id", "to_id", "share_of_from"),
        ("to_id", "from_id", "share_of_to"),
    ):
        area = links["shared_m2"] / links[share]
        known = pd.DataFrame({"area_m2": area, "noise_m": links["local_noise_m"]})
        known = known.groupby(links[side]).max()
        covered = shares.groupby(side)[[share]].sum()[share].reindex(known.index)
        lacking = 1 - covered - _errors(shares, side, known["area_m2"])
        uncovered_m2 = known["area_m2"] * (1 - covered)
        strip_m = uncovered_m2 / (2 * np.sqrt(known["area_m2"]))
        alarms = len(known) * np.exp(-UPPER_ODDS * strip_m / known["noise_m"])
        stands_out = (lacking > _LEAST_SHARE) & (alarms < _FEWEST_ALARMS)
        found.append(
            pd.DataFrame(
                {
                    side: known.index[stands_out],
                    other: None,
                    "uncovered_m2": uncovered_m2[stands_out].to_numpy(),
                    "confidence": 1 - alarms[stands_out].to_numpy(),
                }
            )
        )
    columns = ["from_id", "to_id", "uncovered_m2", "confidence"]
    return pd.concat([one[columns].astype({"from_id": object, "to_id": object}) for one in found])


def _errors(shares: pd.DataFrame, side: str, area_m2: pd.Series) -> Any:
    """Return how far the sum of shares of each village may be off."""
    if "share_error" not in shares:
        return 0.0
    of_old_m2 = shares["shared_m2"] / shares["share_of_from"]
    error_m2 = (shares["share_error"] * of_old_m2).groupby(shares[side]).sum()
    return error_m2.reindex(area_m2.index) / area_m2

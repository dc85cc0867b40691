"""Whether the confidence of links keeps its word: damaged copies of real reforms, judged.

Both reforms with official truth are damaged in every combination of vertices moved by 0 to 50 m,
outlines generalised in three ways, transfers of 0.4 to 20 % injected and a fifth of the names left
out. Prints how many links of each confidence are right, and the expected calibration error.

Run with ``python -m benchmarks.calibration``.
"""

import pandas as pd

from tests.lineage.damaged import calibration_error, damages, judged_links, reliability

SEEDS = 3


def main() -> None:
    """Print the tables."""
    judged = pd.concat([judged_links(damage) for damage in damages(SEEDS)], ignore_index=True)
    known = judged[~judged["is_unlisted"]]
    for title, links in (
        ("all links", known),
        ("parts that moved, lesser links alone", known[~known["is_first"]]),
        ("all links, those that no table lists counted as wrong", judged),
    ):
        print(f"{title}: {len(links)}, expected calibration error {calibration_error(links):.3f}")
        print(reliability(links).round(3).to_string())


if __name__ == "__main__":
    main()

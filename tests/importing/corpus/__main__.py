"""Write those files that are not there yet; ``--anew`` writes all."""

import sys
import tempfile
from pathlib import Path

from tests.importing.corpus import CASES, FILES


def main(options: list[str]) -> None:
    """Write files."""
    FILES.mkdir(exist_ok=True)
    for name, case in CASES.items():
        if "--anew" in options or not (FILES / name).exists():
            with tempfile.TemporaryDirectory() as passing:
                case.build(FILES / name, Path(passing))
            print(name, (FILES / name).stat().st_size)


if __name__ == "__main__":
    main(sys.argv[1:])

"""How long a planner waits for a printed sheet and for a county in one file.

The demonstration city, imported anew; each document is asked for several times under another title,
so that none comes from what was made before. Seconds by the clock and of processor time, and sizes.

Run with ``python -m benchmarks.sheets``.
"""

import sys
import tempfile
import time
from pathlib import Path

from benchmarks.importing import line
from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import make_engine
from geo_tracker.db.schema import migrate
from geo_tracker.web.register import computed_register
from geo_tracker.workflows.demo import DEMO_FOLDER, build_demo
from tests.web.visitors import visitor

RUNS = 5
AIM_S = 2.0
ALL_LAYERS = "names=1&projects=1&formers=1"


def main() -> int:
    """Measure; return 1 where a document takes longer than somebody waits for a page."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), secret_key="benchmark")
        engine = make_engine(settings.url)
        migrate(engine)
        build_demo(engine, settings, DEMO_FOLDER, say=lambda message: None)
        villages = computed_register(engine).villages
        county = villages["county_code"].value_counts().index[0]
        count = int((villages["county_code"] == county).sum())
        planner = visitor(create_app(settings, engine), "planner", language="zh")
        planner.page("/map/")
        worst = 0.0
        for title, path in (
            (f"sheet, {len(villages)} villages", f"sheet.pdf?place=all&theme=consent&{ALL_LAYERS}"),
            (f"sheet, {count} villages", f"sheet.pdf?place={county}&theme=consent&{ALL_LAYERS}"),
            (f"file, {count} villages", f"export.html?place={county}&theme=consent"),
        ):
            clock, processor, size = [], [], 0
            for run in range(RUNS + 1):
                start, worked = time.perf_counter(), time.process_time()
                answer = planner.get(f"/map/{path}&title=run{run}")
                if answer.status_code != 200:
                    raise SystemExit(f"{path}: {answer.status_code}")
                clock.append(time.perf_counter() - start)
                processor.append(time.process_time() - worked)
                size = len(answer.data)
            # The first finds the fonts; it is told apart.
            print(line(f"{title}, s", clock[1:]), f" first {clock[0]:.2f}")
            print(line("  of processor time, s", processor[1:]), f" first {processor[0]:.2f}")
            print(f"  {size / 1e6:.2f} MB")
            worst = max(worst, sorted(clock[1:])[RUNS // 2])
        engine.dispose()
    return 0 if worst <= AIM_S else 1


if __name__ == "__main__":
    sys.exit(main())

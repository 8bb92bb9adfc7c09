"""`python -m benchmarks [--small] [--seconds N]` on a migrated database that may be thrown away afterwards."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from benchmarks import servers
from benchmarks.load import MeasureError
from config.embedded.stack import CHECKOUT

RESULTS: Final = CHECKOUT / "benchmarks" / "results" / "latest.json"


def main(arguments: list[str]) -> int:
    """Measure, print the tables, keep the numbers as JSON. 1 where something could not be measured or is at fault."""
    wanted = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Emplace.")
    wanted.add_argument("--small", action="store_true", help="8 engagements of 20 deliverables, a second a page")
    wanted.add_argument("--seconds", type=float, help="how long each page is asked (3, small: 1)")
    chosen = wanted.parse_args(arguments)
    seconds = chosen.seconds or (1.0 if chosen.small else 3.0)
    try:
        with tempfile.TemporaryDirectory(prefix="emplace-bench-") as folder:
            return measure(small=chosen.small, seconds=seconds, folder=Path(folder))
    except MeasureError as error:
        print(error, file=sys.stderr)
        return 1


def measure(*, small: bool, seconds: float, folder: Path) -> int:
    """Start the mail catcher, read the settings with its address, and run everything."""
    with servers.mail_catcher(folder) as address:
        (folder / "static").mkdir()
        os.environ |= {"EMAIL_URL": address, "STATIC_ROOT": str(folder / "static"), "LOG_LEVEL": "WARNING"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
        import django

        django.setup()
        from benchmarks import suite
        from benchmarks.data import FULL, SMALL

        report = suite.run(SMALL if small else FULL, seconds, folder)
    print(f"\n{suite.shown(report)}\n\nThe whole took {report.seconds:.0f} seconds. Numbers: {RESULTS}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report.plain(), indent=2) + "\n")
    for fault in suite.faults(report):
        print(fault, file=sys.stderr)
    return 1 if suite.faults(report) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

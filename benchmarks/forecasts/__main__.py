"""`python -m benchmarks.forecasts [--full] [--engagements N] [--seed N] [--json FILE]`: simulate, compare, print.

Needs no servers. The same arguments print the same table anywhere.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

from benchmarks.forecasts import study

QUICK: Final = 60
FULL: Final = 500


def main(arguments: list[str]) -> int:
    """Print the tables; 1 where a number is not what it is promised to be, with a sentence for each such cell."""
    wanted = argparse.ArgumentParser(prog="python -m benchmarks.forecasts", description=__doc__)
    wanted.add_argument("--full", action="store_true", help=f"{FULL} engagements a cell, not {QUICK}")
    wanted.add_argument("--engagements", type=int, help="so many engagements a cell")
    wanted.add_argument("--seed", type=int, default=study.JUDGING, help="the first engagement's seed")
    wanted.add_argument("--json", type=Path, help="keep every number in this file")
    chosen = wanted.parse_args(arguments)
    count = chosen.engagements or (FULL if chosen.full else QUICK)
    cells = list(study.run(count, chosen.seed, say=lambda words: print(f"{words} ...", file=sys.stderr, flush=True)))
    print(study.shown(cells))
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(one) for one in cells], indent=2) + "\n")
    found = study.faults(cells)
    print("\n" + ("\n".join(found) or "Emplace's is the closest in every cell, and its 8-in-10 dates hold."))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m benchmarks.slip_ideas CSV...`: what each idea brought to the slip risk, each file left out in turn.

Mean AUC and calibration error over files of the public delay format; needs no servers. Tuning is done on the files
that are given, so give those of the prior alone.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.table import table
from milestones.forecasting.risk.backtest import Backtest, leave_one_out
from milestones.forecasting.risk.fitting import Sample, TermPlan, fit
from milestones.forecasting.risk.history import History, read
from milestones.forecasting.risk.measures import auc, calibration_error
from milestones.forecasting.risk.recipe import ALONE, HOW
from milestones.forecasting.risk.scorecard import probability

OWN: Final = ("days_left", "age", "record", "load", "blocks", "blocked_by", "rescoped", "sent_back", "comments")
COMPANY: Final = ("set_together", "due_set_days")
SO_FAR: Final = (*OWN, *COMPANY, "engagement_record")
# Each line has what the lines above it have, and one idea more.
IDEAS: Final[Mapping[str, tuple[Sequence[str], bool]]] = {
    "Days left alone": (("days_left",), False),
    "What a deliverable shows by itself, a table each": (OWN, False),
    "What got its due date with it, and when": ((*OWN, *COMPANY), False),
    "How the engagement's dates held so far": (SO_FAR, False),
    "How work alike came out of late": (tuple(ALONE), False),
    "A record that never lowers the risk": (tuple(ALONE), True),
}


def main(names: list[str]) -> int:
    """Print the table; 2 without two files."""
    if len(names) < 2:
        print("Give two files or more, so that one can be left out.", file=sys.stderr)
        return 2
    histories = [read(Path(name).read_bytes(), Path(name).name) for name in names]
    rows = [[idea, *_cells(_alone(histories, *how))] for idea, how in IDEAS.items()]
    tests = leave_one_out(histories)
    rows.append(["Fourteen tables of two: the prior that ships", *_cells([(one, one.prior) for one in tests])])
    rows.append(["The firm's own outcomes, as they come to be known", *_cells([(one, one.online) for one in tests])])
    print(table(["Idea", "mean AUC", "mean calibration error"], rows))
    return 0


Chances = Sequence[tuple[Backtest | History, np.ndarray]]


def _alone(histories: Sequence[History], names: Sequence[str], rising: bool) -> Chances:
    """Each file's chances by tables of single features, fitted on the others."""
    plans = [TermPlan(name, {name: ALONE[name]}) for name in names]
    how = HOW if rising else replace(HOW, rising=None)
    found = []
    for left in histories:
        card = fit(plans, [Sample(one.columns, one.late) for one in histories if one is not left], how)
        found.append((left, probability(card.log_odds(left.columns))))
    return found


def _cells(chances: Chances) -> list[str]:
    late = [one.late if isinstance(one, History) else one.history.late for one, _chances in chances]
    areas = [auc(given, came) or 0.5 for (_one, given), came in zip(chances, late, strict=True)]
    errors = [calibration_error(given, came) for (_one, given), came in zip(chances, late, strict=True)]
    return [f"{np.mean(areas):.3f}", f"{np.mean(errors):.3f}"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

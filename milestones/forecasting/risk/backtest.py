"""How the prior does on finished work that it has never seen.

Three ways, of which none lets a row, or an outcome that was not known by its day, into its own chance:

- the prior as it ships;
- the prior recalibrated on the first FIRST outcomes in the order they became known, and left so; judged on the rest;
- "online", as the product runs: each chance uses every outcome that was known before its day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.risk.features import Floats
from milestones.forecasting.risk.firm import firm_card, firm_terms, firm_weights, learn_firm
from milestones.forecasting.risk.history import History
from milestones.forecasting.risk.measures import auc, auc_draws, brier_skill, calibration_error, interval
from milestones.forecasting.risk.recalibration import Recalibration, counted, follow
from milestones.forecasting.risk.recipe import fit_prior
from milestones.forecasting.risk.scorecard import Scorecard, probability

FIRST = 50

Numbers = dict[str, float | int | None]


@dataclass(frozen=True)
class Backtest:
    """One file's chances: by the prior, and online; `after` and `after_late` are of the rows after the first FIRST."""

    history: History
    prior: Floats
    online: Floats
    after: Floats
    after_late: Floats


def backtest(card: Scorecard, history: History) -> Backtest:
    """Score one history in the three ways."""
    first, rest = _first_and_rest(history)
    fifty = firm_card(card, _learnt(card, history, first))
    counts_as = counted(history.engagement, history.known_on)
    online = follow(
        firm_weights(card), firm_terms(card, history.columns), history.late, history.asked, history.known_on, counts_as
    )
    return Backtest(
        history,
        prior=probability(card.log_odds(history.columns)),
        online=probability(online),
        after=probability(fifty.log_odds(history.columns))[rest],
        after_late=history.late[rest],
    )


def _learnt(card: Scorecard, history: History, first: NDArray[np.intp]) -> Recalibration:
    columns = {name: values[first] for name, values in history.columns.items()}
    return learn_firm(card, columns, history.late[first], history.known_on[first], history.engagement[first])


def leave_one_out(histories: Sequence[History]) -> list[Backtest]:
    """Backtest each project on a prior fitted on the others. Needs two or more."""
    return [backtest(fit_prior([one for one in histories if one is not left]), left) for left in histories]


def _first_and_rest(history: History) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    order = np.argsort(history.known_on, kind="stable")
    return order[:FIRST], order[FIRST:]


def report(tests: Sequence[Backtest]) -> dict[str, object]:
    """The numbers of each file and their means over files; a number that a file cannot have is None."""
    draws = [(auc_draws(one.prior, one.history.late), auc_draws(one.online, one.history.late)) for one in tests]
    files = {one.history.name: _numbers(one, *drawn) for one, drawn in zip(tests, draws, strict=True)}
    return {"files": files, "mean": _mean(list(files.values()), draws)}


def _numbers(one: Backtest, draws: Floats, online_draws: Floats) -> Numbers:
    late = one.history.late
    low, high = interval(draws)
    online_low, online_high = interval(online_draws)
    some = len(one.after) > 0
    return {
        "auc": auc(one.prior, late),
        "auc_low": low,
        "auc_high": high,
        "brier_skill": brier_skill(one.prior, late),
        "ece": calibration_error(one.prior, late),
        "ece_after_50": calibration_error(one.after, one.after_late) if some else None,
        "auc_after_50": auc(one.after, one.after_late) if some else None,
        "brier_skill_after_50": brier_skill(one.after, one.after_late) if some else None,
        "auc_online": auc(one.online, late),
        "auc_online_low": online_low,
        "auc_online_high": online_high,
        "brier_skill_online": brier_skill(one.online, late),
        "ece_online": calibration_error(one.online, late),
        "rows": len(late),
        "late": int(late.sum()),
        "left_out": len(one.history.problems),
    }


def _mean(files: Sequence[Numbers], draws: Sequence[tuple[Floats, Floats]]) -> Numbers:
    """Means over the files that have the number; the intervals are of the mean AUC, each file drawn anew."""
    names = [name for name in files[0] if name not in {"rows", "late", "left_out"}]
    mean: Numbers = {name: _over([one[name] for one in files]) for name in names}
    for key, which in (("auc", 0), ("auc_online", 1)):
        usable = [pair[which] for pair in draws if not np.isnan(pair[which]).all()]
        mean[f"{key}_low"], mean[f"{key}_high"] = _interval_of_mean(usable)
    return mean


def _interval_of_mean(draws: Sequence[Floats]) -> tuple[float | None, float | None]:
    # Each file's draws are shuffled, for they share a seed and two files of one length would be drawn alike.
    if not draws:
        return None, None
    rng = np.random.default_rng(0)
    return interval(np.mean([rng.permutation(one) for one in draws], axis=0))


def _over(values: Sequence[float | int | None]) -> float | None:
    known = [one for one in values if one is not None]
    return float(np.mean(known)) if known else None

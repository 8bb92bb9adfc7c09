"""Makes the draws of a finish agree with a chance of lateness that comes from elsewhere.

What the cascade says of a deliverable that is late, and of one that is on time, is kept; the mixture of the two is
changed (a minimum change of the distribution in the sense of Kullback and Leibler, given the one new probability).
Draws keep their ranks, so a draw that was bad for one deliverable stays bad for all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.days import Days


def agreeing(finish: Days, due: int, now: int, late: float, earliest: Days | None = None) -> Days:
    """The finishes, of which the share `late` comes after day number `due`.

    `earliest` is the first day on which each draw can end, for what comes before it: where that is after the due date
    the draw stays late, whatever `late` says, and no draw is moved before it.

    Where the cascade knows only one side, the draws nearest to the due date are moved across it as a block, in the
    steps that they had among themselves: all on time, then the last ones begin on the day after the due date; all
    late, then the first ones end on it, none before today. Past its due date work is late, whatever `late` says.
    """
    if due < now:
        return finish
    count = len(finish)
    stuck = earliest > due if earliest is not None else np.zeros(count, dtype=np.bool_)
    order = _ranks(finish, stuck)
    ranked = finish[order]
    on_time = int(np.count_nonzero(finish <= due))
    wanted = count - max(round(min(max(late, 0.0), 1.0) * count), int(np.count_nonzero(stuck)))
    early = _spread(ranked[:on_time], wanted) if on_time else _before(ranked[:wanted], due, now)
    after = _spread(ranked[on_time:], count - wanted) if on_time < count else _after(ranked[wanted:], due)
    agreed = np.empty_like(finish)
    agreed[order] = np.concatenate((early, after))
    return agreed if earliest is None else np.maximum(agreed, earliest)


def _ranks(finish: Days, stuck: NDArray[np.bool_]) -> np.ndarray:
    """The order of rising finishes, the stuck ones last, equal ones by the number of the draw; one sort of numbers."""
    bits = int(len(finish) - 1).bit_length()
    packed = (finish.astype(np.int64) << bits) | np.arange(len(finish)) | (stuck.astype(np.int64) << 62)
    packed.sort()
    return packed & ((1 << bits) - 1)


def _spread(ranked: Days, count: int) -> Days:
    """So many of the same distribution, in order."""
    places = (np.arange(count) + 0.5) / max(count, 1) * len(ranked)
    return ranked[places.astype(np.intp)]


def _before(ranked: Days, due: int, now: int) -> Days:
    return np.maximum(ranked - ranked[-1] + due, now) if len(ranked) else ranked


def _after(ranked: Days, due: int) -> Days:
    return ranked - ranked[0] + due + 1 if len(ranked) else ranked

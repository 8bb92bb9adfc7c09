"""What is assumed about any engagement before it has a past. `learning.py` says what its own past makes of it.

The time that a deliverable needs is `effort x ratio`, in working days, where log(ratio) of deliverable i is

    log ratio_i = mu + s_owner + e_i,   mu ~ N(log 1, 0.20),   s ~ N(0, 0.10),   e_i ~ N(0, 0.17)

(variances, not deviations): half of all work takes its effort or less, and the mean is a quarter above it. It is the
cold-start prior that did best on simulated engagements, as a pooled log slip ratio with a cascade. Surveys of software
estimates find overruns of the same size (Moløkken and Jørgensen, ISESE 2003), and people's own intervals are too narrow
(Jørgensen, Teigen and Moløkken, JSS 70, 2004).

The window between start and due date is longer than the effort. Many pace their work to the due date, and where the
client has to accept it, to the due date less a usual review: such a deliverable is done when its need is met, but not
before eight tenths of those days have gone by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import erf, exp, sqrt
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Reals = NDArray[np.floating[Any]]  # of either length

_Z = np.linspace(-8.0, 8.0, 8001)
_P: Floats = np.array([0.5 * (1 + erf(z / sqrt(2))) for z in _Z])
_P_STEPS = np.append(np.diff(_P), 0.0)
_PER_UNIT = (len(_Z) - 1) / (_Z[-1] - _Z[0])
# Beyond the ends of the table both are flat: an interpolated inverse needs strictly rising steps.
_RISING = np.concatenate(([True], np.diff(_P) > 0))
_RISING_P, _RISING_Z = _P[_RISING], _Z[_RISING]
_LEVELS = 1 << 14
_ENDS = _LEVELS // 256
_BY_LEVEL: Floats = np.interp(np.arange(_LEVELS + 1) / _LEVELS, _RISING_P, _RISING_Z)
_BY_LEVEL_STEPS = np.diff(_BY_LEVEL)


@dataclass(frozen=True)
class LogNormal:
    """A duration in working days: its median, and the standard deviation of its logarithm."""

    median: float
    sigma: float

    @property
    def mean(self) -> float:
        return self.median * exp(self.sigma**2 / 2)


@dataclass(frozen=True)
class Rate:
    """Events in a span of time: Poisson, with a gamma-distributed rate of this mean and this shape.

    After n events in a time t the shape is `shape + n` and the mean `(shape + n) / (shape / mean + t)`: a small shape
    listens soon. A mean of 0 says that there are none, whatever was seen.
    """

    mean: float
    shape: float


@dataclass(frozen=True)
class Prior:
    """Assumptions of a forecast. Durations are in working days; variances are of the log ratio.

    `effort_share` stands in for an effort that nobody gave: the median of effort / window in the playbooks.
    `paced` of the owners hand in unhurried work between `paced_from` and `paced_to` of its window, the others at once.
    Each open deliverable of an owner beyond `easy_load` slows work by `load_slowdown` (switching of tasks).
    `trend` is by how much the log ratio rises from the beginning of a plan to its end (what is planned for late comes
    under the press of all that slipped), and `trend_spread` the deviation of that: work far ahead is known less well.
    `start_lag` are the days by which a start comes late though nothing stands in its way.
    `wait_rate` counts waits to come for each day of work, `growth` what will be added to the plan, as a share of it,
    by the time that its last date is reached. `median_spread` is how far, in logarithms, an engagement's own median
    wait is from the medians given here, which are guesses, wide on purpose.
    """

    median_ratio: float = 1.0
    between: float = 0.2
    owners: float = 0.1
    within: float = 0.17
    effort_share: float = 0.6
    paced: float = 0.6
    paced_from: float = 0.8
    paced_to: float = 1.0
    easy_load: int = 4
    load_slowdown: float = 0.04
    trend: float = 0.1
    trend_spread: float = 0.4
    start_lag: Rate = Rate(0.5, 2.0)
    wait_rate: Rate = Rate(0.02, 0.5)
    growth: Rate = Rate(0.1, 0.3)
    review: LogNormal = LogNormal(2.0, 0.8)
    waits: Mapping[str, LogNormal] = field(
        default_factory=lambda: MappingProxyType(
            {"client": LogNormal(4.0, 0.9), "firm": LogNormal(2.0, 0.8), "third_party": LogNormal(6.0, 0.9)}
        )
    )
    median_spread: float = 0.5


COLD_START = Prior()


def normal_cdf(z: Floats) -> Floats:
    """Standard normal distribution function, from a table (error below 1e-6)."""
    place = np.clip((z - _Z[0]) * _PER_UNIT, 0, len(_P) - 1.001)
    return _between(_P, _P_STEPS, place)


def normal_quantile(p: Floats) -> Floats:
    """Its inverse; p is kept inside the table, that is within about eight standard deviations."""
    place = np.clip(p * _LEVELS, 0, _LEVELS - 1e-6)
    # Near the ends even steps are too coarse.
    ends = np.flatnonzero((place < _ENDS) | (place > _LEVELS - _ENDS))
    found = _between(_BY_LEVEL, _BY_LEVEL_STEPS, place)
    found.put(ends, np.interp(p.take(ends), _RISING_P, _RISING_Z))
    return found


def _between(table: Floats, steps: Floats, place: Floats) -> Floats:
    """What a table with these steps between its entries says at places between them; `place` is used up."""
    below = place.astype(np.intp)
    place -= below
    place *= steps.take(below)
    place += table.take(below)
    return place

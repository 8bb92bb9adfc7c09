"""What is known of an unfinished deliverable on the day of the forecast.

Only what was known by then: no later outcome enters, neither here nor where these are read from history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Table = Mapping[str, Floats]

# A pooled share counts this many deliverables of what it is pooled towards.
POOLED_AS = 5.0
# The share late of a firm that has no history, a little below that of the four projects of the prior.
USUAL_SHARE = 0.35


@dataclass(frozen=True)
class Features:
    """One deliverable on one day.

    Days are calendar days. `record` is the share (0 to 1) of the specialist's finished deliverables that were late,
    as `pooled_share` makes it, and None for a specialist without any. `load` counts the specialist's open
    deliverables, this one included; `due_together` the engagement's deliverables due on the same day, this one
    included, and `set_together` those of them whose due date was set on the same day as this one's.
    `due_set_days`: days since the engagement first had this due date. `engagement_record`: the share late of what
    fell due in the engagement before, pooled towards the firm's; None where nothing did anywhere. `alike`: the share
    late of the firm's last outcomes, the more like this one the weightier, as `alike_share` makes it.
    """

    days_left: float
    age: float
    record: float | None = None
    load: float = 1
    blocks: float = 0
    blocked_by: float = 0
    rescoped: float = 0
    sent_back: float = 0
    comments: float = 0
    due_together: float = 1
    set_together: float = 1
    due_set_days: float = 0
    engagement_record: float | None = None
    alike: float | None = None


NAMES: tuple[str, ...] = tuple(one.name for one in fields(Features))
_UNKNOWN = {"record": 0.0, "engagement_record": USUAL_SHARE, "alike": USUAL_SHARE}


def table(rows: Sequence[Features]) -> dict[str, Floats]:
    """Columns by name, each of shape (n,)."""
    return {name: np.array([_value(row, name) for row in rows], dtype=np.float64) for name in NAMES}


def _value(row: Features, name: str) -> float:
    value: float | None = getattr(row, name)
    return _UNKNOWN[name] if value is None else value


def pooled_share(late: float, finished: float, towards: float = USUAL_SHARE, counts_as: float = POOLED_AS) -> float:
    """Share late of few deliverables, pulled towards a wider share as if `counts_as` more had come out like that."""
    return (late + counts_as * towards) / (finished + counts_as)

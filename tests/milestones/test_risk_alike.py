"""How work like this one came out of late: the more alike and the later, the weightier; nothing is known ahead."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from milestones.forecasting.risk import LAST_ALIKE, USUAL_SHARE, Asked, Outcomes, alike_share
from milestones.forecasting.risk.history import History, read

HEAD = "issuekey,delaydays,openeddate,perofdelay,ProgressTime,RemainingDay"
START = date(2020, 1, 6)


def asked(days_left: float = 10, record: float = 0.3, engagement: float = 1, n: float = 1) -> Asked:
    many = int(n)
    return Asked(np.full(many, float(days_left)), np.full(many, record), np.full(many, float(engagement)))


def outcomes(of: Asked, late: float) -> Outcomes:
    return Outcomes(of, np.full(len(of.record), late))


def share(known: Outcomes, of: Asked) -> float:
    (found,) = alike_share(known, of).tolist()
    return found


def after(*many: Outcomes) -> Outcomes:
    """One lot after another."""
    parts = [
        np.concatenate([getattr(one.asked, name) for one in many]) for name in ("days_left", "record", "engagement")
    ]
    return Outcomes(Asked(*parts), np.concatenate([one.late for one in many]))


def test_without_outcomes_it_is_what_is_usual():
    assert alike_share(outcomes(asked(n=0), 1.0), asked(n=3)).tolist() == pytest.approx([USUAL_SHARE] * 3)


def test_outcomes_pull_it_the_more_of_them_the_more():
    found = [share(outcomes(asked(n=n), 1.0), asked()) for n in (0, 1, 10, 200)]
    assert found == sorted(found)
    assert USUAL_SHARE < found[1] < 0.6
    assert found[3] > 0.95


@pytest.mark.parametrize("other", [{"days_left": 90}, {"record": 0.8}, {"engagement": 2}])
def test_what_is_less_alike_says_less(other: dict[str, float]):
    same, unlike = share(outcomes(asked(n=20), 1.0), asked()), share(outcomes(asked(n=20, **other), 1.0), asked())
    assert USUAL_SHARE <= unlike < same


def test_what_came_last_counts_most():
    late, on_time = outcomes(asked(n=100), 1.0), outcomes(asked(n=100), 0.0)
    assert share(after(late, on_time), asked()) < 0.5 < share(after(on_time, late), asked())


def test_what_is_long_gone_is_not_looked_at():
    late, on_time = outcomes(asked(n=50), 1.0), outcomes(asked(n=LAST_ALIKE), 0.0)
    assert share(after(late, on_time), asked()) == share(on_time, asked())


def test_each_of_many_is_asked_by_itself():
    many = Asked(np.array([10.0, 90.0]), np.array([0.3, 0.9]), np.array([1, 2]))
    known = outcomes(asked(n=30), 1.0)
    assert alike_share(known, many).tolist() == [share(known, many[slice(0, 1)]), share(known, many[slice(1, 2)])]


def history(days: list[int], late: list[int]) -> History:
    """Issues opened on such days, due ten days after."""
    rows = [
        f"A-{i},{n},{START + timedelta(days=day)},30,0,10" for i, (day, n) in enumerate(zip(days, late, strict=True))
    ]
    return read("\n".join([HEAD, *rows]).encode(), "some.csv")


def test_a_file_tells_what_had_fallen_due_before_the_day_and_nothing_else():
    found = history([0, 0, 10, 11, 12], [5, 0, 5, 5, 5]).columns["alike"]
    assert found[:3].tolist() == pytest.approx([USUAL_SHARE] * 3)
    known = Outcomes(asked(n=2), np.array([1.0, 0.0]))
    assert found[3] == found[4] == share(known, asked())


def test_no_later_outcome_changes_it():
    days = list(range(0, 120, 2))
    late = [3 * (day % 3 == 0) for day in days]
    turned = late[:40] + [3 - one for one in late[40:]]
    one, other = (history(days, given).columns["alike"] for given in (late, turned))
    known = days[40] + 10
    until = sum(day <= known for day in days)
    assert one[:until].tolist() == other[:until].tolist()
    assert (one[until:] != other[until:]).all()

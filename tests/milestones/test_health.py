"""One scale, and flags that say why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from milestones.forecasting import Wait, forecast
from milestones.health import (
    DRIVER_WORDS,
    WORDS,
    engagement_health,
    flags,
    grade,
    health_of,
    next_milestone,
    whole_percent,
)
from tests.milestones.forecasting.plans import START, day, done, plan, work


@pytest.mark.parametrize(
    ("chance", "late", "health"),
    [
        (1.0, False, "on_track"),
        (0.8, False, "on_track"),
        (0.799, False, "at_risk"),
        (0.5, False, "at_risk"),
        (0.499, False, "off_track"),
        (0.0, False, "off_track"),
        (0.95, True, "off_track"),
    ],
)
def test_the_scale(chance, late, health):
    assert grade(chance, late=late) == health
    assert health in WORDS


def test_a_chance_in_whole_percent_has_the_health_of_the_chance():
    for chance in (n / 2000 for n in range(2001)):
        assert grade(whole_percent(chance) / 100, late=False) == grade(chance, late=False), chance
        assert abs(whole_percent(chance) - 100 * chance) <= 1


def raised(given):
    return {(flag.kind, flag.work, flag.milestone): flag for flag in flags(given, forecast(given))}


def test_a_quiet_plan_raises_nothing():
    given = plan(*[done(n, n, n + 9) for n in range(12)], work(20, 24, 30, effort_days=1), today=22)
    assert raised(given) == {}


def test_late_work_is_late_and_not_also_off_track():
    given = plan(work(1, 0, 7, state="in_progress", started_on=day(0)), today=14, due=60)
    found = raised(given)
    assert ("late", 1, None) in found
    assert not {("off_track", 1, None), ("at_risk", 1, None)} & found.keys()
    assert found["late", 1, None].reasons[0].code == "late"
    assert found["late", 1, None].reasons[0].params == {"days": 5}


def test_a_milestone_is_flagged_with_its_critical_items():
    works = [work(n, 20, 30, effort_days=8) for n in range(1, 6)]
    flag = raised(plan(*works, today=10))["off_track", None, 30]
    assert flag.reasons[0].code == "critical"
    assert flag.reasons[0].params["count"] >= 2
    assert flag.chance < 0.5


def test_waiting_on_the_client_is_flagged_once_with_its_days():
    waits = (Wait(START + timedelta(days=6), "client"), Wait(START + timedelta(days=8), "client"))
    given = plan(work(1, 2, 30, state="in_progress", started_on=day(2), waits=waits), today=14)
    kinds = [flag for flag in flags(given, forecast(given)) if flag.kind == "waiting_on_client"]
    assert len(kinds) == 1
    assert kinds[0].reasons[0].params == {"waited": 6}


def test_a_wait_that_began_today_is_not_yet_worth_a_flag():
    waits = (Wait(START + timedelta(days=14), "client"),)
    given = plan(work(1, 2, 30, state="in_progress", started_on=day(2), waits=waits), today=14)
    assert ("waiting_on_client", 1, None) not in raised(given)


def test_work_that_outlasts_its_like_is_stalled():
    running = work(1, 0, 60, state="in_progress", started_on=day(0), effort_days=2, role="ml_engineer")
    given = plan(running, today=30)
    assert ("stalled", 1, None) not in raised(given)
    known = replace(given, stall_days={"ml_engineer": 10.0})
    assert raised(known)["stalled", 1, None].reasons[0].params["age"] > 10


def test_every_reason_has_words_and_they_take_its_params():
    waits = (Wait(START + timedelta(days=6), "client"),)
    slow = work(1, 0, 6, state="in_progress", started_on=day(2), waits=waits, owner_open_load=12)
    given = plan(slow, work(2, 7, 10, predecessors=(1,)), work(3, 7, 10, predecessors=(1,)), today=20)
    codes = set()
    for flag in flags(given, forecast(given)):
        assert flag.kind in WORDS
        for reason in flag.reasons:
            codes.add(reason.code)
            assert DRIVER_WORDS[reason.code].format(**reason.params)
    assert {"late", "waiting_on_client", "critical"} <= codes


def test_an_engagement_has_the_health_of_its_next_milestone():
    past = [done(n, n, n + 9) for n in range(10)]
    ahead = work(20, 40, 58, milestone=60, effort_days=1)
    found = forecast(plan(*past, ahead, today=30))
    upcoming = next_milestone(found)
    assert upcoming is not None
    assert upcoming.id == 60
    assert engagement_health(found) == health_of(upcoming) == "on_track"


def test_a_plan_without_deliverables_has_no_health():
    assert engagement_health(forecast(plan())) is None

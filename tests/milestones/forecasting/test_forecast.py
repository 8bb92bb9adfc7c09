"""What a forecast must hold to, whatever the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from time import perf_counter

import numpy as np
import pytest

from milestones.forecasting import COLD_START, CircularPlanError, MilestoneDue, PlanInput, Wait, forecast
from milestones.forecasting.prior import Rate
from tests.milestones.forecasting.plans import CALENDAR, START, big_plan, day, done, plan, work


def waiting(since: int, who: str = "client", **more: object) -> Wait:
    return Wait(START + timedelta(days=since), who, **more)  # type: ignore[arg-type]


def random_plan(seed: int) -> PlanInput:
    rng = np.random.default_rng(seed)
    works = []
    for key in range(1, int(rng.integers(5, 40))):
        start = int(rng.integers(0, 70))
        length = int(rng.integers(1, 15))
        state = str(rng.choice(["planned", "planned", "in_progress", "in_review", "sent_back", "accepted"]))
        more: dict[str, object] = {"state": state, "owner": int(rng.integers(0, 3))}
        more["effort_days"] = None if key % 4 == 0 else float(rng.integers(1, 6))
        more["owner_open_load"] = int(rng.integers(0, 12))
        more["milestone"] = 30 * int(rng.integers(1, 4))
        if state != "planned":
            more["started_on"] = day(min(start, 30))
        if state == "accepted":
            more["finished_on"] = day(min(start, 30) + length)
        elif rng.random() < 0.3:
            more["waits"] = (waiting(int(rng.integers(20, 44)), str(rng.choice(["client", "firm", "third_party"]))),)
        more["predecessors"] = tuple(int(p) for p in rng.integers(1, key, 2)) if key > 3 and rng.random() < 0.6 else ()
        works.append(work(key, start, start + length, **more))
    absent = {1: frozenset(day(n) for n in range(40, 50))}
    return replace(plan(*works, today=45), absences=absent)


@pytest.mark.parametrize("seed", range(12))
def test_drivers_sum_to_the_shown_delay(seed):
    found = forecast(random_plan(seed), draws=300)
    for one in [*found.works.values(), *found.milestones.values()]:
        if one.finished_on is None:
            assert sum(driver.days for driver in one.drivers) == one.delay_days
            walked = CALENDAR.working_days_between(one.due_on, one.likely)
            lands = CALENDAR.is_working(one.due_on), CALENDAR.is_working(one.likely)
            if all(lands):
                assert one.delay_days == walked


@pytest.mark.parametrize("seed", range(12))
def test_words_and_dates_agree(seed):
    given = random_plan(seed)
    found = forecast(given, draws=300)
    for one in [*found.works.values(), *found.milestones.values()]:
        assert one.likely <= one.eight_in_ten
        assert 0 <= one.chance <= 1
        assert (one.likely <= one.due_on) == (one.chance >= 0.5)
        assert (one.eight_in_ten <= one.due_on) == (one.chance >= 0.8)
        assert one.without_client_waits.chance >= one.chance - 1e-9
        if one.finished_on is None:
            assert one.likely >= given.today


@pytest.mark.parametrize("seed", range(6))
def test_a_milestone_is_no_earlier_and_no_likelier_than_any_of_its_deliverables(seed):
    given = random_plan(seed)
    found = forecast(given, draws=300)
    for item in given.works:
        milestone = found.milestones[item.milestone]
        assert milestone.likely >= found.works[item.id].likely
        assert milestone.eight_in_ten >= found.works[item.id].eight_in_ten


def test_the_same_day_gives_the_same_forecast_whatever_the_order():
    given = random_plan(3)
    turned = replace(given, works=given.works[::-1])
    assert forecast(given).milestones == forecast(turned).milestones
    other_day = replace(given, engagement="eng-two")
    assert forecast(given).works != forecast(other_day).works


def test_dropping_one_deliverable_leaves_unrelated_ones_as_they_were():
    works = [work(1, 0, 9), work(2, 12, 20), work(3, 12, 22)]
    whole = forecast(plan(*works))
    fewer = forecast(plan(*works[:2], replace(works[2], state="dropped")))
    assert fewer.works[2] == whole.works[2]
    assert 3 not in fewer.works


def test_a_successor_starts_after_its_predecessor_in_the_days_of_its_owner():
    first = work(1, 0, 9, owner=1)
    second = work(2, 10, 14, predecessors=(1,), owner=2, effort_days=1)
    away = frozenset(day(n) for n in range(8, 40))
    given = plan(first, second, today=0)
    found = forecast(given)
    assert found.works[2].likely > found.works[1].likely
    absent = forecast(replace(given, absences={2: away}))
    assert absent.works[2].likely not in away
    assert absent.works[2].likely > max(away) - timedelta(days=1)
    assert absent.works[1] == found.works[1]


def test_an_early_finish_does_not_pull_work_before_its_planned_start():
    found = forecast(plan(done(1, 0, 4), work(2, 20, 26, predecessors=(1,)), today=8))
    assert found.works[2].likely >= day(20)


def test_older_running_work_is_likely_to_finish_later():
    likely = []
    for today in (14, 20, 30, 45, 70):
        running = work(1, 0, 12, state="in_progress", started_on=day(0))
        likely.append(forecast(plan(running, today=today)).works[1])
    days_left = [
        CALENDAR.working_days_between(START + timedelta(days=t), one.likely)
        for one, t in zip(likely, (14, 20, 30, 45, 70), strict=True)
    ]
    assert days_left == sorted(days_left)
    assert days_left[-1] > days_left[0]
    assert all(one.chance == 0 for one in likely)


def test_an_engagement_on_time_is_trusted_more_than_a_late_one():
    on_time = [done(n, n, n + 9) for n in range(1, 11)]
    late = [done(n, n, n + 9, late=6) for n in range(1, 11)]
    rest = work(20, 31, 40)
    cold = forecast(plan(rest, today=28)).works[20].chance
    good = forecast(plan(*on_time, rest, today=28)).works[20].chance
    bad = forecast(plan(*late, rest, today=28)).works[20].chance
    assert good > 0.8 > cold > 0.5 > bad


def test_a_client_wait_delays_and_the_forecast_without_it_is_kept_apart():
    running = work(1, 7, 16, state="in_progress", started_on=day(7))
    free = forecast(plan(running, today=13)).works[1]
    held = forecast(plan(replace(running, waits=(waiting(8),)), today=13)).works[1]
    assert held.likely > held.without_client_waits.likely
    assert held.chance < held.without_client_waits.chance
    assert held.drivers[0].kind == "waiting_on_client"
    assert held.drivers[0].params == {"waited": 3}
    assert free.likely == free.without_client_waits.likely


def test_a_wait_on_the_firm_is_not_the_clients():
    running = work(1, 7, 16, state="in_progress", started_on=day(7), waits=(waiting(8, "firm"),))
    found = forecast(plan(running, today=13)).works[1]
    assert found.outlook == found.without_client_waits
    assert "waiting_on_client" not in {driver.kind for driver in found.drivers}


def test_time_spent_waiting_is_not_counted_as_age():
    running = work(1, 0, 9, state="in_progress", started_on=day(0))
    closed = waiting(1, open=False, until=START + timedelta(days=9))
    steady = forecast(plan(running, today=13)).works[1]
    paused = forecast(plan(replace(running, waits=(closed, closed)), today=13)).works[1]
    assert paused.age_days == steady.age_days - 6
    assert paused.likely <= steady.likely


def test_work_in_review_waits_on_the_signer_alone():
    sent = work(1, 0, 9, state="in_review", started_on=day(0), waits=(waiting(6),))
    found = forecast(plan(sent, today=8)).works[1]
    assert found.without_client_waits.likely == day(8)
    assert found.likely > day(8)


def test_finished_and_late_work_is_a_fact():
    found = forecast(plan(done(1, 0, 9), done(2, 0, 9, late=2), today=20))
    assert (found.works[1].chance, found.works[2].chance) == (1.0, 0.0)
    assert found.works[2].delay_days == 2
    milestone = found.milestones[30]
    assert milestone.finished_on == found.works[2].finished_on
    assert milestone.chance == 1.0


def test_a_loaded_owner_is_a_driver():
    running = work(1, 5, 12, state="in_progress", started_on=day(5), owner=1, owner_open_load=16)
    found = forecast(plan(running, today=9)).works[1]
    assert {d.kind: d.params for d in found.drivers}["load"] == {"open": 16}


def test_days_away_are_a_driver_of_their_own_and_nothing_else_is_blamed_for_them():
    running = work(1, 5, 14, state="in_progress", started_on=day(5), owner=1)
    given = plan(running, work(2, 5, 14, state="in_progress", started_on=day(5), owner=2), today=9)
    here = forecast(given)
    gone = frozenset(day(n) for n in range(10, 24))
    away = forecast(replace(given, absences={1: gone}))
    days = {driver.kind: driver.days for driver in away.works[1].drivers}
    told = {driver.kind: driver.params for driver in away.works[1].drivers}["away"]
    assert told["away"] == sum(one <= away.works[1].likely for one in gone)
    assert days["away"] > 5
    before = {driver.kind: driver.days for driver in here.works[1].drivers}
    assert abs(days.get("overrun", 0) - before.get("overrun", 0)) <= 2
    assert away.works[2] == here.works[2]
    worst = {driver.kind: driver for driver in away.milestones[30].drivers}["away"]
    assert (worst.work, worst.days > 5) == (1, True)


def test_a_late_predecessor_is_named():
    slow = work(1, 0, 6, state="in_progress", started_on=day(0))
    found = forecast(plan(slow, work(2, 7, 12, predecessors=(1,)), today=16))
    drivers = {driver.kind: driver for driver in found.works[2].drivers}
    assert drivers["predecessors"].params == {"after": 1}
    assert drivers["predecessors"].days > 0
    assert found.milestones[30].critical[0] == 2


def test_a_circle_is_spelled_out():
    works = [work(1, 0, 5, predecessors=(3,)), work(2, 5, 9, predecessors=(1,)), work(3, 9, 12, predecessors=(2,))]
    with pytest.raises(CircularPlanError, match="circle: ") as caught:
        forecast(plan(*works))
    assert set(caught.value.circle) == {1, 2, 3}
    assert caught.value.circle[0] == caught.value.circle[-1]
    with pytest.raises(ValueError, match="circle"):
        forecast(plan(work(1, 0, 5, predecessors=(1,))))


def test_an_unknown_predecessor_is_a_sentence():
    with pytest.raises(ValueError, match="waits on 9, which is not in the plan"):
        forecast(plan(work(1, 0, 5, predecessors=(9,))))


def test_empty_and_odd_plans_are_served():
    assert forecast(PlanInput("e", START, (), ())).whole is None
    assert forecast(PlanInput("e", START, (), (MilestoneDue(30, day(30)),))).milestones == {}
    backwards = work(1, 20, 5, effort_days=10_000, state="in_progress", started_on=day(25))
    found = forecast(plan(backwards, today=10))
    assert found.works[1].likely > day(10)
    ancient = replace(plan(replace(work(1, 0, 5), due_on=date(2190, 1, 3)), today=5))
    assert forecast(ancient).works[1].likely <= date(2190, 1, 3)


def test_the_draws_answer_to_the_prior():
    """Plans of one deliverable, without waits, lags and pacing: its chance is the prior's own, by hand."""
    bare = replace(COLD_START, paced=0.0, trend=0.0, trend_spread=0.0, start_lag=Rate(0, 1), wait_rate=Rate(0, 1))
    chances = [
        forecast(
            replace(plan(work(1, 14, 22), today=0, engagement=f"e{n}"), prior=bare), draws=200
        ).works[1].chance
        for n in range(60)
    ]  # fmt: skip
    window = CALENDAR.working_days_in(day(14), day(22))
    z = (np.log(window / 4) - np.log(bare.median_ratio)) / np.sqrt(bare.between + bare.owners + bare.within)
    rng = np.random.default_rng(1)
    deviation = np.sqrt(bare.between + bare.owners + bare.within)
    by_hand = float(
        (np.ceil(np.exp(rng.normal(size=200_000) * deviation + np.log(bare.median_ratio) + np.log(4))) <= window).mean()
    )
    assert z > 0
    assert np.mean(chances) == pytest.approx(by_hand, abs=0.02)


def test_sixty_deliverables_take_a_fraction_of_a_second():
    given = big_plan()
    forecast(given)
    started = perf_counter()
    found = forecast(given)
    assert perf_counter() - started < 1.0
    assert len(found.works) == 60
    assert found.draws == 1000


@pytest.mark.parametrize("ahead", [20, 50, 120])
def test_a_plan_that_has_not_begun_is_told_as_on_its_first_day(ahead):
    """Nothing slips and nothing is added before the start, however long that is still to come."""
    works = [work(n, 10 * n, 10 * n + 12, effort_days=6, owner=n % 3) for n in range(1, 13)]
    first, early = (forecast(plan(*works, today=today, due=140)) for today in (10, 10 - ahead))
    assert first.whole is not None
    assert early.whole is not None
    assert abs((first.whole.likely - early.whole.likely).days) <= 4
    assert first.whole.chance == pytest.approx(early.whole.chance, abs=0.08)
    assert all(abs((first.works[n].likely - early.works[n].likely).days) <= 3 for n in first.works)

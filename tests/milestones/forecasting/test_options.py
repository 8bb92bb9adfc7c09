"""What would help a slipping milestone: candidates of the plan, forecast, and only those that gain enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from milestones.forecasting import Comparison, Effect, PlanInput, Wait, Work, forecast
from milestones.forecasting.options import (
    LEAST_CHANCE,
    Around,
    Helper,
    Option,
    OptionKind,
    WaysOut,
    _gentle,
    ways_out,
)
from tests.milestones.forecasting.plans import START, day, done, plan, work

WAIT = Wait(START + timedelta(days=6), "client")
FAR = date(2027, 6, 30)


def held(**more: object) -> Work:
    """In progress, and waiting on the client since day 6."""
    return work(1, 2, 9, state="in_progress", started_on=day(2), waits=(WAIT,), owner=1, role="ml", **more)


def found(
    given: PlanInput,
    helpers: Sequence[Helper] = (),
    optional: frozenset[int] = frozenset(),
    movable: frozenset[int] = frozenset(),
) -> WaysOut:
    finish = {key: one.likely for key, one in forecast(given).works.items()}
    return ways_out(Comparison(given), 30, Around(helpers, optional, finish, movable))


def crowded() -> PlanInput:
    """One specialist with seven things in hand, one of which is planned and nobody waits for."""
    busy = [
        work(n, 2, 28, state="in_progress", started_on=day(2), owner=1, role="ml", owner_open_load=7, effort_days=14)
        for n in (1, 2, 3)
    ]
    return plan(*busy, work(4, 12, 30, owner=1, role="ml", owner_open_load=7, effort_days=12), today=12)


def test_the_wait_that_holds_the_milestone_is_proposed_with_what_it_gains():
    given = plan(held(), work(2, 10, 17, predecessors=(1,)), today=12, due=24)
    (option,) = found(given).options
    assert (option.kind, option.work, option.client) == ("wait", 1, True)
    assert option.on == given.calendar.add_working_days(given.today, 2)
    assert option.effect.eight_in_ten_days >= 1 or option.effect.chance >= LEAST_CHANCE
    assert option.effect.after.eight_in_ten < option.effect.before.eight_in_ten


def test_the_chain_is_in_order_of_finish_and_says_what_each_costs():
    first, second = held(), work(2, 10, 17, predecessors=(1,), effort_days=6)
    chain = found(plan(first, second, work(3, 2, 5, effort_days=1), today=12, due=24)).chain
    assert [one.work for one in chain] == [1, 2]
    assert all(one.days > 0 for one in chain)


def test_an_overloaded_owners_work_goes_to_somebody_with_room():
    options = found(crowded(), [Helper(2, "ml", 0, FAR)]).options
    assert {one.kind for one in options} == {"owner"}
    assert {one.to for one in options} == {2}
    gains = [one.effect.eight_in_ten_days for one in options]
    assert gains == sorted(gains, reverse=True)


def test_nobody_of_another_role_or_as_busy_or_leaving_is_proposed():
    others = [Helper(2, "data", 0, FAR), Helper(3, "ml", 6, FAR), Helper(4, "ml", 0, day(13)), Helper(1, "ml", 0, FAR)]
    assert found(crowded(), others).options == ()


def test_what_is_optional_may_be_dropped_unless_something_waits_for_it():
    given = crowded()
    (option,) = found(given, optional=frozenset({4})).options
    assert (option.kind, option.work) == ("drop", 4)
    behind = replace(given, works=(*given.works, work(5, 20, 30, predecessors=(4,))))
    assert not any(one.work == 4 for one in found(behind, optional=frozenset({4})).options)


def with_a_next(*more: Work, stage: int = 90) -> PlanInput:
    """Two things in one hand, of which the second should have begun, and a next milestone with something light."""
    first = work(1, 2, 28, state="in_progress", started_on=day(2), owner=1, role="ml", owner_open_load=2, effort_days=8)
    second = work(4, 8, 30, owner=1, role="ml", owner_open_load=2, effort_days=10)
    later = work(9, stage - 20, stage - 5, milestone=stage, owner=2, role="ml", effort_days=2)
    return plan(first, second, later, *more, today=12)


def moves_of(given: PlanInput) -> list[Option]:
    return [one for one in found(given, movable=frozenset({1, 4})).options if one.kind == "move" and one.work == 4]


def test_what_may_wait_goes_to_the_next_milestone():
    given = with_a_next()
    (option,) = moves_of(given)
    assert option.stage == 90
    assert option.on is not None
    assert given.milestones[0].due_on < option.on < given.milestones[1].due_on
    assert option.effect.eight_in_ten_days >= 1 or option.effect.chance >= LEAST_CHANCE
    assert option.there is not None
    assert option.there.after.due_on == given.milestones[1].due_on


def test_the_move_is_forecast_with_its_later_start_and_one_less_on_the_table():
    given = with_a_next()
    (option,) = moves_of(given)
    first, second, later = given.works
    start = given.calendar.next_working(given.milestones[0].due_on + timedelta(days=1))
    length = given.calendar.working_days_between(second.start_on, second.due_on)
    due_on = given.calendar.add_working_days(start, length)
    put_off = replace(second, milestone=90, start_on=start, due_on=due_on, owner_open_load=1)
    changed = replace(given, works=(replace(first, owner_open_load=1), put_off, later))
    effect = Comparison(given).effect(changed, 30)
    assert effect is not None
    assert effect.after.outlook == option.effect.after.outlook


def test_nothing_moves_that_is_waited_for_by_then():
    assert moves_of(with_a_next(work(5, 20, 30, predecessors=(4,)))) == []
    assert moves_of(with_a_next(work(5, 75, 85, milestone=90, predecessors=(4,)))) == []
    assert moves_of(with_a_next(work(5, 95, 110, milestone=120, predecessors=(4,))))


def test_nothing_moves_that_may_not_or_has_nowhere_to_go():
    assert not any(one.kind == "move" for one in found(with_a_next()).options)
    assert (
        moves_of(replace(with_a_next(), works=with_a_next().works[:2], milestones=with_a_next().milestones[:1])) == []
    )


def test_a_milestone_whose_work_is_all_accepted_is_passed_over():
    (option,) = moves_of(with_a_next(done(8, 3, 8, milestone=60)))
    assert option.stage == 90


def test_moving_is_gentler_than_dropping_the_same():
    options = found(with_a_next(), optional=frozenset({4}), movable=frozenset({4})).options
    assert [one.kind for one in options if one.work == 4] == ["move"]


def test_dropping_stays_where_it_gains_clearly_more():
    move, drop = gained("move", 1), gained("drop", 3)
    assert _gentle([drop, move]) == [drop]
    assert _gentle([gained("drop", 2), move]) == [move]


def test_a_move_that_costs_the_next_milestone_more_is_left_out():
    here = gained("move", 2)
    assert here.pays
    assert not replace(here, there=gained("move", -2).effect).pays
    assert not replace(here, there=gained("move", 0, chance=-0.3).effect).pays
    assert replace(here, there=gained("move", -1).effect).pays


def gained(kind: OptionKind, days: int, chance: float = 0.0) -> Option:
    """An option that gains so many days of the 8-in-10 date, and so much chance."""
    before = Comparison(crowded()).before(30)
    assert before is not None
    after = replace(before, outlook=replace(before.outlook, chance=before.chance + chance))
    return Option(kind, 4, Effect(before, after, days, days))


def test_work_in_hand_is_never_dropped():
    assert found(crowded(), optional=frozenset({1, 2, 3})).options == ()


def test_at_most_three_and_each_once():
    options = found(crowded(), [Helper(n, "ml", 0, FAR) for n in (2, 3)], frozenset({4})).options
    assert len(options) <= 3
    assert len({(one.kind, one.work) for one in options}) == len(options)


def test_the_effect_is_that_of_the_change_itself():
    given = plan(held(), work(2, 10, 17, predecessors=(1,)), today=12, due=24)
    (option,) = found(given).options
    closed = replace(WAIT, until=option.on)
    changed = replace(given, works=(replace(given.works[0], waits=(closed,)), given.works[1]))
    effect = Comparison(given).effect(changed, 30)
    assert effect is not None
    assert effect.after.outlook == option.effect.after.outlook


def test_a_milestone_that_is_reached_or_empty_has_no_ways_out():
    done = work(1, 2, 9, state="accepted", started_on=day(2), finished_on=day(9))
    assert found(plan(done, today=12)) == WaysOut((), ())
    assert ways_out(Comparison(plan(done, today=12)), 99, Around((), frozenset(), {})) == WaysOut((), ())

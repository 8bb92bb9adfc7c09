"""The rules of the placement radar."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from milestones.calendar import WorkCalendar
from milestones.radar import Holder, Place, RollOff, Silent, Task, holder, roll_offs, silent

CALENDAR = WorkCalendar("FI")
TODAY = date(2026, 11, 23)
PLACE = Place(id=1, person=7, starts_on=date(2026, 10, 5), ends_on=date(2026, 12, 4), last_move=date(2026, 11, 16))
TASK = Task(id=3, place=1, person=7, effort=5, critical=True, eight_in_ten=date(2026, 12, 11), at_work=True)


def test_a_placement_that_ends_before_its_critical_work_is_found_with_the_days_missing():
    assert roll_offs([PLACE], [TASK], CALENDAR) == [RollOff(place=1, task=3, by=date(2026, 12, 11), days=5, tasks=1)]


@pytest.mark.parametrize(
    "task",
    [
        replace(TASK, critical=False),
        replace(TASK, eight_in_ten=PLACE.ends_on),
        replace(TASK, eight_in_ten=None),
        replace(TASK, place=2),
    ],
)
def test_work_that_is_done_by_then_or_not_critical_or_another_s_is_no_roll_off(task):
    assert roll_offs([PLACE], [task], CALENDAR) == []


def test_the_last_of_several_is_told_with_their_number():
    more = [replace(TASK, id=4, eight_in_ten=date(2026, 12, 18)), TASK]
    assert roll_offs([PLACE], more, CALENDAR) == [RollOff(1, 4, date(2026, 12, 18), 10, 2)]


def tasks(*efforts: tuple[int, int]) -> list[Task]:
    return [replace(TASK, id=i, person=person, effort=effort) for i, (person, effort) in enumerate(efforts)]


def test_one_person_with_more_than_half_is_found():
    assert holder(tasks((7, 5), (7, 4), (8, 3))) == Holder(person=7, days=9, all_days=12, tasks=2, all_tasks=3)


def test_exactly_half_is_not_more_than_half():
    assert holder(tasks((7, 5), (7, 1), (8, 6))) is None


def test_little_critical_work_always_lies_with_somebody():
    assert holder(tasks((7, 5), (7, 5))) is None
    assert holder([replace(one, critical=False) for one in tasks((7, 5), (7, 4), (8, 3))]) is None


def test_five_working_days_without_a_move_are_silence():
    assert silent([PLACE], [TASK], CALENDAR, TODAY) == [Silent(place=1, days=5, since=date(2026, 11, 16), tasks=1)]


def test_four_are_not():
    assert silent([replace(PLACE, last_move=date(2026, 11, 17))], [TASK], CALENDAR, TODAY) == []


def test_days_away_are_no_silence():
    away = replace(PLACE, away=frozenset({date(2026, 11, 18)}))
    assert silent([away], [TASK], CALENDAR, TODAY) == []
    assert silent([replace(away, last_move=date(2026, 11, 13))], [TASK], CALENDAR, TODAY)[0].days == 5


@pytest.mark.parametrize("task", [replace(TASK, at_work=False), replace(TASK, waits=True)])
def test_what_is_handed_in_or_waits_for_others_is_no_silence(task):
    assert silent([PLACE], [task], CALENDAR, TODAY) == []


def test_nobody_is_silent_before_the_first_or_after_the_last_day():
    late = replace(PLACE, starts_on=TODAY - timedelta(days=3), last_move=None)
    assert silent([late], [TASK], CALENDAR, TODAY) == []
    assert silent([replace(PLACE, ends_on=TODAY - timedelta(days=1))], [TASK], CALENDAR, TODAY) == []

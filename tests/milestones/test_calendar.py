"""Working days against a plain day-by-day count."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from milestones.calendar import MILESTONE_DAYS, WorkCalendar

PLACES = [("", ""), ("FI", ""), ("US", "IL"), ("DE", "BY"), ("AE", ""), ("CN", ""), ("JO", "")]


def plain_next(calendar: WorkCalendar, day: date) -> date:
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return day


def plain_add(calendar: WorkCalendar, day: date, n: int) -> date:
    day = plain_next(calendar, day)
    step = timedelta(days=1 if n >= 0 else -1)
    for _ in range(abs(n)):
        day += step
        while not calendar.is_working(day):
            day += step
    return day


def some_days(seed: int, count: int = 12) -> list[date]:
    rng = np.random.default_rng(seed)
    return [date(2019, 1, 1) + timedelta(days=int(n)) for n in rng.integers(0, 365 * 14, count)]


@pytest.mark.parametrize(("country", "subdivision"), PLACES)
def test_adding_working_days_agrees_with_a_walk_day_by_day(country, subdivision):
    calendar = WorkCalendar(country, subdivision)
    for index, day in enumerate(some_days(1)):
        n = (index * 7) % 40 - 10
        assert calendar.add_working_days(day, n) == plain_add(calendar, day, n)


@pytest.mark.parametrize(("country", "subdivision"), PLACES)
def test_counting_agrees_with_a_walk_and_is_antisymmetric(country, subdivision):
    calendar = WorkCalendar(country, subdivision)
    for a, length in zip(some_days(2), range(0, 96, 8), strict=True):
        b = a + timedelta(days=length)
        walked = sum(calendar.is_working(a + timedelta(days=i)) for i in range((b - a).days))
        assert calendar.working_days_between(a, b) == walked
        assert calendar.working_days_between(b, a) == -walked
        assert calendar.working_days_in(a, b) == walked + calendar.is_working(b)
        assert len(calendar.working_days(a, b)) == calendar.working_days_in(a, b)


def test_adding_then_counting_comes_back():
    calendar = WorkCalendar("FI")
    for day in some_days(4):
        start = calendar.next_working(day)
        for n in (0, 1, 5, 63):
            assert calendar.working_days_between(start, calendar.add_working_days(start, n)) == n


def test_arrays_give_what_single_days_give():
    calendar = WorkCalendar("US", "IL")
    days = some_days(5, 30)
    n = np.arange(30)
    together = calendar.add_working_days_array(np.array(days, dtype="datetime64[D]"), n)
    assert together.tolist() == [calendar.add_working_days(day, int(k)) for day, k in zip(days, n, strict=True)]


def test_public_holidays_are_not_worked_and_have_names():
    calendar = WorkCalendar("FI")
    assert not calendar.is_working(date(2026, 12, 25))
    named = dict(calendar.holidays_between(date(2026, 12, 1), date(2026, 12, 31)))
    assert date(2026, 12, 25) in named
    assert all(named.values())
    assert calendar.holidays_between(date(2026, 12, 31), date(2026, 12, 1)) == []


def test_a_subdivision_has_its_own_holidays():
    assert not WorkCalendar("DE", "BY").is_working(date(2026, 1, 6))
    assert WorkCalendar("DE", "BE").is_working(date(2026, 1, 6))


def test_a_weekend_that_changed_by_law_follows_the_year():
    calendar = WorkCalendar("AE")
    assert calendar.is_working(date(2021, 1, 3))  # a Sunday, worked until 2022
    assert not calendar.is_working(date(2023, 1, 8))


def test_a_make_up_saturday_is_worked():
    assert WorkCalendar("CN").is_working(date(2024, 2, 4))


def test_absences_of_an_owner_are_closed_for_that_owner_only():
    client = WorkCalendar("FI")
    owner = client.without([date(2026, 11, 24), date(2026, 11, 25)])
    assert owner.add_working_days(date(2026, 11, 23), 1) == date(2026, 11, 26)
    assert client.add_working_days(date(2026, 11, 23), 1) == date(2026, 11, 24)
    assert client.without([]) is client


@pytest.mark.parametrize("days", MILESTONE_DAYS)
@pytest.mark.parametrize("start", [date(2026, 10, 6), date(2026, 12, 24), date(2028, 2, 29), date(2026, 1, 1)])
def test_milestones_fall_on_calendar_days_rolled_forward(start, days):
    calendar = WorkCalendar("FI")
    due = calendar.milestone_date(start, days)
    plain = start + timedelta(days=days)
    assert calendar.is_working(due)
    assert due == plain_next(calendar, plain)


def test_the_year_2200_is_served_and_2201_is_a_sentence():
    calendar = WorkCalendar("FI")
    assert calendar.add_working_days(date(2200, 1, 2), 5).year == 2200
    with pytest.raises(ValueError, match="outside the years 1970 to 2200"):
        calendar.next_working(date(2201, 1, 1))
    with pytest.raises(ValueError, match="outside the years"):
        calendar.add_working_days(date(2200, 12, 30), 30)
    with pytest.raises(ValueError, match="outside the years"):
        calendar.add_working_days(date(2026, 1, 1), 10**9)
    with pytest.raises(ValueError, match="outside the years"):
        calendar.milestone_date(date(9999, 12, 1), 90)


@pytest.mark.parametrize(
    ("country", "subdivision", "words"),
    [("XX", "", "not known"), ("Finland" * 50, "", "not known"), ("US", "ZZ", "not a subdivision of US")],
)
def test_an_unknown_place_is_a_sentence(country, subdivision, words):
    with pytest.raises(ValueError, match=words):
        WorkCalendar(country, subdivision)

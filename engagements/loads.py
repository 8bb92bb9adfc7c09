"""How full people's weeks are, over all engagements. Pure logic; `actions.placements` reads the rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

FULL = 100
MAX_WEEKS = 1200


@dataclass(frozen=True)
class Share:
    """A part of somebody's time: percent of a full week from `starts_on` to `ends_on`, both included."""

    specialist: int
    percent: int
    starts_on: date
    ends_on: date
    engagement: int | None = None
    label: str = ""


def monday(day: date) -> date:
    """Return the Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def weeks(start: date, end: date) -> Iterator[date]:
    """Yield the Monday of each week from `start` to `end`, at most MAX_WEEKS of them."""
    week = monday(start)
    for _ in range(MAX_WEEKS):
        if week > end:
            return
        yield week
        week += timedelta(days=7)


def week_load(shares: Iterable[Share], week: date) -> int:
    """Return the percent of the fullest day of the week that begins on Monday `week`.

    Two half placements that follow each other within a week make no full one.
    """
    there = [share for share in shares if share.starts_on <= week + timedelta(days=6) and share.ends_on >= week]
    days = (week + timedelta(days=offset) for offset in range(7))
    return max(sum(s.percent for s in there if s.starts_on <= day <= s.ends_on) for day in days) if there else 0


def by_week(shares: Iterable[Share], start: date, end: date) -> dict[date, int]:
    """Map each Monday from `start` to `end` to the week's percent."""
    rows = list(shares)
    return {week: week_load(rows, week) for week in weeks(start, end)}


def overloaded(shares: Iterable[Share], start: date, end: date) -> dict[date, int]:
    """Return the weeks above a full one."""
    return {week: percent for week, percent in by_week(shares, start, end).items() if percent > FULL}

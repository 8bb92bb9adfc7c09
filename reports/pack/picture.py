"""The plan as pictures for paper: one timeline a milestone, all on the same scale of dates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Final

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from milestones.calendar import WorkCalendar
from milestones.states import DeliverableState as State
from reports.chart_words import words
from reports.charts import PRINT, Band, Item as Row, Timeline, forecast_history, index_line, timeline as drawn
from reports.history import moved
from reports.pack.parts import Item, Pack, Stage

# More rows than this do not fit one page; the rest goes on in the next picture.
MOST_ROWS: Final = 15
# Days with a forecast that are told in numbers below its picture, on the same page.
MOST_FORECASTS: Final = 9
# Behind the last day there is this part of the plan left for what is written there, so that all have one scale.
ROOM_BEHIND: Final = 9
SHAPES: Final = {State.IN_REVIEW: "to_sign_off"}


@dataclass(frozen=True)
class Picture:
    """A picture under a heading."""

    title: str
    svg: SafeString


def timelines(pack: Pack) -> list[Picture]:
    """Return the pictures of the plan, in order of milestone."""
    if not pack.items:
        return []
    start, end = extent(pack)
    found: list[Picture] = []
    for stage in pack.stages:
        for part in evenly([item for item in pack.items if item.milestone_day == stage.day]):
            found.append(picture(pack, stage, part, start, end, number=len(found)))
    return found


@dataclass(frozen=True)
class Forecasts:
    """How the forecast of the engagement moved: a sentence, a picture (or "") with its rows; and SPI(t)."""

    said: str
    svg: SafeString
    rows: tuple[tuple[str, ...], ...]
    number: str
    earned: str
    index: SafeString


def forecasts(pack: Pack) -> Forecasts | None:
    """Return nothing for an engagement that was never forecast."""
    history, earned = pack.forecasts.history, pack.forecasts.earned
    if not history.days:
        return None
    days = [day.drawn for day in history.days]
    title = _("Forecast of the engagement by day: likely, 8 in 10, and due")
    line = forecast_history(days, title=title, uid="forecasts", theme=PRINT, words=words()) if history.is_enough else ""
    index = index_line(earned.readings, title=_("SPI(t) by day"), uid="spi", theme=PRINT, words=words())
    step = -(-len(history.days) // MOST_FORECASTS)
    return Forecasts(
        said=moved(history),
        svg=mark_safe(line),  # noqa: S308 - the chart escapes every text it is given
        rows=tuple(day.told for day in history.days[::-1][::step]),
        number=earned.number,
        earned=earned.said,
        index=mark_safe(index) if earned.readings else SafeString(""),  # noqa: S308 - as above
    )


def evenly(rows: list[Item]) -> Iterator[list[Item]]:
    """Yield the rows in parts of nearly one size, none of them above MOST_ROWS, so that no page holds a stray row."""
    parts = max(1, ceil(len(rows) / MOST_ROWS))
    size = ceil(len(rows) / parts)
    for first in range(0, len(rows), max(size, 1)):
        yield rows[first : first + size]


def extent(pack: Pack) -> tuple[date, date]:
    """Return the first and the last date that any row needs, with room for the figure behind it."""
    first = min(item.started_on or item.start_on for item in pack.items)
    last = max(day for item in pack.items for day in (item.due_on, item.accepted_on, item.likely_on) if day)
    first, last = min(first, pack.engagement.start_on), max(last, *(stage.due_on for stage in pack.stages))
    return first, last + timedelta(days=max(3, (last - first).days // ROOM_BEHIND))


def picture(pack: Pack, stage: Stage, rows: Iterable[Item], start: date, end: date, *, number: int) -> Picture:
    """Return one milestone's timeline."""
    title = _("Day %(day)d, %(name)s") % {"day": stage.day, "name": stage.name}
    calendar = calendar_of(pack)
    facts = Timeline(
        title=title,
        items=tuple(row(item, calendar) for item in rows),
        bands=tuple(bands(pack)),
        start=start,
        end=end,
        today=pack.today,
        today_label=_made(pack.engagement.day(pack.today)),
        holidays=tuple(day for day, _name in calendar.holidays_between(start, end)),
    )
    svg = drawn(facts, uid=f"plan{number}", theme=PRINT, dense=True, words=words())
    return Picture(title, mark_safe(svg))  # noqa: S308 - the chart escapes every text it is given


def _made(day: int) -> str:
    """Name the day on which the pack is made, once the plan counts days."""
    return _("Made, day %(day)d") % {"day": day} if day >= 0 else _("Made")


def calendar_of(pack: Pack) -> WorkCalendar:
    """Return the client's working days."""
    client = pack.engagement.client
    return WorkCalendar(client.country, client.subdivision)


def row(item: Item, calendar: WorkCalendar) -> Row:
    """Return one deliverable for the picture: its tick is the due date, a hollow mark the agreed one where that moved.

    What is written behind it is against the agreed date.
    """
    due = item.agreed_on or item.due_on
    done = item.accepted_on
    likely = None if done else max(item.likely_on or item.due_on, item.start_on)
    finish = done or likely or due
    return Row(
        name=item.title,
        state=SHAPES.get(State(item.state), item.state),
        start=min(item.started_on or item.start_on, done or due),
        due=item.due_on,
        was=item.agreed_on,
        likely=likely,
        done_on=done,
        slip=calendar.working_days_between(due, finish) or None,
    )


def bands(pack: Pack) -> Iterator[Band]:
    """Yield the milestones as bands of the picture."""
    since = pack.engagement.start_on
    for stage in pack.stages:
        if stage.due_on > since:
            short = _("Day %(day)d") % {"day": stage.day}
            yield Band(stage.name, since, stage.due_on, label=short, short=short, was=stage.agreed_on)
            since = stage.due_on + timedelta(days=1)

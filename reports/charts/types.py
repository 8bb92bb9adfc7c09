"""What the charts are given: plain facts, no models, so that page, mail and PDF draw the same picture."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def english_day(day: date) -> str:
    """A date without its year: `6 Oct`."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def english_state(state: str) -> str:
    """A state's key as words: `to sign off`."""
    return state.replace("_", " ")


def plain_number(value: float) -> str:
    """A number as short as it is exact to four figures."""
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


@dataclass(frozen=True, slots=True)
class Words:
    """Every word a chart writes; `reports.chart_words` fills in the reader's language."""

    day: Callable[[date], str] = english_day
    state: Callable[[str], str] = english_state
    number: Callable[[float], str] = plain_number
    today: str = "Today"
    due: str = "due {date}"
    was: str = "was due {date}"
    likely: str = "likely {date}"
    eight_in_ten: str = "8 in 10 by {date}"
    finished: str = "finished {date}"
    slip: str = "{days} d"
    more: str = "and {n} more"
    nothing: str = "Nothing to show yet"
    start: str = "start {value}"
    target: str = "target {value}"
    reading: str = "{date}: {value}"
    week: str = "W{n}"
    week_is: str = "week {n} {state}"
    to_come: str = "to come"
    accepted: str = "{n} accepted"
    planned: str = "planned"
    accepted_of: str = "{n} accepted of {total}; the plan said {planned} by now"
    bin: str = "said {said}%, came true {true}% of {n}"
    load: str = "week of {date}: {here}% here, {elsewhere}% elsewhere"


ENGLISH = Words()


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a timeline: a deliverable.

    `state` is a key of `accounts.glyphs.SHAPES`. `likely` and `by_8_in_10` are forecasts and stay empty once
    `done_on` is set. `progress` is the share done, 0 to 1; without it the bar fills up to today.
    `slip` is in working days against the due date and is written as given. `was` is an earlier due date, drawn hollow.
    """

    name: str
    state: str
    start: date
    due: date
    likely: date | None = None
    by_8_in_10: date | None = None
    done_on: date | None = None
    progress: float | None = None
    slip: int | None = None
    was: date | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A milestone on the timeline: from the day after the last one to its due date; `was` is an earlier one."""

    name: str
    start: date
    end: date
    label: str = ""
    short: str = ""
    was: date | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Rows, milestones and holidays between two dates; what lies outside is cut off at the edge."""

    title: str
    items: tuple[Item, ...]
    bands: tuple[Band, ...]
    start: date
    end: date
    today: date
    today_label: str = ""
    holidays: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A metric's value on a day."""

    on: date
    value: float


@dataclass(frozen=True, slots=True)
class Metric:
    """A business metric's way from start to target; values in the metric's own unit."""

    name: str
    start_on: date
    start_value: float
    target_on: date
    target: float
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """What the forecast of one day said, and the due date that was in force."""

    on: date
    likely: date
    by_8_in_10: date
    due: date


@dataclass(frozen=True, slots=True)
class Share:
    """A bin of chances: their mean, the share that came true with its likely range, and how many there were."""

    said: float
    true: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class LoadWeek:
    """A specialist's allocation in one week, in percent."""

    monday: date
    here: int
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class Outlook:
    """One row's due date against its forecast."""

    today: date
    due: date
    likely: date
    by_8_in_10: date
    state: str

"""How the forecast of an engagement moved, and its earned schedule: read once, for the page and for the pack."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import JSONField
from django.db.models.fields.json import KeyTransform
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from engagements.models import Engagement
from milestones.forecasting import EarnedSchedule, earned_schedule
from milestones.models import DueMove, ForecastRun, Milestone
from milestones.plan_inputs import load
from reports.charts import ForecastDay, Reading
from reports.pages import forecasts
from reports.pages.words import number, percent, short

LEAST_DAYS: Final = 3  # days with a forecast; fewer make no line
A_WEEK: Final = 7
FAR_BEHIND: Final = 0.8  # a fifth of the days lost
LEAST_EARNED: Final = 5  # working days gone; before that one deliverable decides the number
HEAD: Final[tuple[Promise, ...]] = (
    gettext_lazy("Day"),
    gettext_lazy("Likely"),
    gettext_lazy("8 in 10 by"),
    gettext_lazy("Due then"),
    gettext_lazy("Chance"),
)


@dataclass(frozen=True)
class Day:
    """What one day's forecast said."""

    on: date
    likely: date
    eight_in_ten: date
    due: date
    chance: float | None

    @property
    def drawn(self) -> ForecastDay:
        """The day as the chart takes it."""
        return ForecastDay(self.on, self.likely, self.eight_in_ten, self.due)

    @property
    def cells(self) -> tuple[str, ...]:
        """The row for a spreadsheet."""
        days = [one.isoformat() for one in (self.on, self.likely, self.eight_in_ten, self.due)]
        return (*days, "" if self.chance is None else f"{self.chance:.2f}")

    @property
    def told(self) -> tuple[str, ...]:
        """The row as a page shows it."""
        return (*(short(one) for one in (self.on, self.likely, self.eight_in_ten, self.due)), percent(self.chance))


@dataclass(frozen=True)
class History:
    """The forecasts of a milestone, or of the whole engagement, by day; in order."""

    days: tuple[Day, ...]

    @property
    def is_enough(self) -> bool:
        """Whether there is a line to be drawn."""
        return len(self.days) >= LEAST_DAYS


def of(engagement: Engagement, milestone: Milestone | None, milestones: Sequence[Milestone]) -> History:
    """Read the history of a milestone, without one that of the engagement; two queries. Ends with its finish."""
    runs = ForecastRun.objects.filter(engagement=engagement).order_by("on")
    last = milestone or (milestones[-1] if milestones else None)
    if last is None:
        return History(())
    due = _Due(last, ZoneInfo(engagement.client.time_zone))
    if milestone is None:
        rows = runs.values_list("on", "likely", "eight_in_ten", "chance")
        return History(tuple(Day(on, near, far, due.on(on), chance) for on, near, far, chance in rows if near and far))
    facts = KeyTransform(milestone.public_id, "milestones", output_field=JSONField())
    return History(tuple(_days(runs.annotate(facts=facts).values_list("on", "facts"), due)))


def _days(rows: Iterable[tuple[date, Any]], due: "_Due") -> Iterable[Day]:
    for on, facts in rows:
        told = forecasts.outlook(facts)
        if told.likely is not None and told.eight_in_ten is not None:
            yield Day(on, told.likely, told.eight_in_ten, due.on(on), told.chance)
        if facts and "finished_on" in facts:
            return


class _Due:
    """The due date that was in force on a day; one query."""

    def __init__(self, milestone: Milestone, zone: ZoneInfo) -> None:
        moves = DueMove.objects.filter(milestone=milestone).values_list("at", "from_on")
        rows = sorted((at.astimezone(zone).date(), from_on) for at, from_on in moves)
        self.since = [day for day, _from in rows]
        self.dates = [*(from_on for _day, from_on in rows), milestone.due_on]

    def on(self, day: date) -> date:
        """The date after every move up to that day."""
        return self.dates[bisect_right(self.since, day)]


# --- in words ------------------------------------------------------------------------------------------------


def moved(history: History) -> str:
    """Say where the likely date stood first, where it is now, and how far the last week moved it."""
    if not history.is_enough:
        sentence = ngettext(
            "Not enough history yet: the forecast of %(n)d day is kept, a line needs %(least)d.",
            "Not enough history yet: forecasts of %(n)d days are kept, a line needs %(least)d.",
            len(history.days),
        )
        return sentence % {"n": len(history.days), "least": LEAST_DAYS}
    first, last = history.days[0], history.days[-1]
    told = {
        "on": short(first.on),
        "then": short(first.likely),
        "likely": short(last.likely),
        "late": short(last.eight_in_ten),
        "due": short(last.due),
    }
    said = _("On %(on)s it was likely %(then)s; now likely %(likely)s, 8 in 10 by %(late)s, due %(due)s.") % told
    return f"{said} {_last_week(history)}".strip()


def _last_week(history: History) -> str:
    last = history.days[-1]
    before = [one for one in history.days if (last.on - one.on).days >= A_WEEK]
    if not before:
        return ""
    days = (last.likely - before[-1].likely).days
    since = {"n": abs(days), "since": short(before[-1].on)}
    if not days:
        return _("The likely date has not moved since %(since)s.") % since
    later = ngettext(
        "It moved %(n)d day later since %(since)s.", "It moved %(n)d days later since %(since)s.", abs(days)
    )
    sooner = ngettext(
        "It moved %(n)d day sooner since %(since)s.", "It moved %(n)d days sooner since %(since)s.", abs(days)
    )
    return (later if days > 0 else sooner) % since


# --- earned schedule ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Earned:
    """SPI(t) as a page shows it: the number (or ""), what it means, and the line."""

    number: str
    said: str
    tone: str
    readings: tuple[Reading, ...]


def earned_of(engagement: Engagement) -> Earned:
    """Read the plan and count its earned schedule; a fixed number of queries."""
    loaded = load([engagement], today=stands_on(engagement))
    return _earned(earned_schedule(loaded[0].input) if loaded else EarnedSchedule(0, ()))


def stands_on(engagement: Engagement) -> date:
    """Return the day that counts: today, or the day on which the clock stopped."""
    return min(engagement.today(), *(day for day in (engagement.held_on, engagement.ended_on) if day), date.max)


def _earned(found: EarnedSchedule) -> Earned:
    latest = found.latest
    if latest is None or latest.actual < LEAST_EARNED:
        least = {"n": latest.actual if latest else 0, "least": LEAST_EARNED}
        said = _("Not enough history yet: %(n)d working days have gone, the number needs %(least)d.") % least
        return Earned("", said, "", ())
    told = {"gone": latest.actual, "worth": _plain(latest.earned, 1), "rate": _plain(latest.spi, 2)}
    said = _(
        "In %(gone)d working days as much was accepted as the plan wanted in %(worth)s. Each day earns %(rate)s days "
        "of the plan: 1 keeps to it, less falls behind."
    )
    tone = "ok" if latest.spi >= 1 else "warn" if latest.spi >= FAR_BEHIND else "bad"
    line = tuple(Reading(one.on, one.spi) for one in found.days[LEAST_EARNED - 1 :])
    return Earned(f"{latest.spi:.2f}", said % told, tone, line)


def _plain(value: float, places: int) -> str:
    return number(Decimal(str(round(value, places))))


# --- both, as the pack prints them -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """The whole engagement's history and its earned schedule."""

    history: History
    earned: Earned


NO_HISTORY: Final = Told(History(()), Earned("", "", "", ()))


def told(engagement: Engagement, milestones: Sequence[Milestone]) -> Told:
    """Read both, given the engagement's milestones in order; a fixed number of queries."""
    return Told(of(engagement, None, milestones), earned_of(engagement))

"""The forecast that the client may see, and the health of each week.

A worsening reaches the client with the next digest or after one working day (`Plan.client_health`); until then the
dates shown are those of the last forecast before it (`Plan.worse_on`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from django.db.models import Case, DateField, F, JSONField, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _

from accounts.clock import now
from accounts.looks import word
from accounts.prepared import Prepared, given
from engagements.models import Engagement
from milestones.models import ForecastRun, Plan
from reports.pages.words import Day, day_of

# A plan just accepted has its forecast within seconds; where no worker runs, nobody asks for ever.
SOON: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Week:
    """One week of the engagement, from 1; `state` is "" where nothing is known (yet)."""

    number: int
    starts: Day
    state: str
    word: str


@dataclass(frozen=True)
class Told:
    """What forecasts tell the client: the works and milestones of the one shown, and the health of each day."""

    works: Mapping[str, Any] = field(default_factory=dict)
    milestones: Mapping[str, Any] = field(default_factory=dict)
    made_at: datetime | None = None
    days: Sequence[tuple[date, str]] = ()


def _query() -> "QuerySet[ForecastRun, Any]":
    runs = ForecastRun.objects.filter(engagement=given("engagement"))
    shown = Subquery(runs.filter(on__lt=given("before", DateField())).order_by("-on").values("pk")[:1])
    nothing = Value(None, output_field=JSONField())
    return (
        runs.order_by("on")
        .values("on", "health", "made_at")
        .annotate(
            shown_works=Case(When(pk=shown, then=F("works")), default=nothing, output_field=JSONField()),
            shown_stages=Case(When(pk=shown, then=F("milestones")), default=nothing, output_field=JSONField()),
        )
    )


RUNS = Prepared(_query)


def told(engagement: Engagement, plan: Plan | None) -> Told:
    """Return what the client may see; one query, in which a single row carries its JSON.

    Where the clock stands still nothing is forecast, whatever the last forecast said.
    """
    found = RUNS(engagement=engagement.pk, before=(plan and plan.worse_on) or date.max)
    days = tuple((row["on"], row["health"]) for row in found)
    for row in reversed(found) if engagement.is_active else ():
        if row["shown_works"] is not None:
            return Told(row["shown_works"], row["shown_stages"] or {}, row["made_at"], days)
    return Told(days=days)


def unforeseen(engagement: Engagement, plan: Plan | None, told: Told) -> str:
    """Return why the client sees no forecast; "" where it sees one, or none is made."""
    if told.made_at is not None or not engagement.is_active:
        return ""
    if plan is not None and plan.worse_on is not None:
        return _("The forecast comes with the next digest, or after one working day.")
    return _("The forecast is being made.")


def is_awaited(engagement: Engagement, *, has_forecast: bool) -> bool:
    """Whether the first forecast may come at any moment: a page that is open asks for it until then."""
    started = engagement.activated_at
    return bool(engagement.is_active and not has_forecast and started and now() - started < SOON)


def weeks(engagement: Engagement, last_on: date, days: Sequence[tuple[date, str]], now: str, today: date) -> list[Week]:
    """Return every week up to `last_on`: what its last forecast said, and for this week what is told now."""
    by_week = {
        number: list(group)[-1][1]
        for number, group in groupby(days, key=lambda day: (day[0] - engagement.start_on).days // 7)
    }
    this_week = (today - engagement.start_on).days // 7
    if engagement.is_live and now:
        by_week[this_week] = now
    count = max((last_on - engagement.start_on).days // 7 + 1, 1)
    return [_week(engagement, number, by_week.get(number, "")) for number in range(min(count, 120))]


def _week(engagement: Engagement, number: int, state: str) -> Week:
    starts = engagement.start_on + timedelta(days=7 * number)
    return Week(number + 1, day_of(starts), state, word(state) if state else "")

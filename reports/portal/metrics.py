"""Business metrics as the client sees them: now, and the way from start to target."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import gettext as _

from accounts.prepared import Prepared, given
from engagements.models import BusinessMetric, Engagement, MetricReading
from reports.pages.words import Day, day_of, percent, short
from reports.portal.words import with_unit


@dataclass(frozen=True)
class Reading:
    """A dated value, said as on the page."""

    on: Day
    at: date
    value: Decimal
    said: str
    confirmed_by: str


@dataclass(frozen=True)
class MetricCard:
    """A metric: `way` is the share from start (0) to target (1); None where nothing was read yet."""

    public_id: str
    name: str
    now: str
    unit: str
    start: str
    target: str
    start_value: Decimal
    target_value: Decimal
    note: str
    source: str
    way: Decimal | None
    readings: tuple[Reading, ...]

    @property
    def is_met(self) -> bool:
        """Whether the target is reached."""
        return self.way is not None and self.way >= 1


def query(engagement: Engagement | None = None) -> "QuerySet[BusinessMetric]":
    """Return an engagement's metrics, each with its readings, in one query; without one, with a place for its id."""
    of = given("engagement") if engagement is None else engagement
    readings = MetricReading.objects.filter(metric=OuterRef("pk")).order_by("on", "id")
    read = JSONObject(on="on", value=Cast(F("value"), TextField()), confirmed=F("confirmed_by__user__name"))
    return BusinessMetric.objects.filter(engagement=of).annotate(read=ArraySubquery(readings.values(read=read)))


OF_ENGAGEMENT = Prepared(query)


def cards(found: Iterable[BusinessMetric]) -> list[MetricCard]:
    """Return a card for each metric."""
    return [_card(metric, tuple(_reading(metric, raw) for raw in metric.read)) for metric in found]  # type: ignore[attr-defined]


def _reading(metric: BusinessMetric, raw: Mapping[str, Any]) -> Reading:
    value, on = Decimal(raw["value"]), date.fromisoformat(raw["on"])
    return Reading(day_of(on), on, value, with_unit(value, metric.unit)[0], raw["confirmed"] or "")


def _card(metric: BusinessMetric, readings: tuple[Reading, ...]) -> MetricCard:
    last = readings[-1] if readings else None
    shown, unit = with_unit(last.value if last else metric.start, metric.unit)
    return MetricCard(
        public_id=metric.public_id,
        name=metric.name,
        now=shown,
        unit=unit,
        start=with_unit(metric.start, metric.unit)[0],
        target=with_unit(metric.target, metric.unit)[0],
        start_value=metric.start,
        target_value=metric.target,
        note=_note(metric, last),
        source=metric.source,
        way=metric.way(last.value) if last else None,
        readings=readings,
    )


def _note(metric: BusinessMetric, last: Reading | None) -> str:
    if last is None:
        return _("Not read yet; this is the start value")
    said = f"{_way(metric.way(last.value))}, {short(last.at)}"
    if last.confirmed_by:
        return _("%(said)s, confirmed by %(name)s") % {"said": said, "name": last.confirmed_by}
    return said


def _way(way: Decimal) -> str:
    if way >= 1:
        return _("At target")
    if way < 0:
        return _("Worse than at the start")
    return _("No change yet") if way == 0 else _("%(share)s of the way to target") % {"share": percent(float(way))}

"""Tab Outcomes of an engagement, and the list of metrics of all of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch
from django.http import Http404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from engagements.actions.metrics import may_correct
from engagements.models import BusinessMetric, Engagement, MetricReading
from engagements.states import LIVE
from reports import charts
from reports.chart_words import words
from reports.needs_rows import STALE_DAYS
from reports.pages.pictures import drawn, spark
from reports.pages.words import DASH, Day, day_of, measured, percent, short


@dataclass(frozen=True)
class ReadingLine:
    """One reading in the table behind a picture."""

    on: Day
    value: str
    source: str
    by: str
    confirmed: str
    change_url: str


@dataclass(frozen=True)
class MetricView:
    """One metric: now large, the way from start to target, its readings."""

    public_id: str
    name: str
    unit: str
    now: str
    start: str
    target: str
    agreed: str
    way: str
    note: str
    tone: str
    source: str
    picture: SafeString
    readings: tuple[ReadingLine, ...]

    @property
    def last(self) -> ReadingLine | None:
        """The latest reading."""
        return self.readings[0] if self.readings else None


def metric_of(engagement: Engagement, public_id: str) -> BusinessMetric:
    """Return a metric of this engagement. Raises Http404."""
    metric = engagement.metrics.filter(public_id=public_id).first()
    if metric is None:
        raise Http404
    metric.engagement = engagement
    return metric


def reading_of(engagement: Engagement, public_id: str) -> MetricReading:
    """Return a reading of this engagement. Raises Http404."""
    rows = MetricReading.objects.select_related("metric", "by", "confirmed_by__user")
    reading = rows.filter(engagement=engagement, public_id=public_id).first()
    if reading is None:
        raise Http404
    reading.metric.engagement = engagement
    return reading


@dataclass(frozen=True)
class Asked:
    """What the page asks back about a reading that was typed: whether it is meant, or whether an earlier one is."""

    question: str = ""
    value: str = ""
    there: str = ""
    there_url: str = ""


def asked_of(metric: BusinessMetric, value: Decimal | None, sure: str) -> Asked | None:
    """Ask whether a value far from start and target is meant; None where it is near, or `sure` says so already."""
    if value is None or sure == str(value) or not metric.is_far(value):
        return None
    said = {
        "value": measured(value, metric.unit),
        "start": measured(metric.start, metric.unit),
        "target": measured(metric.target, metric.unit),
    }
    text = _("%(value)s is far from the start, %(start)s, and from the target, %(target)s. Record it all the same?")
    return Asked(text % said, str(value))


def there_on(user: User, metric: BusinessMetric, on: date | None) -> Asked | None:
    """Lead to the reading that stands on a day already; None where there is none, or it is not theirs to change."""
    reading = metric.readings.select_related("by").filter(on=on).first() if on else None
    if reading is None:
        return None
    reading.metric = metric
    if not may_correct(user, reading):
        return None
    said = {"day": short(reading.on), "value": measured(reading.value, metric.unit)}
    return Asked(there=_("Change the reading of %(day)s, %(value)s") % said, there_url=_change_url(reading))


def _change_url(reading: MetricReading) -> str:
    return reverse("reading", args=[reading.metric.engagement.code, reading.public_id])


def with_readings(rows: Any) -> Any:
    """Add the readings, oldest first, with who read and who confirmed them."""
    readings = MetricReading.objects.select_related("by", "confirmed_by__user").order_by("on", "id")
    return rows.prefetch_related(Prefetch("readings", queryset=readings, to_attr="all_readings"))


def metrics_of(engagement: Engagement, ends_on: date, user: User) -> list[MetricView]:
    """The metrics of one engagement as this person may change them."""
    return [_view(metric, engagement, ends_on, user) for metric in with_readings(engagement.metrics.all())]


def _view(metric: Any, engagement: Engagement, ends_on: date, user: User) -> MetricView:
    metric.engagement = engagement
    readings: list[MetricReading] = metric.all_readings
    last = readings[-1] if readings else None
    note, tone = note_of(metric, last, engagement.today())
    agreed = metric.agreed_target if metric.agreed_target not in {None, metric.target} else None
    return MetricView(
        public_id=metric.public_id,
        name=metric.name,
        unit=metric.unit,
        now=measured(last.value if last else metric.start, metric.unit),
        start=measured(metric.start, metric.unit),
        target=measured(metric.target, metric.unit),
        agreed=measured(agreed, metric.unit) if agreed is not None else "",
        way=percent(float(metric.way(last.value))) if last and 0 < metric.way(last.value) < 1 else "",
        note=note,
        tone=tone,
        source=metric.source,
        picture=_picture(metric, readings, engagement, ends_on, tone),
        readings=tuple(_line(reading, metric, user) for reading in reversed(readings)),
    )


def note_of(metric: Any, last: MetricReading | None, today: date) -> tuple[str, str]:
    """What there is to say of a metric's latest value, and its tone."""
    if last is None:
        return _("No reading yet"), "t-warn"
    if (today - last.on).days > STALE_DAYS:
        return _("No reading since %(day)s") % {"day": short(last.on)}, "t-warn"
    way = metric.way(last.value)
    if way >= 1:
        return _("At target since its reading of %(day)s") % {"day": short(last.on)}, "t-ok"
    if way <= 0:
        return _("No better than at the start, on %(day)s") % {"day": short(last.on)}, "t-bad"
    return _("%(share)s of the way, on %(day)s") % {"share": percent(float(way)), "day": short(last.on)}, ""


def _picture(
    metric: Any, readings: list[MetricReading], engagement: Engagement, ends_on: date, tone: str
) -> SafeString:
    shown = charts.Metric(
        name=metric.name,
        start_on=engagement.start_on,
        start_value=float(metric.start),
        target_on=max(ends_on, engagement.start_on + timedelta(days=1)),
        target=float(metric.target),
        readings=tuple(charts.Reading(reading.on, float(reading.value)) for reading in readings),
    )
    tones = {"t-warn": "warn", "t-bad": "bad", "t-ok": "ok"}
    return drawn(charts.metric_line(shown, uid=f"m-{metric.public_id}", tone=tones.get(tone, "accent"), words=words()))


def _line(reading: MetricReading, metric: BusinessMetric, user: User) -> ReadingLine:
    reading.metric = metric
    return ReadingLine(
        on=day_of(reading.on),
        value=measured(reading.value, metric.unit),
        source=reading.source,
        by=reading.by.name,
        confirmed=reading.confirmed_by.user.name if reading.confirmed_by else "",
        change_url=_change_url(reading) if may_correct(user, reading) else "",
    )


@dataclass(frozen=True)
class MetricRow:
    """One metric in the list of all."""

    name: str
    url: str
    engagement: str
    client: str
    mark: str
    now: str
    start: str
    target: str
    note: str
    tone: str
    spark: SafeString


def all_metrics(user: User) -> list[MetricRow]:
    """The metrics of every live engagement that a person sees, those that want something first; two queries."""
    engagements = Engagement.objects.visible_to(user).present().filter(state__in=sorted(LIVE))
    rows = BusinessMetric.objects.filter(engagement__in=engagements).select_related("engagement__client")
    readings = Prefetch("readings", queryset=MetricReading.objects.order_by("on", "id"), to_attr="all_readings")
    found = [_row(metric) for metric in rows.prefetch_related(readings)]
    order = {"t-bad": 0, "t-warn": 1, "": 2, "t-ok": 3}
    return sorted(found, key=lambda row: (order[row.tone], row.client, row.name))


def _row(metric: Any) -> MetricRow:
    readings: list[MetricReading] = metric.all_readings
    last = readings[-1] if readings else None
    note, tone = note_of(metric, last, metric.engagement.today())
    health = {"t-bad": "off_track", "t-warn": "at_risk"}.get(tone, "on_track")
    return MetricRow(
        name=metric.name,
        url=f"{reverse('outcomes', args=[metric.engagement.code])}#m-{metric.public_id}",
        engagement=metric.engagement.name,
        client=metric.engagement.client.name,
        mark=metric.engagement.client.mark,
        now=measured(last.value, metric.unit) if last else DASH,
        start=measured(metric.start, metric.unit),
        target=measured(metric.target, metric.unit),
        note=note,
        tone=tone,
        spark=spark([metric.start, *(reading.value for reading in readings)], metric.target, health),
    )


def metric_export(rows: Iterable[MetricRow]) -> Iterable[tuple[str, ...]]:
    """The list for a spreadsheet."""
    return ((row.client, row.engagement, row.name, row.start, row.now, row.target, row.note) for row in rows)

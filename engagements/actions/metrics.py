"""Business metrics and their readings."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts import events
from accounts.checked import checked
from accounts.errors import DomainError
from accounts.formats import figure
from accounts.models import User
from engagements.guards import require_draft, require_manager, require_open, require_team
from engagements.models import BusinessMetric, Contact, Engagement, MetricReading
from engagements.states import Direction


@transaction.atomic
def add_metric(
    *,
    by: User,
    engagement: Engagement,
    name: str,
    unit: str,
    direction: str,
    start: Decimal,
    target: Decimal,
    source: str = "",
) -> BusinessMetric:
    """Name a number that the work is meant to move, with where it is and where it should go."""
    require_manager(by)
    require_open(engagement)
    metric = BusinessMetric(
        engagement=engagement,
        client_id=engagement.client_id,
        name=name.strip(),
        unit=unit.strip(),
        direction=direction,
        start=start,
        target=target,
        source=source.strip(),
        position=engagement.metrics.count(),
        agreed_target=None if engagement.is_draft else target,
    )
    _check(metric).save(force_insert=True)
    events.record(
        by=by,
        verb="metric_added",
        message=gettext_noop("%(actor)s added the metric %(metric)s"),
        params={"actor": by.name, "metric": metric.name},
        client_id=engagement.client_id,
        engagement_id=engagement.pk,
        shared=True,
    )
    return metric


@transaction.atomic
def remove_metric(*, by: User, metric: BusinessMetric) -> None:
    """Take a metric out of a draft."""
    require_manager(by)
    require_draft(metric.engagement)
    events.record(
        by=by,
        verb="metric_removed",
        message=gettext_noop("%(actor)s took the metric %(metric)s out"),
        params={"actor": by.name, "metric": metric.name},
        client_id=metric.client_id,
        engagement_id=metric.engagement_id,
    )
    metric.delete()


def _check(metric: BusinessMetric) -> BusinessMetric:
    for field in ("start", "target"):
        _check_number(getattr(metric, field), field)
    better = metric.target > metric.start if metric.direction == Direction.UP else metric.target < metric.start
    if metric.direction in Direction.values and not better:
        raise DomainError(_("The target is not better than the start value."), field="target")
    return checked(metric)


def _check_number(value: Decimal, field: str) -> None:
    # 16 digits with 4 behind the point is what the column holds.
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        raise DomainError(_("Use a number below a trillion; change the unit if it is larger."), field=field)


@transaction.atomic
def record_reading(
    *,
    by: User,
    metric: BusinessMetric,
    on: date,
    value: Decimal,
    source: str = "",
    confirmed_by: Contact | None = None,
) -> MetricReading:
    """Note a metric's value on a day of the client's calendar; one a day, none of the future."""
    require_team(by, metric.engagement)
    require_open(metric.engagement)
    _check_day(metric, on)
    _check_number(value, "value")
    reading = MetricReading(
        metric=metric,
        engagement_id=metric.engagement_id,
        client_id=metric.client_id,
        on=on,
        value=value.quantize(Decimal("0.0001")),
        source=source.strip() or metric.source,
        by=by,
        confirmed_by=confirmed_by,
    )
    _check_confirmed(metric, confirmed_by)
    checked(reading).save(force_insert=True)
    _record(by, reading, "reading_added", gettext_noop("%(actor)s recorded “%(metric)s”: %(value)s"))
    return reading


@transaction.atomic
def change_reading(*, by: User, reading: MetricReading, value: Decimal, source: str = "") -> MetricReading:
    """Put a reading right; the trail keeps what it was. A confirmed one stays."""
    require_team(by, reading.metric.engagement)
    require_open(reading.metric.engagement)
    if reading.confirmed_by_id:
        raise DomainError(_("The client confirmed this reading, so it stays. Record a new one."))
    _check_number(value, "value")
    reading.value, reading.source = value.quantize(Decimal("0.0001")), source.strip() or reading.source
    checked(reading).save(update_fields=["value", "source"])
    _record(by, reading, "reading_changed", gettext_noop("%(actor)s put a reading of “%(metric)s” right: %(value)s"))
    return reading


def _check_day(metric: BusinessMetric, on: date) -> None:
    today = metric.engagement.today()
    if on > today:
        raise DomainError(_("That day is still to come. Use today or an earlier day."), field="on")
    if on.year < 2000:
        raise DomainError(_("Use a day from the year 2000 on."), field="on")


def _check_confirmed(metric: BusinessMetric, contact: Contact | None) -> None:
    if contact is not None and contact.client_id != metric.client_id:
        raise DomainError(_("Only a contact of this client can confirm its reading."), field="confirmed_by")


def _record(by: User, reading: MetricReading, verb: str, message: str) -> None:
    close = "" if reading.metric.unit.startswith("%") else " "
    events.record(
        by=by,
        verb=verb,
        message=message,
        params={
            "actor": by.name,
            "metric": reading.metric.name,
            "value": f"{figure(reading.value)}{close}{reading.metric.unit}".strip(),
            "on": reading.on.isoformat(),
        },
        client_id=reading.client_id,
        engagement_id=reading.engagement_id,
        shared=True,
    )

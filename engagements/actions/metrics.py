"""Business metrics and their readings."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts import events
from accounts.checked import checked, refuse_text
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove, NotAllowed, StaleEdit
from accounts.formats import figure
from accounts.models import User
from engagements.guards import require_draft, require_manager, require_open, require_team
from engagements.models import BusinessMetric, Contact, Engagement, MetricReading
from engagements.states import Direction

EXACT: Final = Decimal("0.0001")  # what the column holds
OWN_FOR: Final = timedelta(days=7)
MAX_WHY: Final = 300
CHANGED: Final = gettext_noop("%(actor)s put a reading of “%(metric)s” right: %(value)s instead of %(was)s. %(why)s")
CHANGED_VOID: Final = gettext_noop(
    "%(actor)s put a reading of “%(metric)s” right: %(value)s instead of %(was)s, which %(name)s had confirmed. %(why)s"
)
TAKEN_BACK: Final = gettext_noop("%(actor)s took a reading of “%(metric)s” back: %(value)s. %(why)s")
TAKEN_BACK_VOID: Final = gettext_noop(
    "%(actor)s took a reading of “%(metric)s” back: %(value)s, which %(name)s had confirmed. %(why)s"
)


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
        value=value.quantize(EXACT),
        source=source.strip() or metric.source,
        by=by,
        confirmed_by=confirmed_by,
    )
    _check_confirmed(metric, confirmed_by)
    checked(reading).save(force_insert=True)
    _record(by, reading, "reading_added", gettext_noop("%(actor)s recorded “%(metric)s”: %(value)s"))
    return reading


@transaction.atomic
def change_reading(
    *,
    by: User,
    reading: MetricReading,
    value: Decimal,
    why: str,
    source: str = "",
    confirmed_by: Contact | None = None,
    was: Decimal | None = None,
) -> MetricReading:
    """Put a reading right, with a reason; the trail keeps what it was.

    A confirmation was given for the old value: with another one it no longer holds, unless `confirmed_by` gives it
    anew. `was` is the value that the person saw; raises StaleEdit where somebody else changed it meanwhile.
    """
    require_correctable(by, reading)
    _check_why(why)
    _check_number(value, "value")
    _check_confirmed(reading.metric, confirmed_by)
    seen, voided = reading.value if was is None else was, None
    reading.value, reading.source = value.quantize(EXACT), source.strip() or reading.source
    if confirmed_by is not None or reading.value != seen:
        voided = reading.confirmed_by if confirmed_by is None else None
        reading.confirmed_by = confirmed_by
    checked(reading)
    fields = {name: getattr(reading, name) for name in ("value", "source", "confirmed_by")}
    if not MetricReading.objects.filter(pk=reading.pk, value=seen).update(**fields):
        raise _stale(reading)
    told = {"was": _said(reading.metric, seen), "why": why.strip()}
    _record(by, reading, "reading_changed", CHANGED if voided is None else CHANGED_VOID, told | _of(voided))
    return reading


@transaction.atomic
def take_back_reading(*, by: User, reading: MetricReading, why: str) -> None:
    """Take a reading out of the metric's history, with a reason; the trail keeps it."""
    require_correctable(by, reading)
    _check_why(why)
    if not MetricReading.objects.filter(pk=reading.pk, value=reading.value).delete()[0]:
        raise _stale(reading)
    voided = reading.confirmed_by
    told = {"why": why.strip()} | _of(voided)
    _record(by, reading, "reading_taken_back", TAKEN_BACK if voided is None else TAKEN_BACK_VOID, told)


def require_correctable(by: User, reading: MetricReading) -> None:
    """Raise NotAllowed or IllegalMove where this person may not put a reading right or take it back (now).

    A manager may while the engagement runs; who recorded it, for a week and until the client confirmed it.
    """
    require_team(by, reading.metric.engagement)
    _require_theirs(by, reading)


def _require_theirs(by: User, reading: MetricReading) -> None:
    require_open(reading.metric.engagement)
    if by.manages:
        return
    if reading.by_id != by.pk:
        raise NotAllowed(_("%(name)s recorded this reading. Ask them or a manager.") % {"name": reading.by.name})
    if reading.confirmed_by_id:
        raise NotAllowed(_("The client confirmed this reading. Ask a manager to put it right."))
    if now() > reading.at + OWN_FOR:
        raise NotAllowed(_("You could put it right for a week after you recorded it. Ask a manager."))


def may_correct(by: User, reading: MetricReading) -> bool:
    """Whether somebody of the team may put a reading right or take it back (now); no queries."""
    try:
        _require_theirs(by, reading)
    except DomainError:
        return False
    return True


def _stale(reading: MetricReading) -> DomainError:
    """What to say where a reading is no longer what was seen."""
    stored = MetricReading.objects.filter(pk=reading.pk).first()
    if stored is None:
        return IllegalMove(_("Somebody took this reading back meanwhile."))
    text = _("Somebody changed this reading to %(value)s meanwhile. Yours is still here; saving puts it in its place.")
    value = _said(reading.metric, stored.value)
    return StaleEdit(text % {"value": value}, theirs={"value": stored.value, "source": stored.source})


def _check_why(why: str) -> None:
    refuse_text(why, "why")
    if not why.strip() or len(why) > MAX_WHY:
        raise DomainError(_("Say in a sentence what was wrong with it."), field="why")


def _of(contact: Contact | None) -> dict[str, str]:
    return {"name": contact.user.name} if contact else {}


def _check_day(metric: BusinessMetric, on: date) -> None:
    today = metric.engagement.today()
    if on > today:
        raise DomainError(_("That day is still to come. Use today or an earlier day."), field="on")
    if on.year < 2000:
        raise DomainError(_("Use a day from the year 2000 on."), field="on")


def _check_confirmed(metric: BusinessMetric, contact: Contact | None) -> None:
    if contact is not None and contact.client_id != metric.client_id:
        raise DomainError(_("Only a contact of this client can confirm its reading."), field="confirmed_by")


def _said(metric: BusinessMetric, value: Decimal) -> str:
    close = "" if metric.unit.startswith("%") else " "
    return f"{figure(value)}{close}{metric.unit}".strip()


def _record(
    by: User, reading: MetricReading, verb: str, message: str, told: Mapping[str, str] = MappingProxyType({})
) -> None:
    events.record(
        by=by,
        verb=verb,
        message=message,
        params={
            "actor": by.name,
            "metric": reading.metric.name,
            "value": _said(reading.metric, reading.value),
            "on": reading.on.isoformat(),
            **told,
        },
        client_id=reading.client_id,
        engagement_id=reading.engagement_id,
        shared=True,
    )

"""Business metrics, readings, risks."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from accounts.errors import DomainError, IllegalMove, NotAllowed, StaleEdit
from accounts.models import Event, TrailEntry, User
from engagements.actions import metrics, risks
from engagements.models import BusinessMetric, Contact, Engagement, MetricReading
from roles.models import FailureMode
from tests import factories
from tests.factories import Cast

TIME = {"name": "Triage time", "unit": "min", "direction": "down", "start": Decimal(14), "target": Decimal(6)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target", Decimal(14)),
        ("target", Decimal(20)),
        ("direction", "up"),
        ("direction", "sideways"),
        ("start", Decimal("1e30")),
        ("start", Decimal("NaN")),
        ("target", Decimal("-Infinity")),
        ("name", ""),
        ("name", "claims TRIAGED by the model"),
    ],
)
def test_what_does_not_hold_is_refused(cast: Cast, field: str, value: object) -> None:
    engagement = factories.draft(cast)
    with pytest.raises(DomainError):
        metrics.add_metric(by=cast.manager, engagement=engagement, **{**TIME, field: value})  # type: ignore[arg-type]
    assert engagement.metrics.count() == 1


def test_readings_are_one_a_day_and_not_of_the_future(engagement: Engagement, cast: Cast) -> None:
    metric = engagement.metrics.get()
    metrics.record_reading(by=cast.specialist, metric=metric, on=date(2026, 11, 20), value=Decimal("12.5"))
    assert "Sam Specialist recorded “Claims triaged by the model”: 12.5" in str(Event.objects.get(verb="reading_added"))
    for on in (date(2026, 11, 20), date(2026, 11, 24), date(1999, 1, 1)):
        with pytest.raises(DomainError):
            metrics.record_reading(by=cast.manager, metric=metric, on=on, value=Decimal(13))


ON = date(2026, 11, 20)
WHY = "The export had two days too few."


def read(by: User, metric: BusinessMetric, value: str = "12.5", confirmed_by: Contact | None = None) -> MetricReading:
    return metrics.record_reading(by=by, metric=metric, on=ON, value=Decimal(value), confirmed_by=confirmed_by)


def test_a_reading_is_put_right_and_both_values_are_told(engagement: Engagement, cast: Cast) -> None:
    reading = read(cast.specialist, engagement.metrics.get())
    metrics.change_reading(by=cast.manager, reading=reading, value=Decimal(13), why=WHY)
    reading.refresh_from_db()
    assert reading.value == 13
    told = str(Event.objects.get(verb="reading_changed"))
    assert "right: 13" in told
    assert "instead of 12.5" in told
    assert WHY in told
    entry = TrailEntry.objects.filter(table="engagements_metricreading").latest("pk")
    assert entry.before
    assert entry.after
    assert (entry.before["value"], entry.after["value"]) == (12.5, 13)


def test_a_reading_taken_back_is_gone_and_stays_in_the_trail(engagement: Engagement, cast: Cast) -> None:
    metric = engagement.metrics.get()
    metrics.take_back_reading(by=cast.specialist, reading=read(cast.specialist, metric), why=WHY)
    assert not metric.readings.exists()
    assert "12.5" in str(Event.objects.get(verb="reading_taken_back"))
    entry = TrailEntry.objects.filter(table="engagements_metricreading").latest("pk")
    assert entry.before
    assert entry.before["value"] == 12.5
    assert read(cast.specialist, metric).pk


@pytest.mark.parametrize("why", ["", "  ", "x" * 301, "a\x00b"])
def test_a_correction_says_why(engagement: Engagement, cast: Cast, why: str) -> None:
    reading = read(cast.manager, engagement.metrics.get())
    with pytest.raises(DomainError):
        metrics.change_reading(by=cast.manager, reading=reading, value=Decimal(13), why=why)
    with pytest.raises(DomainError):
        metrics.take_back_reading(by=cast.manager, reading=reading, why=why)


def test_a_confirmation_holds_for_its_value_alone(engagement: Engagement, cast: Cast) -> None:
    metric = engagement.metrics.get()
    signer, stranger = Contact.objects.get(user=cast.signer), Contact.objects.get(user=cast.stranger)
    with pytest.raises(DomainError):
        read(cast.manager, metric, confirmed_by=stranger)
    reading = read(cast.specialist, metric, confirmed_by=signer)
    with pytest.raises(NotAllowed):
        metrics.change_reading(by=cast.specialist, reading=reading, value=Decimal(40), why=WHY)
    same: dict[str, Any] = {"by": cast.manager, "reading": reading, "why": WHY}
    assert metrics.change_reading(**same, value=reading.value, source="Log").confirmed_by == signer
    assert metrics.change_reading(**same, value=Decimal(40)).confirmed_by is None
    assert f"which {cast.signer.name} had confirmed" in str(Event.objects.filter(verb="reading_changed").latest("pk"))
    assert metrics.change_reading(**same, value=Decimal(41), confirmed_by=signer).confirmed_by == signer
    with pytest.raises(DomainError):
        metrics.change_reading(**same, value=Decimal(42), confirmed_by=stranger)


def test_who_recorded_it_may_correct_it_for_a_week(engagement: Engagement, cast: Cast) -> None:
    metric = engagement.metrics.get()
    theirs = read(cast.manager, metric)
    with pytest.raises(NotAllowed):
        metrics.take_back_reading(by=cast.specialist, reading=theirs, why=WHY)
    metrics.take_back_reading(by=cast.manager, reading=theirs, why=WHY)
    reading = read(cast.specialist, metric)
    assert metrics.may_correct(cast.specialist, reading)
    with time_machine.travel(reading.at + timedelta(days=8), tick=False):
        with pytest.raises(NotAllowed):
            metrics.take_back_reading(by=cast.specialist, reading=reading, why=WHY)
        assert not metrics.may_correct(cast.specialist, reading)
        metrics.take_back_reading(by=cast.manager, reading=reading, why=WHY)


def test_a_reading_that_somebody_changed_meanwhile_is_not_overwritten(engagement: Engagement, cast: Cast) -> None:
    reading = read(cast.manager, engagement.metrics.get())
    seen = MetricReading.objects.get(pk=reading.pk)
    metrics.change_reading(by=cast.manager, reading=reading, value=Decimal(13), why=WHY)
    with pytest.raises(StaleEdit, match="13"):
        metrics.change_reading(by=cast.manager, reading=seen, value=Decimal(14), why=WHY, was=Decimal("12.5"))
    gone = MetricReading.objects.get(pk=reading.pk)
    metrics.take_back_reading(by=cast.manager, reading=reading, why=WHY)
    with pytest.raises(IllegalMove):
        metrics.change_reading(by=cast.manager, reading=gone, value=Decimal(14), why=WHY)
    with pytest.raises(IllegalMove):
        metrics.take_back_reading(by=cast.manager, reading=gone, why=WHY)


@pytest.mark.parametrize(
    ("start", "target", "value", "far"),
    [
        ("14", "6", "-4", True),
        ("14", "6", "0", False),
        ("14", "6", "140", False),
        ("14", "6", "141", True),
        ("-5", "-1", "1", True),
        ("-5", "5", "-50", False),
        ("-5", "5", "-51", True),
        ("0", "10", "-1", True),
    ],
)
def test_a_value_far_from_start_and_target_asks_for_a_look(start: str, target: str, value: str, far: bool) -> None:
    assert BusinessMetric(start=Decimal(start), target=Decimal(target)).is_far(Decimal(value)) is far


def test_only_the_team_records(engagement: Engagement, cast: Cast) -> None:
    metric = engagement.metrics.get()
    for who in (cast.unplaced, cast.signer):
        with pytest.raises(NotAllowed):
            metrics.record_reading(by=who, metric=metric, on=date(2026, 11, 20), value=Decimal(13))


def test_metric_leaves_a_draft_alone(cast: Cast, engagement: Engagement) -> None:
    with pytest.raises(IllegalMove):
        metrics.remove_metric(by=cast.manager, metric=engagement.metrics.get())
    other = factories.draft(cast)
    metrics.remove_metric(by=cast.manager, metric=other.metrics.get())
    assert not other.metrics.exists()


def test_risks_open_and_close(engagement: Engagement, cast: Cast) -> None:
    mode = FailureMode.objects.get(key="data")
    fields: dict[str, Any] = {"failure_mode": mode, "likelihood": "high", "impact": "low"}
    risk = risks.add_risk(by=cast.specialist, engagement=engagement, text="Feed stops", owner=cast.signer, **fields)
    with pytest.raises(DomainError):
        risks.add_risk(by=cast.manager, engagement=engagement, text="X", owner=cast.stranger, **fields)
    with pytest.raises(DomainError):
        risks.add_risk(by=cast.manager, engagement=engagement, text="", **fields)
    assert risks.close_risk(by=cast.manager, risk=risk, answer="Second feed").answer == "Second feed"
    with pytest.raises(IllegalMove):
        risks.close_risk(by=cast.manager, risk=risk)

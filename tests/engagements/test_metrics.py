"""Business metrics, readings, risks."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import Event
from engagements.actions import metrics, risks
from engagements.models import Contact, Engagement
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
    reading = metrics.record_reading(by=cast.specialist, metric=metric, on=date(2026, 11, 20), value=Decimal("12.5"))
    assert "Sam Specialist recorded “Claims triaged by the model”: 12.5" in str(Event.objects.get(verb="reading_added"))
    for on in (date(2026, 11, 20), date(2026, 11, 24), date(1999, 1, 1)):
        with pytest.raises(DomainError):
            metrics.record_reading(by=cast.manager, metric=metric, on=on, value=Decimal(13))
    changed = metrics.change_reading(by=cast.manager, reading=reading, value=Decimal(13))
    assert changed.value == 13


def test_confirmed_reading_stays(engagement: Engagement, cast: Cast) -> None:
    metric = engagement.metrics.get()
    signer, stranger = Contact.objects.get(user=cast.signer), Contact.objects.get(user=cast.stranger)
    on = date(2026, 11, 20)
    with pytest.raises(DomainError):
        metrics.record_reading(by=cast.manager, metric=metric, on=on, value=Decimal(13), confirmed_by=stranger)
    kept = metrics.record_reading(by=cast.manager, metric=metric, on=on, value=Decimal(13), confirmed_by=signer)
    with pytest.raises(DomainError):
        metrics.change_reading(by=cast.manager, reading=kept, value=Decimal(40))


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

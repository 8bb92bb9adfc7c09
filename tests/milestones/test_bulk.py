"""Many rows in one statement: whatever is in them comes back as it was."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from milestones import bulk
from milestones.models import ForecastRun, SlipFlag
from tests import factories
from tests.conftest import CAST
from tests.factories import START, deliverable, line
from tests.ground import Part, begins_with

WORDS = 'It\'s "so" 100 %s, {a,b}, \\ and ä 漢 \n'  # all that a quoting could stumble over
ACTIVE = Part(lambda people: factories.active(people, [line("A"), line("B")]), on=CAST)


@pytest.fixture
@begins_with(ACTIVE)
def engagement(cast, ground):
    """Two deliverables without flags."""
    return ground.of(ACTIVE)


def flag(engagement, code="A", **changes) -> dict[str, object]:
    return {
        "engagement_id": engagement.pk,
        "client_id": engagement.client_id,
        "deliverable_id": deliverable(engagement, code).pk,
        "cause": "late",
        "opened_on": START,
        "closed_on": None,
        "chance": 0.1234,
        "drivers": [{"kind": WORDS, "days": 2}],
        **changes,
    }


def run(engagement, days: int) -> ForecastRun:
    return ForecastRun(
        engagement=engagement, client_id=engagement.client_id, on=START + timedelta(days=days), plan_version=days,
        made_at=datetime(2026, 3, 4, 5, 6, 7, 89, UTC), forecaster="pool", health="at_risk", works={WORDS: [1.5, None]},
    )  # fmt: skip


def test_what_is_written_comes_back_as_it_was(engagement):
    bulk.insert_missing(SlipFlag, [flag(engagement)])
    kept = SlipFlag.objects.get()
    assert {name: getattr(kept, name) for name in flag(engagement)} == flag(engagement)
    assert kept.milestone_id is None


def test_only_what_is_missing_is_written(engagement):
    bulk.insert_missing(SlipFlag, [flag(engagement)])
    bulk.insert_missing(SlipFlag, [flag(engagement, chance=0.9), flag(engagement, "B", chance=0.9)])
    assert list(SlipFlag.objects.order_by("pk").values_list("chance", flat=True)) == [0.1234, 0.9]


def test_only_the_columns_that_are_named_change(engagement):
    bulk.insert_missing(SlipFlag, [flag(engagement), flag(engagement, "B")])
    first, second = SlipFlag.objects.order_by("pk")
    bulk.update(SlipFlag, [{"id": second.pk, "chance": None, "drivers": []}])
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.chance, second.chance, second.drivers, second.opened_on) == (0.1234, None, [], START)


def test_new_rows_get_their_ids_and_others_are_brought_up_to_date(engagement):
    known = run(engagement, 0)
    bulk.save([known], ["health"])
    known.health, new = "on_track", [run(engagement, days) for days in (3, 1, 2)]
    bulk.save([*new, known], ["health"])
    kept = {row.on: row for row in ForecastRun.objects.all()}
    assert {row.on: row.pk for row in [known, *new]} == {day: row.pk for day, row in kept.items()}
    assert [kept[row.on].plan_version for row in new] == [3, 1, 2]
    assert (kept[known.on].health, kept[known.on].made_at, kept[known.on].works) == (
        "on_track", known.made_at, known.works,
    )  # fmt: skip


def test_a_new_row_that_is_there_already_is_refused(engagement):
    bulk.save([run(engagement, 0)], [])
    with pytest.raises(IntegrityError, match="forecast_once_a_day"), transaction.atomic():
        bulk.save([run(engagement, 0)], [])


def test_however_many_rows_are_one_statement_and_none_is_none(engagement):
    rows = [flag(engagement, cause=one) for one in ("late", "stalled")]
    with CaptureQueriesContext(connection) as asked:
        bulk.insert_missing(SlipFlag, rows)
        bulk.insert_missing(SlipFlag, [])
        bulk.update(SlipFlag, [])
        bulk.save([], [])
    assert len(asked) == 1

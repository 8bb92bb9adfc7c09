"""What was known half-way is kept, judged when it falls due, and learnt from; nothing known later gets in."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from accounts import jobs
from accounts.db import as_portal
from milestones import risk_snapshots, slips, tasks
from milestones.actions import changes, life
from milestones.actions.changes import Move
from milestones.forecasting.risk import NAMES, shipped_prior
from milestones.forecasting.risk.pool import unlearnt
from milestones.models import Deliverable, ForecastDetail, ForecastRun, SlipCalibration, SlipSnapshot
from milestones.risk_model import model_in_force
from milestones.risk_snapshots import fixed_day, recalibrate, settle
from milestones.states import Moves
from tests import factories
from tests.conftest import CAST
from tests.factories import START, TODAY, deliverable, line
from tests.ground import Part, begins_with
from tests.milestones.test_slips import Silent

ZONE = "Europe/Helsinki"
HALF = line("A", start=40, due=58)  # half of its window is gone on Monday
EARLY = line("B", start=60, due=85, day=90, effort_days=2)


def _half_way(people):
    found = factories.active(people, [HALF, EARLY])
    slips.recompute(found, nightly=True)
    return found


HALF_WAY = Part(_half_way, on=CAST)


@pytest.fixture
@begins_with(HALF_WAY)
def engagement(cast, ground):
    """One deliverable whose fixed day has come, one whose has not."""
    return ground.of(HALF_WAY)


def snapshot() -> SlipSnapshot:
    return SlipSnapshot.objects.get()


def accept(row: Deliverable, on: date) -> None:
    Deliverable.objects.filter(pk=row.pk).update(
        state="accepted", needs_sign_off=False, started_on=row.start_on, accepted_on=on
    )


def move(cast, engagement, to_on: date) -> None:
    lines = [Move(Moves.DUE, deliverable=deliverable(engagement), to_on=to_on)]
    change = changes.ask(by=cast.manager, engagement=engagement, what="Later", why="Late vendor", moves=lines)
    changes.decide(by=cast.signer, change=change, approve=True)


# --- kept ----------------------------------------------------------------------------------------------------


def test_the_fixed_day_is_half_of_the_window():
    assert fixed_day(date(2026, 11, 2), date(2026, 11, 12)) == date(2026, 11, 7)
    assert fixed_day(date(2026, 11, 2), date(2026, 11, 2)) == date(2026, 11, 2)
    assert fixed_day(date(2026, 11, 9), date(2026, 11, 2)) == date(2026, 11, 2)


def test_what_is_known_on_the_fixed_day_is_kept_once(engagement, monday):
    first = snapshot()
    assert (first.deliverable.title, first.asked_on, first.late) == ("Deliverable A", TODAY, None)
    assert set(first.signs) == set(NAMES)
    monday.shift(timedelta(days=2))
    slips.recompute(engagement, nightly=True)
    assert SlipSnapshot.objects.values().get() == SlipSnapshot.objects.filter(pk=first.pk).values().get()
    assert snapshot().signs["days_left"] == first.signs["days_left"]


def test_a_deliverable_that_is_late_already_is_not_asked_about(cast):
    late = factories.active(cast, [line("A", day=30, start=15, due=28)], name="Late")
    slips.recompute(late, nightly=True)
    assert not SlipSnapshot.objects.exists()


def test_what_the_plan_has_decided_teaches_nothing(cast):
    """The pool trusts this firm, and what comes before it leaves no other way than late."""
    before = line("A", day=30, start=5, due=20, effort_days=15)
    stuck = factories.active(cast, [before, line("B", start=44, due=50, after=("A",))], name="Stuck")
    trust = unlearnt(shipped_prior())
    trust = replace(trust, means=(-8.0, *trust.means[1:]))
    SlipCalibration.objects.create(
        number=1, version=trust.version, outcomes=0, late=0, numbers=json.loads(trust.to_json())
    )
    run = slips.recompute(stuck, nightly=True)
    assert run is not None
    assert run.works[deliverable(stuck, "B").public_id]["chance"] < 0.1
    assert not SlipSnapshot.objects.exists()


def test_a_new_due_date_is_a_new_question(cast, engagement, monday):
    move(cast, engagement, START + timedelta(days=64))
    monday.shift(timedelta(days=4))
    slips.recompute(engagement, nightly=True)
    assert [row.due_on for row in SlipSnapshot.objects.all()] == [START + timedelta(days=n) for n in (58, 64)]


# --- judged --------------------------------------------------------------------------------------------------


def judged(day: date) -> bool | None:
    settle(ZONE, day)
    return SlipSnapshot.objects.values_list("late", flat=True).first()


def test_it_is_judged_on_the_day_after_its_due_date_and_not_before(engagement):
    due = START + timedelta(days=58)
    accept(deliverable(engagement), due - timedelta(days=4))
    assert judged(due) is None
    assert judged(due + timedelta(days=1)) is False


@pytest.mark.parametrize(("after", "late"), [(0, False), (1, True), (30, True), (None, True)])
def test_late_is_whatever_was_not_accepted_by_its_due_date(engagement, after, late):
    due = START + timedelta(days=58)
    if after is not None:
        accept(deliverable(engagement), due + timedelta(days=after))
    assert judged(due + timedelta(days=31)) is late


def test_another_time_zones_rows_are_left_alone(engagement):
    assert settle("Europe/London", date(2027, 6, 1)) == 0
    assert snapshot().late is None


def test_a_due_date_that_was_moved_before_it_came_is_no_outcome(cast, engagement):
    move(cast, engagement, START + timedelta(days=70))
    assert settle(ZONE, START + timedelta(days=59)) == 0
    assert not SlipSnapshot.objects.exists()


def test_what_was_dropped_is_no_outcome(engagement):
    Deliverable.objects.filter(pk=deliverable(engagement).pk).update(state="dropped", dropped_on=TODAY)
    settle(ZONE, START + timedelta(days=59))
    assert not SlipSnapshot.objects.exists()


def test_a_clock_that_stood_still_is_nobodys_lateness(cast, engagement, monday):
    life.hold(by=cast.manager, engagement=engagement, why="Freeze")
    settle(ZONE, START + timedelta(days=59))
    assert snapshot().late is None
    monday.shift(timedelta(days=20))
    engagement.refresh_from_db()
    life.resume(by=cast.manager, engagement=engagement)
    settle(ZONE, START + timedelta(days=80))
    assert not SlipSnapshot.objects.exists()


def test_an_end_before_the_due_date_is_no_outcome(cast, engagement):
    life.end_early(by=cast.manager, engagement=engagement, why="The client merged")
    settle(ZONE, START + timedelta(days=59))
    assert not SlipSnapshot.objects.exists()


# --- learnt --------------------------------------------------------------------------------------------------


def outcomes(cast, n: int, late: int) -> None:
    """Judged rows, as years of work leave them."""
    row = snapshot()
    others = factories.active(cast, [line(f"P{k}") for k in range(n)], name="Past years")
    SlipSnapshot.objects.bulk_create(
        SlipSnapshot(
            deliverable=one, engagement=others, client_id=others.client_id, due_on=row.due_on - timedelta(days=100 + k),
            asked_on=row.asked_on - timedelta(days=120 + k), signs=row.signs, late_share=0.3, late=k < late,
        )
        for k, one in enumerate(others.deliverables.order_by("number"))
    )  # fmt: skip


@pytest.fixture
def experienced(cast, engagement):
    """A firm whose deliverables are nearly always late."""
    outcomes(cast, 30, 28)
    return engagement


def test_without_outcomes_nothing_is_kept(engagement):
    assert recalibrate() is None
    assert not SlipCalibration.objects.exists()


def test_a_calibration_says_what_it_was_made_from(experienced):
    row = recalibrate()
    assert row is not None
    assert (row.number, row.outcomes, row.late) == (1, 30, 28)
    assert row.to_on == START + timedelta(days=58 - 99)
    assert row.from_on == row.to_on - timedelta(days=29)
    assert row.numbers["n"] == 30
    assert model_in_force().version == row.version


def test_only_a_changed_calibration_writes_a_row(experienced):
    first = recalibrate()
    assert recalibrate() == first
    SlipSnapshot.objects.filter(late=False).update(late=True)
    second = recalibrate()
    assert second is not None
    assert first is not None
    assert (second.number, SlipCalibration.objects.count()) == (2, 2)
    assert second.version != first.version


def test_outcomes_move_the_risk(experienced):
    before = ForecastRun.objects.get(engagement=experienced).works[deliverable(experienced).public_id]["chance"]
    recalibrate()
    run = slips.recompute(experienced)
    assert run is not None
    assert run.forecaster == f"pool-1 {model_in_force().version}"
    assert run.works[deliverable(experienced).public_id]["chance"] < before


def test_a_calibration_of_another_prior_is_left_aside(experienced, caplog):
    row = recalibrate()
    assert row is not None
    row.numbers["made_from"]["prior"] = "another"
    row.version = "aaaaaaaaaaaa"
    row.save(update_fields=["numbers", "version"])
    assert model_in_force().version == ""
    assert "another prior" in caplog.text
    again = recalibrate()
    assert again is not None
    assert model_in_force().version == again.version


def test_the_night_learns_first_and_then_forecasts(experienced, monday):
    monday.shift(timedelta(days=12))

    job = jobs.request(kind="slip_nightly", key="night", args={"time_zone": ZONE}, by=None)
    tasks.slip_nightly(job, Silent(job))
    calibration = SlipCalibration.objects.get()
    assert calibration.outcomes == 31
    latest = ForecastRun.objects.filter(engagement=experienced).latest("on")
    assert latest.forecaster == f"pool-1 {calibration.version}"


def test_a_night_anywhere_learns_from_what_fell_due_everywhere(experienced, monday):
    """Else the nights that come together would forecast by one model each, and the options go by yet another."""
    monday.shift(timedelta(days=12))

    job = jobs.request(kind="slip_nightly", key="night", args={"time_zone": "Asia/Singapore"}, by=None)
    tasks.slip_nightly(job, Silent(job))
    assert SlipCalibration.objects.get().outcomes == 31


# --- walls ---------------------------------------------------------------------------------------------------


def test_the_portal_can_read_none_of_it(experienced):
    recalibrate()
    for model in (ForecastDetail, SlipSnapshot, SlipCalibration):
        with pytest.raises(ProgrammingError, match="permission denied"), as_portal([experienced.client_id]):
            list(model.objects.all())


def test_a_snapshot_is_of_its_engagements_client_and_asked_once(experienced):
    row = snapshot_of(experienced)
    row.pk = None
    with pytest.raises(IntegrityError, match="snapshot_once_a_due_date"), transaction.atomic():
        row.save(force_insert=True)
    row.due_on, row.asked_on = TODAY, TODAY + timedelta(days=1)
    with pytest.raises(IntegrityError, match="snapshot_asked_before_due"), transaction.atomic():
        row.save(force_insert=True)


def snapshot_of(engagement) -> SlipSnapshot:
    return SlipSnapshot.objects.get(deliverable=deliverable(engagement))


def test_a_calibration_cannot_have_more_late_ones_than_outcomes(experienced):
    row = recalibrate()
    assert row is not None
    with pytest.raises(IntegrityError, match="calibration_late_of_outcomes"), transaction.atomic():
        SlipCalibration.objects.filter(pk=row.pk).update(late=row.outcomes + 1)


def test_most_outcomes_are_the_latest(experienced, monkeypatch):
    monkeypatch.setattr(risk_snapshots, "MOST_OUTCOMES", 10)
    row = recalibrate()
    assert row is not None
    assert (row.outcomes, row.late) == (10, 10)

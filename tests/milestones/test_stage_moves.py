"""A deliverable goes to another milestone by an approved plan change, within that milestone's days, and is kept."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.db import as_firm
from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import Event
from engagements.models import Engagement
from milestones import effects, slips
from milestones.actions import changes, signing, work
from milestones.content import hash_of
from milestones.models import Deliverable, DueMove, ForecastRun, Milestone, PlanChange, PlanMove
from milestones.moves import Move
from milestones.proposals import again
from milestones.states import ChangeState, Moves
from milestones.versions import versions
from milestones.windows import start_within, windows
from tests import factories
from tests.conftest import at_once
from tests.factories import START, TODAY, Cast, deliverable, line
from tests.milestones.forecasting.plans import CALENDAR

DAY_60, DAY_90 = START + timedelta(days=60), START + timedelta(days=90)


@pytest.fixture
def engagement(cast: Cast) -> Engagement:
    """A and B are due for day 60, C for day 90; nothing has begun."""
    later = line("C", day=90, start=62, due=85)
    return factories.active(cast, [line("A", start=50), line("B", start=51, due=58), later])


def stage(engagement: Engagement, day: int = 90) -> Milestone:
    return engagement.milestones.get(day=day)


def to_stage(one: Deliverable, day: int = 90, on: date = DAY_90) -> Move:
    return Move(Moves.STAGE, deliverable=one, stage=stage(one.engagement, day), to_on=on)


def asked(cast: Cast, engagement: Engagement, *moves: Move, what: str = "A may wait") -> PlanChange:
    return changes.ask(by=cast.manager, engagement=engagement, what=what, why="The vendor", moves=moves)


def approved(cast: Cast, engagement: Engagement, *moves: Move) -> PlanChange:
    return changes.decide(by=cast.signer, change=asked(cast, engagement, *moves), approve=True)


def accept_all(cast: Cast, engagement: Engagement, *refs: str) -> None:
    for ref in refs:
        one = factories.in_review(cast.specialist, deliverable(engagement, ref))
        signing.accept(by=cast.signer, deliverable=one, content_hash=factories.seen(one))


# --- asked and approved -----------------------------------------------------------------------------------


def test_asking_keeps_both_milestones_and_moves_nothing(cast, engagement):
    before = deliverable(engagement)
    change = asked(cast, engagement, to_stage(before))
    kept = PlanMove.objects.get()
    assert (kept.from_milestone, kept.to_milestone) == (stage(engagement, 60), stage(engagement))
    assert (kept.from_on, kept.to_on) == (before.due_on, DAY_90)
    assert deliverable(engagement).milestone == stage(engagement, 60)
    content = changes.content_of(change)
    assert change.content_hash == hash_of(content)
    assert stage(engagement).public_id in str(content["moves"])
    assert str(kept.starts_on) in str(content["moves"])


def test_approval_moves_it_with_its_dates_and_keeps_where_it_was(cast, engagement):
    before = deliverable(engagement)
    change = approved(cast, engagement, to_stage(before))
    after = deliverable(engagement)
    assert (after.milestone.day, after.due_on, after.agreed_on) == (90, DAY_90, before.agreed_on)
    assert after.start_on == date(2026, 12, 7)  # the first working day after day 60
    kept = DueMove.objects.get()
    assert (kept.from_milestone, kept.to_milestone) == (stage(engagement, 60), stage(engagement))
    assert kept.change == change
    told = Event.objects.get(verb="stage_moved")
    assert (told.deliverable_id, told.params["old"], told.params["day"], told.shared) == (after.pk, "60", "90", True)


def test_what_has_begun_keeps_its_start(cast, engagement):
    one = work.start(by=cast.specialist, deliverable=deliverable(engagement))
    approved(cast, engagement, to_stage(one))
    assert deliverable(engagement).start_on == one.start_on


def test_what_began_while_the_change_was_open_keeps_its_start(cast, engagement):
    change = asked(cast, engagement, to_stage(deliverable(engagement)))
    one = work.start(by=cast.specialist, deliverable=deliverable(engagement))
    changes.decide(by=cast.signer, change=change, approve=True)
    after = deliverable(engagement)
    assert (after.milestone.day, after.start_on) == (90, one.start_on)


def test_it_may_come_sooner_and_starts_no_earlier_than_today(cast, engagement):
    approved(cast, engagement, to_stage(deliverable(engagement, "C"), 60, date(2026, 12, 1)))
    after = deliverable(engagement, "C")
    assert (after.milestone.day, after.due_on, after.start_on) == (60, date(2026, 12, 1), TODAY)


def test_either_side_asks_and_only_a_signer_decides(cast, engagement):
    move = to_stage(deliverable(engagement))
    change = changes.ask(by=cast.viewer, engagement=engagement, what="Later", why="Audit", moves=[move])
    with pytest.raises(NotAllowed):
        changes.decide(by=cast.viewer, change=change, approve=True)
    with pytest.raises(NotAllowed):
        changes.ask(by=cast.specialist, engagement=engagement, what="Later", why="Audit", moves=[move])
    changes.decide(by=cast.other_signer, change=change, approve=True)
    assert deliverable(engagement).milestone.day == 90


def test_the_last_of_a_milestone_may_leave_it(cast, engagement):
    approved(cast, engagement, to_stage(deliverable(engagement, "C"), 60, DAY_60))
    assert not stage(engagement).deliverables.exists()
    run = slips.recompute(engagement)
    assert run is not None
    assert stage(engagement).public_id not in run.milestones


def test_what_waits_for_it_is_no_reason_to_refuse(cast):
    made = factories.active(cast, [line("A"), line("B", due=58, after=("A",))])
    approved(cast, made, to_stage(deliverable(made)))
    assert deliverable(made).milestone.day == 90


# --- refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "on", "sentence", "field"),
    [
        (60, DAY_60, "is due for day 60 already", "stage"),
        (90, DAY_60, "due from 5 Dec to 3 Jan 2027", "due"),
        (90, DAY_90 + timedelta(days=1), "due from 5 Dec to 3 Jan 2027", "due"),
        (90, date(9999, 1, 1), "between 2000 and 2199", "due"),
        (30, START + timedelta(days=30), "Day 30 is over", "stage"),
    ],
)
def test_it_goes_to_another_milestones_days_alone(cast, engagement, day, on, sentence, field):
    one = deliverable(engagement)
    with pytest.raises(DomainError, match=sentence) as refused:
        asked(cast, engagement, to_stage(one, day, on))
    assert refused.value.field == f"{field}_{one.public_id}"
    assert not PlanMove.objects.exists()


def test_another_engagements_milestone_is_refused(cast, engagement):
    other = factories.active(cast, name="Elsewhere")
    move = Move(Moves.STAGE, deliverable=deliverable(engagement), stage=stage(other), to_on=DAY_90)
    with pytest.raises(DomainError, match="does not belong to this engagement"):
        asked(cast, engagement, move)


def test_a_milestone_that_moves_in_the_same_change_has_its_new_days(cast, engagement):
    later = DAY_90 + timedelta(days=14)
    moved = Move(Moves.MILESTONE, milestone=stage(engagement), to_on=later)
    approved(cast, engagement, to_stage(deliverable(engagement), 90, later), moved)
    assert deliverable(engagement).due_on == later


def test_one_thing_is_moved_once(cast, engagement):
    one = deliverable(engagement)
    with pytest.raises(DomainError, match="twice"):
        asked(cast, engagement, to_stage(one), Move(Moves.DUE, deliverable=one, to_on=DAY_60))


def test_what_is_submitted_stays(cast, engagement):
    one = factories.in_review(cast.specialist, deliverable(engagement))
    with pytest.raises(IllegalMove, match=r"in review, so it stays in its milestone\. Leave it out"):
        asked(cast, engagement, to_stage(one))


def test_nothing_moves_into_a_milestone_that_is_all_accepted(cast, engagement):
    accept_all(cast, engagement, "C")
    with pytest.raises(DomainError, match="Everything due for day 90 is accepted"):
        asked(cast, engagement, to_stage(deliverable(engagement)))


# --- meanwhile --------------------------------------------------------------------------------------------


def is_refused(cast, change, sentence):
    with pytest.raises(IllegalMove, match=sentence):
        changes.decide(by=cast.signer, change=change, approve=True)
    change.refresh_from_db()
    assert change.state == ChangeState.ASKED
    assert not DueMove.objects.filter(change=change).exists()


def test_submitted_meanwhile(cast, engagement):
    change = asked(cast, engagement, to_stage(deliverable(engagement)))
    factories.in_review(cast.specialist, deliverable(engagement))
    is_refused(cast, change, "is submitted and in review")


def test_the_milestone_signed_off_meanwhile(cast, engagement):
    change = asked(cast, engagement, to_stage(deliverable(engagement)))
    accept_all(cast, engagement, "C")
    is_refused(cast, change, "Everything due for day 90 is accepted by now")


def test_the_milestone_moved_meanwhile(cast, engagement):
    change = asked(cast, engagement, to_stage(deliverable(engagement)))
    approved(cast, engagement, Move(Moves.MILESTONE, milestone=stage(engagement), to_on=DAY_90 - timedelta(days=7)))
    is_refused(cast, change, "Day 90 has moved since")


def test_moved_there_meanwhile(cast, engagement):
    first, second = (asked(cast, engagement, to_stage(deliverable(engagement)), what=what) for what in ("A", "B"))
    changes.decide(by=cast.signer, change=first, approve=True)
    is_refused(cast, second, "has moved since this change was asked for")
    assert again(second) == []


def test_submitting_and_approving_at_once_leave_one_truth(really):
    with as_firm():
        people = factories.cast()
        made = factories.active(people, [line("A", start=50), line("C", day=90, start=62, due=85)])
        factories.ready(people.specialist, deliverable(made))
        change = asked(people, made, to_stage(deliverable(made)))

    def approve() -> object:
        one = PlanChange.objects.select_related("engagement__client").get(pk=change.pk)
        return changes.decide(by=people.signer, change=one, approve=True)

    def submit() -> object:
        return work.submit(by=people.specialist, deliverable=deliverable(made))

    at_once([approve, submit])
    with as_firm():
        change.refresh_from_db()
        after = deliverable(made)
        moved = (change.state, after.milestone.day, DueMove.objects.count())
    assert moved in {("approved", 90, 1), ("asked", 60, 0)}
    assert after.state == "in_review"


# --- kept and forecast --------------------------------------------------------------------------------------


def test_the_database_holds_both_milestones_to_the_engagement(cast, engagement):
    change = asked(cast, engagement, to_stage(deliverable(engagement)))
    other = factories.active(cast, name="Elsewhere")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="to_milestone_id_same"), transaction.atomic():
        change.moves.update(to_milestone=stage(other))
    for wrong in ({"to_milestone": None}, {"to_milestone": stage(engagement, 60)}, {"kind": Moves.DUE}):
        with pytest.raises(IntegrityError, match="plan_move_between_milestones"), transaction.atomic():
            change.moves.update(**wrong)
    changes.decide(by=cast.signer, change=change, approve=True)
    with pytest.raises(IntegrityError, match="due_move_between_milestones"), transaction.atomic():
        DueMove.objects.update(from_milestone=None)


def test_each_set_of_dates_knows_the_milestone_of_its_time(cast, engagement):
    one = deliverable(engagement)
    approved(cast, engagement, Move(Moves.DUE, deliverable=one, to_on=DAY_60))
    approved(cast, engagement, to_stage(deliverable(engagement)))
    approved(cast, engagement, Move(Moves.DUE, deliverable=deliverable(engagement, "B"), to_on=DAY_60))
    agreed, first, second = versions(engagement, engagement.deliverables.all(), engagement.milestones.all())
    was = stage(engagement, 60).pk
    assert (agreed.homes, first.homes, second.homes) == ({one.pk: was}, {one.pk: was}, {})
    assert (first.works[one.pk], second.works[one.pk]) == (DAY_60, DAY_90)


def test_the_effect_on_both_milestones_is_the_forecast_that_comes(cast, engagement):
    moves = [to_stage(deliverable(engagement, "B"))]
    told = {one["day"]: one for one in effects.effect_of(engagement, moves)["milestones"]}
    assert told.keys() == {60, 90}
    assert told[60]["after"]["chance"] >= told[60]["before"]["chance"]
    approved(cast, engagement, *moves)
    slips.recompute(engagement)
    now = ForecastRun.objects.get().milestones
    for day, facts in told.items():
        after = now[stage(engagement, day).public_id]
        assert {name: after[name] for name in facts["after"]} == facts["after"]


def test_a_milestone_that_gets_its_first_work_has_a_forecast_after_alone(cast):
    made = factories.active(cast, [line("A"), line("B")])
    told = {one["day"]: one for one in effects.effect_of(made, [to_stage(deliverable(made))])["milestones"]}
    assert "before" not in told[90]
    assert told[90]["after"]["chance"] > 0


# --- days -------------------------------------------------------------------------------------------------


def test_a_milestones_days_begin_after_the_one_before_it():
    days = windows(START, [(30, START + timedelta(days=30)), (60, DAY_60), (61, DAY_60)])
    assert days[30].holds(START)
    assert not days[30].holds(START - timedelta(days=1))
    assert not days[60].holds(START + timedelta(days=30))
    assert days[60].holds(START + timedelta(days=31))
    assert days[61].holds(DAY_60)
    assert not days[61].holds(DAY_60 + timedelta(days=1))


@pytest.mark.parametrize(
    ("start", "to", "begins"),
    [
        (date(2026, 11, 30), date(2026, 12, 31), date(2026, 12, 7)),
        (date(2026, 11, 30), date(2026, 12, 5), date(2026, 12, 5)),
        (date(2026, 12, 14), date(2026, 12, 31), date(2026, 12, 7)),
    ],
)
def test_what_comes_later_starts_with_its_new_milestones_days(start, to, begins):
    window = windows(START, [(60, DAY_60), (90, DAY_90)])[90]
    assert start_within(CALENDAR, start, to, window, today=TODAY) == begins


@pytest.mark.parametrize(
    ("start", "to", "begins"),
    [
        (date(2026, 12, 14), date(2026, 12, 4), TODAY),
        (date(2026, 11, 16), date(2026, 12, 4), date(2026, 11, 16)),
        (date(2026, 10, 26), date(2026, 12, 4), date(2026, 11, 5)),
    ],
)
def test_what_comes_sooner_starts_today_unless_it_should_have_begun(start, to, begins):
    window = windows(START, [(30, date(2026, 11, 4)), (60, DAY_60)])[60]
    assert start_within(CALENDAR, start, to, window, today=TODAY) == begins


def test_milestones_that_move_in_the_same_change_move_the_start_too(cast, engagement):
    sooner = Move(Moves.MILESTONE, milestone=stage(engagement, 60), to_on=date(2026, 11, 27))
    approved(cast, engagement, to_stage(deliverable(engagement)), sooner)
    assert deliverable(engagement).start_on == date(2026, 11, 30)

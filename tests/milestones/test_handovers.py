"""A specialist takes over from another: placements, work and checklist in one act."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from accounts.db import as_firm
from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import Event, Job
from accounts.states import JobState
from engagements.actions.placements import place
from engagements.models import Engagement, Placement
from milestones.actions import handovers, life, work
from milestones.actions.handovers import Successor
from milestones.models import Handover, HandoverLine, Plan
from milestones.states import HandoverKind
from roles.models import Specialist
from tests import factories
from tests.conftest import at_once
from tests.factories import Cast, deliverable

LAST = date(2026, 11, 27)


def leaving(engagement: Engagement) -> Placement:
    return engagement.placements.order_by("pk")[0]


def successor(cast: Cast, **more: object) -> Successor:
    una = Specialist.objects.get(user=cast.unplaced)
    made = Successor(specialist=una, percent=40, starts_on=date(2026, 11, 26), ends_on=date(2027, 1, 3))
    return replace(made, **more)  # type: ignore[arg-type]


def replaced(cast: Cast, engagement: Engagement, *refs: str) -> Handover:
    return handovers.replace_specialist(
        by=cast.manager,
        placement=leaving(engagement),
        last_on=LAST,
        successor=successor(cast),
        work=[deliverable(engagement, ref) for ref in refs],
    )


def test_the_placement_ends_and_the_chosen_work_moves(cast, engagement):
    made = replaced(cast, engagement, "A")
    assert (made.leaving.ends_on, made.coming.starts_on, made.coming.user) == (
        LAST,
        date(2026, 11, 26),
        cast.unplaced,
    )
    made.leaving.refresh_from_db()
    assert made.leaving.ends_on == LAST
    assert deliverable(engagement, "A").owner == made.coming
    assert deliverable(engagement, "B").owner == made.leaving


def test_the_checklist_has_the_work_and_the_standing_lines(cast, engagement):
    made = replaced(cast, engagement, "A", "B")
    kinds = list(made.lines.values_list("kind", flat=True))
    assert kinds == ["work", "work", "access", "backlog", "runbooks", "people"]
    assert made.lines.filter(kind=HandoverKind.WORK, deliverable__title="Deliverable A").exists()


def test_it_is_one_event_and_asks_for_a_forecast(cast, engagement):
    Job.objects.update(state=JobState.DONE)
    events, version = Event.objects.count(), Plan.objects.get(engagement=engagement).version
    replaced(cast, engagement, "A")
    assert Event.objects.count() == events + 1
    said = str(Event.objects.filter(verb="specialist_replaced").get())
    assert said == "Mia Manager replaced Sam Specialist by Una Unplaced from 2026-11-26 on; 1 deliverables move"
    assert Job.objects.filter(kind="slip_engagement", key=f"{engagement.pk}:{version + 1}").exists()


def test_nothing_moves_where_the_successor_is_too_full(cast, engagement):
    other = factories.active(cast, client=cast.other_client, name="Fraud")
    una = Specialist.objects.get(user=cast.unplaced)
    busy: dict[str, Any] = {"percent": 80, "starts_on": date(2026, 11, 1), "ends_on": date(2027, 1, 30)}
    place(by=cast.manager, engagement=other, specialist=una, role=una.role, **busy)
    with pytest.raises(DomainError, match="would be at up to 120%") as refused:
        replaced(cast, engagement, "A")
    assert refused.value.field == "overload_reason"


def test_who_leaves_cannot_take_over(cast, engagement):
    sam = Specialist.objects.get(user=cast.specialist)
    with pytest.raises(DomainError, match="somebody else"):
        handovers.replace_specialist(
            by=cast.manager,
            placement=leaving(engagement),
            last_on=LAST,
            successor=successor(cast, specialist=sam),
            work=[],
        )


@pytest.mark.parametrize("last_on", [date(2026, 10, 1), date(2027, 3, 1)])
def test_the_last_day_lies_within_the_placement(cast, engagement, last_on):
    with pytest.raises(DomainError, match="Choose a last day between them") as refused:
        handovers.replace_specialist(
            by=cast.manager,
            placement=leaving(engagement),
            last_on=last_on,
            successor=successor(cast),
            work=[],
        )
    assert refused.value.field == "last_on"


def test_finished_work_and_other_peoples_stay(cast, engagement):
    one = deliverable(engagement, "A")
    work.change_owner(by=cast.manager, deliverable=one, owner=None)
    with pytest.raises(DomainError, match="Only open deliverables of Sam Specialist"):
        replaced(cast, engagement, "A")


def test_nobody_is_replaced_twice(cast, engagement):
    replaced(cast, engagement, "A")
    with pytest.raises(IllegalMove, match="taken over from Sam Specialist already"):
        replaced(cast, engagement, "B")


def test_specialists_replace_nobody(cast, engagement):
    with pytest.raises(NotAllowed):
        handovers.replace_specialist(
            by=cast.specialist,
            placement=leaving(engagement),
            last_on=LAST,
            successor=successor(cast),
            work=[],
        )


def test_it_works_on_hold_and_not_after_the_end(cast, engagement):
    life.hold(by=cast.manager, engagement=engagement, why="The vendor is down")
    assert replaced(cast, engagement, "A").lines.count() == 5
    life.end_early(by=cast.manager, engagement=engagement, why="The budget is gone")
    with pytest.raises(IllegalMove):
        replaced(cast, engagement, "B")


def test_both_specialists_tick_and_others_do_not(cast, engagement):
    line = HandoverLine.objects.filter(handover=replaced(cast, engagement, "A")).first()
    assert line is not None
    assert handovers.tick_handover(by=cast.specialist, line=line, ticked=True).ticked_by == cast.specialist
    assert handovers.tick_handover(by=cast.unplaced, line=line, ticked=False).ticked_at is None
    with pytest.raises(NotAllowed):
        handovers.tick_handover(by=cast.signer, line=line, ticked=True)


def test_a_tick_that_stands_is_told_once(cast, engagement):
    line = HandoverLine.objects.filter(handover=replaced(cast, engagement, "A")).first()
    assert line is not None
    for _again in range(2):
        handovers.tick_handover(by=cast.specialist, line=line, ticked=True)
    assert Event.objects.filter(verb="handover_ticked").count() == 1


def test_two_managers_at_once_replace_somebody_once(really):

    with as_firm():
        people = factories.cast()
        engagement = factories.active(people)
        tries = [lambda: replaced(people, engagement, "A"), lambda: replaced(people, engagement, "A")]
    results = at_once(tries)
    assert sum(isinstance(one, Handover) for one in results) == 1
    with as_firm():
        assert engagement.placements.count() == 2


def test_several_deliverables_change_hands_as_one_event(cast, engagement):
    una = factories.placement(cast.manager, engagement, cast.unplaced)
    both = [deliverable(engagement, "A"), deliverable(engagement, "B")]
    assert work.change_owners(by=cast.manager, deliverables=both, owner=una) == 2
    assert {one.owner for one in engagement.deliverables.all()} == {una}
    assert str(Event.objects.filter(verb="owners_changed").get()) == (
        "Mia Manager gave 2 deliverables to Una Unplaced: Deliverable A, Deliverable B"
    )
    assert work.change_owners(by=cast.manager, deliverables=both, owner=una) == 0


def test_several_deliverables_do_not_change_hands_across_engagements(cast, engagement):
    other = factories.active(cast, client=cast.other_client, name="Fraud")
    with pytest.raises(DomainError, match="another engagement"):
        work.change_owners(by=cast.manager, deliverables=[deliverable(engagement, "A")], owner=other.placements.get())
    with pytest.raises(NotAllowed):
        work.change_owners(by=cast.specialist, deliverables=[deliverable(engagement, "A")], owner=leaving(engagement))

"""Deliverables move as the product allows, and never otherwise."""

from datetime import date

import pytest

from accounts.errors import DomainError, IllegalMove, NotAllowed, StaleEdit
from accounts.models import Event, Job
from accounts.states import JobState
from milestones.actions import life, work
from milestones.models import Deliverable, Plan, Wait
from milestones.states import DeliverableState
from tests import factories
from tests.factories import TODAY, deliverable, in_review, line, ready


def test_a_planned_deliverable_starts_today_at_the_clients(cast, engagement):
    one = deliverable(engagement)
    before = one.version
    work.start(by=cast.specialist, deliverable=one)
    assert (one.state, one.started_on, one.version) == (DeliverableState.IN_PROGRESS, TODAY, before + 1)


def test_starting_is_told_and_asks_for_a_forecast(cast, engagement):
    Job.objects.update(state=JobState.DONE)
    before = Plan.objects.get(engagement=engagement).version
    one = work.start(by=cast.specialist, deliverable=deliverable(engagement))
    assert str(Event.objects.filter(deliverable_id=one.pk).first()) == "Sam Specialist started Deliverable A"
    assert Plan.objects.get(engagement=engagement).version == before + 1
    assert Job.objects.filter(kind="slip_engagement", key=f"{engagement.pk}:{before + 1}").exists()


def test_nothing_starts_twice(cast, engagement):
    one = work.start(by=cast.specialist, deliverable=deliverable(engagement))
    with pytest.raises(IllegalMove, match="is in progress"):
        work.start(by=cast.specialist, deliverable=one)


def test_nothing_starts_in_the_future(cast, engagement):
    with pytest.raises(DomainError, match="up to today"):
        work.start(by=cast.specialist, deliverable=deliverable(engagement), on=date(2026, 11, 24))


def test_nothing_starts_in_a_draft(cast):
    draft = factories.draft(cast)
    with pytest.raises(IllegalMove, match="draft"):
        work.start(by=cast.specialist, deliverable=deliverable(draft))


def test_nothing_starts_on_hold(cast, engagement):
    life.hold(by=cast.manager, engagement=engagement, why="The vendor is down")
    with pytest.raises(IllegalMove, match="on hold"):
        work.start(by=cast.specialist, deliverable=deliverable(engagement))


@pytest.mark.parametrize("who", ["unplaced", "signer", "stranger"])
def test_only_who_works_here_starts(cast, engagement, who):
    with pytest.raises(NotAllowed):
        work.start(by=getattr(cast, who), deliverable=deliverable(engagement))


def test_submitting_needs_every_line_ticked(cast, engagement):
    one = work.start(by=cast.specialist, deliverable=deliverable(engagement))
    work.tick(by=cast.specialist, line=one.done_lines.all()[0], ticked=True)
    with pytest.raises(IllegalMove, match="1 left"):
        work.submit(by=cast.specialist, deliverable=one)


def test_submitting_needs_evidence(cast, engagement):
    one = ready(cast.specialist, deliverable(engagement))
    one.evidence.update(removed_at="2026-11-23T10:00Z", removed_by=cast.manager)
    with pytest.raises(IllegalMove, match="evidence"):
        work.submit(by=cast.specialist, deliverable=one)


def test_submitting_opens_a_wait_on_the_client_and_mails_the_signers(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    wait = Wait.objects.get(deliverable=one)
    assert (wait.on, wait.for_sign_off, wait.opened_on, wait.closed_on) == ("client", True, TODAY, None)
    assert Job.objects.get(kind="mail_sign_off_request").args == {"deliverable": one.pk}


def test_what_needs_no_sign_off_waits_for_nobody_and_is_accepted_by_the_manager(cast):
    engagement = factories.active(cast, [line("A", needs_sign_off=False)])
    one = in_review(cast.specialist, deliverable(engagement))
    assert not Wait.objects.filter(deliverable=one).exists()
    with pytest.raises(NotAllowed):
        work.accept_internal(by=cast.specialist, deliverable=one)
    work.accept_internal(by=cast.manager, deliverable=one)
    assert (one.state, one.accepted_on, one.accepted_by) == (DeliverableState.ACCEPTED, TODAY, cast.manager)


def test_the_firm_never_accepts_what_the_client_signs(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    with pytest.raises(IllegalMove, match="signer"):
        work.accept_internal(by=cast.manager, deliverable=one)


def test_taking_back_ends_the_wait_for_the_sign_off(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    work.take_back(by=cast.specialist, deliverable=one)
    assert (one.state, one.submitted_on) == (DeliverableState.IN_PROGRESS, None)
    assert Wait.objects.get(deliverable=one).closed_on == TODAY


def test_in_review_nothing_is_unticked(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    with pytest.raises(IllegalMove, match="Take it back first"):
        work.tick(by=cast.specialist, line=one.done_lines.all()[0], ticked=False)


def test_several_lines_are_ticked_at_once_and_each_is_told(cast, engagement):
    one = deliverable(engagement)
    first, *others = one.done_lines.all()
    assert others
    work.tick(by=cast.specialist, line=first, ticked=True)
    before = Plan.objects.get(engagement=engagement).version
    work.tick_lines(by=cast.specialist, deliverable=one, lines=one.done_lines.all(), ticked=True)
    assert not one.done_lines.filter(ticked_by=None).exists()
    told = Event.objects.filter(verb="ticked").order_by("pk").values_list("params__line", flat=True)
    assert list(told) == [first.text, *(line.text for line in others)]
    assert Plan.objects.get(engagement=engagement).version == before + 1


def test_lines_of_another_deliverable_are_left_alone(cast, engagement):
    one, other = deliverable(engagement), deliverable(engagement, "B")
    work.tick_lines(by=cast.specialist, deliverable=one, lines=other.done_lines.all(), ticked=True)
    assert not Event.objects.filter(verb="ticked").exists()
    assert not other.done_lines.filter(ticked_at__isnull=False).exists()


@pytest.mark.parametrize("who", ["unplaced", "signer", "stranger"])
def test_only_who_works_here_ticks_several(cast, engagement, who):
    one = deliverable(engagement)
    with pytest.raises(NotAllowed):
        work.tick_lines(by=getattr(cast, who), deliverable=one, lines=one.done_lines.all(), ticked=True)


def test_ticking_twice_is_told_once(cast, engagement):
    one = work.start(by=cast.specialist, deliverable=deliverable(engagement))
    for _again in range(2):
        ticked = work.tick(by=cast.specialist, line=one.done_lines.all()[0], ticked=True)
    assert ticked.ticked_by == cast.specialist
    assert Event.objects.filter(verb="ticked").count() == 1


# --- editing ---------------------------------------------------------------------------------------------


def test_an_edit_of_an_old_version_says_what_is_stored_now_and_by_whom(cast, engagement):
    one = deliverable(engagement)
    old = one.version
    work.edit(by=cast.manager, deliverable=one, version=old, title="Triage service")
    with pytest.raises(StaleEdit) as stale:
        work.edit(by=cast.other_manager, deliverable=deliverable_of(one), version=old, title="Triage API")
    assert (stale.value.theirs, stale.value.by) == ({"title": "Triage service"}, "Mia Manager")


def edited(cast, one: Deliverable, **fields) -> Deliverable:
    return work.edit(by=cast.manager, deliverable=one, version=one.version, **fields)


def deliverable_of(one: Deliverable) -> Deliverable:
    return Deliverable.objects.get(pk=one.pk)


def test_a_due_date_is_edited_in_a_draft_and_agreed_from_then_on(cast, engagement):
    draft = factories.draft(cast, name="Second")
    assert edited(cast, deliverable(draft), due_on=date(2026, 12, 4)).due_on == date(2026, 12, 4)
    with pytest.raises(IllegalMove, match="plan change"):
        edited(cast, deliverable(engagement), due_on=date(2026, 12, 4))


@pytest.mark.parametrize("field", ["shared", "needs_sign_off"])
def test_what_the_client_was_promised_is_not_edited_away(cast, engagement, field):
    with pytest.raises(IllegalMove) as refused:
        edited(cast, deliverable(engagement), **{field: False})
    assert refused.value.field == field


def test_an_edit_that_breaks_a_rule_names_its_field(cast, engagement):
    with pytest.raises(DomainError) as refused:
        edited(cast, deliverable(engagement), title="x" * 161)
    assert refused.value.field == "title"
    with pytest.raises(DomainError, match="before the start"):
        edited(cast, deliverable(engagement), start_on=date(2026, 12, 24))


def test_an_owner_from_elsewhere_is_refused(cast, engagement):
    other = factories.active(cast, client=cast.other_client)
    with pytest.raises(DomainError, match="another engagement"):
        work.change_owner(by=cast.manager, deliverable=deliverable(engagement), owner=other.placements.get())


def test_a_circle_of_dependencies_is_spelled_out(cast):
    engagement = factories.active(cast, [line("A"), line("B", after=("A",)), line("C", after=("B",))])
    first, last = deliverable(engagement, "A"), deliverable(engagement, "C")
    with pytest.raises(DomainError, match="circle") as refused:
        edited(cast, first, after=[last])
    spelled = str(refused.value).partition(": ")[2].partition(".")[0].split(" → ")
    assert spelled[0] == spelled[-1]
    assert set(spelled) == {f"“Deliverable {ref}”" for ref in "ABC"}
    assert not first.as_successor.exists()


def test_predecessors_are_replaced(cast):
    engagement = factories.active(cast, [line("A"), line("B"), line("C", after=("A",))])
    last = deliverable(engagement, "C")
    edited(cast, last, after=[deliverable(engagement, "B")])
    assert [one.predecessor.title for one in last.as_successor.all()] == ["Deliverable B"]


def test_a_reworded_line_has_to_be_ticked_again(cast, engagement):
    one = ready(cast.specialist, deliverable(engagement))
    done = work.change_line(by=cast.manager, line=one.done_lines.all()[0], text="It runs every night")
    assert (done.text, done.ticked_at, done.ticked_by) == ("It runs every night", None, None)


def test_lines_are_added_at_the_end_and_removed_with_an_empty_text(cast, engagement):
    one = deliverable(engagement)
    added = work.add_line(by=cast.manager, deliverable=one, text="Somebody else ran it")
    assert [row.text for row in one.done_lines.all()][-1] == "Somebody else ran it"
    work.change_line(by=cast.manager, line=added, text="  ")
    assert one.done_lines.count() == 2

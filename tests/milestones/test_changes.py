"""What was agreed moves by an approved plan change, and by nothing else."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.db import as_firm
from accounts.errors import DomainError, IllegalMove, NotAllowed
from engagements.models import Engagement
from milestones.actions import changes, signing, waits, work
from milestones.actions.changes import AlreadyAsked, Move
from milestones.content import hash_of
from milestones.models import DueMove, Plan, PlanChange, PlanMove
from milestones.moves import Beyond, beyond
from milestones.states import ChangeState, DeliverableState, Moves
from tests import factories
from tests.conftest import at_once
from tests.factories import TODAY, deliverable, in_review, line, seen

LATER = date(2026, 12, 10)


def asked(cast, engagement, *moves, **more):
    facts = {"what": "A week more", "why": "The vendor is late", **more}
    return changes.ask(by=cast.manager, engagement=engagement, moves=moves, **facts)


def due_move(one, to_on=LATER):
    return Move(Moves.DUE, deliverable=one, to_on=to_on)


def test_asking_moves_nothing(cast, engagement):
    one = deliverable(engagement)
    change = asked(cast, engagement, due_move(one))
    assert (change.state, change.number) == (ChangeState.ASKED, 1)
    assert deliverable(engagement).due_on == one.due_on
    assert change.content_hash == hash_of(changes.content_of(change))


def test_approval_moves_the_due_date_and_keeps_the_earlier_one(cast, engagement):
    before = deliverable(engagement)
    change = asked(cast, engagement, due_move(deliverable(engagement)))
    changes.decide(by=cast.signer, change=change, approve=True)
    after = deliverable(engagement)
    assert (after.due_on, after.agreed_on, after.version) == (LATER, before.agreed_on, before.version + 1)
    kept = DueMove.objects.get()
    assert (kept.from_on, kept.to_on, kept.change, kept.by) == (before.due_on, LATER, change, cast.signer)


def test_approval_moves_milestones_and_targets_and_drops(cast, engagement):
    stage, metric = engagement.milestones.get(day=60), engagement.metrics.get()
    change = asked(
        cast,
        engagement,
        Move(Moves.MILESTONE, milestone=stage, to_on=LATER),
        Move(Moves.TARGET, metric=metric, to_value=Decimal(45)),
        Move(Moves.DROP, deliverable=deliverable(engagement, "B")),
    )
    before = Plan.objects.get(engagement=engagement).version
    changes.decide(by=cast.signer, change=change, approve=True)
    stage.refresh_from_db()
    metric.refresh_from_db()
    assert (stage.due_on, metric.target, metric.agreed_target) == (LATER, Decimal(45), Decimal(50))
    dropped = deliverable(engagement, "B")
    assert (dropped.state, dropped.dropped_on) == (DeliverableState.DROPPED, TODAY)
    assert Plan.objects.get(engagement=engagement).version > before


def test_refusing_needs_words_and_moves_nothing(cast, engagement):
    change = asked(cast, engagement, due_move(deliverable(engagement)))
    with pytest.raises(DomainError) as refused:
        changes.decide(by=cast.signer, change=change, approve=False)
    assert refused.value.field == "words"
    changes.decide(by=cast.signer, change=change, approve=False, words="Not before the board meets")
    assert change.state == ChangeState.REFUSED
    assert not DueMove.objects.exists()


@pytest.mark.parametrize("who", ["viewer", "stranger", "manager", "administrator"])
def test_only_a_signer_of_the_client_decides(cast, engagement, who):
    change = asked(cast, engagement, due_move(deliverable(engagement)))
    with pytest.raises(NotAllowed):
        changes.decide(by=getattr(cast, who), change=change, approve=True)


def test_a_change_is_decided_once(cast, engagement):
    change = asked(cast, engagement, due_move(deliverable(engagement)))
    changes.decide(by=cast.signer, change=change, approve=True)
    with pytest.raises(IllegalMove, match="approved already"):
        changes.decide(by=cast.other_signer, change=change, approve=False, words="No")
    with pytest.raises(IllegalMove):
        changes.withdraw(by=cast.manager, change=change)


def test_what_moved_meanwhile_is_not_moved_from_there(cast, engagement):
    first = asked(cast, engagement, due_move(deliverable(engagement)))
    second = asked(cast, engagement, due_move(deliverable(engagement), date(2026, 12, 18)))
    changes.decide(by=cast.signer, change=first, approve=True)
    with pytest.raises(IllegalMove, match="ask for it anew"):
        changes.decide(by=cast.signer, change=second, approve=True)
    assert deliverable(engagement).due_on == LATER
    second.refresh_from_db()
    assert second.state == ChangeState.ASKED


def test_dropping_ends_its_waits(cast, engagement):
    wait = waits.open_wait(by=cast.manager, deliverable=deliverable(engagement), on="client", what="Access")
    change = asked(cast, engagement, Move(Moves.DROP, deliverable=deliverable(engagement)))
    changes.decide(by=cast.signer, change=change, approve=True)
    wait.refresh_from_db()
    assert wait.closed_on == TODAY


def test_moves_that_make_no_sense_are_refused(cast, engagement):
    one, metric = deliverable(engagement), engagement.metrics.get()
    day_60 = engagement.milestones.get(day=60)
    other = factories.active(cast, client=cast.other_client)
    for wrong, sentence in [
        (due_move(one, one.due_on), "on that day already"),
        (due_move(one, TODAY - timedelta(days=1)), "would be due on a day that is gone"),
        (Move(Moves.MILESTONE, milestone=day_60, to_on=TODAY - timedelta(days=1)), "on a day that is gone"),
        (due_move(one, date(9999, 1, 1)), "between 2000 and 2199"),
        (Move(Moves.TARGET, metric=metric, to_value=Decimal(9)), "not better"),
        (due_move(deliverable(other)), "does not belong"),
    ]:
        with pytest.raises(DomainError, match=sentence):
            asked(cast, engagement, wrong)
    with pytest.raises(DomainError, match="twice"):
        asked(cast, engagement, due_move(one), due_move(one, date(2026, 12, 18)))
    assert not PlanMove.objects.exists()


def test_nothing_is_due_before_it_starts_and_today_is_a_day_to_be_due(cast):
    engagement = factories.active(cast, [line("A"), line("B", start=55)])
    with pytest.raises(DomainError, match="starts after that day"):
        asked(cast, engagement, due_move(deliverable(engagement, "B"), TODAY))
    asked(cast, engagement, due_move(deliverable(engagement), TODAY))
    assert PlanMove.objects.get().to_on == TODAY


def accepted(cast, one):
    return signing.accept(by=cast.signer, deliverable=in_review(cast.specialist, one), content_hash=seen(one))


def test_a_milestone_that_is_met_keeps_its_date(cast):
    engagement = factories.active(cast, [line("A", day=30, start=0, due=20), line("B")])
    move = Move(Moves.MILESTONE, milestone=engagement.milestones.get(day=30), to_on=TODAY)
    waiting = asked(cast, engagement, move)
    accepted(cast, deliverable(engagement))
    with pytest.raises(IllegalMove, match="Everything due for day 30 is accepted, so it is met"):
        asked(cast, engagement, move, what="Another")
    with pytest.raises(IllegalMove, match="Nothing was changed"):
        changes.decide(by=cast.signer, change=waiting, approve=True)
    assert engagement.milestones.get(day=30).due_on == engagement.milestones.get(day=30).agreed_on


def test_work_that_moves_leave_due_after_its_milestone_is_known(cast, engagement):
    a, b = deliverable(engagement, "A"), deliverable(engagement, "B")
    day_60 = engagement.milestones.get(day=60)
    late = day_60.due_on + timedelta(days=3)
    assert beyond(engagement, [due_move(a, day_60.due_on)]) == []
    assert beyond(engagement, [due_move(a, late)]) == [Beyond(day_60, day_60.due_on, ((a.title, late),))]
    assert beyond(engagement, [due_move(a, late), Move(Moves.MILESTONE, milestone=day_60, to_on=late)]) == []
    sooner = Move(Moves.MILESTONE, milestone=day_60, to_on=b.due_on - timedelta(days=1))
    left = beyond(engagement, [sooner, Move(Moves.DROP, deliverable=a)])
    assert left == [Beyond(day_60, b.due_on - timedelta(days=1), ((b.title, b.due_on),))]


def test_a_contact_asks_in_words_and_a_specialist_does_not(cast, engagement):
    change = changes.ask(by=cast.viewer, engagement=engagement, what="Start a week later", why="Audit week")
    assert change.asked_by == cast.viewer
    for who in (cast.specialist, cast.stranger):
        with pytest.raises(NotAllowed):
            changes.ask(by=who, engagement=engagement, what="x", why="y")


def test_the_firm_withdraws_its_own_and_not_the_clients(cast, engagement):
    ours = asked(cast, engagement)
    changes.withdraw(by=cast.other_manager, change=ours)
    assert ours.state == ChangeState.WITHDRAWN
    theirs = changes.ask(by=cast.viewer, engagement=engagement, what="Later", why="Audit")
    with pytest.raises(NotAllowed):
        changes.withdraw(by=cast.manager, change=theirs)


def test_an_approved_change_in_review_makes_the_seen_hash_old(cast):
    engagement = factories.active(cast, [line("A")])
    one = factories.in_review(cast.specialist, deliverable(engagement))
    read = factories.seen(one)
    changes.decide(by=cast.signer, change=asked(cast, engagement, due_move(one)), approve=True)
    assert factories.seen(one) != read
    work.take_back(by=cast.manager, deliverable=one)


# --- asked twice ---------------------------------------------------------------------------------------------


def test_exactly_the_same_is_asked_for_once(cast, engagement):
    moves = [due_move(deliverable(engagement)), Move(Moves.DROP, deliverable=deliverable(engagement, "B"))]
    first = asked(cast, engagement, *moves)
    with pytest.raises(AlreadyAsked, match=r"Plan change 1 already asks for exactly this\.") as refused:
        asked(cast, engagement, *reversed(moves), what=" A  week more ")
    assert refused.value.change == first
    with pytest.raises(AlreadyAsked):
        changes.ask(by=cast.viewer, engagement=engagement, what="A week more", why="The vendor is late", moves=moves)
    assert engagement.plan_changes.count() == 1


def test_the_same_words_alone_are_asked_for_once(cast, engagement):
    asked(cast, engagement)
    with pytest.raises(AlreadyAsked):
        asked(cast, engagement)
    assert asked(cast, engagement, due_move(deliverable(engagement))).number == 2


@pytest.mark.parametrize("other", [{"what": "Eight days more"}, {"why": "A holiday"}, {"to_on": date(2026, 12, 11)}])
def test_what_differs_in_anything_is_another_change(cast, engagement, other):
    one = deliverable(engagement)
    asked(cast, engagement, due_move(one))
    words = {name: value for name, value in other.items() if name != "to_on"}
    assert asked(cast, engagement, due_move(one, other.get("to_on", LATER)), **words).number == 2


def test_what_was_decided_or_withdrawn_may_be_asked_for_again(cast, engagement):
    move = due_move(deliverable(engagement))
    changes.withdraw(by=cast.manager, change=asked(cast, engagement, move))
    changes.decide(by=cast.signer, change=asked(cast, engagement, move), approve=False, words="Too late")
    assert asked(cast, engagement, move).number == 3


def test_what_is_out_of_date_may_be_asked_anew_while_it_waits(cast, engagement):
    one = deliverable(engagement)
    asked(cast, engagement, due_move(one))
    sooner = asked(cast, engagement, due_move(one, date(2026, 12, 8)), what="Two days")
    changes.decide(by=cast.signer, change=sooner, approve=True)
    assert asked(cast, engagement, due_move(deliverable(engagement))).number == 3


def test_of_two_that_ask_the_same_at_once_one_is_asked(really):
    with as_firm():
        cast = factories.cast()
        engagement = factories.active(cast)
        move = due_move(deliverable(engagement))

    def ask():
        again = Engagement.objects.select_related("client").get(pk=engagement.pk)
        return asked(cast, again, move)

    answers = at_once([ask, ask])
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyAsked", "PlanChange"]
    with as_firm():
        assert PlanChange.objects.count() == 1

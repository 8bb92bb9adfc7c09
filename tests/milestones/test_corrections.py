"""A typo in a date is put right within two working days, before a digest showed it."""

from datetime import date

import pytest

from accounts.errors import DomainError, IllegalMove, NotAllowed
from milestones import slips
from milestones.actions import changes, corrections
from milestones.actions.changes import Move
from milestones.models import DueMove
from milestones.states import Moves
from tests.factories import deliverable

RIGHT = date(2026, 12, 2)


def correct(cast, thing, to_on=RIGHT, reason="A typo: the second, not the twenty-ninth", by=None):
    return corrections.correct_due(by=by or cast.manager, thing=thing, to_on=to_on, reason=reason)


def test_a_date_is_corrected_with_a_reason_and_the_agreed_one_stays(cast, engagement):
    one = deliverable(engagement)
    was, agreed = one.due_on, one.agreed_on
    correct(cast, one)
    assert (one.due_on, one.agreed_on) == (RIGHT, agreed)
    kept = DueMove.objects.get()
    assert (kept.from_on, kept.to_on, kept.change, kept.correction_reason[:6]) == (was, RIGHT, None, "A typo")


def test_a_milestone_is_corrected(cast, engagement):
    stage = engagement.milestones.get(day=60)
    correct(cast, stage, date(2026, 12, 7))
    assert stage.due_on == date(2026, 12, 7)


# Activated on Monday the 23rd: the window holds through Wednesday the 25th, at the client's.
@pytest.mark.parametrize(
    ("moment", "is_open"), [("2026-11-25T21:00:00+00:00", True), ("2026-11-25T22:30:00+00:00", False)]
)
def test_the_window_closes_after_two_working_days_at_the_clients(cast, engagement, monday, moment, is_open):
    monday.move_to(moment)
    one = deliverable(engagement)
    assert corrections.window(one).is_open is is_open
    if not is_open:
        with pytest.raises(IllegalMove, match="two working days"):
            correct(cast, one)


def test_a_digest_closes_the_window(cast, engagement):
    slips.release_to_client(engagement)
    with pytest.raises(IllegalMove, match="digest has shown"):
        correct(cast, deliverable(engagement))


def test_a_plan_change_opens_it_again_for_what_it_moved(cast, engagement, monday):
    monday.move_to("2026-11-30T10:00:00+00:00")
    move = Move(Moves.DUE, deliverable=deliverable(engagement), to_on=date(2026, 12, 20))
    change = changes.ask(by=cast.manager, engagement=engagement, what="Later", why="Late vendor", moves=[move])
    changes.decide(by=cast.signer, change=change, approve=True)
    correct(cast, deliverable(engagement), date(2026, 12, 21))
    with pytest.raises(IllegalMove):
        correct(cast, deliverable(engagement, "B"))


@pytest.mark.parametrize(
    ("to_on", "reason", "field"),
    [
        (RIGHT, "  ", "reason"),
        (RIGHT, "x" * 301, "reason"),
        (date(2026, 10, 1), "A typo", "to_on"),
        (date(9999, 1, 1), "A typo", "to_on"),
    ],
)
def test_a_correction_that_makes_no_sense_names_its_field(cast, engagement, to_on, reason, field):
    with pytest.raises(DomainError) as refused:
        correct(cast, deliverable(engagement), to_on, reason)
    assert refused.value.field == field


def test_only_a_manager_corrects(cast, engagement):
    with pytest.raises(NotAllowed):
        correct(cast, deliverable(engagement), by=cast.specialist)

"""Earlier sets of due dates: as agreed, and after each plan change that moved some."""

from datetime import date

from milestones.actions import changes, corrections
from milestones.moves import Move
from milestones.states import Moves
from milestones.versions import versions
from tests.factories import deliverable


def found(engagement):
    return versions(engagement, engagement.deliverables.all(), engagement.milestones.all())


def moved(cast, engagement, ref, on):
    move = Move(Moves.DUE, deliverable=deliverable(engagement, ref), to_on=on)
    change = changes.ask(by=cast.manager, engagement=engagement, what="Later", why="Why", moves=[move])
    changes.decide(by=cast.signer, change=change, approve=True)


def test_a_plan_that_never_moved_has_one_set(cast, engagement):
    assert found(engagement) == []


def test_each_change_leaves_the_set_before_it(cast, engagement):
    a, b = deliverable(engagement), deliverable(engagement, "B")
    first = {a.pk: a.due_on, b.pk: b.due_on}
    moved(cast, engagement, "A", date(2026, 12, 7))
    corrections.correct_due(
        by=cast.manager, thing=deliverable(engagement), to_on=date(2026, 12, 8), reason="A typo: the eighth"
    )
    moved(cast, engagement, "B", date(2026, 12, 10))
    moved(cast, engagement, "A", date(2026, 12, 14))
    agreed, one, two = found(engagement)
    assert (agreed.key, agreed.works) == ("agreed", first)
    assert (one.key, one.works) == ("1", {**first, a.pk: date(2026, 12, 8)})
    assert (two.key, two.works) == ("2", {a.pk: date(2026, 12, 8), b.pk: date(2026, 12, 10)})


def test_milestones_are_in_the_sets(cast, engagement):
    stage = engagement.milestones.get(day=60)
    move = Move(Moves.MILESTONE, milestone=stage, to_on=date(2026, 12, 11))
    change = changes.ask(by=cast.manager, engagement=engagement, what="Later", why="Why", moves=[move])
    changes.decide(by=cast.signer, change=change, approve=True)
    (agreed,) = found(engagement)
    assert agreed.stages[stage.pk] == stage.due_on

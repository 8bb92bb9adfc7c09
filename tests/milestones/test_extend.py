"""An engagement is extended by a further milestone once a signer approves it; what was agreed before stays."""

from datetime import date

import pytest

from accounts.errors import DomainError, IllegalMove, NotAllowed
from engagements.models import Placement
from milestones.actions import changes
from milestones.additions import packed
from milestones.models import Deliverable, Milestone, PlanMove
from milestones.moves import Move
from milestones.states import Moves
from tests import factories
from tests.factories import line

DUE = date(2027, 2, 2)


def addition(engagement, *, day=120, due_on=DUE, lines=None, placements=(), name="Hand over", reasons=None):
    start = 105
    made = lines if lines is not None else [
        line("X", day=day, start=start, due=110, owner=engagement.placements.get()),
        line("Y", day=day, start=111, due=115, after=("X",)),
    ]  # fmt: skip
    added = {"day": day, "name": name, "lines": [packed(one) for one in made], "placements": list(placements)}
    return Move(Moves.ADD, to_on=due_on, added=added | ({"reasons": reasons} if reasons else {}))


def ask(cast, engagement, move, by=None):
    who = by or cast.manager
    return changes.ask(by=who, engagement=engagement, what="To day 120", why="More claims", moves=[move])


def test_nothing_is_added_before_a_signer_approves(cast, engagement):
    before = {one.pk: (one.agreed_on, one.due_on) for one in engagement.milestones.all()}
    change = ask(cast, engagement, addition(engagement))
    assert engagement.milestones.count() == 3
    assert [one["day"] for one in change.effect["milestones"]][-1] == 120
    changes.decide(by=cast.signer, change=change, approve=True)
    stage = engagement.milestones.get(day=120)
    assert (stage.name, stage.due_on, stage.agreed_on) == ("Hand over", DUE, DUE)
    assert {pk: (one.agreed_on, one.due_on) for pk, one in Milestone.objects.in_bulk(before).items()} == before
    x, y = stage.deliverables.order_by("number")
    assert (x.agreed_on, x.owner, x.shared) == (x.due_on, engagement.placements.get(), True)
    assert list(y.as_successor.values_list("predecessor_id", flat=True)) == [x.pk]
    assert x.done_lines.count() == 2


def test_placements_go_on_where_that_was_asked_for(cast, engagement):
    placed = engagement.placements.get()
    before = placed.ends_on
    changes.decide(by=cast.signer, change=ask(cast, engagement, addition(engagement)), approve=True)
    placed.refresh_from_db()
    assert placed.ends_on == before
    longer = addition(engagement, day=150, due_on=date(2027, 3, 4), lines=[], placements=[placed.public_id])
    changes.decide(by=cast.signer, change=ask(cast, engagement, longer), approve=True)
    placed.refresh_from_db()
    assert placed.ends_on == date(2027, 3, 4)


def test_who_would_be_more_than_full_stays_with_a_reason_alone(cast, engagement):
    placed = engagement.placements.get()
    factories.active(cast, [], name="Another", start=date(2027, 1, 4))
    Placement.objects.exclude(pk=placed.pk).update(percent=80)
    longer = {"lines": [], "placements": [placed.public_id]}
    with pytest.raises(DomainError, match="up to 120% in the weeks of") as refused:
        ask(cast, engagement, addition(engagement, **longer))
    assert refused.value.field == f"reason_{placed.public_id}"
    with pytest.raises(DomainError, match="under 300"):
        ask(cast, engagement, addition(engagement, **longer, reasons={placed.public_id: "x" * 301}))
    change = ask(cast, engagement, addition(engagement, **longer, reasons={placed.public_id: "The other ends soon"}))
    changes.decide(by=cast.signer, change=change, approve=True)
    placed.refresh_from_db()
    assert (placed.ends_on, placed.overload_reason) == (DUE, "The other ends soon")


def test_two_extensions_of_the_same_day_are_not_both_approved(cast, engagement):
    first, second = (ask(cast, engagement, addition(engagement, name=name)) for name in ("Hand over", "Run"))
    changes.decide(by=cast.signer, change=first, approve=True)
    with pytest.raises(IllegalMove, match="reaches past day 120"):
        changes.decide(by=cast.signer, change=second, approve=True)
    assert Deliverable.objects.filter(engagement=engagement).count() == 4


def test_the_same_extension_is_asked_for_once(cast, engagement):
    ask(cast, engagement, addition(engagement))
    with pytest.raises(changes.AlreadyAsked, match="Plan change 1"):
        ask(cast, engagement, addition(engagement))


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"day": 90}, "reaches to day 90"),
        ({"day": 2000}, "from 1 to 1500"),
        ({"name": " "}, "Give the milestone a name"),
        ({"name": "x" * 121}, "Give the milestone a name"),
        ({"due_on": date(2026, 12, 1)}, "before day 90"),
        ({"due_on": date(9999, 1, 1)}, "2000 to 2199"),
        ({"lines": [line("X", day=120, start=118, due=140)]}, "due after its milestone"),
        ({"lines": [line("X", day=120, start=20, due=40)]}, "on a day that is gone"),
        ({"lines": [line("X", day=120, start=112, due=110)]}, "due date is before its start"),
        ({"lines": [line("X", day=120, start=100, due=110, title="x" * 161)]}, "160"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(cast, engagement, more, sentence):
    with pytest.raises(DomainError, match=sentence):
        ask(cast, engagement, addition(engagement, **more))
    assert not PlanMove.objects.exists()


def test_a_contact_asks_for_more_in_words_alone(cast, engagement):
    with pytest.raises(NotAllowed, match="in words"):
        ask(cast, engagement, addition(engagement), by=cast.signer)

"""What a plan change would do to the forecast: a what-if that agrees with what comes once it is approved."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.db import as_firm
from accounts.errors import DomainError
from milestones import effects, slips
from milestones.actions import changes, life
from milestones.models import ForecastRun, PlanChange
from milestones.moves import Move
from milestones.states import Moves
from reports.pages.effects import effect_lines
from tests.conftest import at_once
from tests.factories import active, cast as make_cast, deliverable


def moves_of(engagement):
    stage = engagement.milestones.get(day=60)
    return [
        Move(Moves.DUE, deliverable=deliverable(engagement), to_on=date(2026, 12, 10)),
        Move(Moves.MILESTONE, milestone=stage, to_on=date(2026, 12, 14)),
        Move(Moves.DROP, deliverable=deliverable(engagement, "B")),
    ]


def test_the_effect_is_the_forecast_that_comes_once_approved(cast, engagement):
    moves = moves_of(engagement)
    (told,) = effects.effect_of(engagement, moves)["milestones"]
    slips.recompute(engagement)
    stage = engagement.milestones.get(day=60).public_id
    assert ForecastRun.objects.get().milestones[stage]["likely"] == told["before"]["likely"]
    change = changes.ask(by=cast.manager, engagement=engagement, what="Later", why="Why", moves=moves)
    changes.decide(by=cast.signer, change=change, approve=True)
    slips.recompute(engagement)
    now = ForecastRun.objects.get().milestones[stage]
    kept = PlanChange.objects.get().effect["milestones"][0]["after"]
    assert {name: now[name] for name in kept} == kept == told["after"]


def test_a_milestone_with_nothing_left_has_no_forecast_after(cast, engagement):
    drops = [Move(Moves.DROP, deliverable=deliverable(engagement, ref)) for ref in "AB"]
    told = effects.effect_of(engagement, drops)["milestones"]
    assert [("after" in one) for one in told] == [False] * len(told)


def test_what_is_moved_past_its_milestone_is_told(cast, engagement):
    stage, one = engagement.milestones.get(day=60), deliverable(engagement)
    after = stage.due_on + timedelta(days=1)
    late = Move(Moves.DUE, deliverable=one, to_on=after)

    def notes(*moves):
        return [line.note for line in effect_lines(effects.effect_of(engagement, moves)) if line.note]

    sentence = "1 deliverable would be due after day 60, which then waits for it. Move day 60 as well."
    assert notes(late) == [sentence]
    assert notes(late, Move(Moves.MILESTONE, milestone=stage, to_on=after)) == []
    assert notes(Move(Moves.DUE, deliverable=one, to_on=stage.due_on)) == []
    one.due_on = after
    one.save()
    assert notes(Move(Moves.DROP, deliverable=deliverable(engagement, "B"))) == []


def test_targets_and_holds_have_no_effect(cast, engagement):
    metric = engagement.metrics.get()
    assert effects.effect_of(engagement, [Move(Moves.TARGET, metric=metric, to_value=Decimal(45))]) == {}
    life.hold(by=cast.manager, engagement=engagement, why="Freeze")
    assert effects.effect_of(engagement, moves_of(engagement)) == {}


def test_a_milestone_before_the_start_is_refused_at_its_field(cast, engagement):
    move = Move(Moves.MILESTONE, milestone=engagement.milestones.get(day=30), to_on=date(2026, 9, 1))
    with pytest.raises(DomainError, match="before the engagement starts") as refused:
        changes.check(engagement, [move])
    assert refused.value.field == "milestone_30"


def test_two_signers_at_once_decide_once(really):
    with as_firm():
        people = make_cast()
        engagement = active(people)
        moves = moves_of(engagement)
        change = changes.ask(by=people.manager, engagement=engagement, what="Later", why="Why", moves=moves)

    def decide(who, *, approve):
        return lambda: (
            changes.decide(
                by=who,
                change=PlanChange.objects.select_related("engagement").get(pk=change.pk),
                approve=approve,
                words="No",
            ).state
        )

    results = at_once([decide(people.signer, approve=True), decide(people.other_signer, approve=False)])
    refused = [one for one in results if isinstance(one, Exception)]
    assert len(refused) == 1, results
    assert "already" in str(refused[0])
    with as_firm():
        change.refresh_from_db()
        moved = change.due_moves.count()
    assert (change.state, moved) in {("approved", 2), ("refused", 0)}

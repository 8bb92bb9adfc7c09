"""What would help is kept for the plan as it stood, by the job, and never taken for that of another plan."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from accounts import jobs
from accounts.db import as_portal
from accounts.models import Job
from engagements.models import Engagement
from milestones import effects, options, proposals, slips, tasks
from milestones.actions import waits, work
from milestones.models import Plan, WaysOut
from roles.actions import add_absence
from tests import factories
from tests.factories import START, TODAY, deliverable, line
from tests.milestones.test_slips import Silent


def facts(engagement: Engagement, day: int = 60) -> dict[str, Any]:
    kept = WaysOut.objects.get(engagement=engagement)
    return kept.milestones.get(engagement.milestones.get(day=day).public_id, {})


def kept_of(engagement: Engagement) -> WaysOut:
    kept = options.recompute(engagement)
    assert kept is not None
    return kept


def kinds(engagement: Engagement) -> list[str]:
    return [one["kind"] for one in facts(engagement).get("options", [])]


@pytest.fixture
def held(cast):
    """A is in progress and has waited on the client for ten days; B, which nobody signs, has not begun."""
    lines = [line("A", start=40, due=55, effort_days=8), line("B", due=60, effort_days=2, needs_sign_off=False)]
    engagement = factories.active(cast, lines)
    one = deliverable(engagement)
    work.start(by=cast.specialist, deliverable=one, on=START + timedelta(days=40))
    waits.open_wait(by=cast.manager, deliverable=one, on="client", what="Access", opened_on=date(2026, 11, 16))
    return engagement


@pytest.fixture
def crowded(cast):
    """Sam has six things in hand; Una, of the same role, is placed there and has none."""
    lines = [line(ref, start=30, due=58, effort_days=15) for ref in "ABCDEF"]
    engagement = factories.active(cast, lines)
    factories.placement(cast.manager, engagement, cast.unplaced)
    for ref in "ABCDEF":
        work.start(by=cast.specialist, deliverable=deliverable(engagement, ref), on=START + timedelta(days=30))
    return engagement


@pytest.fixture
def two_in_hand(cast):
    """Sam has A in hand, half done, and B should have begun; C is due for day 90, and will be late anyhow."""
    lines = [line("A", start=40, due=58, effort_days=8), line("B", start=45, due=60, effort_days=6)]
    engagement = factories.active(cast, [*lines, line("C", day=90, start=50, due=88, effort_days=20)])
    a = work.start(by=cast.specialist, deliverable=deliverable(engagement), on=START + timedelta(days=40))
    work.tick(by=cast.specialist, line=a.done_lines.all()[0], ticked=True)
    return engagement


def moves(engagement: Engagement) -> list[dict[str, Any]]:
    return [one for one in facts(engagement).get("options", []) if one["kind"] == "move"]


def test_what_may_wait_is_proposed_for_the_next_milestone(two_in_hand):
    options.recompute(two_in_hand)
    (one,) = moves(two_in_hand)
    stage = two_in_hand.milestones.get(day=90)
    assert (one["work"], one["stage"]) == (deliverable(two_in_hand, "B").public_id, stage.public_id)
    assert "2026-12-05" <= one["due"] < stage.due_on.isoformat()
    assert one["eight_days"] >= 1
    assert 0 < one["chance_there"] <= one["chance_was"] < 1


def test_what_has_begun_may_wait_while_nothing_of_it_is_done(cast, two_in_hand):
    b = work.start(by=cast.specialist, deliverable=deliverable(two_in_hand, "B"))
    options.recompute(two_in_hand)
    assert b.public_id in [one["work"] for one in moves(two_in_hand)]
    work.tick(by=cast.specialist, line=b.done_lines.all()[0], ticked=True)
    options.recompute(two_in_hand)
    assert moves(two_in_hand) == []


def test_the_option_says_what_the_plan_change_then_says(cast, two_in_hand):
    options.recompute(two_in_hand)
    (one,) = moves(two_in_hand)
    moved = proposals.to_stage(two_in_hand, one["work"], "90", one["due"])
    told = {facts["day"]: facts for facts in effects.effect_of(two_in_hand, moved)["milestones"]}
    assert told[60]["after"]["chance"] == pytest.approx(one["chance"], abs=0.05)
    assert told[90]["after"]["chance"] == pytest.approx(one["chance_there"], abs=0.05)


def test_a_wait_that_costs_days_is_proposed(held):
    kept = kept_of(held)
    assert (kept.on, kept.plan_version) == (TODAY, Plan.objects.get(engagement=held).version)
    one = next(one for one in facts(held)["options"] if one["kind"] == "wait")
    assert (one["work"], one["on"], one["client"]) == (deliverable(held).public_id, "2026-11-25", True)
    assert one["eight_days"] >= 1 or one["chance"] > 0.05
    assert all(link["days"] > 0 for link in facts(held)["chain"])


def test_work_of_somebody_overloaded_goes_to_a_colleague_with_room(crowded):
    options.recompute(crowded)
    one = next(one for one in facts(crowded)["options"] if one["kind"] == "owner")
    una = crowded.placements.get(user__name="Una Unplaced")
    assert (one["to"], one["load"], one["owner_load"]) == (una.public_id, 0, 6)


def test_nobody_who_is_away_soon_is_proposed(cast, crowded):
    add_absence(by=cast.manager, person=cast.unplaced, starts_on=date(2026, 11, 30), ends_on=date(2026, 12, 4))
    options.recompute(crowded)
    assert "owner" not in kinds(crowded)


def test_nobody_whose_weeks_are_over_full_is_proposed(cast, crowded):
    other = factories.draft(cast, client=cast.other_client, name="Elsewhere")
    placed = factories.placement(cast.manager, other, cast.unplaced, percent=60)
    type(placed).objects.filter(pk=placed.pk).update(percent=70)
    options.recompute(crowded)
    assert "owner" not in kinds(crowded)


def test_nothing_is_proposed_where_all_is_on_track(cast):
    engagement = factories.active(cast, [line("A", day=90, start=60, due=88, effort_days=2, needs_sign_off=False)])
    run = slips.recompute(engagement)
    assert run is not None
    assert run.health == "on_track"
    assert kept_of(engagement).milestones == {}


def test_what_is_kept_of_a_newer_plan_stays(held):
    kept = kept_of(held)
    WaysOut.objects.update(plan_version=kept.plan_version + 5)
    options.recompute(held)
    assert WaysOut.objects.get().plan_version == kept.plan_version + 5


def test_a_plan_that_runs_in_a_circle_keeps_nothing(held, caplog):
    a, b = deliverable(held), deliverable(held, "B")
    for first, second in ((a, b), (b, a)):
        held.dependencies.create(client_id=held.client_id, predecessor=first, successor=second)
    assert options.recompute(held) is None
    assert "cannot be forecast" in caplog.text


def test_the_forecasts_job_works_them_out_once_a_plan(held):
    for job in Job.objects.filter(kind="slip_engagement"):
        tasks.slip_engagement(job, Silent(job))
    made_at = WaysOut.objects.get(engagement=held).made_at
    assert options.is_current(held)
    job = Job.objects.filter(kind="slip_engagement").latest("pk")
    tasks.slip_engagement(job, Silent(job))
    assert WaysOut.objects.get(engagement=held).made_at == made_at


def test_the_night_asks_for_those_that_slip(held):
    night = jobs.request(kind="slip_nightly", key="night", args={"time_zone": "Europe/Helsinki"}, by=None)
    tasks.slip_nightly(night, Silent(night))
    job = Job.objects.get(kind="slip_options", key="night")
    assert tasks.slip_options(job, Silent(job)) == {"made": 1, "of": 1}
    assert facts(held)["options"]


def test_the_portal_never_sees_them(cast, held):
    options.recompute(held)
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        as_portal([cast.client.pk], cast.signer),
    ):
        list(WaysOut.objects.all())


def test_giving_work_says_what_the_next_milestone_gains(cast, crowded):
    una = crowded.placements.get(user__name="Una Unplaced")
    effect = options.effect_of_giving(deliverable(crowded), una)
    assert effect is not None
    assert effect.days + effect.eight_in_ten_days >= 1
    assert effect.after.likely <= effect.before.likely

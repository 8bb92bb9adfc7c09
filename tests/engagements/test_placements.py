"""Placements, and how full weeks get."""

from datetime import date

import pytest

from accounts.errors import DomainError, IllegalMove, NotAllowed
from engagements.actions import placements
from engagements.loads import Share, by_week, overloaded
from engagements.models import Engagement, Placement
from roles.models import Role, Specialist
from tests import factories
from tests.conftest import at_once
from tests.factories import Cast


def place(cast: Cast, engagement: Engagement, percent: int = 40, **more: object) -> Placement:
    """Place the specialist in October and November."""
    fields = {
        "specialist": Specialist.objects.get(user=cast.specialist),
        "role": Role.objects.get(key="ml_engineer"),
        "percent": percent,
        "starts_on": date(2026, 10, 5),
        "ends_on": date(2026, 11, 29),
    }
    return placements.place(by=cast.manager, engagement=engagement, **(fields | more))  # type: ignore[arg-type]


def test_weeks_take_their_fullest_day() -> None:
    rows = [
        Share(1, 60, date(2026, 11, 2), date(2026, 11, 11)),
        Share(1, 60, date(2026, 11, 12), date(2026, 11, 20)),
        Share(1, 50, date(2026, 11, 18), date(2026, 11, 18)),
    ]
    found = by_week(rows, date(2026, 11, 4), date(2026, 11, 25))
    assert list(found.values()) == [60, 60, 110, 0]
    assert overloaded(rows, date(2026, 11, 4), date(2026, 11, 25)) == {date(2026, 11, 16): 110}


def test_more_than_a_full_week_across_engagements_needs_a_reason(cast: Cast) -> None:
    first, second = factories.draft(cast), factories.draft(cast, client=cast.other_client)  # 40 percent each
    with pytest.raises(DomainError) as refused:
        place(cast, second, 30)
    assert refused.value.field == "overload_reason"
    assert "Sam Specialist would be at up to 110% in the weeks of 5 Oct, 12 Oct" in str(refused.value)
    assert place(cast, second, 30, overload_reason="Until Una is there").overload_reason
    assert first.placements.count() == 1


def test_what_was_removed_or_ended_takes_no_time(cast: Cast) -> None:
    engagement = factories.draft(cast)
    ids = [Specialist.objects.get(user=cast.specialist).pk]
    week = date(2026, 11, 16)
    assert placements.loads(ids, week, week) == {ids[0]: {week: 40}}
    Engagement.objects.filter(pk=engagement.pk).update(removed_at="2026-11-20T00:00Z")
    assert placements.loads(ids, week, week) == {ids[0]: {week: 0}}


@pytest.mark.parametrize("percent", [0, -5, 101, 10**9])
def test_percent_is_from_1_to_100(cast: Cast, percent: int) -> None:
    with pytest.raises(DomainError):
        place(cast, factories.draft(cast), percent)


def test_ends_before_it_starts_is_refused(cast: Cast) -> None:
    with pytest.raises(DomainError):
        place(cast, factories.draft(cast), ends_on=date(2026, 10, 1))


def test_change_and_removal(cast: Cast) -> None:
    engagement = factories.draft(cast)
    placement = place(cast, engagement, 20)
    changed = placements.change_placement(
        by=cast.manager, placement=placement, percent=30, starts_on=placement.starts_on, ends_on=date(2026, 12, 1)
    )
    assert changed.percent == 30
    placements.remove_placement(by=cast.manager, placement=placement)
    with pytest.raises(IllegalMove):  # owns deliverables
        placements.remove_placement(by=cast.manager, placement=engagement.placements.get())
    with pytest.raises(NotAllowed):
        placements.remove_placement(by=cast.specialist, placement=engagement.placements.get())


def test_two_at_once_do_not_fill_a_week_twice(really: None) -> None:
    from accounts.db import as_firm

    with as_firm():
        cast = factories.cast()
        one, two = factories.draft(cast), factories.draft(cast, client=cast.other_client)
    made = at_once([lambda: place(cast, one, 20), lambda: place(cast, two, 20)])
    assert sum(isinstance(result, Placement) for result in made) == 1
    assert sum(isinstance(result, DomainError) for result in made) == 1

"""The measurement data holds together as a plan does, and the tables say what was measured."""

from collections import Counter

import pytest

from accounts.db import as_firm
from benchmarks import works
from benchmarks.data import Size, World, build
from benchmarks.jobs import JobResult
from benchmarks.load import Load, quantile
from benchmarks.pages import PageResult, QueryResult
from benchmarks.suite import Report, faults, shown
from benchmarks.table import number, table
from engagements.models import Engagement
from milestones import slips
from milestones.models import Deliverable, Dependency, Wait
from milestones.states import DeliverableState as State


@pytest.fixture
def world(firm: None) -> World:
    return build(Size(3, 12), "T", "Europe/Helsinki")


def test_every_engagement_gets_its_deliverables_at_all_stages(world: World) -> None:
    rows = Deliverable.objects.filter(engagement__in=world.engagements)
    assert Counter(rows.values_list("engagement__code", flat=True)) == {"T-000": 12, "T-001": 12, "T-002": 12}
    assert {State.PLANNED, State.IN_PROGRESS, State.IN_REVIEW, State.ACCEPTED} == set(
        rows.values_list("state", flat=True)
    )
    assert Dependency.objects.filter(engagement=world.engagements[0]).count() == 9


def test_what_needs_sign_off_was_accepted_by_a_signer_of_its_client(world: World) -> None:
    signed = Deliverable.objects.filter(state=State.ACCEPTED, needs_sign_off=True)
    assert signed.count() > 0
    assert {one.sign_off.signer.client_id == one.client_id for one in signed if one.sign_off} == {True}
    in_review = Deliverable.objects.filter(state=State.IN_REVIEW, needs_sign_off=True)
    waits = Wait.objects.filter(for_sign_off=True, closed_on=None)
    assert set(waits.values_list("deliverable", flat=True)) == set(in_review.values_list("pk", flat=True))


def test_the_data_can_be_forecast(world: World) -> None:
    engagements = Engagement.objects.select_related("client").filter(pk__in=[one.pk for one in world.engagements])
    assert len(slips.recompute_many(list(engagements))) == 3


def test_two_lots_stand_side_by_side(world: World) -> None:
    build(Size(1, 3), "U", "Europe/London")
    with as_firm():
        assert set(Engagement.objects.values_list("code", flat=True)) == {"T-000", "T-001", "T-002", "U-000"}


@pytest.mark.parametrize(
    ("place", "start", "elapsed", "state"),
    [
        (0, 41, 40, State.PLANNED),
        (0, 20, 40, State.ACCEPTED),
        (5, 20, 40, State.IN_PROGRESS),
        (1, 35, 40, State.IN_REVIEW),
        (2, 35, 40, State.IN_PROGRESS),
    ],
)
def test_a_deliverable_is_as_far_as_its_dates_say(place: int, start: int, elapsed: int, state: State) -> None:
    assert works.state_of(place, start, elapsed) == state


def test_a_quantile_is_a_value_that_was_measured() -> None:
    ordered = [float(value) for value in range(1, 21)]
    assert (quantile(ordered, 0.5), quantile(ordered, 0.95), quantile([7.0], 0.95)) == (10.0, 19.0, 7.0)


def test_a_table_is_markdown_with_its_numbers_on_the_right() -> None:
    assert table(["Page", "ms"], [["Portfolio", "9.5"], ["Plan", "12"]]).splitlines() == [
        "| Page      |  ms |",
        "|-----------|----:|",
        "| Portfolio | 9.5 |",
        "| Plan      |  12 |",
    ]


def test_a_row_that_is_short_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        table(["Page", "ms"], [["Portfolio"]])


def test_numbers_keep_three_digits_that_count() -> None:
    assert [number(value) for value in (1234.5, 99.94, 10.04, 1.234)] == ["1,234", "99.9", "10.0", "1.23"]


def report(portfolio: QueryResult) -> Report:
    loads = [Load(1, 100, 50.0, 20.0, 30.0), Load(8, 100, 80.0, 90.0, 150.0)]
    made = [JobResult("Slip job", 200, "engagements", 10.0, "the forecasts alone", 5.0)]
    return Report(Size(3, 12), [PageResult("Portfolio", loads, [2.0, 3.0])], [portfolio], made, 60.0)


def test_what_is_shown_holds_pages_queries_and_jobs() -> None:
    lines = shown(report(QueryResult("Portfolio", 11, 11))).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line]
    assert ["Portfolio", "50.0", "20.0", "30.0", "2.00 x", "80.0", "90.0", "150", "3.00 x"] in cells
    assert ["Portfolio", "11", "11", "12"] in cells
    assert ["Slip job", "200 engagements", "10.0", "20.0", "50.0", "2.00 x", "the forecasts alone"] in cells


def test_queries_that_grow_or_are_too_many_are_faults() -> None:
    assert faults(report(QueryResult("Portfolio", 11, 11))) == []
    assert faults(report(QueryResult("Portfolio", 11, 13))) == [
        "Portfolio: 11 queries with few rows, 13 with all.",
        "Portfolio: 13 queries, and 12 are allowed.",
    ]
    assert report(QueryResult("Portfolio", 11, 11)).plain()["jobs"][0]["times_floor"] == 2.0  # type: ignore[index]

"""How the forecast moved: by day, against the due date that was in force, and never a line from too little."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client as Browser

from accounts.db import as_firm
from engagements.models import Engagement
from milestones.actions import changes
from milestones.models import ForecastRun, Milestone
from milestones.states import Moves
from reports import history
from tests import factories
from tests.reports.conftest import Counted, Firm

NOON = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def said_on(engagement: Engagement, milestone: Milestone, back: int, likely: date, far: date) -> None:
    """Keep a forecast of so many days ago."""
    told = {"likely": likely.isoformat(), "eight_in_ten": far.isoformat(), "chance": 0.4, "health": "off_track"}
    ForecastRun.objects.create(
        engagement=engagement,
        client_id=engagement.client_id,
        on=engagement.today() - timedelta(days=back),
        plan_version=1,
        forecaster="test",
        health="off_track",
        likely=likely,
        eight_in_ten=far,
        chance=0.4,
        milestones={milestone.public_id: told},
    )


@pytest.fixture
def moved(at_work: Firm) -> Milestone:
    """Forecasts of three days before today's: likely 7, 9 and 11 December."""
    with as_firm():
        milestone = at_work.engagement.milestones.get(day=60)
        for back, day in ((14, 7), (7, 9), (1, 11)):
            said_on(at_work.engagement, milestone, back, date(2026, 12, day), date(2026, 12, day + 7))
    return milestone


def of(at_work: Firm, milestone: Milestone | None) -> history.History:
    with as_firm():
        engagement = Engagement.objects.select_related("client").get(pk=at_work.engagement.pk)
        return history.of(engagement, milestone, list(engagement.milestones.all()))


def test_a_milestones_days_are_in_order_with_what_they_said(at_work: Firm, moved: Milestone) -> None:
    found = of(at_work, moved)
    assert [one.on for one in found.days] == sorted(one.on for one in found.days)
    assert [one.likely.day for one in found.days[:3]] == [7, 9, 11]
    assert {one.due for one in found.days} == {moved.due_on}
    assert found.is_enough


def test_each_day_stands_against_the_due_date_of_that_day(at_work: Firm, moved: Milestone) -> None:
    before, later = moved.due_on, moved.due_on + timedelta(days=14)
    with as_firm(), time_machine.travel(NOON - timedelta(days=5)):
        change = changes.ask(
            by=at_work.people.manager,
            engagement=at_work.engagement,
            what="Later",
            why="The vendor",
            moves=[changes.Move(Moves.MILESTONE, milestone=moved, to_on=later)],
        )
        changes.decide(by=at_work.people.signer, change=change, approve=True)
        moved.refresh_from_db()
    assert [one.due for one in of(at_work, moved).days] == [before, before, later, later]


def test_it_ends_with_the_finish(at_work: Firm, moved: Milestone) -> None:
    with as_firm():
        run = ForecastRun.objects.get(engagement=at_work.engagement, on=date(2026, 11, 16))
        run.milestones[moved.public_id]["finished_on"] = "2026-11-15"
        run.save(update_fields=["milestones"])
    assert len(of(at_work, moved).days) == 2


def test_the_page_says_how_it_moved_and_shows_the_table(at_work: Firm, moved: Milestone, manager: Browser) -> None:
    page = manager.get(at_work.url("forecast/?of=60")).content.decode()
    assert "On 9 Nov it was likely 7 Dec" in page
    assert page.count('role="img"') >= 3
    assert "<td>9 Dec</td><td>16 Dec</td>" in page
    assert "SPI(t)" in page
    whole = manager.get(at_work.url("forecast/?of=all")).content.decode()
    assert "Forecast of the engagement by day" in whole


def test_too_little_is_said_to_be_too_little(at_work: Firm, manager: Browser) -> None:
    page = manager.get(at_work.url("forecast/")).content.decode()
    assert "Not enough history yet: the forecast of 1 day is kept" in page
    assert 'id="fh-t"' not in page


def test_nothing_known_or_asked_shows_the_current_milestone(at_work: Firm, moved: Milestone, manager: Browser) -> None:
    page = manager.get(at_work.url("forecast/?of=77")).content.decode()
    assert '<a href="?of=60" aria-current="true">' in page


def test_the_list_for_a_spreadsheet_has_every_milestone_and_the_whole(
    at_work: Firm, moved: Milestone, manager: Browser
) -> None:
    answer = manager.get(at_work.url("forecast.csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(answer)))
    assert rows[0] == ["of", "Day", "Likely", "8 in 10 by", "Due then", "Chance"]
    assert next(row for row in rows if row[0] == "60") == [
        "60", "2026-11-09", "2026-12-07", "2026-12-14", moved.due_on.isoformat(), "0.40"
    ]  # fmt: skip
    assert sum(row[0] == "all" for row in rows) == 4


def test_its_queries_do_not_grow_with_its_days(
    at_work: Firm, moved: Milestone, manager: Browser, counted: Counted
) -> None:
    few = counted(manager, at_work.url("forecast/"))
    with as_firm():
        for back in range(20, 60):
            said_on(at_work.engagement, moved, back, date(2026, 12, 7), date(2026, 12, 14))
    assert counted(manager, at_work.url("forecast/")) == few


def test_spi_is_the_plans_worth_through_the_days_gone(at_work: Firm) -> None:
    with as_firm():
        engagement = Engagement.objects.select_related("client").get(pk=at_work.engagement.pk)
        earned = history.earned_of(engagement)
    assert 0 <= float(earned.number) <= 1
    assert "1 keeps to it" in earned.said


def test_a_new_plan_has_no_spi_yet(at_work: Firm) -> None:
    with as_firm():
        lines = [factories.line("N", start=48, due=58)]
        fresh = factories.active(at_work.people, lines, name="Fresh")
        assert history.earned_of(fresh).number == ""
        assert "Not enough history yet" in history.earned_of(fresh).said

"""The placement radar on tab Team and on the list of specialists."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from accounts.db import as_firm
from engagements.actions.placements import change_placement
from engagements.models import Placement
from milestones import slips
from milestones.actions import life, talk, waits
from milestones.models import CheckIn, ForecastRun
from milestones.states import Answer
from reports import radar
from roles.actions import add_absence
from tests import factories
from tests.reports.conftest import Counted, Firm


def found(firm: Firm) -> dict[str, radar.Finding]:
    with as_firm():
        firm.engagement.refresh_from_db()
        return {one.kind: one for one in radar.of_engagement(firm.engagement)}


def shorten(firm: Firm, day: date) -> None:
    with as_firm():
        row = Placement.objects.get(engagement=firm.engagement)
        change_placement(by=firm.people.manager, placement=row, percent=40, starts_on=row.starts_on, ends_on=day)


@pytest.fixture
def critical(at_work: Firm) -> Firm:
    """Every open deliverable is critical, in the words of the last forecast."""
    with as_firm():
        run = ForecastRun.objects.get(engagement=at_work.engagement)
        for facts in run.milestones.values():
            facts["critical"] = [at_work.a.public_id, at_work.b.public_id, at_work.c.public_id]
        run.save(update_fields=["milestones"])
    return at_work


def test_rolling_off_before_critical_work_is_found_with_its_links(critical: Firm, manager: Browser) -> None:
    shorten(critical, date(2026, 11, 24))
    one = found(critical)["roll_off"]
    assert one.who == "Sam Specialist"
    assert one.text.startswith("rolls off on 24 Nov, ")
    assert [label for label, _url in one.links] == ["Extend", "Replace"]
    page = manager.get(critical.url("team/")).text
    for _label, url in one.links:
        assert url in page
        assert manager.get(url).status_code == 200


def test_one_person_with_all_the_critical_work_is_found(critical: Firm, manager: Browser) -> None:
    one = found(critical)["holder"]
    assert "3 of 3 deliverables" in one.text
    assert manager.get(one.links[0][1]).text.count(" checked") == 3


def test_silence_is_found_and_a_word_ends_it(at_work: Firm, monday: time_machine.Traveller) -> None:
    with as_firm():
        waits.close_wait(by=at_work.people.manager, wait=at_work.wait)
    assert "silent" not in found(at_work)
    monday.shift(timedelta(days=7))
    one = found(at_work)["silent"]
    assert one.text.startswith("has moved nothing for 5 working days, since 23 Nov; 2 deliverables are theirs to move.")
    assert one.links[0] == ("Write", "mailto:sam@firm.example")
    with as_firm():
        talk.check_in(by=at_work.people.specialist, deliverable=at_work.b, answer=Answer.FINE)
    assert "silent" not in found(at_work)


def test_days_away_are_no_silence(at_work: Firm, monday: time_machine.Traveller) -> None:
    with as_firm():
        people = at_work.people
        days: dict[str, Any] = {"starts_on": date(2026, 11, 25), "ends_on": date(2026, 11, 26)}
        add_absence(by=people.manager, person=people.specialist, **days)
    monday.shift(timedelta(days=7))
    assert "silent" not in found(at_work)


def test_nothing_is_found_at_an_engagement_on_hold(critical: Firm) -> None:
    with as_firm():
        life.hold(by=critical.people.manager, engagement=critical.engagement, why="The vendor is down")
    assert found(critical) == {}


def test_specialists_do_not_see_the_radar(critical: Firm, specialist: Browser) -> None:
    assert "Placement radar" not in specialist.get(critical.url("team/")).text


def test_an_over_full_week_is_found_over_all_engagements(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        people = at_work.people
        other = factories.draft(people, client=people.other_client, name="Fraud")
        row = Placement.objects.get(engagement=other)
        change_placement(
            by=people.manager,
            placement=row,
            percent=80,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            overload_reason="A busy month",
        )
    one = found(at_work)["full"]
    assert "up to 120% in" in one.text
    assert "Halden Bank and Meridian Health" in one.text
    assert "Placement radar" in manager.get("/specialists/").text


def test_queries_do_not_grow_with_the_engagements(at_work: Firm, manager: Browser, counted: Counted) -> None:
    before = counted(manager, "/specialists/")
    with as_firm():
        people = at_work.people
        slips.recompute(factories.active(people, client=people.other_client, name="Fraud"))
    assert counted(manager, "/specialists/") == before


def test_a_word_of_the_week_counts_as_a_move(at_work: Firm) -> None:
    with as_firm():
        talk.check_in(by=at_work.people.specialist, deliverable=at_work.b, answer=Answer.FINE)
        assert CheckIn.objects.filter(deliverable=at_work.b).exists()
        row = Placement.objects.get(engagement=at_work.engagement)
        assert radar._moved([row])[row.pk] == date(2026, 11, 23)

"""What ends within 60 days, and what can be done about it."""

from datetime import date, timedelta

import time_machine
from django.test import Client as Browser

from accounts.db import as_firm
from engagements.actions.placements import change_placement
from engagements.models import Placement
from milestones.actions import life
from milestones.models import Deliverable
from tests import factories
from tests.reports.conftest import Counted, Firm, signed_in


def ends(firm: Firm, day: date, **more: object) -> Placement:
    with as_firm():
        row = Placement.objects.get(engagement=firm.engagement)
        facts = {"percent": 50, "starts_on": row.starts_on, "ends_on": day, **more}
        return change_placement(by=firm.people.manager, placement=row, **facts)  # type: ignore[arg-type]


def test_endings_are_grouped_by_distance(at_work: Firm, manager: Browser) -> None:
    ends(at_work, date(2026, 12, 4), order_number="PO-7", order_ends_on=date(2026, 12, 21))
    page = manager.get("/endings/").text
    assert page.index("Within 14 days") < page.index("Sam Specialist, ML engineer") < page.index("Within 30 days")
    assert page.index("Within 30 days") < page.index("Purchase order PO-7 ends on 21 Dec")
    assert page.index("Within 60 days") < page.index("Claims intake</a>")
    assert "3 deliverables are open. 5 of 22.5 contracted days left." in page


def test_each_ending_leads_to_what_can_be_done(at_work: Firm, manager: Browser) -> None:
    row = ends(at_work, date(2026, 12, 4))
    page = manager.get("/endings/").text
    for rest in (f"team/{row.public_id}/", f"team/{row.public_id}/replace/", f"owners/?pick={at_work.a.public_id}"):
        assert at_work.url(rest) in page
        assert manager.get(at_work.url(rest)).status_code == 200


def test_who_has_nothing_open_rolls_off_too(at_work: Firm, manager: Browser) -> None:
    row = ends(at_work, date(2026, 12, 4))
    with as_firm():
        Deliverable.objects.update(owner=None)
    page = manager.get("/endings/").text
    assert at_work.url(f"team/{row.public_id}/#id_ends_on") in page
    assert 'id="id_ends_on"' in manager.get(at_work.url(f"team/{row.public_id}/")).text


def test_what_ends_later_than_in_60_days_is_left_out(at_work: Firm, manager: Browser) -> None:
    ends(at_work, date(2027, 3, 1))
    page = manager.get("/endings/").text
    assert "Sam Specialist" not in page.split('id="main"')[1]


def test_an_engagement_past_its_last_milestone_comes_first(at_work: Firm, monday: time_machine.Traveller) -> None:
    monday.shift(timedelta(days=60))
    page = signed_in(at_work.people.manager).get("/endings/").text
    assert "Past the end" in page
    assert "days late" in page


def test_what_has_ended_is_no_ending(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        life.end_early(by=at_work.people.manager, engagement=at_work.engagement, why="The budget is gone")
    assert "Nothing ends soon" in manager.get("/endings/").text


def test_endings_for_a_spreadsheet(at_work: Firm, manager: Browser) -> None:
    ends(at_work, date(2026, 12, 4))
    assert 'Placement,"Sam Specialist, ML engineer",Meridian Health,2026-12-04,11,' in manager.get("/endings.csv").text


def test_endings_are_for_managers(at_work: Firm, specialist: Browser) -> None:
    assert specialist.get("/endings/").status_code == 403
    assert specialist.get("/endings.csv").status_code == 403


def test_queries_do_not_grow_with_what_ends(at_work: Firm, manager: Browser, counted: Counted) -> None:
    before = counted(manager, "/endings/")
    with as_firm():
        factories.active(at_work.people, client=at_work.people.other_client, name="Fraud")
    assert counted(manager, "/endings/") == before

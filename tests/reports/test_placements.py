"""Placements on the engagement's pages: replaced, changed, and work handed on."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client as Browser

from accounts.db import as_firm
from engagements.loads import Share
from engagements.models import Placement
from milestones.models import Deliverable, Handover
from reports.pages.people import free_words
from roles.models import Specialist
from tests import factories
from tests.reports.conftest import Counted, Firm, signed_in


def own(firm: Firm) -> Placement:
    with as_firm():
        return Placement.objects.get(engagement=firm.engagement, user=firm.people.specialist)


def typed(firm: Firm, **more: object) -> dict[str, object]:
    with as_firm():
        una = Specialist.objects.get(user=firm.people.unplaced)
    data = {
        "last_on": "2026-11-27",
        "specialist": una.pk,
        "starts_on": "2026-11-26",
        "ends_on": "2027-01-03",
        "percent": 60,
        "work": [firm.b.pk, firm.c.pk],
    }
    return {**data, **more}


def test_a_specialist_is_replaced_from_tab_team(at_work: Firm, manager: Browser) -> None:
    address = at_work.url(f"team/{own(at_work).public_id}/replace/")
    assert address in manager.get(at_work.url("team/")).text
    page = manager.get(address).text
    assert "Una Unplaced, ML engineer, 0% placed this week" in page
    assert page.count('name="work"') == page.count(" checked") == 3
    answer = manager.post(address, typed(at_work), follow=True)
    assert "Una Unplaced takes over; 2 deliverables move" in answer.text
    assert "Handover from Sam Specialist to Una Unplaced" in answer.text
    with as_firm():
        assert Deliverable.objects.filter(pk=at_work.b.pk, owner__user=at_work.people.unplaced).exists()


def test_what_is_refused_keeps_what_was_typed(at_work: Firm, manager: Browser) -> None:
    address = at_work.url(f"team/{own(at_work).public_id}/replace/")
    answer = manager.post(address, typed(at_work, last_on="2028-01-01", title="Lead"))
    assert answer.status_code == 422
    assert "Choose a last day between them" in answer.text
    assert 'value="Lead"' in answer.text
    with as_firm():
        assert not Handover.objects.exists()


def test_only_managers_replace_and_change(at_work: Firm, specialist: Browser) -> None:
    for rest in (f"team/{own(at_work).public_id}/replace/", f"team/{own(at_work).public_id}/", "owners/"):
        assert specialist.get(at_work.url(rest)).status_code == 403
        assert specialist.post(at_work.url(rest), typed(at_work)).status_code == 403


def test_both_weeks_show_the_checklist_until_it_is_done(at_work: Firm, manager: Browser, specialist: Browser) -> None:
    manager.post(at_work.url(f"team/{own(at_work).public_id}/replace/"), typed(at_work))
    coming = signed_in(at_work.people.unplaced)
    for browser in (specialist, coming):
        assert "Handover from Sam Specialist to Una Unplaced" in browser.get("/me/").text
    with as_firm():
        lines = list(Handover.objects.get().lines.all())
    for line in lines:
        answer = coming.post(f"/handovers/lines/{line.public_id}/tick/", {"ticked": "true", "next": "/me/"})
        assert answer["Location"] == "/me/"
    assert "Handover from" not in specialist.get("/me/").text
    assert "Handed over" in manager.get(at_work.url("team/")).text


def test_a_stranger_finds_no_line(at_work: Firm, manager: Browser) -> None:
    manager.post(at_work.url(f"team/{own(at_work).public_id}/replace/"), typed(at_work))
    with as_firm():
        line = Handover.objects.get().lines.first()
        nobody = factories._specialist(at_work.people.administrator, "Nora Nowhere")
    assert line is not None
    assert signed_in(nobody).post(f"/handovers/lines/{line.public_id}/tick/", {"ticked": "on"}).status_code == 404
    assert signed_in(at_work.people.signer).post(f"/handovers/lines/{line.public_id}/tick/").status_code == 404


def test_a_placement_is_changed_with_its_purchase_order(at_work: Firm, manager: Browser) -> None:
    address = at_work.url(f"team/{own(at_work).public_id}/")
    data = {"percent": 50, "starts_on": "2026-10-05", "ends_on": "2026-12-31", "title": "Lead", "order_number": "PO-7"}
    assert ">Save</button>" in manager.get(address).text
    said = manager.post(address, {**data, "order_ends_on": "2026-12-11"}, follow=True).text
    assert "The placement of Sam Specialist is saved." in said
    row = own(at_work)
    assert (row.percent, row.title, row.order_number, str(row.order_ends_on)) == (50, "Lead", "PO-7", "2026-12-11")
    team = manager.get(at_work.url("team/")).text
    assert "Contracted: 31 days (62 working days at 50%), 13.5 left." in team
    assert "Purchase order PO-7 ends on 11 Dec, before the placement." in team


def test_the_end_of_a_purchase_order_needs_its_number(at_work: Firm, manager: Browser) -> None:
    address = at_work.url(f"team/{own(at_work).public_id}/")
    data = {"percent": 50, "starts_on": "2026-10-05", "ends_on": "2026-12-31", "order_ends_on": "2026-12-11"}
    answer = manager.post(address, data)
    assert answer.status_code == 422
    assert "Give the number of the purchase order" in answer.text


def test_several_deliverables_get_a_new_owner(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        una = factories.placement(at_work.people.manager, at_work.engagement, at_work.people.unplaced)
    page = manager.get(at_work.url(f"owners/?pick={at_work.b.public_id}"))
    assert page.text.count(" checked") == 1
    picks = [at_work.b.public_id, at_work.c.public_id]
    answer = manager.post(at_work.url("owners/"), {"pick": picks, "owner": una.public_id}, follow=True)
    assert "2 deliverables are Una Unplaced’s now." in answer.text
    refused = manager.post(at_work.url("owners/"), {"owner": una.public_id})
    assert "Choose at least one deliverable." in refused.text


def test_pages_take_no_more_queries_with_more_people(at_work: Firm, manager: Browser, counted: Counted) -> None:
    manager.post(at_work.url(f"team/{own(at_work).public_id}/replace/"), typed(at_work))
    before = counted(manager, at_work.url("team/"))
    with as_firm():
        nora = factories._specialist(at_work.people.administrator, "Nora Nowhere")
        factories.placement(at_work.people.manager, at_work.engagement, nora)
    assert counted(manager, at_work.url("team/")) == before


@pytest.mark.parametrize(
    ("percents", "said"),
    [
        ({}, "100% free"),
        ({"2026-11-02": 40}, "60% free, 100% from 9 Nov"),
        ({"2026-11-02": 40, "2026-11-09": 80}, "60% free until 8 Nov"),
        ({"2026-11-02": 100}, "100% free from 9 Nov"),
        ({"2026-11-02": 120, "2026-11-09": 50}, "50% free from 9 Nov"),
        ({"2026-11-02": 100, "2026-11-09": 100, "2026-11-16": 100}, "full for 3 weeks"),
    ],
)
def test_what_is_free_is_told_with_its_share(
    monday: time_machine.Traveller, percents: dict[str, int], said: str
) -> None:
    weeks = {date.fromisoformat(day): percent for day, percent in percents.items()}
    own = [Share(1, percent, day, day + timedelta(days=6)) for day, percent in weeks.items()]
    assert free_words(100, own, (date(2026, 11, 2), date(2026, 11, 22))) == said

"""The ledger of waits where both sides read it."""

from datetime import date

from django.test import Client as Browser

from accounts.db import as_firm
from engagements.models import Contact
from milestones.actions import waits
from milestones.models import Deliverable, ForecastRun
from reports import ledger
from reports.access import Reader
from reports.digest import content
from reports.pack import render
from reports.pack.read import read
from reports.pages.forecasts import Outlook
from tests.reports.conftest import Counted, Firm, signed_in


def on_us(firm: Firm) -> None:
    with as_firm():
        people = firm.people
        own = waits.open_wait(
            by=people.manager, deliverable=firm.c, on="firm", what="A second pair of eyes", opened_on=date(2026, 11, 16)
        )
        waits.close_wait(by=people.manager, wait=own, closed_on=date(2026, 11, 19))


def test_the_plan_says_who_was_waited_on(at_work: Firm, manager: Browser) -> None:
    on_us(at_work)
    page = manager.get(at_work.url()).text
    assert "Waiting so far: on Meridian Health 6 working days, on us 3." in page
    assert at_work.url("waits/") in page


def test_the_ledger_lists_every_wait_closed_ones_too(at_work: Firm, manager: Browser) -> None:
    on_us(at_work)
    page = manager.get(at_work.url("waits/")).text
    assert "A second pair of eyes" in page
    assert "A test account" in page
    assert "Sign-off<small>Deliverable A</small>" in page
    assert "3 waits, 2 open." in page


def test_the_client_reads_the_same_sums(at_work: Firm) -> None:
    on_us(at_work)
    page = signed_in(at_work.people.signer).get(f"/portal/{at_work.engagement.code}/").text
    assert "Waiting so far: on you 6 working days, on us 3." in page


def test_the_client_reads_nothing_of_internal_deliverables(at_work: Firm, manager: Browser) -> None:
    on_us(at_work)
    with as_firm():
        Deliverable.objects.filter(pk=at_work.c.pk).update(shared=False, needs_sign_off=False)
    signer = signed_in(at_work.people.signer)
    assert "on you 6 working days, on us 0." in signer.get(f"/portal/{at_work.engagement.code}/").text
    text = signer.get(f"/portal/{at_work.engagement.code}/waits.csv").text
    assert "A test account" in text
    assert "second pair" not in text
    assert "where internal deliverables are left out" in manager.get(at_work.url("waits/")).text


def test_another_client_gets_no_csv(at_work: Firm) -> None:
    stranger = signed_in(at_work.people.stranger)
    assert stranger.get(f"/portal/{at_work.engagement.code}/waits.csv").status_code == 404


def test_the_ledger_for_a_spreadsheet(at_work: Firm, manager: Browser) -> None:
    text = manager.get(at_work.url("waits.csv")).text
    assert "Deliverable B,A test account,The client,,2026-11-13,,6" in text


def test_reading_the_ledger_is_one_query(at_work: Firm, django_assert_num_queries: object) -> None:
    with as_firm():
        at_work.engagement.client  # noqa: B018
        with django_assert_num_queries(1):  # type: ignore[operator]
            found = ledger.read(at_work.engagement, shared=True)
    assert found.of("client").open == 2


def test_the_plan_takes_no_more_queries_with_more_waits(at_work: Firm, manager: Browser, counted: Counted) -> None:
    before = counted(manager, at_work.url("waits/"))
    on_us(at_work)
    assert counted(manager, at_work.url("waits/")) == before


def test_the_forecast_without_client_waits_stands_beside_the_forecast() -> None:
    told = Outlook(
        likely=date(2026, 12, 9),
        eight_in_ten=date(2026, 12, 16),
        free_likely=date(2026, 12, 4),
        free_eight_in_ten=date(2026, 12, 9),
    )
    assert ledger.without_client(told, 60, to_client=True) == (
        "Day 60 is likely on 9 Dec, 8 in 10 by 16 Dec; without the open waits on you, 4 Dec and 9 Dec."
    )
    same = Outlook(told.likely, told.eight_in_ten, free_likely=told.likely, free_eight_in_ten=told.eight_in_ten)
    assert ledger.without_client(same, 60, to_client=True) == ""


def test_the_digest_says_the_same_sums(at_work: Firm) -> None:
    on_us(at_work)
    with as_firm():
        contact = Contact.objects.select_related("client").get(user=at_work.people.signer)
        reader = Reader(contact, at_work.people.signer, contact.client)
        part = content.of_engagement(reader, at_work.engagement.code, drawn=False)
    assert part.waited.startswith("Waiting so far: on you 6 working days, on us 3.")


def test_the_handoff_pack_prints_the_ledger(at_work: Firm) -> None:
    on_us(at_work)
    with as_firm():
        pack = read(at_work.engagement)
    printed = render.html(pack, 1)
    assert "Waiting so far: on Meridian Health 6 working days, on us 3." in printed
    assert "A second pair of eyes" in printed
    assert render.data(pack)["waited"]["client"] == {"days": 6, "waits": 2, "open": 2}  # type: ignore[index]


def test_the_pack_says_the_forecast_without_the_clients_waits(at_work: Firm) -> None:
    with as_firm():
        run = ForecastRun.objects.get(engagement=at_work.engagement)
        milestone = at_work.engagement.milestones.get(day=60)
        facts = {"likely": "2026-12-09", "eight_in_ten": "2026-12-16"}
        free = {"free_likely": "2026-12-04", "free_eight_in_ten": "2026-12-09"}
        run.milestones[milestone.public_id] |= {**facts, **free}
        run.save(update_fields=["milestones"])
        said = ledger.forecast_without(at_work.engagement)
    assert said == (
        "Day 60 is likely on 9 Dec, 8 in 10 by 16 Dec; without the open waits on the client, 4 Dec and 9 Dec."
    )

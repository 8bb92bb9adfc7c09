"""The portfolio: what it counts, whom it shows, what it costs."""

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.test import Client as Browser

from accounts.db import as_firm
from engagements.actions.clients import create_client
from engagements.actions.metrics import record_reading
from milestones import slips
from milestones.actions import life, signing
from tests import factories
from tests.reports.conftest import HTMX, Counted, Firm, signed_in

MOST_QUERIES = 12


def more_engagements(firm: Firm, count: int) -> None:
    # Two people share the work, so that nobody is above a full week.
    seated = [replace(firm.people, specialist=firm.people.unplaced), firm.people]
    with as_firm():
        for number in range(count):
            made = factories.active(seated[number % 2], name=f"Further work {number}")
            slips.recompute(made)
            metric = made.metrics.get()
            record_reading(by=firm.people.manager, metric=metric, on=date(2026, 11, 20), value=metric.start + number)


def test_an_engagement_has_its_row(at_work: Firm, manager: Browser) -> None:
    text = manager.get("/").text
    assert "Claims intake" in text
    assert "Day 49" in text
    assert "Build the production path" in text
    assert "Claims triaged by the model" in text


def test_queries_stay_within_the_limit_whatever_the_rows(at_work: Firm, manager: Browser, counted: Counted) -> None:
    first = counted(manager, "/")
    more_engagements(at_work, 3)
    assert counted(manager, "/") == first <= MOST_QUERIES


def test_a_search_stays_within_the_limit(at_work: Firm, manager: Browser, counted: Counted) -> None:
    assert counted(manager, "/?q=claims&mine=true") <= MOST_QUERIES


def test_a_chip_narrows_and_counts(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        life.hold(by=at_work.people.manager, engagement=factories.active(at_work.people, name="Resting"), why="Holiday")
    held = manager.get("/?show=on_hold").text
    assert "Resting" in held
    assert "Claims intake" not in held.split('id="engagements"')[1]


def test_an_unknown_chip_shows_an_empty_state_with_the_way_out(at_work: Firm, manager: Browser) -> None:
    text = manager.get("/?show=nonsense").text
    assert "No engagement is in this state" in text


def test_words_find_by_code_and_client(at_work: Firm, manager: Browser) -> None:
    assert "Claims intake" in manager.get(f"/?q={at_work.engagement.code.lower()}").text
    assert "Claims intake" in manager.get("/?q=meridian").text
    assert "Claims intake" not in manager.get("/?q=zzzz").text.split('id="engagements"')[1]


def listed(browser: Browser, query: str) -> list[str]:
    """The names of the rows, in their order."""
    table = browser.get(f"/?{query}").text.split('id="engagements"')[1]
    return re.findall(r"<b>([^<]+)</b></a>", table.split("</tbody>")[0])


def test_the_list_stands_in_the_order_asked_for(
    at_work: Firm, manager: Browser, monday: time_machine.Traveller
) -> None:
    with as_firm():
        factories.draft(at_work.people, name="Axle wear", start=date(2026, 12, 7))
        monday.move_to(datetime(2026, 11, 24, 10, tzinfo=UTC))
        metric = at_work.engagement.metrics.get()
        record_reading(by=at_work.people.manager, metric=metric, on=date(2026, 11, 24), value=Decimal(50))
    assert listed(manager, "order=name") == ["Axle wear", "Claims intake"]
    for order in ("", "due", "start", "changed", "nonsense"):
        assert listed(manager, f"order={order}") == ["Claims intake", "Axle wear"], order
    assert listed(manager, "order=name&show=draft") == ["Axle wear"]
    assert listed(manager, "order=name&q=claims") == ["Claims intake"]


def test_the_export_stands_in_the_same_order(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        factories.draft(at_work.people, name="Axle wear", start=date(2026, 12, 7))
    rows = list(csv.reader(io.StringIO(manager.get("/portfolio.csv?order=name").content.decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["Axle wear", "Claims intake"]
    assert [row[3:5] for row in rows] == [["State", "Health"], ["Draft", ""], ["Active", "Off track"]]


def test_what_is_on_hold_is_not_called_active(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        life.hold(by=at_work.people.manager, engagement=at_work.engagement, why="Holiday")
    assert re.search(r"Active engagements</dt><dd>0 <small>0 clients", manager.get("/").text)


def test_htmx_gets_the_table_alone(at_work: Firm, manager: Browser) -> None:
    response = manager.get("/?show=on_track", headers=HTMX)
    assert "<html" not in response.text
    assert 'id="engagements"' in response.text


def test_a_fragment_is_kept_by_no_cache(at_work: Firm, manager: Browser) -> None:
    whole, part = manager.get("/"), manager.get("/", headers=HTMX)
    assert "HX-Request" in whole["Vary"]
    assert "HX-Request" in part["Vary"]
    assert part["Cache-Control"] == "no-store"


def test_own_engagements_come_first(at_work: Firm) -> None:
    with as_firm():
        theirs = factories.active(at_work.people, name="Somebody else's")
        theirs.manager = at_work.people.other_manager
        theirs.save(update_fields=["manager"])
    listed = signed_in(at_work.people.other_manager).get("/").text.split('id="engagements"')[1]
    assert listed.index("Somebody else") < listed.index("Claims intake")


def test_what_was_due_counts_as_late(at_work: Firm, manager: Browser, monday: time_machine.Traveller) -> None:
    monday.move_to(datetime(2026, 12, 4, 10, tzinfo=UTC))
    assert "3 late" in manager.get("/").text


def test_what_was_accepted_in_time_makes_the_share(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        one = at_work.a
        signing.accept(by=at_work.people.signer, deliverable=one, content_hash=factories.seen(one))
    assert "100%" in manager.get("/").text


def test_a_metric_at_its_target_is_counted(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        metric = at_work.engagement.metrics.get()
        record_reading(by=at_work.people.manager, metric=metric, on=date(2026, 11, 20), value=Decimal(50))
    assert "1 <small>of 1</small>" in manager.get("/").text


def test_a_firm_without_engagements_is_told_what_to_do_first(monday: time_machine.Traveller, db: None) -> None:
    with as_firm():
        people = factories.cast()
    text = signed_in(people.manager).get("/").text
    assert "No engagement yet" in text
    assert "Log an engagement" in text


def test_a_specialist_is_led_to_the_own_week(at_work: Firm, specialist: Browser) -> None:
    response = specialist.get("/", follow=True)
    assert response.redirect_chain[-1][0] == "/me/"


def test_the_export_cannot_run_in_a_spreadsheet(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        client = create_client(
            by=at_work.people.manager, name="=HYPERLINK(1)", mark="EV", country="FI", time_zone="Europe/Helsinki"
        )
        factories.draft(at_work.people, client=client, name="+SUM(A1)", start=date(2026, 12, 7))
    rows = list(csv.reader(io.StringIO(manager.get("/portfolio.csv").content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["Code", "Engagement", "Client"]
    cells = {cell for row in rows[1:] for cell in row}
    assert "'+SUM(A1)" in cells
    assert "'=HYPERLINK(1)" in cells
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)


def test_a_specialist_cannot_take_the_export(at_work: Firm, specialist: Browser) -> None:
    assert specialist.get("/portfolio.csv").status_code == 403


@pytest.mark.parametrize("page", ["0", "999999", "x", "-1"])
def test_an_odd_page_number_is_no_error(at_work: Firm, manager: Browser, page: str) -> None:
    assert manager.get("/", {"page": page, "q": "\x00" + "x" * 5000}).status_code == 200

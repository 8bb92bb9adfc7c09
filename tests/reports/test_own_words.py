"""What a specialist says of a week stands beside the forecast, on the firm's pages alone."""

from datetime import UTC, date, datetime
from typing import Any

import time_machine
from django.test import Client as Browser

from accounts.db import as_firm
from milestones.actions import changes, talk, waits
from milestones.states import Moves
from tests.reports.conftest import HTMX, Counted, Firm, signed_in

SLIPS = "slips to 8 Jan 2027: Two vendors came late"
UNAWARE = "does not know these words"


def _say(at_work: Firm, answer: str = "slips", **more: Any) -> None:
    told: dict[str, Any] = {"slips_to": date(2027, 1, 8), "why": "Two vendors came late"} if answer == "slips" else {}
    with as_firm():
        talk.check_in(by=at_work.people.specialist, deliverable=at_work.b, answer=answer, **{**told, **more})


def _opened(at_work: Firm, browser: Browser) -> str:
    text = browser.get(at_work.url(f"d/{at_work.b.public_id}/"), headers=HTMX).text
    return text[text.index(f'id="o-{at_work.b.public_id}"') :]


def test_a_slip_stands_beside_the_forecast(at_work: Firm, manager: Browser) -> None:
    _say(at_work)
    opened = _opened(at_work, manager)
    name = at_work.people.specialist.name
    assert f"{name} on Mon 23 Nov: {SLIPS}" in opened
    assert UNAWARE in opened
    assert f"{at_work.people.specialist.first_name} says 8 Jan 2027" in manager.get(at_work.url()).text


def test_the_last_word_holds_through_the_next_week(
    at_work: Firm, manager: Browser, monday: time_machine.Traveller
) -> None:
    _say(at_work)
    monday.move_to(datetime(2026, 12, 4, 10, tzinfo=UTC))
    assert SLIPS in _opened(at_work, manager)
    monday.move_to(datetime(2026, 12, 7, 10, tzinfo=UTC))
    assert SLIPS not in _opened(at_work, manager)


def test_what_is_said_later_takes_its_place(at_work: Firm, manager: Browser, monday: time_machine.Traveller) -> None:
    _say(at_work)
    monday.move_to(datetime(2026, 11, 30, 10, tzinfo=UTC))
    _say(at_work, "fine")
    opened = _opened(at_work, manager)
    assert f"{at_work.people.specialist.name} on Mon 30 Nov: fine." in opened
    assert SLIPS not in opened
    assert "says 8 Jan" not in manager.get(at_work.url()).text


def test_a_slip_that_was_agreed_is_told_no_more(at_work: Firm, manager: Browser) -> None:
    _say(at_work, slips_to=date(2026, 12, 11))
    with as_firm():
        move = changes.Move(kind=Moves.DUE, deliverable=at_work.b, to_on=date(2026, 12, 11))
        asked = changes.ask(
            by=at_work.people.manager, engagement=at_work.engagement, what="Later", why="Vendors", moves=[move]
        )
        changes.decide(by=at_work.people.signer, change=asked, approve=True)
    assert UNAWARE not in _opened(at_work, manager)


def test_a_block_is_told_while_something_waits(at_work: Firm, manager: Browser) -> None:
    _say(at_work, "blocked", why="A test account")
    assert "blocked: A test account" in _opened(at_work, manager)
    with as_firm():
        waits.close_wait(by=at_work.people.manager, wait=at_work.wait)
    assert "blocked: A test account" not in _opened(at_work, manager)


def test_the_client_reads_none_of_it(at_work: Firm) -> None:
    _say(at_work)
    signer, portal = signed_in(at_work.people.signer), f"/portal/{at_work.engagement.code}"
    for page in ("", "plan/", f"d/{at_work.b.public_id}/"):
        assert "Two vendors came late" not in signer.get(f"{portal}/{page}").text


def test_the_week_says_that_the_forecast_does_not_know_it(at_work: Firm, specialist: Browser) -> None:
    sentence = "is reckoned from the plan’s record; it does not know what you said."
    assert sentence not in specialist.get("/me/").text
    _say(at_work)
    assert sentence in specialist.get("/me/").text


def test_queries_do_not_grow_with_what_is_said(at_work: Firm, manager: Browser, counted: Counted) -> None:
    silent = counted(manager, at_work.url())
    _say(at_work)
    with as_firm():
        talk.check_in(by=at_work.people.specialist, deliverable=at_work.c, answer="fine")
    assert counted(manager, at_work.url()) == silent

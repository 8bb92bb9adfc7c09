"""Needs you: each reason in a sentence, oldest first, one button each."""

from dataclasses import replace
from datetime import UTC, datetime

import time_machine
from django.test import Client as Browser

from accounts.db import as_firm
from milestones import slips
from milestones.actions import changes, signing, talk, waits
from milestones.models import PlanDraft
from tests import factories
from tests.reports.conftest import Counted, Firm, signed_in


def test_a_long_wait_on_the_client_asks_for_a_nudge(at_work: Firm, manager: Browser) -> None:
    text = manager.get("/needs/").text
    assert "has kept “Deliverable B” waiting for 6 working days: A test account." in text
    assert f'action="/waits/{at_work.wait.public_id}/nudge/"' in text


def test_a_wait_of_the_firm_asks_for_nothing(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        waits.close_wait(by=at_work.people.manager, wait=at_work.wait)
        waits.open_wait(
            by=at_work.people.manager, deliverable=at_work.b, on="firm", what="A decision",
            opened_on=at_work.wait.opened_on,
        )  # fmt: skip
    assert "has kept" not in manager.get("/needs/").text


def test_a_sign_off_asks_for_a_nudge_after_three_working_days(
    at_work: Firm, manager: Browser, monday: time_machine.Traveller
) -> None:
    said = "has had “Deliverable A” to sign off for 3 working days"
    assert said not in manager.get("/needs/").text
    monday.move_to(datetime(2026, 11, 26, 10, tzinfo=UTC))
    assert said in manager.get("/needs/").text


def test_late_work_is_one_line_an_engagement(at_work: Firm, manager: Browser, monday: time_machine.Traveller) -> None:
    monday.move_to(datetime(2026, 12, 3, 10, tzinfo=UTC))
    with as_firm():
        slips.recompute(at_work.engagement, nightly=True)
    text = manager.get("/needs/").text
    assert "was due on 29 Nov: 4 days late, and 2 more are late." in text
    assert text.count("Re-plan") == 1


def test_a_question_waits_until_somebody_answered(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        asked = talk.say(
            by=at_work.people.viewer, engagement=at_work.engagement, text="Does it read scans?", deliverable=at_work.a
        )
    assert "of Meridian Health asks (Deliverable A): “Does it read scans?”" in manager.get("/needs/").text
    with as_firm():
        talk.say(
            by=at_work.people.manager, engagement=at_work.engagement, text="Yes.", deliverable=at_work.a,
            shared=True, answers=asked,
        )  # fmt: skip
    assert "asks" not in manager.get("/needs/").text


def test_a_metric_that_nobody_reads_is_told(at_work: Firm, manager: Browser) -> None:
    assert "has no reading of “Claims triaged by the model” at all." in manager.get("/needs/").text


def test_a_specialists_slip_is_told_at_once(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        talk.check_in(
            by=at_work.people.specialist, deliverable=at_work.b, answer="slips",
            slips_to=at_work.b.due_on.replace(month=12, day=4), why="The API is late",
        )  # fmt: skip
    text = manager.get("/needs/").text
    assert "expects “Deliverable B” on 4 Dec: The API is late" in text


def test_a_change_that_no_signer_decides_is_told(
    at_work: Firm, manager: Browser, monday: time_machine.Traveller
) -> None:
    with as_firm():
        changes.ask(by=at_work.people.manager, engagement=at_work.engagement, what="Two weeks more", why="Holidays")
    monday.move_to(datetime(2026, 11, 30, 10, tzinfo=UTC))
    assert "has had plan change 1 for 5 working days: Two weeks more." in manager.get("/needs/").text


def test_drafts_are_found_again(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        factories.draft(at_work.people, name="Not yet agreed", client=at_work.people.other_client)
        half = PlanDraft.objects.create(by=at_work.people.manager, name="Half typed", step="goal")
    text = manager.get("/needs/").text
    assert "has not seen the plan of “Not yet agreed” yet" in text
    assert f'href="/engagements/new/{half.public_id}/goal/"' in text


def test_drafts_of_others_are_their_own(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        PlanDraft.objects.create(by=at_work.people.other_manager, name="Half typed", step="goal")
    assert "Half typed" not in manager.get("/needs/").text


def test_another_managers_engagements_are_not_mine(at_work: Firm) -> None:
    text = signed_in(at_work.people.other_manager).get("/needs/").text
    assert "Nothing needs you" in text


def test_an_administrator_answers_for_everything(at_work: Firm) -> None:
    assert "Deliverable B" in signed_in(at_work.people.administrator).get("/needs/").text


def test_the_oldest_comes_first(at_work: Firm, manager: Browser) -> None:
    text = manager.get("/needs/").text
    assert text.index("has no reading") < text.index("has kept")


def test_what_was_accepted_needs_nobody(at_work: Firm, manager: Browser, monday: time_machine.Traveller) -> None:
    with as_firm():
        signing.accept(by=at_work.people.signer, deliverable=at_work.a, content_hash=factories.seen(at_work.a))
    monday.move_to(datetime(2026, 12, 1, 10, tzinfo=UTC))
    assert "to sign off" not in manager.get("/needs/").text


def test_queries_do_not_grow_with_what_waits(at_work: Firm, manager: Browser, counted: Counted) -> None:
    first = counted(manager, "/needs/")
    with as_firm():
        for name in ("Further work", "Still more"):
            other = factories.active(replace(at_work.people, specialist=at_work.people.unplaced), name=name)
            talk.say(by=at_work.people.viewer, engagement=other, text="And when?")
    assert counted(manager, "/needs/") == first


def test_a_specialists_needs_are_the_week(at_work: Firm, specialist: Browser) -> None:
    assert specialist.get("/needs/").headers["Location"] == "/me/"

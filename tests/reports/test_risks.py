"""Risks on tab Team: noted, changed, closed."""

from django.test import Client as Browser

from accounts.db import as_firm
from engagements.models import Risk
from tests.reports.conftest import Firm, signed_in

TYPED = {"text": "The vendor leaves", "failure_mode": "path", "likelihood": "low", "impact": "high", "shared": "on"}


def noted(firm: Firm, browser: Browser) -> Risk:
    browser.post(firm.url("risks/new/"), TYPED)
    with as_firm():
        return Risk.objects.get(engagement=firm.engagement)


def test_a_risk_is_noted_and_stands_on_tab_team(at_work: Firm, specialist: Browser) -> None:
    noted(at_work, specialist)
    page = specialist.get(at_work.url("team/")).text
    assert "The vendor leaves" in page
    assert "likelihood low, impact high" in page


def test_a_risk_is_changed_and_closed(at_work: Firm, manager: Browser) -> None:
    risk = noted(at_work, manager)
    owner = at_work.people.signer.public_id
    manager.post(f"/risks/{risk.public_id}/", {**TYPED, "answer": "A second vendor", "owner": owner})
    page = manager.get(at_work.url("team/")).text
    assert "A second vendor" in page
    assert "Priya Nair" in page
    manager.post(f"/risks/{risk.public_id}/close/")
    assert "The vendor leaves" not in manager.get(at_work.url("team/")).text.split('id="risks"')[1]
    late = manager.post(f"/risks/{risk.public_id}/", TYPED)
    assert "This risk is closed already." in late.text


def test_what_the_client_has_seen_stays_shared(at_work: Firm, manager: Browser) -> None:
    risk = noted(at_work, manager)
    answer = manager.post(f"/risks/{risk.public_id}/", {**TYPED, "shared": ""})
    assert answer.status_code == 422
    assert "It stays shared." in answer.text


def test_a_risk_needs_words(at_work: Firm, manager: Browser) -> None:
    assert manager.post(at_work.url("risks/new/"), {**TYPED, "text": ""}).status_code == 422


def test_who_is_placed_nowhere_finds_no_risk(at_work: Firm, manager: Browser) -> None:
    risk = noted(at_work, manager)
    assert signed_in(at_work.people.unplaced).get(f"/risks/{risk.public_id}/").status_code == 404

"""Find, and the lists across engagements."""

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from tests import factories
from tests.reports.conftest import HTMX, Counted, Firm, signed_in


@pytest.mark.parametrize("words", ["claims", "MERIDIAN", "deliverable b", "sam", "priya"])
def test_a_manager_finds_work_clients_and_people(at_work: Firm, manager: Browser, words: str) -> None:
    text = manager.get("/find/", {"q": words}, headers=HTMX).text
    assert 'role="option"' in text
    assert "<html" not in text


def test_a_code_finds_its_engagement(at_work: Firm, manager: Browser) -> None:
    text = manager.get("/find/", {"q": at_work.engagement.code.lower()}, headers=HTMX).text
    assert f'href="{at_work.url()}"' in text


def test_who_is_not_placed_finds_nothing_of_it(at_work: Firm) -> None:
    browser = signed_in(at_work.people.unplaced)
    for words in ("claims", "meridian", "deliverable b", "priya", "sam"):
        text = browser.get("/find/", {"q": words}, headers=HTMX).text
        assert "Claims intake" not in text
        assert "Meridian" not in text.replace("“meridian”", "")
        assert 'role="option"' not in text


def test_without_script_it_is_a_page(at_work: Firm, manager: Browser) -> None:
    assert "<h1>Found for “claims”</h1>" in manager.get("/find/", {"q": "claims"}).text


@pytest.mark.parametrize("words", ["", " ", "%", "_", "\x00", "'; DROP TABLE", "x" * 10_000, "<b>", "זזז"])
def test_odd_words_are_only_words(at_work: Firm, manager: Browser, words: str) -> None:
    response = manager.get("/find/", {"q": words}, headers=HTMX)
    assert response.status_code == 200
    assert "<b>" not in response.text.replace("<b></b>", "")


def test_a_page_is_found_by_its_name(at_work: Firm, manager: Browser) -> None:
    assert 'href="/metrics/"' in manager.get("/find/", {"q": "metri"}, headers=HTMX).text


def test_deliverables_are_listed_and_narrowed(at_work: Firm, manager: Browser) -> None:
    assert "Deliverable C" in manager.get("/deliverables/").text
    narrowed = manager.get("/deliverables/", {"state": "in_review"}).text
    assert "Deliverable A" in narrowed
    assert "Deliverable C" not in narrowed


@pytest.mark.parametrize("page", ["/deliverables/", "/deliverables.csv", "/metrics/", "/metrics.csv"])
def test_who_is_not_placed_sees_nothing_of_it(at_work: Firm, page: str) -> None:
    text = signed_in(at_work.people.unplaced).get(page).text
    assert "Deliverable B" not in text
    assert "Claims" not in text


def test_the_export_has_every_row(at_work: Firm, manager: Browser) -> None:
    lines = manager.get("/deliverables.csv").text.strip().splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("\ufeffEngagement,Code,Client")


def test_metrics_are_listed_with_how_they_stand(at_work: Firm, manager: Browser) -> None:
    text = manager.get("/metrics/").text
    assert "Claims triaged by the model" in text
    assert "No reading yet" in text


@pytest.mark.parametrize("page", ["/deliverables/", "/metrics/"])
def test_queries_do_not_grow_with_the_rows(at_work: Firm, manager: Browser, counted: Counted, page: str) -> None:
    first = counted(manager, page)
    with as_firm():
        factories.active(at_work.people, [factories.line(f"L{n}") for n in range(20)], name="Another")
    assert counted(manager, page) <= first


@pytest.mark.parametrize("data", [{"due_before": "never"}, {"state": "nonsense"}, {"page": "x"}, {"q": "\x00"}])
def test_odd_filters_are_no_error(at_work: Firm, manager: Browser, data: dict[str, str]) -> None:
    assert manager.get("/deliverables/", data).status_code == 200

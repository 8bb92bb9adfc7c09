"""A plain form without a session, or with an old mark: nothing typed is lost, and nothing forged is helped."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from tests.accounts.conftest import People, browser_of

OURS = {"origin": "http://testserver", "referer": "http://testserver/away/?month=11"}
TYPED = 'Ten minutes & "three" lines\nof <b>words</b>'


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


def test_a_form_without_a_session_is_kept_and_says_why(db: None) -> None:
    sent = {"text": TYPED, "new_password": "not in any page", "csrfmiddlewaretoken": "old"}
    answer = Browser().post("/away/?x=1&y=2", sent, headers=OURS)
    page = answer.content.decode()
    assert answer.status_code == 401
    assert "You were signed out. Sign in again in another tab, then send this once more." in page
    assert hidden(page) == {"text": TYPED}
    assert "not in any page" not in page
    assert 'action="/away/?x=1&amp;y=2"' in page


def test_sign_in_leads_to_where_the_form_stood(db: None) -> None:
    page = Browser().post("/me/evidence/", {"text": "x"}, headers=OURS).content.decode()
    assert "/accounts/login/?next=%2Faway%2F%3Fmonth%3D11" in page
    from_elsewhere = Browser().post("/me/evidence/", {}, headers={"referer": "https://evil.example/x"})
    assert "/accounts/login/?next=%2Fstart%2F" in from_elsewhere.content.decode()


def test_an_address_for_forms_alone_is_nowhere_to_go_back_to(db: None) -> None:
    headers = {"referer": "http://testserver/me/evidence/"}
    page = Browser().post("/me/evidence/", {"text": "x"}, headers=headers).content.decode()
    assert "/accounts/login/?next=%2Fstart%2F" in page


def test_files_are_named_since_they_cannot_be_kept(db: None) -> None:
    file = SimpleUploadedFile("Report <1>.pdf", b"%PDF-1.7")
    page = Browser().post("/me/evidence/", {"title": "Report", "file": file}).content.decode()
    assert "Choose these again after sending: Report &lt;1&gt;.pdf" in page
    assert hidden(page) == {"title": "Report"}


def test_every_value_of_one_name_is_kept(db: None) -> None:
    page = Browser().post("/away/", {"ticked": ["one", "two"]}).content.decode()
    assert re.findall(r'name="ticked" value="(\w+)"', page) == ["one", "two"]


def test_htmx_is_led_to_the_page_that_asked_and_not_to_its_fragment(db: None) -> None:
    headers = {"hx-request": "true", "hx-current-url": "http://testserver/away/?month=11"}
    answer = Browser().get("/find/?q=x", headers=headers)
    assert answer["HX-Redirect"] == "/accounts/login/?next=/away/%3Fmonth%3D11"


@pytest.fixture
def strict(people: People) -> Browser:
    """The manager's, with the check of marks that tests leave out otherwise."""
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(people.manager)
    return browser


def test_an_old_mark_of_our_own_page_is_offered_again_with_a_new_one(strict: Browser, people: People) -> None:
    form = {"starts_on": "2026-12-07", "ends_on": "2026-12-08", "csrfmiddlewaretoken": "x" * 64}
    refused = strict.post("/away/", form, headers=OURS)
    page = refused.content.decode()
    mark = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert refused.status_code == 403
    assert "You signed in anew since this page was opened" in page
    assert mark is not None
    assert strict.post("/away/", {**hidden(page), "csrfmiddlewaretoken": mark[1]}, headers=OURS).status_code != 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://testserver.evil.example", ""])
def test_a_foreign_form_is_never_offered_again(strict: Browser, origin: str) -> None:
    headers = {"origin": origin} if origin else {}
    refused = strict.post("/away/", {"text": "forged"}, headers=headers)
    assert refused.status_code == 403
    assert "forged" not in refused.content.decode()


def test_sign_in_is_never_carried(strict: Browser) -> None:
    refused = strict.post("/accounts/login/", {"login": "ada@firm.example", "password": "secret"}, headers=OURS)
    assert refused.status_code == 403
    assert "ada@firm.example" not in refused.content.decode()


def test_an_address_for_forms_alone_says_so_as_a_page(people: People) -> None:
    browser = browser_of(people.manager)
    answer = browser.get("/me/evidence/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address is no page" in answer.content.decode()
    assert browser.get("/me/evidence/", headers={"hx-request": "true"}).content == b""

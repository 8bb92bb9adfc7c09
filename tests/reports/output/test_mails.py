"""The demo's mail page: what the catcher caught, shown where nothing in it can run."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client as Browser
from pytest_django import Settings

from tests.servers import Mailbox

HTML = '<html><head></head><body><script>alert(1)</script><img src="cid:timeline">Hello <b>there</b></body></html>'


@pytest.fixture
def caught(mailbox: Mailbox, settings: Settings) -> str:
    """One mail in the catcher; returns its name."""
    settings.MAIL_CATCHER_DIR = str(mailbox.folder)
    mail = EmailMultiAlternatives("A <b>subject</b>", "Hello there", None, ["cora@me.example"],
                                  headers={"Message-ID": "<digest.x@localhost>"})  # fmt: skip
    mail.attach_alternative(HTML, "text/html")
    mail.send()
    mailbox.wait_for(1)
    return next(mailbox.folder.glob("*.eml")).stem


def test_the_list_names_and_sorts_them_out(db: None, caught: str) -> None:
    page = Browser().get("/mail/").content.decode()
    assert "cora@me.example" in page
    assert "A &lt;b&gt;subject&lt;/b&gt;" in page
    assert "?show=digest" in page
    assert "No mail yet" in Browser().get("/mail/?show=nudge").content.decode()


@pytest.mark.parametrize(("kind", "show", "word"), [
    ("mail_plan_change", "change", "Plan change"), ("mail_answer", "answer", "Answer"),
])  # fmt: skip
def test_a_plan_change_and_an_answer_have_words_of_their_own(
    db: None, mailbox: Mailbox, settings: Settings, kind: str, show: str, word: str
) -> None:
    settings.MAIL_CATCHER_DIR = str(mailbox.folder)
    EmailMultiAlternatives("x", "y", None, ["c@me.example"], headers={"Message-ID": f"<{kind}.x.1@localhost>"}).send()
    mailbox.wait_for(1)
    page = Browser().get(f"/mail/?show={show}").content.decode()
    assert "c@me.example" in page
    assert f">{word}</span>" in page


def test_a_mail_is_framed_under_a_policy_of_its_own(db: None, caught: str) -> None:
    page = Browser().get(f"/mail/{caught}/")
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "Hello there" in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    body = Browser().get(f"/mail/{caught}/body/")
    policy = body["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("name", ["nothing-here", "..", "etc"])
def test_an_unknown_name_is_404(db: None, caught: str, name: str) -> None:
    assert Browser().get(f"/mail/{name}/").status_code == 404


def test_where_mail_really_goes_out_nothing_of_it_exists(db: None, caught: str, settings: Settings) -> None:
    settings.MAIL_CATCHER_DIR = ""
    for address in ("/mail/", f"/mail/{caught}/", f"/mail/{caught}/body/"):
        assert Browser().get(address).status_code == 404

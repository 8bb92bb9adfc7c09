"""Questions and answers on the firm's pages: an answer stands below its question, wherever it was written."""

import re

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from accounts.models import Event
from milestones.actions import talk
from milestones.models import Comment, Deliverable
from tests.reports.conftest import HTMX, Counted, Firm, signed_in

ASKED = "Does it read scans?"


@pytest.fixture
def asked(at_work: Firm) -> Comment:
    """What a viewer asked about Deliverable A."""
    with as_firm():
        return talk.say(by=at_work.people.viewer, engagement=at_work.engagement, text=ASKED, deliverable=at_work.a)


def _opened(at_work: Firm, browser: Browser) -> str:
    text = browser.get(at_work.url(), {"open": at_work.a.public_id}).text
    return text[text.index(f'id="o-{at_work.a.public_id}"') :]


def _forms(html: str) -> list[tuple[str, dict[str, str]]]:
    """Where each form of a thread is sent to, with what it says by itself."""
    found = re.findall(r'<form[^>]* action="([^"]*/comments/)"[^>]*>(.*?)</form>', html, re.DOTALL)
    hidden = r'<input type="hidden" name="(\w+)" value="([^"]*)">'
    return [
        (action, {n: v for n, v in re.findall(hidden, form) if n != "csrfmiddlewaretoken"}) for action, form in found
    ]


def test_a_clients_question_goes_the_whole_way(at_work: Firm, manager: Browser) -> None:
    """Asked on the page to sign off, found under "Needs you", answered there, read by the client."""
    signer = signed_in(at_work.people.signer)
    portal = f"/portal/{at_work.engagement.code}"
    signer.post(f"{portal}/questions/", {"text": ASKED, "deliverable": at_work.a.public_id})
    assert "waits for an answer" in signer.get(f"{portal}/questions/").text

    needs = manager.get("/needs/").text
    answer_at = next(url for url in re.findall(r'href="([^"#]*)[^"]*"', needs) if f"open={at_work.a.public_id}" in url)
    page = manager.get(answer_at.replace("&amp;", "&")).text
    assert "Unanswered" in page
    (action, said), _box = _forms(page[page.index(f'id="o-{at_work.a.public_id}"') :])
    assert manager.post(action, {**said, "text": "Yes, since May."}).status_code == 303

    assert "Unanswered" not in _opened(at_work, manager)
    assert ASKED not in manager.get("/needs/").text
    for page in (f"{portal}/questions/", f"{portal}/d/{at_work.a.public_id}/"):
        text = signer.get(page).text
        assert "waits for an answer" not in text
        assert text.index(ASKED) < text.index("Yes, since May.")
    assert (
        f"{at_work.people.manager.name} answered about Deliverable A: Yes, since May."
        in manager.get(at_work.url("activity/")).text
    )


def test_answers_stand_below_their_question(at_work: Firm, manager: Browser, asked: Comment) -> None:
    with as_firm():
        talk.say(by=at_work.people.viewer, engagement=at_work.engagement, text="And faxes?", deliverable=at_work.a)
        talk.say(
            by=at_work.people.manager, engagement=at_work.engagement, text="Scans, yes.", shared=True, answers=asked
        )
    text = _opened(at_work, manager)
    assert text.index(ASKED) < text.index("Scans, yes.") < text.index("And faxes?")
    assert text.count("Unanswered") == 1


@pytest.mark.parametrize("page", ["deliverable", "engagement"])
def test_the_box_asks_whether_what_is_shared_is_the_answer(at_work: Firm, manager: Browser, page: str) -> None:
    about = at_work.a if page == "deliverable" else None
    with as_firm():
        asked = talk.say(by=at_work.people.viewer, engagement=at_work.engagement, text=ASKED, deliverable=about)
    text = _opened(at_work, manager) if about else manager.get(at_work.url("activity/")).text
    box = text[text.index('class="reply"') :]
    choice = re.findall(r'<option value="([^"]*)">([^<]*)</option>', box[: box.index("</form>")])
    name = at_work.people.viewer.name
    assert choice == [("", "Internal"), (asked.public_id, f"Answer to {name}"), ("shared", "Shared, a new line")]
    (action, said) = _forms(text)[-1]
    manager.post(action, {**said, "text": "Look at page 3.", "to": asked.public_id})
    with as_firm():
        line = Comment.objects.get(text="Look at page 3.")
        assert (line.answers_id, line.shared, line.deliverable) == (asked.pk, True, about)
        assert Comment.objects.get(pk=asked.pk).answered_at is not None


def test_without_a_question_the_box_shares_or_keeps_a_line(at_work: Firm, manager: Browser) -> None:
    (action, said), *others = _forms(_opened(at_work, manager))
    assert not others
    manager.post(action, {**said, "text": "For all", "to": "shared"})
    manager.post(action, {**said, "text": "For us", "to": ""})
    with as_firm():
        shared = dict(Comment.objects.values_list("text", "shared"))
    assert shared == {"For all": True, "For us": False}


def test_an_answer_in_place_draws_the_row_anew(at_work: Firm, manager: Browser, asked: Comment) -> None:
    (action, said), _box = _forms(_opened(at_work, manager))
    answer = manager.post(action, {**said, "text": "Yes."}, headers=HTMX)
    assert f'"deliverable": "{at_work.a.public_id}"' in answer["HX-Trigger"]


def test_an_empty_answer_is_refused_and_stays_an_answer(at_work: Firm, manager: Browser, asked: Comment) -> None:
    (action, said), _box = _forms(_opened(at_work, manager))
    form = manager.post(action, {**said, "text": " "})
    assert form.status_code == 422
    assert f'name="answers" value="{asked.public_id}"' in form.text


def test_an_internal_line_below_a_question_is_no_answer(at_work: Firm, asked: Comment) -> None:
    with as_firm():
        talk.say(by=at_work.people.manager, engagement=at_work.engagement, text="Hm.", answers=asked)
        assert Event.objects.get(params__text="Hm.").verb == "commented"
        assert Comment.objects.get(pk=asked.pk).answered_at is None


def test_what_is_internal_by_now_says_why_nobody_can_answer(at_work: Firm, manager: Browser, asked: Comment) -> None:
    with as_firm():
        Deliverable.objects.filter(pk=at_work.a.pk).update(shared=False, needs_sign_off=False)
    text = _opened(at_work, manager)
    assert "the client would not see an answer. Share it first." in text
    assert "Shared, a new line" not in text


def test_queries_do_not_grow_with_the_thread(at_work: Firm, manager: Browser, counted: Counted, asked: Comment) -> None:
    address = f"{at_work.url()}?open={at_work.a.public_id}"
    few = counted(manager, address)
    with as_firm():
        for text in ("One", "Two", "Three"):
            talk.say(by=at_work.people.viewer, engagement=at_work.engagement, text=text, answers=asked)
    assert counted(manager, address) == few

"""Waits and questions in the portal."""

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from milestones.actions import talk, waits
from milestones.models import Comment, Wait
from tests.reports.portal.conftest import World, signed_in


def test_a_contact_answers_what_is_waited_for(world: World, viewer: Browser) -> None:
    page = world.url(f"w/{world.wait.public_id}/")
    assert page in viewer.get(world.url()).text
    assert "Test account" in viewer.get(page).text
    response = viewer.post(page, {"text": "Sent to Sam by letter."}, follow=True)
    assert "Your answer is with the team" in response.text
    with as_firm():
        wait = Wait.objects.get(pk=world.wait.pk)
        assert (wait.answer, wait.answered_by) == ("Sent to Sam by letter.", world.people.viewer)
    assert page not in viewer.get(world.url()).text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("  ", "Write an answer"), ("x" * 2001, "at most 2000 characters"), ("a\x00b", "a character that cannot be kept")],
)
def test_a_bad_answer_is_told_beside_the_field_and_kept(
    world: World, signer: Browser, text: str, sentence: str
) -> None:
    response = signer.post(world.url(f"w/{world.wait.public_id}/"), {"text": text})
    assert response.status_code == 422
    assert sentence in response.text
    assert text.replace("\x00", "") in response.text.replace("\x00", "")


def test_a_wait_that_ended_meanwhile_is_told(world: World, signer: Browser) -> None:
    with as_firm():
        waits.close_wait(by=world.people.manager, wait=world.wait)
    response = signer.post(world.url(f"w/{world.wait.public_id}/"), {"text": "Here it is."})
    assert response.status_code == 409
    assert "This wait has ended already" in response.text


def test_a_question_of_a_contact_is_shared_and_waits_for_an_answer(world: World, viewer: Browser) -> None:
    response = viewer.post(world.url("questions/"), {"text": "When is <b>B</b> done?"}, follow=True)
    assert "When is &lt;b&gt;B&lt;/b&gt; done?" in response.text
    assert "waits for an answer" in response.text
    with as_firm():
        assert Comment.objects.get().is_question


def test_a_question_on_a_deliverable_stays_with_it(world: World, signer: Browser) -> None:
    data = {"text": "Which data?", "deliverable": world.b.public_id}
    response = signer.post(world.url("questions/"), data)
    assert response["Location"] == world.of(world.b)
    assert "Which data?" in signer.get(world.of(world.b)).text
    assert "Which data?" not in signer.get(world.of(world.a)).text


def test_an_answer_of_the_firm_is_read_below_the_question(world: World, signer: Browser) -> None:
    with as_firm():
        first = talk.say(by=world.people.signer, engagement=world.engagement, text="Why?")
        talk.say(by=world.people.manager, engagement=world.engagement, text="Because.", shared=True, answers=first)
    text = signer.get(world.url("questions/")).text
    assert text.index("Why?") < text.index("Because.")
    assert "waits for an answer" not in text


def test_internal_lines_are_not_read(world: World, signer: Browser) -> None:
    with as_firm():
        inner = talk.say(by=world.people.manager, engagement=world.engagement, text="Between us")
    assert "Between us" not in signer.get(world.url("questions/")).text
    answer = {"text": "I saw it", "answers": inner.public_id}
    assert signer.post(world.url("questions/"), answer).status_code == 404


def test_an_empty_question_is_told(world: World, signer: Browser) -> None:
    response = signer.post(world.url("questions/"), {"text": ""})
    assert response.status_code == 422
    assert "Write your question first." in response.text


def test_another_clients_contact_cannot_ask_here(world: World) -> None:
    browser = signed_in(world.people.stranger)
    assert browser.post(world.url("questions/"), {"text": "Hello"}).status_code == 404
    assert browser.post(world.url(f"w/{world.wait.public_id}/"), {"text": "Hello"}).status_code == 404

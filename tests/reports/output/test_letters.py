"""The single mails: who gets one, what it links to, and that none is lost or doubled."""

from datetime import timedelta

import pytest

from accounts import jobs
from accounts.clock import as_of, now
from accounts.db import as_firm
from accounts.models import Job
from accounts.states import JobState
from engagements.actions.clients import invite_contact, send_invitation
from milestones.actions import waits, work
from tests.reports.output.world import World
from tests.servers import Mailbox


def job_of(kind: str) -> Job:
    with as_firm():
        return Job.objects.filter(kind=kind).order_by("-pk")[0]


@pytest.fixture
def second_signer(world: World) -> str:
    with as_firm():
        invite_contact(
            by=world.manager, client=world.client, name="Dora Second", email="dora@me.example", is_signer=True
        )
    return "dora@me.example"


def test_every_signer_is_asked_to_sign_off(world: World, second_signer: str, mailbox: Mailbox) -> None:
    jobs.run(job_of("mail_sign_off_request").pk)
    mails = mailbox.wait_for(2)
    assert {mail["To"] for mail in mails} == {"cora@me.example", second_signer}
    body = mails[0].get_body(("plain",))
    assert body is not None
    with as_firm():
        waiting = world.one(4)
    assert f"http://localhost:8000/portal/{world.engagement.code}/d/{waiting.public_id}/" in body.get_content()
    assert mails[0]["Reply-To"] == world.manager.email


def test_who_has_no_password_is_told_how_to_get_in(world: World, second_signer: str, mailbox: Mailbox) -> None:
    with as_firm():
        world.signer.user.set_password("embedded-in-the-team")
        world.signer.user.save(update_fields=["password"])
    jobs.run(job_of("mail_sign_off_request").pk)
    bodies = {mail["To"]: mail.get_body(("plain",)) for mail in mailbox.wait_for(2)}
    told = {to: "ask for a code" in body.get_content() for to, body in bodies.items() if body}
    assert told == {"cora@me.example": False, second_signer: True}


def test_nobody_is_asked_for_what_was_taken_back(world: World, mailbox: Mailbox) -> None:
    with as_firm():
        work.take_back(by=world.specialist, deliverable=world.one(4))
    jobs.run(job_of("mail_sign_off_request").pk)
    assert job_of("mail_sign_off_request").state == JobState.DONE
    assert mailbox.messages() == []


def test_a_nudge_leads_to_the_wait(world: World, mailbox: Mailbox) -> None:
    with as_firm():
        wait = world.one(5).waits.get()
        waits.nudge(by=world.manager, wait=wait)
    jobs.run(job_of("mail_nudge").pk)
    mail = mailbox.wait_for(1)[0]
    body = mail.get_body(("html",))
    assert body is not None
    assert mail["Subject"] == "Waiting for you: A test account for the console"
    assert f"/portal/{world.engagement.code}/w/{wait.public_id}/" in body.get_content()


def test_an_invitation_holds_no_secret(world: World, mailbox: Mailbox) -> None:
    with as_firm():
        send_invitation(by=world.manager, contact=world.viewer)
    jobs.run(job_of("mail_invitation").pk)
    mail = mailbox.wait_for(1)[0]
    body = mail.get_body(("plain",))
    assert body is not None
    assert (mail["To"], "/accounts/login/" in body.get_content()) == ("vic@me.example", True)
    assert "token" not in body.get_content()


def test_a_mail_server_that_is_away_is_tried_again_and_nobody_gets_two(
    world: World, second_signer: str, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reports import mail as mails

    real, calls = mails.send, []

    def second_fails(letter: mails.Letter, connection: object) -> None:
        calls.append(letter.to)
        if len(calls) == 2:
            raise ConnectionResetError
        real(letter, connection)  # type: ignore[arg-type]

    monkeypatch.setattr(mails, "send", second_fails)
    jobs.run(job_of("mail_sign_off_request").pk)
    waiting = job_of("mail_sign_off_request")
    assert waiting.state == JobState.QUEUED
    with as_of(now() + timedelta(minutes=5)):
        jobs.run(waiting.pk)
    assert job_of("mail_sign_off_request").state == JobState.DONE
    received = mailbox.wait_for(2)
    assert sorted(str(mail["To"]) for mail in received) == ["cora@me.example", second_signer]
    assert len({mail["Message-ID"] for mail in received}) == 2

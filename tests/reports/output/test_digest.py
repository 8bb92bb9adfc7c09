"""The weekly digest: what it says, and that it goes once, over real SMTP, whatever happens."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from django.core.mail import get_connection
from django.test import Client as Browser
from django.urls import reverse

from accounts import jobs
from accounts.clock import as_of, now
from accounts.db import as_firm, as_portal
from accounts.models import Job
from milestones.models import Plan
from reports.access import Reader
from reports.actions.digests import send_now
from reports.actions.notes import write_note
from reports.digest import send
from reports.digest.schedule import Slot, client_slots, firm_slots, row_of
from reports.digest.tokens import token_of
from reports.digest.write import Held, letter
from reports.models import Digest, DigestSetting
from reports.portal import dashboard as boards
from reports.states import DigestState
from reports.tasks import digests
from tests.reports.output.world import World
from tests.servers import Mailbox


def slot_of(world: World) -> Slot:
    return next(slot for slot in client_slots() if slot.recipient == world.signer.user.pk)


@pytest.fixture
def due(world: World) -> list[Digest]:
    """Both contacts' digests, due now."""
    with as_firm():
        rows = [row_of(slot, now(), "2026-W01") for slot in client_slots()]
        return Digest.objects.bulk_create(rows)


def ids(rows: list[Digest]) -> list[int]:
    return [row.pk for row in rows]


def run(rows: list[Digest]) -> send.Sent:
    *_all, last = send.send_batch(ids(rows))
    return last


def state_of(row: Digest) -> Digest:
    with as_firm():
        return Digest.objects.get(pk=row.pk)


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_it_goes_to_each_contact_once_with_all_its_parts(world: World, due: list[Digest], mailbox: Mailbox) -> None:
    with as_firm():
        write_note(by=world.manager, engagement=world.engagement, text="We start <shadow> mode on Monday.")
    assert run(due).sent == 2
    mails = mailbox.wait_for(2)
    assert {mail["To"] for mail in mails} == {"cora@me.example", "vic@me.example"}
    mail = next(one for one in mails if one["To"] == "cora@me.example")
    html, text = html_of(mail), text_of(mail)
    order = ["start &lt;shadow&gt; mode", "Waiting on you", "Sign off: Deliverable 4", "Open the dashboard",
             "The numbers", "from 14.2", "cid:timeline", ">Done<", ">Next<", "signer of Meridian",
             "unsubscribe"]  # fmt: skip
    places = [html.index(part) for part in order]
    assert places == sorted(places)
    assert "We start <shadow> mode" in text
    assert mail["Subject"] == "Claims triage: off track, day 47 of 90, 2 wait for you".replace("47", day_of(mail))
    assert mail["Reply-To"] == world.manager.email


def test_a_viewer_is_told_who_decides(due: list[Digest], mailbox: Mailbox) -> None:
    run(due)
    mail = next(one for one in mailbox.wait_for(2) if one["To"] == "vic@me.example")
    assert str(mail["Subject"]).endswith("1 waits for you, 1 waits for Cora Contact")
    html, text = html_of(mail), text_of(mail)
    own, _, left = text.partition("WAITING ON Cora Contact")
    assert "Sign off: Deliverable 4" in left
    assert "Sign off: Deliverable 4" not in own
    assert "your sign-off" not in text
    assert html.index("Waiting on you") < html.index("Waiting on Cora Contact") < html.index("Sign off: Deliverable 4")


def day_of(mail: EmailMessage) -> str:
    """The client's day may be one ahead of UTC's."""
    return str(mail["Subject"]).partition("day ")[2].partition(" ")[0]


def test_the_picture_is_a_png_that_the_html_names_and_describes(due: list[Digest], mailbox: Mailbox) -> None:
    run(due[:1])
    mail = mailbox.wait_for(1)[0]
    picture = next(part for part in mail.walk() if part.get_content_type() == "image/png")
    raw = picture.get_payload(decode=True)
    assert isinstance(raw, bytes)
    assert raw.startswith(b"\x89PNG")
    assert picture["Content-ID"] == "<timeline>"
    assert 'alt="Deliverable 1: accepted' in html_of(mail)


def test_mail_and_dashboard_say_the_same(world: World, due: list[Digest], mailbox: Mailbox) -> None:
    run(due)
    mail = next(one for one in mailbox.wait_for(2) if one["To"] == "cora@me.example")
    reader = Reader(world.signer, world.signer.user, world.client)
    with as_portal([world.client.pk], by=world.signer.user):
        board = boards.dashboard(reader, boards.engagement(reader, world.engagement.code))
    said = text_of(mail)
    assert board.verdict in said
    for todo in board.todos:
        assert todo.title in said
        assert f"http://localhost:8000{todo.url}" in said


def test_one_click_unsubscribe_is_offered_and_works(world: World, due: list[Digest], mailbox: Mailbox) -> None:
    run(due)
    mail = next(one for one in mailbox.wait_for(2) if one["To"] == "vic@me.example")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = str(mail["List-Unsubscribe"]).strip(" <>").removeprefix("http://localhost:8000")
    browser = Browser(enforce_csrf_checks=True)
    assert "Stop the weekly digest?" in browser.get(address).content.decode()
    with as_firm():
        assert not DigestSetting.objects.filter(subscribed=False).exists()
    assert browser.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    with as_firm():
        assert DigestSetting.objects.get(user=world.viewer.user).subscribed is False
    assert browser.post(address, {"again": "1"}).status_code == 200
    with as_firm():
        assert DigestSetting.objects.get(user=world.viewer.user).subscribed is True


def test_a_forged_token_is_404(world: World) -> None:
    token = token_of(world.viewer.user)
    for forged in (token[:-1] + ("a" if token[-1] != "a" else "b"), world.viewer.user.public_id, "x:y"):
        assert Browser().post(reverse("digest_unsubscribe", args=[forged])).status_code == 404


def test_run_again_nothing_is_sent_again(due: list[Digest], mailbox: Mailbox) -> None:
    run(due)
    assert run(due) == send.Sent()
    assert len(mailbox.wait_for(2)) == 2


def test_a_crash_after_the_250_repeats_one_message_id(due: list[Digest], mailbox: Mailbox) -> None:
    row = send.claim(due[0].pk)
    assert row is not None
    written = send.render(row)
    assert not isinstance(written, Held)
    with send.line() as connection:
        connection.send(written)  # and the process dies here
    assert run(due[:1]) == send.Sent()  # somebody has it
    with as_firm():
        Digest.objects.filter(pk=due[0].pk).update(claimed_at=now() - timedelta(minutes=10))
    assert run(due[:1]).sent == 1
    first, second = mailbox.wait_for(2)
    assert first["Message-ID"] == second["Message-ID"] == due[0].message_id
    assert html_of(first) == html_of(second)


def test_a_mail_server_that_is_away_delays_and_loses_nothing(
    due: list[Digest], mailbox: Mailbox, settings: "object"
) -> None:
    port = mailbox.port
    settings.EMAIL_PORT = 9  # type: ignore[attr-defined]
    assert run(due).later == 2
    row = state_of(due[0])
    assert (row.state, row.attempts) == (DigestState.DUE, 1)
    assert row.held_why == "The mail server did not take it."
    settings.EMAIL_PORT = port  # type: ignore[attr-defined]
    with as_of(now() + timedelta(minutes=2)):
        assert run(due).sent == 2
    assert state_of(due[0]).held_why == ""


def test_a_batch_uses_one_connection(due: list[Digest], mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    backend = type(get_connection())
    real = backend.open

    def counted(self: object) -> object:
        made = real(self)  # type: ignore[arg-type]
        opened.append(bool(made))
        return made

    monkeypatch.setattr(backend, "open", counted)
    assert run(due).sent == 2
    assert sum(opened) == 1


def test_held_back_when_nothing_changed_and_nothing_waits(world: World, due: list[Digest], mailbox: Mailbox) -> None:
    from milestones.models import Deliverable, Wait

    with as_firm():
        Wait.objects.filter(closed_on__isnull=True).update(closed_on=now().date() + timedelta(days=1),
                                                           closed_by=world.manager)  # fmt: skip
        Deliverable.objects.filter(state="in_review").update(state="in_progress")
        sent = row_of(slot_of(world), now(), "2025-W01")
        sent.state, sent.sent_at = DigestState.SENT, now()
        sent.save()
    signers = next(row for row in due if row.recipient_id == world.signer.user.pk)
    assert run([signers]).held == 1
    row = state_of(signers)
    assert row.state == DigestState.HELD
    assert row.held_why.startswith("Nothing changed since")
    assert mailbox.messages() == []


def test_who_unsubscribed_meanwhile_gets_none(world: World, due: list[Digest], mailbox: Mailbox) -> None:
    Browser().post(reverse("digest_unsubscribe", args=[token_of(world.signer.user)]))
    found = run(due)
    assert (found.sent, found.held) == (1, 1)


def test_a_worsening_reaches_the_dashboard_with_the_digest(world: World, due: list[Digest], mailbox: Mailbox) -> None:
    with as_firm():
        Plan.objects.update(health="off_track", client_health="on_track", worse_at=now(), worse_on=now().date())
        preview = letter(slot_of(world))
        assert not isinstance(preview, Held)
        assert "off track" in preview.subject
        assert Plan.objects.get().client_health == "on_track"
    run(due)
    with as_firm():
        plan = Plan.objects.get()
    assert (plan.client_health, plan.worse_at) == ("off_track", None)
    assert plan.shown_at is not None
    assert "off track" in mailbox.wait_for(2)[0]["Subject"]


def test_a_manager_gets_the_portfolio(world: World, mailbox: Mailbox) -> None:
    with as_firm():
        written = letter(next(slot for slot in firm_slots() if slot.recipient == world.manager.pk))
    assert not isinstance(written, Held)
    assert written.subject.startswith("Your portfolio: 1 off track")
    assert "Meridian, Claims triage" in written.html
    assert len(written.html) < 102_000


def test_html_stays_below_what_gmail_cuts_off(world: World) -> None:
    with as_firm():
        write_note(by=world.manager, engagement=world.engagement, text="A long week. <b> & 數據 " * 160)
        for number in (6, 7, 8):
            for turn in range(4):
                world.wait(number, f"{'Something long that is waited for ' * 13}{turn}")
        written = letter(slot_of(world))
    assert not isinstance(written, Held)
    assert len(written.html.encode()) < 102_000
    assert "and 8 more" in written.html


def test_the_periodic_task_makes_the_rows_and_the_job_sends_them(world: World, mailbox: Mailbox) -> None:
    friday = datetime.now(UTC).replace(hour=16, minute=0) + timedelta(days=(4 - datetime.now(UTC).weekday()) % 7)
    with as_of(friday):
        digests()
        with as_firm():
            job = Job.objects.get(kind="digest_batch")
        assert jobs.run(job.pk)
    assert {mail["To"] for mail in mailbox.wait_for(3)} == {"cora@me.example", "vic@me.example", "mia@firm.example"}


def test_preview_shows_the_mail_in_a_frame_of_its_own(world: World) -> None:
    browser = Browser()
    browser.force_login(world.manager)
    assert "cora@me.example" in browser.get(reverse("digests")).content.decode()
    places = [world.signer.user.public_id, world.engagement.code]
    page = browser.get(reverse("digest_preview", args=places))
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert 'sandbox="allow-popups' in page.content.decode()
    body = browser.get(reverse("digest_preview_mail", args=places))
    policy = body["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert body["X-Frame-Options"] == "SAMEORIGIN"
    assert "data:image/png;base64," in body.content.decode()


def test_preview_shows_what_people_wrote_as_text(world: World) -> None:
    words = "x <b hx-post='/theme/' hx-trigger='load'>y</b>"
    with as_firm():
        write_note(by=world.manager, engagement=world.engagement, text=words)
    browser = Browser()
    browser.force_login(world.manager)
    page = browser.get(reverse("digest_preview", args=[world.signer.user.public_id, world.engagement.code])).text
    assert "&lt;b hx-post=" in page
    assert "<b hx-post" not in page


def test_send_now_goes_at_once_and_once_a_week(world: World, mailbox: Mailbox) -> None:
    browser = Browser()
    browser.force_login(world.manager)
    address = reverse("digest_send", args=[world.signer.user.public_id, world.engagement.code])
    answer = browser.post(address)
    assert answer.status_code == 303
    with as_firm():
        job = Job.objects.get(kind="digest_batch")
    jobs.run(job.pk)
    mail = mailbox.wait_for(1)[0]
    assert mail["To"] == "cora@me.example"
    assert "Every Friday at 9:00, Europe/Helsinki." in text_of(mail)
    page = browser.get(answer["Location"]).content.decode()
    assert "Sent" in page
    assert browser.post(address).status_code == 409


def test_digest_pages_are_the_managers(world: World, due: list[Digest]) -> None:
    slot = [world.signer.user.public_id, world.engagement.code]
    addresses = [reverse("digests")]
    addresses += [reverse(name, args=[due[0].public_id]) for name in ("digest", "digest_mail")]
    addresses += [reverse(name, args=slot) for name in ("digest_preview", "digest_preview_mail")]
    for user, status in ((world.signer.user, 404), (world.specialist, 403)):
        browser = Browser()
        browser.force_login(user)
        assert {browser.get(address).status_code for address in addresses} == {status}


def test_send_now_is_refused_to_others(world: World) -> None:
    from accounts.errors import NotAllowed

    with as_firm(), pytest.raises(NotAllowed):
        send_now(by=world.specialist, slot=slot_of(world))

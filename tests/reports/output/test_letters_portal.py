"""The mails on a plan change to decide and an answered question: to whom, what they say, and that they go once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from email.message import EmailMessage

import pytest

from accounts import jobs
from accounts.clock import as_of, now
from accounts.db import as_firm
from accounts.models import Job, User
from accounts.states import JobState
from engagements.actions.clients import change_signer, create_client, invite_contact, remove_contact
from engagements.models import Contact
from milestones.actions import changes, life, talk
from milestones.models import Comment, Deliverable, PlanChange
from milestones.moves import Move
from milestones.states import Moves
from reports import tasks
from tests.conftest import at_once
from tests.reports.output.conftest import begun
from tests.reports.output.world import World, build
from tests.servers import Mailbox

assert tasks.PERIODIC  # importing it registers the handlers, as a worker does


def job_of(kind: str) -> Job:
    with as_firm():
        return Job.objects.filter(kind=kind).order_by("-pk")[0]


def body_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def to_of(mailbox: Mailbox) -> list[str]:
    return sorted(str(mail["To"]) for mail in mailbox.messages())


@pytest.fixture
def second_signer(world: World) -> Contact:
    with as_firm():
        return invite_contact(
            by=world.manager, client=world.client, name="Dora Second", email="dora@me.example", is_signer=True
        )


def number(world: World, n: int) -> Deliverable:
    with as_firm():
        return world.one(n)


# --- a plan change -------------------------------------------------------------------------------------------


def later(one: Deliverable, days: int = 7) -> Move:
    return Move(Moves.DUE, deliverable=one, to_on=one.due_on + timedelta(days=days))


def asked(world: World, *, by: User | None = None, what: str = "A week more", **facts: object) -> PlanChange:
    with as_firm():
        facts = {"why": "The vendor is late", "moves": [later(world.one(6))], **facts}
        return changes.ask(by=by or world.manager, engagement=world.engagement, what=what, **facts)  # type: ignore[arg-type]


def test_every_signer_is_told_of_a_plan_change_and_led_to_it(
    world: World, second_signer: Contact, mailbox: Mailbox
) -> None:
    change = asked(world)
    jobs.run(job_of("mail_plan_change").pk)
    mails = mailbox.wait_for(2)
    assert to_of(mailbox) == ["cora@me.example", "dora@me.example"]
    text = body_of(mails[0])
    assert mails[0]["Subject"] == "To decide: A week more"
    assert f"http://localhost:8000/portal/{world.engagement.code}/changes/{change.public_id}/" in text
    assert "Mia Manager asks for plan change 1. Nothing moves until a signer of Meridian approves it." in text
    assert "The vendor is late" in text
    assert "- Deliverable 6\n  Moves a due date: " in text
    assert mails[0]["Reply-To"] == world.manager.email
    assert mails[0]["List-Unsubscribe"] is None
    with as_firm():
        assert PlanChange.objects.get().state == "asked"


def test_it_names_what_the_forecast_says_of_the_change(world: World, mailbox: Mailbox) -> None:
    with as_firm():
        stage = world.engagement.milestones.get(day=60)
        move = Move(Moves.MILESTONE, milestone=stage, to_on=stage.due_on + timedelta(days=14))
    change = asked(world, moves=[move])
    assert change.effect
    jobs.run(job_of("mail_plan_change").pk)
    mail = mailbox.wait_for(1)[0]
    assert "What it does to the forecast" in body_of(mail)
    told = body_of(mail).partition("What it does to the forecast")[2].split("\n")
    assert any(line.startswith("  Due ") and "→" in line for line in told)
    assert any(line.startswith("  Chance ") and "→" in line for line in told)
    assert any(line.startswith("  Likely ") for line in told)
    assert "Day 60, Build the production path" in body_of(mail, "html")


def test_it_lists_five_moves_and_counts_the_rest(world: World, mailbox: Mailbox) -> None:
    with as_firm():
        open_ones = [one for one in world.deliverables() if one.number >= 5]
        stages = list(world.engagement.milestones.filter(day__gt=30))
        metric = world.engagement.metrics.get()
    moves = [Move(Moves.TARGET, metric=metric, to_value=Decimal(8)), *(later(one, 3) for one in open_ones)]
    moves += [Move(Moves.MILESTONE, milestone=one, to_on=one.due_on + timedelta(days=5)) for one in stages]
    asked(world, moves=moves)
    jobs.run(job_of("mail_plan_change").pk)
    text = body_of(mailbox.wait_for(1)[0])
    listed = text.partition("What moves\n")[2].partition("What it does")[0]
    assert listed.count("\n- ") == 5
    assert f"and {len(moves) - 5} more" in listed
    assert "and 1 more" not in text.partition("What it does")[2]


def test_what_is_internal_stays_out_of_it(world: World, mailbox: Mailbox) -> None:
    with as_firm():
        Deliverable.objects.filter(pk=world.one(6).pk).update(shared=False, needs_sign_off=False)
    asked(world, moves=[later(number(world, 6)), later(number(world, 7))])
    jobs.run(job_of("mail_plan_change").pk)
    text = body_of(mailbox.wait_for(1)[0])
    assert "Deliverable 7" in text
    assert "Deliverable 6" not in text


def test_words_of_people_are_escaped_in_html_and_plain_in_text(world: World, mailbox: Mailbox) -> None:
    asked(world, what="<b>More</b> & later\r\n", why="<script>alert(1)</script>\nit's late", moves=[])
    jobs.run(job_of("mail_plan_change").pk)
    mail = mailbox.wait_for(1)[0]
    html, text = body_of(mail, "html"), body_of(mail)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>" in html
    assert "&lt;b&gt;More&lt;/b&gt; &amp; later" in html
    assert "<script>alert(1)</script>\nit's late" in text
    assert "No date and no target that you see; only the words above." in text


@pytest.mark.parametrize(
    ("who", "to"), [("viewer", ["cora@me.example", "dora@me.example"]), ("signer", ["dora@me.example"])]
)
def test_what_a_contact_asks_for_goes_to_the_other_signers(
    world: World, second_signer: Contact, mailbox: Mailbox, who: str, to: list[str]
) -> None:
    contact: Contact = getattr(world, who)
    asked(world, by=contact.user)
    jobs.run(job_of("mail_plan_change").pk)
    assert to_of(mailbox) == to


def _decide(change: PlanChange, world: World) -> None:
    changes.decide(by=world.signer.user, change=change, approve=False, words="No")


def _withdraw(change: PlanChange, world: World) -> None:
    changes.withdraw(by=world.manager, change=change)


def _end(_change: PlanChange, world: World) -> None:
    life.end_early(by=world.manager, engagement=world.engagement, why="Budget")


@pytest.mark.parametrize("settle", [_decide, _withdraw, _end])
def test_nobody_is_asked_for_what_was_settled_meanwhile(
    world: World, mailbox: Mailbox, settle: Callable[[PlanChange, World], None]
) -> None:
    change = asked(world)
    with as_firm():
        settle(change, world)
    jobs.run(job_of("mail_plan_change").pk)
    assert job_of("mail_plan_change").state == JobState.DONE
    assert mailbox.messages() == []


def test_who_may_not_sign_any_more_is_not_asked(world: World, second_signer: Contact, mailbox: Mailbox) -> None:
    asked(world)
    with as_firm():
        remove_contact(by=world.manager, contact=second_signer)
        change_signer(by=world.manager, contact=world.signer, is_signer=False)
    jobs.run(job_of("mail_plan_change").pk)
    assert mailbox.messages() == []


def test_asked_twice_it_is_mailed_once(world: World, mailbox: Mailbox) -> None:
    asked(world)
    with pytest.raises(changes.AlreadyAsked):
        asked(world)
    with as_firm():
        assert Job.objects.filter(kind="mail_plan_change").count() == 1


def test_it_is_told_in_the_signers_time_zone(world: World, mailbox: Mailbox) -> None:
    with as_firm():
        User.objects.filter(pk=world.signer.user_id).update(time_zone="Pacific/Kiritimati")
        change = asked(world)
        PlanChange.objects.filter(pk=change.pk).update(asked_at=now().replace(hour=23, minute=30))
    jobs.run(job_of("mail_plan_change").pk)
    assert ", 13:30\n" in body_of(mailbox.wait_for(1)[0])


def test_a_mail_server_that_is_away_is_tried_again_and_nobody_gets_two(
    world: World, second_signer: Contact, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reports import mail as mails

    asked(world)
    real, calls = mails.send, []

    def second_fails(letter: mails.Letter, connection: object) -> None:
        calls.append(letter.to)
        if len(calls) == 2:
            raise ConnectionResetError
        real(letter, connection)  # type: ignore[arg-type]

    monkeypatch.setattr(mails, "send", second_fails)
    jobs.run(job_of("mail_plan_change").pk)
    waiting = job_of("mail_plan_change")
    assert waiting.state == JobState.QUEUED
    with as_of(now() + timedelta(minutes=5)):
        jobs.run(waiting.pk)
    received = mailbox.wait_for(2)
    assert to_of(mailbox) == ["cora@me.example", "dora@me.example"]
    assert all(str(mail["Message-ID"]).startswith("<mail_plan_change.") for mail in received)
    assert len({mail["Message-ID"] for mail in received}) == 2


def test_two_workers_send_each_mail_once(transactional_db: None, mailbox: Mailbox) -> None:
    with as_firm():
        world = begun(build())
        question = talk.say(by=world.viewer.user, engagement=world.engagement, text="Is day 90 safe?")
        talk.say(by=world.manager, engagement=world.engagement, text="Yes.", shared=True, answers=question)
    asked(world)
    ids = [job_of("mail_plan_change").pk, job_of("mail_answer").pk]
    ran = at_once([lambda one=one: jobs.run(one) for one in ids * 2])  # type: ignore[misc]
    assert sorted(ran) == [False, False, True, True]  # type: ignore[type-var]
    mailbox.wait_for(2)
    assert to_of(mailbox) == ["cora@me.example", "vic@me.example"]


# --- an answer -----------------------------------------------------------------------------------------------


def said(world: World, by: User, text: str, to: Comment | None = None, **facts: object) -> Comment:
    with as_firm():
        return talk.say(by=by, engagement=world.engagement, text=text, answers=to, **facts)  # type: ignore[arg-type]


def jobs_of_answers() -> int:
    with as_firm():
        return Job.objects.filter(kind="mail_answer").count()


def test_who_asked_is_told_the_answer_and_led_to_it(world: World, mailbox: Mailbox) -> None:
    question = said(world, world.viewer.user, "Is day 90 safe?", deliverable=number(world, 5))
    said(world, world.specialist, "Yes, it is.\nSee the plan.", question, shared=True)
    jobs.run(job_of("mail_answer").pk)
    mail = mailbox.wait_for(1)[0]
    text = body_of(mail)
    assert (mail["To"], mail["Subject"]) == ("vic@me.example", "Answered: Is day 90 safe?")
    assert "Sam Specialist answered your question about Deliverable 5." in text
    assert "Yes, it is.\nSee the plan." in text
    assert f"http://localhost:8000/portal/{world.engagement.code}/questions/#t-{question.public_id}" in text
    assert mail["Reply-To"] == world.manager.email
    assert str(mail["Message-ID"]).startswith("<mail_answer.")


def test_words_of_a_thread_are_escaped_and_a_long_question_is_cut(world: World, mailbox: Mailbox) -> None:
    question = said(world, world.viewer.user, "<i>Why</i>\nnot? " + "And when? " * 100)
    said(world, world.manager, "<img src=x onerror=alert(1)>", question, shared=True)
    jobs.run(job_of("mail_answer").pk)
    mail = mailbox.wait_for(1)[0]
    html = body_of(mail, "html")
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "&lt;i&gt;Why&lt;/i&gt;<br>not?" in html
    assert "<img src=x onerror=alert(1)>" in body_of(mail)
    assert body_of(mail).count("And when?") < 60
    assert len(str(mail["Subject"])) < 110


def test_lines_within_the_firm_and_lines_that_answer_nobody_send_nothing(world: World, mailbox: Mailbox) -> None:
    question = said(world, world.viewer.user, "Is day 90 safe?")
    said(world, world.manager, "Do we know?", question)
    said(world, world.manager, "News for all", shared=True)
    said(world, world.signer.user, "I wonder too", question)
    assert jobs_of_answers() == 0
    own = said(world, world.manager, "We begin on Monday", shared=True)
    said(world, world.manager, "At nine", own, shared=True)
    jobs.run(job_of("mail_answer").pk)
    assert mailbox.messages() == []


def test_each_is_told_what_answers_their_own_question(world: World, mailbox: Mailbox) -> None:
    question = said(world, world.viewer.user, "Is day 90 safe?")
    said(world, world.manager, "Yes.", question, shared=True)
    jobs.run(job_of("mail_answer").pk)
    assert to_of(mailbox) == ["vic@me.example"]
    mailbox.clear()
    said(world, world.signer.user, "And day 60?", question)
    said(world, world.manager, "That too.", question, shared=True)
    jobs.run(job_of("mail_answer").pk)
    assert [(mail["To"], mail["Subject"]) for mail in mailbox.wait_for(1)] == [
        ("cora@me.example", "Answered: And day 60?")
    ]
    mailbox.clear()
    said(world, world.manager, "Since this morning.", question, shared=True)
    jobs.run(job_of("mail_answer").pk)
    assert to_of(mailbox) == ["cora@me.example"]


def _leave(world: World, _one: Deliverable) -> None:
    remove_contact(by=world.manager, contact=world.viewer)


def _elsewhere(world: World, _one: Deliverable) -> None:
    other = create_client(by=world.manager, name="Other", mark="OT", country="FI", time_zone="Europe/Helsinki")
    Contact.objects.filter(pk=world.viewer.pk).update(client=other)


def _internal(_world: World, one: Deliverable) -> None:
    Deliverable.objects.filter(pk=one.pk).update(shared=False, needs_sign_off=False)


@pytest.mark.parametrize("change", [_leave, _elsewhere, _internal])
def test_who_cannot_read_it_any_more_gets_no_answer(
    world: World, mailbox: Mailbox, change: Callable[[World, Deliverable], None]
) -> None:
    question = said(world, world.viewer.user, "Is it safe?", deliverable=number(world, 6))
    said(world, world.manager, "Yes.", question, shared=True)
    with as_firm():
        change(world, world.one(6))
    jobs.run(job_of("mail_answer").pk)
    assert job_of("mail_answer").state == JobState.DONE
    assert mailbox.messages() == []


def test_an_answer_that_was_sent_is_not_sent_again(world: World, mailbox: Mailbox) -> None:
    question = said(world, world.viewer.user, "Is day 90 safe?")
    said(world, world.manager, "Yes.", question, shared=True)
    job = job_of("mail_answer")
    jobs.run(job.pk)
    with as_firm():  # as where the worker fell silent behind the mail server's answer
        sent = Job.objects.get(pk=job.pk).result
        Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED, ended_at=None)
    jobs.run(job.pk)
    assert sent == {"sent": ["vic@me.example"]}
    assert to_of(mailbox) == ["vic@me.example"]

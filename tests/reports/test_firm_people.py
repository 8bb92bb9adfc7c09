"""The page of the firm's people, for administrators alone."""

from importlib import import_module

import pytest
import time_machine

from accounts import jobs
from accounts.db import as_firm
from accounts.models import Job, User
from tests import factories
from tests.conftest import CAST, ENGAGEMENT
from tests.ground import Ground, begins_with
from tests.servers import Mailbox
from tests.two_clients import signed_in

NEW = {"name": "Nia New", "email": "Nia@Firm.example", "kind": "manager", "time_zone": "Europe/Oslo"}


@pytest.fixture
@begins_with(ENGAGEMENT)
def people(monday: time_machine.Traveller, db: None, ground: Ground) -> factories.Cast:
    """Everybody, with an engagement that runs."""
    ground.of(ENGAGEMENT)
    return ground.of(CAST)


def stored(email: str) -> User:
    with as_firm():
        return User.objects.get(email=email)


@pytest.mark.parametrize(
    ("who", "status"), [("manager", 403), ("specialist", 403), ("unplaced", 403), ("signer", 404), ("viewer", 404)]
)
def test_nobody_else_gets_in(people: factories.Cast, who: str, status: int) -> None:
    browser = signed_in(getattr(people, who))
    assert browser.get("/people/").status_code == status
    assert browser.post("/people/", NEW).status_code == status
    for what in ("mail", "leave", "back"):
        assert browser.post(f"/people/{people.other_manager.public_id}/{what}/").status_code == status
    assert stored("max@firm.example").is_active
    with as_firm():
        assert not User.objects.filter(email="nia@firm.example").exists()
    assert b'href="/people/"' not in browser.get("/start/", follow=True).content


def test_an_administrator_finds_everybody_of_the_firm_and_no_contact(people: factories.Cast) -> None:
    browser = signed_in(people.administrator)
    page = browser.get("/people/").content.decode()
    for one in (people.administrator, people.manager, people.specialist, people.unplaced):
        assert one.email in page
    assert people.signer.email not in page
    assert 'href="/people/"' in page


def test_a_manager_is_added_and_told_by_mail_how_to_sign_in(people: factories.Cast, mailbox: Mailbox) -> None:
    answer = signed_in(people.administrator).post("/people/", NEW)
    assert (answer.status_code, answer["Location"]) == (303, "/people/")
    made = stored("nia@firm.example")
    assert (made.kind, made.time_zone, made.is_superuser) == ("manager", "Europe/Oslo", False)
    with as_firm():
        job = Job.objects.get(kind="mail_welcome")
    import_module("reports.tasks")  # as a worker does: there the handlers are
    jobs.run(job.pk)
    mail = mailbox.wait_for(1)[0]
    body = mail.get_body(("plain",))
    assert body is not None
    assert (mail["To"], mail["Subject"]) == ("nia@firm.example", "Ada Admin added you to Emplace")
    assert "ask for a code" in body.get_content()
    assert "/accounts/login/" in body.get_content()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "MIA@firm.example"}, "Somebody already signs in with this e-mail address."),
        ({"time_zone": "Mars/Base"}, "is no time zone we know"),
        ({"kind": "contact"}, "That is not one of the choices."),
        ({"kind": "specialist"}, "That is not one of the choices."),
        ({"name": ""}, "This is empty. Fill it in."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_lost(
    people: factories.Cast, wrong: dict[str, str], sentence: str
) -> None:
    answer = signed_in(people.administrator).post("/people/", {**NEW, **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert (NEW | wrong)["email"] in page


def test_letting_go_and_taking_back(people: factories.Cast) -> None:
    browser = signed_in(people.administrator)
    one = people.other_manager
    page = browser.post(f"/people/{one.public_id}/leave/", follow=True).content.decode()
    assert "Max Manager can no longer sign in." in page
    assert "has left" in page
    assert not stored(one.email).is_active
    browser.post(f"/people/{one.public_id}/back/")
    assert stored(one.email).is_active


def test_what_hangs_on_somebody_is_named(people: factories.Cast) -> None:
    browser = signed_in(people.administrator)
    answer = browser.post(f"/people/{people.manager.public_id}/leave/")
    assert answer.status_code == 409
    assert "Mia Manager still answers for" in answer.content.decode()
    last = browser.post(f"/people/{people.administrator.public_id}/leave/")
    assert "Ada Admin is the last administrator." in last.content.decode()


def test_a_contact_is_not_reached_here(people: factories.Cast) -> None:
    browser = signed_in(people.administrator)
    assert browser.post(f"/people/{people.signer.public_id}/leave/").status_code == 404
    assert stored(people.signer.email).is_active


def test_the_admin_holds_the_catalogue_alone_and_greets_by_name(people: factories.Cast) -> None:
    page = signed_in(people.administrator).get("/admin/").content.decode()
    assert "/admin/roles/role/" in page
    assert "/admin/milestones/playbook/" in page
    for foreign in ("/admin/auth/", "/admin/mfa/", "/admin/account/"):
        assert foreign not in page
    assert "<strong>Ada</strong>" in page
    assert "ada@firm.example" not in page


def test_engagements_are_handed_over_on_the_page(people: factories.Cast) -> None:
    browser = signed_in(people.administrator)
    address = f"/people/{people.manager.public_id}/hand-over/"
    assert address in browser.get("/people/").content.decode()
    page = browser.post(address, {"to": people.other_manager.public_id}, follow=True).content.decode()
    assert "Max Manager answers for 1 engagement more." in page
    assert address not in page
    assert browser.post(address, {"to": "nobody"}).status_code == 404
    assert browser.post(address, {"to": people.specialist.public_id}).status_code == 422
    assert signed_in(people.manager).post(address, {"to": people.manager.public_id}).status_code == 403

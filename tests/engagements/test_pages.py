"""Clients, contacts and specialists in the browser."""

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.actions import create_user
from accounts.db import as_firm
from accounts.models import Job
from accounts.states import Kind
from engagements.models import Client, Contact
from roles.actions import create_specialist
from roles.models import Absence, Role, Specialist
from tests import factories
from tests.factories import Cast


@pytest.fixture
def cast(monday: time_machine.Traveller, db: None) -> Cast:
    """Everybody, with an engagement at each client; the test itself stands as nobody."""
    with as_firm():
        people = factories.cast()
        factories.draft(people)
        return people


@pytest.fixture
def browser(cast: Cast, client: Browser) -> Browser:
    """The manager's browser."""
    client.force_login(cast.manager)
    return client


DETAILS = {
    "name": "Acme", "mark": "AC", "country": "DE", "subdivision": "BY", "time_zone": "Europe/Berlin",
    "digest_weekday": "4", "digest_hour": "9",
}  # fmt: skip


def test_list_and_page_show_what_is_there(browser: Browser, cast: Cast) -> None:
    page = browser.get("/clients/").content.decode()
    assert "Meridian Health" in page
    assert "Halden Bank" in page
    page = browser.get(f"/clients/{cast.client.public_id}/").content.decode()
    assert "Priya Nair" in page
    assert "Claims intake" in page


def test_empty_lists_say_what_to_do(db: None, client: Browser) -> None:
    with as_firm():
        ada = create_user(by=None, email="ada@firm.example", name="Ada", kind=Kind.ADMINISTRATOR)
    client.force_login(ada)
    assert b"No client yet" in client.get("/clients/").content
    assert b"No specialist yet" in client.get("/specialists/").content


def test_client_is_added_and_changed(browser: Browser) -> None:
    response = browser.post("/clients/", DETAILS)
    with as_firm():
        made = Client.objects.get(name="Acme")
    assert response["Location"] == f"/clients/{made.public_id}/"
    wrong = browser.post(f"/clients/{made.public_id}/", DETAILS | {"subdivision": "ZZ", "name": "Other"})
    assert wrong.status_code == 422
    assert "“ZZ” is no region of Germany." in wrong.content.decode()
    assert 'value="Other"' in wrong.content.decode()
    browser.post(f"/clients/{made.public_id}/", DETAILS | {"digest_hour": "16"})
    with as_firm():
        made.refresh_from_db()
    assert made.digest_hour == 16


def test_contacts_are_invited_changed_and_let_go(browser: Browser, cast: Cast) -> None:
    root = f"/clients/{cast.client.public_id}/contacts/"
    typed = {"name": "Nora", "email": "nora@me.example", "is_signer": "on", "mail": "on"}
    assert browser.post(root, typed).status_code == 303
    twice = browser.post(root, typed)
    assert twice.status_code == 422
    assert "Somebody already signs in with this e-mail address." in twice.content.decode()
    with as_firm():
        assert Job.objects.filter(kind="mail_invitation").count() == 1
        nora = Contact.objects.select_related("user").get(user__email="nora@me.example")
    browser.post(f"{root}{nora.user.public_id}/viewer/")
    browser.post(f"{root}{nora.user.public_id}/leave/")
    assert browser.post(f"{root}{nora.user.public_id}/leave/").status_code == 409
    with as_firm():
        nora.refresh_from_db()
    assert (nora.is_signer, nora.left_at is None) == (False, False)
    assert (
        browser.post(f"/clients/{cast.other_client.public_id}/contacts/{nora.user.public_id}/signer/").status_code
        == 404
    )


def test_lists_cost_the_same_whatever_their_length(browser: Browser, cast: Cast) -> None:
    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    addresses = ("/clients/", "/specialists/", f"/clients/{cast.client.public_id}/")
    before = [cost(address) for address in addresses]
    with as_firm():
        role = Role.objects.get(key="data_engineer")
        for number in range(6):
            user = create_user(
                by=cast.administrator, email=f"s{number}@firm.example", name=f"S {number}", kind=Kind.SPECIALIST
            )
            create_specialist(by=cast.administrator, user=user, role=role)
            made = factories._client(cast.manager, f"Client {number}", f"C{number}")
            factories.contact(cast.manager, made, f"Contact {number}")
            factories.contact(cast.manager, cast.client, f"More {number}")
    assert [cost(address) for address in addresses] == before


def test_specialists_see_their_clients_alone(browser: Browser, cast: Cast) -> None:
    browser.force_login(cast.specialist)
    page = browser.get("/clients/").content.decode()
    assert "Meridian Health" in page
    assert "Halden Bank" not in page
    assert browser.get(f"/clients/{cast.other_client.public_id}/").status_code == 404
    assert browser.post(f"/clients/{cast.client.public_id}/", DETAILS).status_code == 403
    assert browser.post("/clients/", DETAILS).status_code == 403
    assert browser.get("/specialists/").status_code == 403
    browser.force_login(cast.signer)
    for address in ("/clients/", "/specialists/", f"/clients/{cast.client.public_id}/", "/clients.csv"):
        assert browser.get(address).status_code == 404


def test_lists_leave_as_csv(browser: Browser) -> None:
    with as_firm():
        Client.objects.filter(name="Halden Bank").update(name="=HYPERLINK(1)")
    text = browser.get("/clients.csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "Sam Specialist" in browser.get("/specialists.csv").content.decode("utf-8-sig")


def test_administrator_adds_a_specialist(browser: Browser, cast: Cast) -> None:
    typed = {
        "name": "Mei Nakamura", "email": "mei@firm.example", "role": "mlops_engineer", "capacity": "80",
        "country": "JP", "time_zone": "Asia/Tokyo", "skills": "drift, releases, drift",
    }  # fmt: skip
    assert browser.post("/specialists/", typed).status_code == 403
    browser.force_login(cast.administrator)
    assert browser.post("/specialists/", typed | {"time_zone": "Mars"}).status_code == 422
    with as_firm():
        assert not Specialist.objects.filter(user__name="Mei Nakamura").exists()
    response = browser.post("/specialists/", typed)
    assert response.status_code == 303
    with as_firm():
        assert Specialist.objects.get(user__name="Mei Nakamura").skills == ["drift", "releases"]
    assert browser.get(response["Location"]).status_code == 200


def test_absences_are_noted_and_taken_back(browser: Browser, cast: Cast) -> None:
    root = f"/specialists/{cast.specialist.public_id}/"
    wrong = browser.post(f"{root}absences/", {"starts_on": "2026-12-04", "ends_on": "2026-12-01"})
    assert wrong.status_code == 422
    browser.post(f"{root}absences/", {"starts_on": "2026-12-01", "ends_on": "2026-12-04", "why": "Course"})
    assert b"Course" in browser.get(root).content
    assert b"away 1 Dec to 4 Dec" in browser.get("/specialists/").content
    with as_firm():
        absence = Absence.objects.get()
    browser.post(f"/absences/{absence.public_id}/remove/")
    assert b"No days off ahead." in browser.get(root).content

"""The people of these tests: the firm's three kinds, and a contact each of two clients."""

from dataclasses import dataclass

import pytest
from django.test import Client as Browser

from accounts.actions import create_user
from accounts.db import as_firm
from accounts.models import User
from accounts.states import Kind
from engagements.models import Client, Contact
from tests.ground import Ground, Part, begins_with


@dataclass(frozen=True)
class People:
    """Who is there."""

    administrator: User
    manager: User
    specialist: User
    contact: User
    stranger: User


def make_client(name: str, mark: str) -> Client:
    return Client.objects.create(name=name, mark=mark, country="FI")


def make_contact(by: User, client: Client, email: str, name: str) -> User:
    user = create_user(by=by, email=email, name=name, kind=Kind.CONTACT, client_id=client.pk)
    Contact.objects.create(client=client, user=user)
    return user


def everybody() -> People:
    """Make everybody, standing as the firm; nobody has a password, which would cost half a second each."""
    with as_firm():
        ada = create_user(by=None, email="ada@firm.example", name="Ada Admin", kind=Kind.ADMINISTRATOR)
        mia, sam = (
            create_user(by=ada, email=email, name=name, kind=kind)
            for email, name, kind in (
                ("mia@firm.example", "Mia Manager", Kind.MANAGER),
                ("sam@firm.example", "Sam Specialist", Kind.SPECIALIST),
            )
        )
        meridian, other = make_client("Meridian", "ME"), make_client("Other", "OT")
        cora = make_contact(mia, meridian, "cora@meridian.example", "Cora Contact")
        zoe = make_contact(mia, other, "zoe@other.example", "Zoe Stranger")
    return People(ada, mia, sam, cora, zoe)


PEOPLE = Part(everybody, at=None)


@pytest.fixture
@begins_with(PEOPLE)
def people(db: None, ground: Ground) -> People:
    """Everybody."""
    return ground.of(PEOPLE)


def browser_of(user: User | None) -> Browser:
    """Return a test client in which this person is signed in."""
    browser = Browser()
    if user is not None:
        browser.force_login(user)
    return browser

"""Adding people."""

from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command

from accounts.actions import create_user
from accounts.db import as_firm
from accounts.errors import DomainError, NotAllowed
from accounts.models import Event, User
from accounts.states import Kind

pytestmark = pytest.mark.django_db


def add(by: User | None = None, **changed: Any) -> User:
    fields: dict[str, Any] = {"email": "new@firm.example", "name": "New One", "kind": Kind.MANAGER, **changed}
    with as_firm(by):
        return create_user(by=by, **fields)


def test_a_new_person_has_a_verified_address_and_an_event(people):
    user = add(people.administrator, email="  New@Firm.Example ")
    assert user.email == "new@firm.example"
    assert not user.has_usable_password()
    with as_firm():
        assert EmailAddress.objects.filter(user=user, email=user.email, verified=True, primary=True).exists()
        event = Event.objects.latest("id")
    assert (str(event), event.shared) == ("Ada Admin added New One", False)


def test_only_administrators_open_the_catalogue(people):
    user = add(kind=Kind.ADMINISTRATOR)
    assert (user.is_superuser, user.is_staff) == (True, True)
    assert (people.manager.is_superuser, people.manager.is_staff) == (False, False)


@pytest.mark.parametrize(
    ("who", "kind", "may"),
    [
        ("administrator", Kind.MANAGER, True),
        ("manager", Kind.MANAGER, False),
        ("manager", Kind.ADMINISTRATOR, False),
        ("manager", Kind.CONTACT, True),
        ("specialist", Kind.CONTACT, False),
        ("contact", Kind.CONTACT, False),
    ],
)
def test_who_may_add_whom(people, who, kind, may):
    client = people.contact.client_ref if kind == Kind.CONTACT else None
    if may:
        assert add(getattr(people, who), kind=kind, client_id=client).kind == kind
    else:
        with pytest.raises(NotAllowed, match="Only an administrator"):
            add(getattr(people, who), kind=kind, client_id=client)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"email": "MIA@firm.example"}, None),
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"name": "x" * 10_000}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "  "}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"password": "short"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"kind": Kind.CONTACT}, None),
        ({"client_id": 7}, None),
        ({"kind": "emperor"}, "kind"),
    ],
)
def test_what_does_not_fit_is_a_sentence_and_nobody_is_added(people, changed, field):
    with pytest.raises(DomainError) as refusal:
        add(**changed)
    assert refusal.value.field == field
    assert len(str(refusal.value)) > 10
    with as_firm():
        assert User.objects.count() == 5


@pytest.mark.parametrize("name", ["<b>Ann</b>", "שלום", "🚀 Rocket", "Ann O'Hara"])
def test_names_of_all_sorts_are_kept_as_typed(name):
    assert add(name=name).name == name


def test_the_first_administrator_is_made_by_command(monkeypatch):
    monkeypatch.setenv("ADMINISTRATOR_PASSWORD", "a-long-enough-password")
    out = StringIO()
    call_command("create_administrator", email="ada@firm.example", name="Ada", password_from_env=True, stdout=out)
    ada = User.objects.get()
    assert (ada.kind, ada.check_password("a-long-enough-password")) == ("administrator", True)
    assert "ada@firm.example" in out.getvalue()
    with pytest.raises(CommandError, match="already signs in"):
        call_command("create_administrator", email="ADA@firm.example", name="Ada", no_password=True)


def test_the_command_reads_the_password_from_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("a-long-enough-password\n"))
    call_command("create_administrator", email="ada@x.example", name="Ada", password_from_stdin=True, stdout=StringIO())
    assert User.objects.get().check_password("a-long-enough-password")


@pytest.mark.parametrize(("password", "says"), [("", "No password came"), ("short", "password: ")])
def test_the_command_refuses_a_password_that_is_none(monkeypatch, password, says):
    monkeypatch.setenv("ADMINISTRATOR_PASSWORD", password)
    with pytest.raises(CommandError, match=says):
        call_command("create_administrator", email="ada@x.example", name="Ada", password_from_env=True)
    assert not User.objects.exists()

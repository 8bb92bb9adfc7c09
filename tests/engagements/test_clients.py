"""Clients and their people."""

from typing import Any

import pytest

from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import Event, Job
from engagements.actions import clients
from engagements.models import Client, Contact
from engagements.places import countries, country_name, regions
from tests.factories import Cast

ACME: dict[str, Any] = {
    "name": "Acme",
    "mark": "ac",
    "country": "us",
    "subdivision": "ny",
    "time_zone": "America/New_York",
}


def test_manager_adds_a_client_and_an_event_tells(cast: Cast) -> None:
    client = clients.create_client(by=cast.manager, **ACME)
    assert (client.mark, client.country, client.subdivision) == ("AC", "US", "NY")
    assert str(Event.objects.filter(verb="client_created").first()) == "Mia Manager added the client Acme"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("country", "XX"),
        ("subdivision", "QQ"),
        ("time_zone", "Mars/Olympus"),
        ("mark", "<b>"),
        ("mark", ""),
        ("name", ""),
        ("name", "N" * 121),
        ("name", "A\x00B"),
        ("name", "Acme \u202egpj"),
        ("name", "MERIDIAN health"),
        ("digest_hour", 24),
        ("digest_weekday", 7),
    ],
)
def test_what_does_not_hold_is_refused(cast: Cast, field: str, value: Any) -> None:
    with pytest.raises(DomainError) as refused:
        clients.create_client(by=cast.manager, **{**ACME, field: value})
    assert str(refused.value)
    assert Client.objects.count() == 2


def test_names_may_be_in_any_script(cast: Cast) -> None:
    name = "شركة <b>النور</b> 🚚"
    assert clients.create_client(by=cast.manager, **{**ACME, "name": name}).name == name


@pytest.mark.parametrize("who", ["specialist", "signer"])
def test_only_managers_write(cast: Cast, who: str) -> None:
    with pytest.raises(NotAllowed):
        clients.create_client(by=getattr(cast, who), **ACME)
    with pytest.raises(NotAllowed):
        clients.invite_contact(by=getattr(cast, who), client=cast.client, name="X", email="x@x.example", is_signer=True)


def test_details_change(cast: Cast) -> None:
    changed = clients.change_client(by=cast.manager, client=cast.client, time_zone="Europe/Tallinn", country="EE")
    assert Client.objects.get(pk=changed.pk).country == "EE"
    with pytest.raises(DomainError):
        clients.change_client(by=cast.manager, client=cast.client, country="ZZ")


def test_invitation_is_mailed_when_asked(cast: Cast) -> None:
    contact = clients.invite_contact(
        by=cast.manager, client=cast.client, name="Nora", email="Nora@me.example", is_signer=False, mail=True
    )
    assert contact.user.email == "nora@me.example"
    assert contact.user.time_zone == cast.client.time_zone
    job = Job.objects.get(kind="mail_invitation")
    assert job.args == {"contact": contact.pk, "by": cast.manager.pk}
    clients.send_invitation(by=cast.manager, contact=contact)
    assert Job.objects.filter(kind="mail_invitation").count() == 1


def test_one_address_signs_in_once(cast: Cast) -> None:
    with pytest.raises(DomainError) as refused:
        clients.invite_contact(
            by=cast.manager, client=cast.other_client, name="Twin", email=cast.signer.email.upper(), is_signer=True
        )
    assert "already signs in" in str(refused.value)


def test_signer_becomes_viewer_and_leaves(cast: Cast) -> None:
    contact = Contact.objects.get(user=cast.signer)
    assert not clients.change_signer(by=cast.manager, contact=contact, is_signer=False).is_signer
    clients.remove_contact(by=cast.manager, contact=contact)
    cast.signer.refresh_from_db()
    assert not cast.signer.is_active
    with pytest.raises(IllegalMove):
        clients.remove_contact(by=cast.manager, contact=contact)
    with pytest.raises(IllegalMove):
        clients.send_invitation(by=cast.manager, contact=contact)


def test_countries_have_names_and_regions() -> None:
    assert country_name("US") == "United States"
    assert country_name("CI") == "Côte d’Ivoire"
    assert len(countries()) > 200
    assert "BY" in regions("DE")
    assert regions("XX") == ()

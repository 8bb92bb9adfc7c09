"""The firm's people, its clients and their contacts."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from accounts.actions import create_user, share_password
from accounts.models import User
from accounts.states import Kind
from engagements.actions.clients import create_client, invite_contact
from engagements.models import Client, Contact
from roles.actions import add_absence, create_specialist
from roles.models import Role, Specialist

PASSWORD: Final = "embedded-in-the-team"  # noqa: S105 - printed by the demo for everybody to read
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KINDS: Final = {"account_manager": Kind.MANAGER, "administrator": Kind.ADMINISTRATOR}


@dataclass
class Cast:
    """Everybody in the demo, by the keys of its file."""

    people: dict[str, User] = field(default_factory=dict)
    specialists: dict[str, Specialist] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    contacts: dict[tuple[str, str], Contact] = field(default_factory=dict)
    chief: User | None = None

    def contact(self, client: str, key: str) -> Contact:
        """Return a client's contact."""
        return self.contacts[client, key]

    def anybody(self, client: str, key: str) -> User:
        """Return whoever this key names: a contact of the client, or one of the firm."""
        if (client, key) in self.contacts:
            return self.contacts[client, key].user
        return self.specialists[key].user if key in self.specialists else self.people[key]


def _firm(cast: Cast, rows: list[dict[str, Any]], administrator: User | None) -> None:
    for row in sorted(rows, key=lambda row: row["kind"] != "administrator"):
        user = create_user(
            by=cast.chief or administrator,
            email=row["email"],
            name=row["name"],
            kind=KINDS[row["kind"]],
            title=row["title"],
            time_zone=row["time_zone"],
        )
        cast.people[row["key"]] = user
        cast.chief = cast.chief or user


def _specialists(cast: Cast, rows: list[dict[str, Any]]) -> None:
    roles = {role.key: role for role in Role.objects.all()}
    for row in rows:
        user = create_user(
            by=cast.chief,
            email=row["email"],
            name=row["name"],
            kind=Kind.SPECIALIST,
            title=roles[row["role"]].name,
            time_zone=row["time_zone"],
        )
        cast.specialists[row["key"]] = create_specialist(
            by=_chief(cast),
            user=user,
            role=roles[row["role"]],
            capacity=row["capacity"],
            country=row["country"],
            skills=row["skills"],
        )


def _chief(cast: Cast) -> User:
    if cast.chief is None:
        raise LookupError("The demo's file names no administrator.")
    return cast.chief


def _clients(cast: Cast, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        profile = row["profile"]
        client = create_client(
            by=_chief(cast),
            name=row["name"],
            mark=profile["mark"],
            country=profile["country"],
            subdivision=profile.get("subdivision", ""),
            time_zone=profile["time_zone"],
            industry=profile["industry"],
            digest_weekday=WEEKDAYS.index(profile["digest"]["weekday"]),
            digest_hour=profile["digest"]["hour"],
        )
        cast.clients[row["key"]] = client
        for contact in row["contacts"]:
            cast.contacts[row["key"], contact["key"]] = invite_contact(
                by=_chief(cast),
                client=client,
                name=contact["name"],
                email=contact["email"],
                title=contact["title"],
                is_signer=contact["kind"] == "signer",
                time_zone=profile["time_zone"],
            )


def gather(source: dict[str, Any], today: date) -> Cast:
    """Make everybody that the file names; the administrator first, who then makes the others."""
    cast = Cast()
    _firm(cast, source["people"], None)
    _specialists(cast, source["specialists"])
    _clients(cast, source["clients"])
    for row in source["absences"]:
        add_absence(
            by=_chief(cast),
            person=cast.specialists[row["specialist"]].user,
            starts_on=today + timedelta(days=row["from"]),
            ends_on=today + timedelta(days=row["to"]),
            why=row["why"],
        )
    users = [*cast.people.values(), *(row.user for row in cast.specialists.values())]
    share_password(users=[*users, *(row.user for row in cast.contacts.values())], password=PASSWORD)
    return cast

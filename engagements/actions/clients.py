"""Clients and their people."""

from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts import events, jobs
from accounts.actions import create_user
from accounts.checked import checked
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove
from accounts.models import User
from accounts.states import Kind
from engagements.guards import require_manager
from engagements.models import Client, Contact
from engagements.places import check_place


@transaction.atomic
def create_client(
    *,
    by: User,
    name: str,
    mark: str,
    country: str,
    subdivision: str = "",
    time_zone: str,
    industry: str = "",
    digest_weekday: int = 4,
    digest_hour: int = 9,
) -> Client:
    """Log a company. Weekday 0 is Monday, the hour is local to `time_zone`."""
    require_manager(by)
    client = Client(
        name=name.strip(),
        mark=mark.strip().upper(),
        country=country.strip().upper(),
        subdivision=subdivision.strip().upper(),
        time_zone=time_zone.strip(),
        industry=industry.strip(),
        digest_weekday=digest_weekday,
        digest_hour=digest_hour,
    )
    _check(client).save(force_insert=True)
    events.record(
        by=by,
        verb="client_created",
        message=gettext_noop("%(actor)s added the client %(client)s"),
        params={"actor": by.name, "client": client.name},
        client_id=client.pk,
    )
    return client


CHANGEABLE = (
    "name", "mark", "country", "subdivision", "time_zone", "industry", "digest_weekday", "digest_hour",
)  # fmt: skip


@transaction.atomic
def change_client(*, by: User, client: Client, **fields: object) -> Client:
    """Change what is known of a company. Dates already agreed stay; new ones follow the new calendar."""
    require_manager(by)
    for name in fields:
        if name not in CHANGEABLE:
            raise TypeError(f"{name} is no field of a client that changes")
    for name, value in fields.items():
        setattr(client, name, value.strip() if isinstance(value, str) else value)
    _check(client).save(update_fields=list(fields))
    events.record(
        by=by,
        verb="client_changed",
        message=gettext_noop("%(actor)s changed the entry of %(client)s"),
        params={"actor": by.name, "client": client.name},
        client_id=client.pk,
    )
    return client


def _check(client: Client) -> Client:
    if not client.mark or not client.mark.isalnum():
        raise DomainError(_("The mark is two or three letters or digits, for example ME."), field="mark")
    check_place(client.country, client.subdivision)
    return checked(client)


@transaction.atomic
def invite_contact(
    *,
    by: User,
    client: Client,
    name: str,
    email: str,
    title: str = "",
    is_signer: bool,
    time_zone: str | None = None,
    password: str | None = None,
    mail: bool = False,
) -> Contact:
    """Let a client's person sign in; a signer may accept plans and deliverables. `mail` sends an invitation."""
    require_manager(by)
    user = create_user(
        by=by,
        email=email,
        name=name.strip(),
        kind=Kind.CONTACT,
        title=title.strip(),
        client_id=client.pk,
        time_zone=time_zone or client.time_zone,
        password=password,
    )
    contact = Contact(client=client, user=user, is_signer=is_signer)
    contact.save(force_insert=True)
    events.record(
        by=by,
        verb="contact_invited",
        message=gettext_noop("%(actor)s added %(name)s as a signer of %(client)s")
        if is_signer
        else gettext_noop("%(actor)s added %(name)s as a viewer of %(client)s"),
        params={"actor": by.name, "name": user.name, "client": client.name},
        client_id=client.pk,
    )
    if mail:
        send_invitation(by=by, contact=contact)
    return contact


@transaction.atomic
def send_invitation(*, by: User, contact: Contact) -> None:
    """Mail how to sign in; asked again while one is on its way, it goes once."""
    require_manager(by)
    if contact.left_at:
        raise IllegalMove(_("%(name)s has left. Let them in again first.") % {"name": contact.user.name})
    jobs.request(
        kind="mail_invitation",
        key=contact.user.public_id,
        args={"contact": contact.pk, "by": by.pk},
        by=by,
        client_id=contact.client_id,
    )


@transaction.atomic
def change_signer(*, by: User, contact: Contact, is_signer: bool) -> Contact:
    """Make a contact a signer, or a viewer; what they signed stays signed."""
    require_manager(by)
    if Contact.objects.filter(pk=contact.pk, is_signer=not is_signer).update(is_signer=is_signer) != 1:
        return contact
    contact.is_signer = is_signer
    events.record(
        by=by,
        verb="contact_changed",
        message=gettext_noop("%(actor)s made %(name)s a signer of %(client)s")
        if is_signer
        else gettext_noop("%(actor)s made %(name)s a viewer of %(client)s"),
        params={"actor": by.name, "name": contact.user.name, "client": contact.client.name},
        client_id=contact.client_id,
    )
    return contact


@transaction.atomic
def remove_contact(*, by: User, contact: Contact) -> Contact:
    """Shut a contact who left out; nothing they signed or wrote goes away."""
    require_manager(by)
    if Contact.objects.filter(pk=contact.pk, left_at=None).update(left_at=now()) != 1:
        raise IllegalMove(_("%(name)s has left already.") % {"name": contact.user.name})
    User.objects.filter(pk=contact.user_id).update(is_active=False)
    contact.refresh_from_db(fields=["left_at"])
    events.record(
        by=by,
        verb="contact_removed",
        message=gettext_noop("%(actor)s took the sign-in of %(name)s at %(client)s away"),
        params={"actor": by.name, "name": contact.user.name, "client": contact.client.name},
        client_id=contact.client_id,
    )
    return contact

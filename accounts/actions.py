"""What is done to people who sign in."""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts import events
from accounts.checked import checked
from accounts.errors import DomainError, NotAllowed
from accounts.models import User
from accounts.states import Kind


def may_add(by: User | None, kind: Kind) -> bool:
    """Whether `by` may add a person of this kind; nobody at all is a command or the demo."""
    if by is None or by.kind == Kind.ADMINISTRATOR:
        return True
    return by.manages and kind == Kind.CONTACT


@transaction.atomic
def create_user(
    *,
    by: User | None,
    email: str,
    name: str,
    kind: Kind,
    title: str = "",
    client_id: int | None = None,
    time_zone: str = "UTC",
    language: str = "en",
    password: str | None = None,
) -> User:
    """Add a person who can sign in at once: by code, and by password where one is given.

    The address counts as verified: whoever adds a person vouches for it, and a code proves it at each sign-in.
    Raises NotAllowed, and DomainError with the field that does not fit.
    """
    if not may_add(by, kind):
        raise NotAllowed(_("Only an administrator adds people of the firm."))
    user = User(
        email=email.strip().lower(),
        name=name.strip(),
        kind=kind,
        title=title.strip(),
        client_ref=client_id,
        time_zone=time_zone,
        language=language,
        is_superuser=kind == Kind.ADMINISTRATOR,
    )
    _give_password(user, password)
    checked(user).save(force_insert=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    if user.is_firm:
        events.record(
            by=by, verb="person_added", message=gettext_noop("%(actor)s added %(name)s"), params={"name": user.name}
        )
    return user


@transaction.atomic
def share_password(*, users: Iterable[User], password: str) -> None:
    """Give new people one password, hashed once: hashing it for each of fifty takes a quarter of a minute."""
    encoded = make_password(password)
    User.objects.filter(pk__in=[user.pk for user in users]).update(password=encoded)


def _give_password(user: User, password: str | None) -> None:
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise DomainError(" ".join(error.messages), field="password") from error
    user.set_password(password)

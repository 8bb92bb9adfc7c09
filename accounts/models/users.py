"""People who sign in."""

from functools import cache
from typing import ClassVar, TypeVar
from zoneinfo import available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext, gettext_lazy as _

from accounts.clock import now
from accounts.ids import public_id
from accounts.states import FIRM_KINDS, MANAGING_KINDS, Kind
from accounts.walls import OWN, Wall

# Columns the portal role may not read; `with_people` leaves them out of joins.
PEOPLE_SECRETS = ("password", "last_login", "is_superuser")

M = TypeVar("M", bound=models.Model)


def with_people(rows: "models.QuerySet[M]", *paths: str) -> "models.QuerySet[M]":
    """Join the users at `paths` without their secret columns, which the portal role cannot read."""
    return rows.select_related(*paths).defer(*(f"{path}__{column}" for path in paths for column in PEOPLE_SECRETS))


@cache
def time_zones() -> frozenset[str]:
    """The names that the time zone database knows; looking it through takes tens of milliseconds."""
    return frozenset(available_timezones())


def validate_time_zone(value: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if value not in time_zones():
        raise ValidationError(
            gettext("%(value)s is no time zone we know. Use a name such as Europe/Helsinki.") % {"value": value}
        )


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user whatever the case the address was typed in."""
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a user; without a password only sign-in by code works."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create an administrator (what `createsuperuser` calls)."""
        return self.create_user(email, password, kind=Kind.ADMINISTRATOR, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail address: of the firm, or a contact of one client.

    `client_ref` is the id of the contact's client. It is a number and no foreign key in Python, because clients live
    on a higher floor; the database holds it to the clients' table all the same.
    """

    wall = Wall(
        portal=f"client_id IS NULL OR {OWN}",
        portal_columns=(
            "id", "public_id", "email", "name", "title", "kind", "client_id",
            "time_zone", "language", "is_active", "created_at",
        ),
        # Sign-in changes these three and makes nobody: a person's kind and client are the firm's to say.
        login="SELECT, UPDATE (password, last_login, email)",
        # A person who leaves is made inactive: what they did stays theirs.
        firm="SELECT, INSERT, UPDATE",
        trail_without=("password", "last_login"),
        client_column="client_id",
    )  # fmt: skip

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("title"), max_length=120, blank=True)
    kind = models.CharField(max_length=16, choices=Kind)
    client_ref = models.BigIntegerField(null=True, blank=True, db_column="client_id", editable=False)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    language = models.CharField(max_length=12, default="en")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "id"]
        indexes = [models.Index("client_ref", name="user_by_client")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_once",
                violation_error_message=_("Somebody already signs in with this e-mail address."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind=Kind.CONTACT, client_ref__isnull=False)
                | (~models.Q(kind=Kind.CONTACT) & models.Q(client_ref__isnull=True)),
                name="user_contact_has_client",
                violation_error_message=_("A contact belongs to a client, and nobody else does."),
            ),
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="user_kind_known"),
            models.CheckConstraint(
                condition=models.Q(is_superuser=False) | models.Q(kind=Kind.ADMINISTRATOR),
                name="user_superuser_is_administrator",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """Return the name; allauth and the admin ask for it."""
        return self.name

    def get_short_name(self) -> str:
        """Return the first name; the admin greets with it."""
        return self.first_name

    @property
    def is_staff(self) -> bool:
        """Whether the catalogue's admin opens: for administrators."""
        return self.kind == Kind.ADMINISTRATOR

    @property
    def is_contact(self) -> bool:
        """Whether this person is a client's."""
        return self.kind == Kind.CONTACT

    @property
    def is_firm(self) -> bool:
        """Whether this person is the firm's."""
        return self.kind in FIRM_KINDS

    @property
    def manages(self) -> bool:
        """Whether this person may log and run engagements."""
        return self.kind in MANAGING_KINDS

    @property
    def first_name(self) -> str:
        """What a greeting says."""
        return self.name.split(" ", 1)[0]

    @property
    def initials(self) -> str:
        """Two letters at most, for the avatar."""
        parts = [part for part in self.name.split() if part]
        return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts[:1])).upper()

"""Companies and their people."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.clock import now
from accounts.ids import public_id
from accounts.models import User
from accounts.models.users import validate_time_zone
from accounts.walls import OWN, Wall, client_table


class ClientQuerySet(models.QuerySet["Client"]):
    """Clients, as somebody may see them."""

    def visible_to(self, user: User) -> Self:
        """Return what this person may see: managers all, specialists where placed, contacts their own."""
        if user.manages:
            return self
        if user.is_contact:
            return self.filter(pk=user.client_ref)
        return self.filter(engagements__placements__specialist__user=user).distinct()


class Client(models.Model):
    """A company that specialists are embedded at. Its country gives the holidays, its time zone the calendar."""

    wall = Wall(portal="id = ANY ({clients})", client_column="id")

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    name = models.CharField(_("name"), max_length=120)
    mark = models.CharField(_("mark"), max_length=3, help_text=_("Two or three letters that stand for the client."))
    industry = models.CharField(_("industry"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, help_text=_("Its public holidays are not counted as work."))
    subdivision = models.CharField(_("region"), max_length=6, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    digest_weekday = models.PositiveSmallIntegerField(default=4, help_text=_("0 is Monday."))
    digest_hour = models.PositiveSmallIntegerField(default=9)
    created_at = models.DateTimeField(default=now, editable=False)

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("name"),
                name="client_name_once",
                violation_error_message=_("There is a client of this name already. Choose it, or use another name."),
            ),
            models.CheckConstraint(condition=Q(digest_weekday__lte=6), name="client_digest_weekday"),
            models.CheckConstraint(condition=Q(digest_hour__lte=23), name="client_digest_hour"),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A client's person: a viewer, or a signer who accepts deliverables and approves plan changes."""

    wall = client_table(portal=OWN)

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contacts")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="contact")
    is_signer = models.BooleanField(_("signer"), default=False)
    left_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now, editable=False)

    class Meta:
        ordering = ["-is_signer", "user__name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["id", "client"], name="contact_with_client"),
        ]

    def __str__(self) -> str:
        return self.user.name

"""The catalogue: what kinds of specialist there are, what they are for, and who they are."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.ids import public_id
from accounts.models import User
from accounts.walls import CATALOGUE, FIRM_ONLY


class CatalogueRow(models.Model):
    """Something the catalogue names: a stable key for the code, a name and words for people."""

    wall = CATALOGUE

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name


class Role(CatalogueRow):
    """A specialised position: what the person does, and what they answer for."""

    focus = models.CharField(max_length=120)
    summary = models.TextField()
    responsibilities = models.JSONField(default=list, help_text=_("A list of sentences."))


class FailureMode(CatalogueRow):
    """One of the five ways AI programmes fail, and what is seen when they do."""

    seen = models.TextField(_("what is seen"))


class Pillar(CatalogueRow):
    """One of the five marks of good staff augmentation."""

    summary = models.TextField()


class ServiceLine(CatalogueRow):
    """How a firm groups its engagements."""

    summary = models.TextField(blank=True)


class Specialist(models.Model):
    """A person who is embedded at clients. `capacity` is percent of a full week."""

    # Skills and capacity are the firm's business; contacts know specialists by their placements.
    wall = FIRM_ONLY

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="specialist")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="specialists")
    capacity = models.PositiveSmallIntegerField(default=100)
    country = models.CharField(max_length=2, blank=True)
    skills = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["user__name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=100),
                name="specialist_capacity_1_to_100",
                violation_error_message=_("Capacity is a share of a full week, from 1 to 100 percent."),
            )
        ]

    def __str__(self) -> str:
        return self.user.name


class Absence(models.Model):
    """Days, both ends included, on which a person of the firm does not work.

    A specialist's leave the calendar of own deliverables. A manager's may name a deputy, who then answers for the
    manager's engagements: what waits for the manager shows there too, and mails reach both.
    """

    wall = FIRM_ONLY

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField()
    why = models.CharField(max_length=200, blank=True)
    deputy = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="deputises")

    class Meta:
        ordering = ["starts_on", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="absence_ends_after_it_starts",
                violation_error_message=_("The absence ends before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("user")),
                name="absence_deputy_is_somebody_else",
                violation_error_message=_("Nobody stands in for themselves. Choose somebody else."),
            ),
            # A person as a range of one: then PostgreSQL needs no extension to compare people and days in one index.
            ExclusionConstraint(
                name="absence_of_a_day_once",
                expressions=[
                    (Func("user", "user", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func("starts_on", "ends_on", Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Some of these days are noted already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} {self.ends_on}"

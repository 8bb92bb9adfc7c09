"""The numbers that the work is meant to move."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.clock import now
from accounts.ids import public_id
from accounts.models import User
from accounts.walls import client_table
from engagements.models.clients import Client, Contact
from engagements.models.engagements import Engagement
from engagements.states import Direction


class BusinessMetric(models.Model):
    """A number of the client's business, with where it starts and where it should go.

    `agreed_target` is frozen at activation; `target` is in force and moves by plan change alone.
    """

    wall = client_table()

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="metrics")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    direction = models.CharField(max_length=4, choices=Direction)
    start = models.DecimalField(_("start value"), max_digits=16, decimal_places=4)
    target = models.DecimalField(_("target"), max_digits=16, decimal_places=4)
    agreed_target = models.DecimalField(max_digits=16, decimal_places=4, null=True, editable=False)
    source = models.CharField(_("source"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("name"),
                "engagement",
                name="metric_name_once",
                violation_error_message=_("This engagement has a metric of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(direction=Direction.UP, target__gt=F("start"))
                | Q(direction=Direction.DOWN, target__lt=F("start")),
                name="metric_target_better_than_start",
                violation_error_message=_("The target is not better than the start value."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def way(self, value: Decimal) -> Decimal:
        """Return the share of the way from start to target at `value`: 0 at the start, 1 at the target, unbounded."""
        return (value - self.start) / (self.target - self.start)

    def is_far(self, value: Decimal) -> bool:
        """Whether a value asks for a second look: across zero from start and target, or ten times beyond both."""
        low, high = sorted((self.start, self.target))
        across = value < 0 <= low or value > 0 >= high
        return across or abs(value) > 10 * max(abs(low), abs(high))


class MetricReading(models.Model):
    """A dated value of a metric, with its source and, where so, the contact who confirmed it."""

    wall = client_table()

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    metric = models.ForeignKey(BusinessMetric, on_delete=models.CASCADE, related_name="readings")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    value = models.DecimalField(max_digits=16, decimal_places=4)
    source = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    confirmed_by = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["metric", "on"],
                name="reading_once_a_day",
                violation_error_message=_("This metric has a reading of that day already. Change that one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.value}"

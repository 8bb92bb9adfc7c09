"""When the clock of an engagement stood still."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.walls import client_table
from engagements.models.clients import Client
from engagements.models.engagements import Engagement


class Hold(models.Model):
    """A time in which the clock of an engagement stood still: from `from_on` up to, not including, `until_on`."""

    wall = client_table()

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="holds")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    why = models.TextField(max_length=2000, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["from_on", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")), name="hold_ends_after_it_began"
            ),
            models.UniqueConstraint(
                fields=["engagement"], condition=Q(until_on__isnull=True), name="hold_open_once_an_engagement"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} to {self.until_on or '…'}"

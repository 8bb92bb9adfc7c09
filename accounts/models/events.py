"""What happened, told for people."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext

from accounts.clock import now
from accounts.models.users import User
from accounts.walls import OWN, Wall


class Event(models.Model):
    """A sentence for people, written by the action that did the thing.

    `message` is a translatable sentence with named places (`%(actor)s accepted %(title)s`), `params` fills them.
    Engagement and deliverable are numbers and no foreign keys: they live on higher floors, and an event outlives them.
    """

    wall = Wall(
        portal=f"{OWN} AND shared AND engagement_id IN (SELECT id FROM engagements_engagement)",
        firm="SELECT, INSERT",
        trail=False,
        client_column="client_id",
    )

    at = models.DateTimeField(default=now)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=40)
    message = models.CharField(max_length=300)
    params = models.JSONField(default=dict)
    shared = models.BooleanField(default=False)
    client_id = models.BigIntegerField(null=True)
    engagement_id = models.BigIntegerField(null=True)
    deliverable_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["engagement_id", "-at"], name="event_by_engagement"),
            models.Index("client_id", name="event_by_client"),
            models.Index("deliverable_id", name="event_by_deliverable"),
        ]

    def __str__(self) -> str:
        return str(gettext(self.message) % self.params)

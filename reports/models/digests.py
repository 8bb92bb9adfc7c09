"""The weekly mail."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.clock import now
from accounts.ids import public_id
from accounts.models import User
from accounts.walls import FIRM_ONLY, client_table
from engagements.models import Client, Engagement
from reports.states import DigestScope, DigestState


class DigestSetting(models.Model):
    """When a person wants the digest (their own time zone), or that they do not want it.

    Without a row, contacts follow their client's weekday and hour, and the firm's people Friday at 16.
    """

    wall = FIRM_ONLY

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="digest_setting")
    weekday = models.PositiveSmallIntegerField(_("weekday"), help_text=_("0 is Monday."))
    hour = models.PositiveSmallIntegerField(_("hour"))
    scope = models.CharField(max_length=4, choices=DigestScope, default=DigestScope.EACH)
    subscribed = models.BooleanField(default=True)
    unsubscribed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="digest_weekday_0_to_6"),
            models.CheckConstraint(condition=Q(hour__lte=23), name="digest_hour_0_to_23"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.hour}"


class Digest(models.Model):
    """One mail to one recipient of one week; without an engagement it is the portfolio's, or one for all.

    The row is made once (unique), rendered once and sent under one Message-ID, however often the job runs.
    `held_why` is why it was held back, or not sent.
    """

    wall = client_table(portal=None, trail=False)

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="digests")
    engagement = models.ForeignKey(Engagement, null=True, on_delete=models.CASCADE, related_name="digests")
    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="+")
    week = models.CharField(max_length=8)
    state = models.CharField(max_length=6, choices=DigestState, default=DigestState.DUE)
    due_at = models.DateTimeField()
    # A manager wants it now: it goes even where nothing changed.
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    held_why = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=120, unique=True)
    subject = models.CharField(max_length=300, blank=True)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    picture = models.BinaryField(null=True)
    made_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "engagement", "week"], nulls_distinct=False, name="digest_once_a_week"
            ),
            models.CheckConstraint(
                condition=~Q(state=DigestState.SENT) | Q(sent_at__isnull=False), name="digest_sent_has_moment"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("due_at", condition=Q(state=DigestState.DUE), name="digest_due")
        ]

    def __str__(self) -> str:
        return f"{self.week} {self.state}"

"""A plan being logged."""

from django.db import models

from accounts.clock import now
from accounts.ids import public_id
from accounts.models import User
from accounts.walls import FIRM_ONLY


class PlanDraft(models.Model):
    """An engagement that a manager is logging, as far as it has come; nothing typed is lost.

    `data` maps a step's name to what was typed in it, unvalidated; `version` catches a second tab.
    """

    wall = FIRM_ONLY

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160, blank=True)
    step = models.CharField(max_length=20, default="client")
    data = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return self.name

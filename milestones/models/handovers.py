"""How a specialist's work passes to another: who takes over from whom, and what both go through."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.clock import now
from accounts.ids import public_id
from accounts.models import User
from accounts.walls import client_table
from engagements.models import Client, Engagement, Placement
from milestones.models.work import Deliverable
from milestones.states import HandoverKind


class Handover(models.Model):
    """A placement that another one takes over from: the first works until `last_on`, its open work moves."""

    # Who follows whom and what is still to be shown is the firm's own business; clients see the placements.
    wall = client_table(portal=None)

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="handovers")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    leaving = models.OneToOneField(Placement, on_delete=models.PROTECT, related_name="handed_to")
    coming = models.OneToOneField(Placement, on_delete=models.PROTECT, related_name="handed_from")
    last_on = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(leaving=F("coming")), name="handover_to_somebody_else"),
            models.CheckConstraint(
                condition=Q(last_on__gte=date(2000, 1, 1), last_on__lt=date(2200, 1, 1)), name="handover_in_our_time"
            ),
            models.UniqueConstraint(fields=["id", "engagement"], name="handover_with_engagement"),
        ]

    def __str__(self) -> str:
        return f"{self.leaving} → {self.coming}"


class HandoverLine(models.Model):
    """One line of a handover, ticked by either specialist (or a manager) once it was done.

    A line of an open deliverable names it; the standing ones are told by their kind.
    """

    wall = client_table(portal=None)

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    handover = models.ForeignKey(Handover, on_delete=models.CASCADE, related_name="lines")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=HandoverKind)
    deliverable = models.ForeignKey(Deliverable, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    ticked_at = models.DateTimeField(null=True, blank=True)
    ticked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(kind__in=HandoverKind.values), name="handover_line_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=HandoverKind.WORK, deliverable__isnull=False)
                | (~Q(kind=HandoverKind.WORK) & Q(deliverable__isnull=True)),
                name="handover_line_of_work_names_it",
            ),
            models.CheckConstraint(
                condition=Q(ticked_at__isnull=True, ticked_by__isnull=True)
                | Q(ticked_at__isnull=False, ticked_by__isnull=False),
                name="handover_line_who_and_when",
            ),
            models.UniqueConstraint(
                fields=["handover", "kind"], condition=~Q(kind=HandoverKind.WORK), name="handover_standing_line_once"
            ),
            models.UniqueConstraint(fields=["handover", "deliverable"], name="handover_work_line_once"),
        ]

    def __str__(self) -> str:
        return self.kind

"""Computed: what forecasts said at fixed days before a due date, and what came of it."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q

from accounts.walls import client_table
from engagements.models import Client, Engagement
from milestones.models.work import Deliverable, Milestone

HORIZONS: Final = (30, 14, 7)  # calendar days before the due date


class Prediction(models.Model):
    """What the forecast said of one deliverable or milestone `horizon` days before its due date.

    Kept apart from the forecasts, so that the firm's record is counted without reading them. `due_on` is the date
    that was in force then; `finished_on` comes once it is accepted. `void`: nothing that a forecast could have known
    decided it (the engagement was put on hold or ended, or it was dropped).
    """

    # How well the firm forecasts is the firm's own.
    wall = client_table(portal=None, trail=False)

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="predictions")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    deliverable = models.ForeignKey(Deliverable, null=True, on_delete=models.CASCADE, related_name="predictions")
    milestone = models.ForeignKey(Milestone, null=True, on_delete=models.CASCADE, related_name="predictions")
    horizon = models.PositiveSmallIntegerField()
    said_on = models.DateField()
    due_on = models.DateField()
    likely = models.DateField()
    eight_in_ten = models.DateField()
    chance = models.FloatField()
    finished_on = models.DateField(null=True)
    void = models.BooleanField(default=False)

    class Meta:
        ordering = ["said_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(milestone__isnull=False, deliverable__isnull=True)
                | Q(milestone__isnull=True, deliverable__isnull=False),
                name="prediction_of_one_thing",
            ),
            models.UniqueConstraint(fields=["deliverable", "horizon"], name="prediction_of_deliverable_once"),
            models.UniqueConstraint(fields=["milestone", "horizon"], name="prediction_of_milestone_once"),
            models.CheckConstraint(condition=Q(horizon__in=HORIZONS), name="prediction_horizon_known"),
            models.CheckConstraint(condition=Q(chance__gte=0, chance__lte=1), name="prediction_chance_0_to_1"),
            models.CheckConstraint(condition=Q(said_on__lte=F("due_on")), name="prediction_before_due"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("engagement", condition=Q(finished_on__isnull=True, void=False), name="prediction_undecided")
        ]

    def __str__(self) -> str:
        return f"{self.horizon} days before {self.due_on}"

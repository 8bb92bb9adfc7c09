"""Computed: forecasts by day, why, and open findings. None enters the trail; the rows are their own history."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.clock import now
from accounts.walls import OF_ENGAGEMENT, Wall, client_table
from engagements.models import Client, Engagement
from milestones.models.work import Deliverable, Milestone
from milestones.states import Cause, Health


class ForecastRun(models.Model):
    """The forecast of one engagement as made on one day (the client's); the day's last one stands.

    `milestones` and `works` map a public id to {"likely", "eight_in_ten", "chance", "health", "free_likely", ...}
    (ISO dates; chances from 0 to 1; `free_` means as it would be without the open waits on the client). Why is in
    ForecastDetail, for the firm alone.
    """

    # A worsening that is not released yet is hidden from the portal with the forecast that found it.
    wall = client_table(
        portal=f"{OF_ENGAGEMENT} AND NOT EXISTS (SELECT 1 FROM milestones_plan AS plan "
        'WHERE plan.engagement_id = milestones_forecastrun.engagement_id AND plan.worse_on <= "on")',
        trail=False,
    )

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="forecasts")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    made_at = models.DateTimeField(default=now)
    plan_version = models.PositiveIntegerField()
    forecaster = models.CharField(max_length=40)
    health = models.CharField(max_length=12, choices=Health)
    likely = models.DateField(null=True)
    eight_in_ten = models.DateField(null=True)
    chance = models.FloatField(null=True)
    milestones = models.JSONField(default=dict)
    works = models.JSONField(default=dict)

    class Meta:
        ordering = ["-on"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["engagement", "on"], name="forecast_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.engagement_id} on {self.on}"


class ForecastDetail(models.Model):
    """Why an engagement's last forecast says what it says; one row an engagement, of its latest run.

    `works` maps a deliverable's public id to {"drivers": [...], "risk": {...}} as milestones/slips.py and
    milestones/risk_words.py have them, `milestones` a milestone's to {"drivers": [...]}.
    """

    # Drivers name people's load and hold what a specialist's record adds: the firm's pages fold it for others.
    wall = client_table(portal=None, trail=False)

    run = models.OneToOneField(ForecastRun, on_delete=models.CASCADE, related_name="detail")
    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    works = models.JSONField(default=dict)
    milestones = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"why of {self.run_id}"


class SlipSnapshot(models.Model):
    """What was known of a deliverable on the fixed day before it was due, and later whether it was late.

    The slip risk is recalibrated on these rows: nothing in one of them was learnt after `asked_on`. `signs` maps the
    names of forecasting.risk.Features to numbers; `late_share` is the cascade's own chance of lateness. `late` is
    known from the day after `due_on`; a row whose question fell away (moved, dropped, on hold) is deleted.
    """

    wall = client_table(portal=None, trail=False)

    deliverable = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="snapshots")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    asked_on = models.DateField()
    signs = models.JSONField()
    late_share = models.FloatField()
    late = models.BooleanField(null=True)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["deliverable", "due_on"], name="snapshot_once_a_due_date"),
            models.CheckConstraint(condition=Q(asked_on__lte=F("due_on")), name="snapshot_asked_before_due"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("due_on", condition=Q(late__isnull=True), name="snapshot_unanswered"),
            models.Index("due_on", condition=Q(late__isnull=False), name="snapshot_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.deliverable_id} due {self.due_on}"


class SlipCalibration(models.Model):
    """The slip risk as the firm's own outcomes have moved it; the row with the highest number is in force.

    `numbers` is what forecasting.risk.Recalibration writes: weights, and which prior and days they were made from.
    """

    # It has nobody's data, and is for the firm alone.
    wall = Wall(trail=False)

    number = models.PositiveIntegerField(unique=True)
    version = models.CharField(max_length=12)
    made_at = models.DateTimeField(default=now)
    outcomes = models.PositiveIntegerField()
    late = models.PositiveIntegerField()
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    numbers = models.JSONField()

    class Meta:
        ordering = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(late__lte=F("outcomes")), name="calibration_late_of_outcomes")
        ]

    def __str__(self) -> str:
        return f"{self.number}, {self.version}"


class SlipFlag(models.Model):
    """An open finding that a deliverable or milestone is late or will be; one per thing and cause at most.

    `drivers` is a list of {"kind", "days", ...} that milestones/words.py turns into sentences.
    """

    # Drivers name people's load: the portal reads health and dates instead.
    wall = client_table(portal=None, trail=False)

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="flags")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    milestone = models.ForeignKey(Milestone, null=True, on_delete=models.CASCADE, related_name="flags")
    deliverable = models.ForeignKey(Deliverable, null=True, on_delete=models.CASCADE, related_name="flags")
    cause = models.CharField(max_length=20, choices=Cause)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    chance = models.FloatField(null=True)
    drivers = models.JSONField(default=list)

    class Meta:
        ordering = ["opened_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(milestone__isnull=False, deliverable__isnull=True)
                | Q(milestone__isnull=True, deliverable__isnull=False),
                name="flag_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["deliverable", "cause"],
                condition=Q(closed_on__isnull=True, deliverable__isnull=False),
                name="flag_open_once_per_deliverable",
            ),
            models.UniqueConstraint(
                fields=["milestone", "cause"],
                condition=Q(closed_on__isnull=True, milestone__isnull=False),
                name="flag_open_once_per_milestone",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="flag_closed_after_opened",
            ),
            models.CheckConstraint(condition=Q(cause__in=Cause.values), name="flag_cause_known"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("engagement", condition=Q(closed_on__isnull=True), name="flag_open")
        ]

    def __str__(self) -> str:
        return self.cause

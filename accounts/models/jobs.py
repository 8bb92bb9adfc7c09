"""Jobs: a row each, whatever the broker thinks."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.clock import now
from accounts.ids import public_id
from accounts.models.users import User
from accounts.states import OPEN_JOBS, JobState
from accounts.walls import Wall


class Job(models.Model):
    """Work for a Celery worker: queued, running, done or failed.

    The message in Redis is only a hint; this row is the truth, and a sweep enqueues again what was forgotten.
    `key` makes an open job unique (a second request finds the first); `due_at` is when it may start.
    """

    wall = Wall(trail=False, client_column="client_id")

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    args = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=JobState, default=JobState.QUEUED)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    client_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(default=now)
    claimed_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    says = models.CharField(max_length=300, blank=True)
    result = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(state__in=sorted(OPEN_JOBS)), name="job_open_once_per_key"
            ),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING) | Q(claimed_at__isnull=False, beat_at__isnull=False),
                name="job_running_is_claimed",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("due_at", condition=Q(state__in=sorted(OPEN_JOBS)), name="job_open_by_due"),
            models.Index("client_id", name="job_by_client"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.state}"


class Period(models.Model):
    """Periodic work done once per period, however many beats run: whoever inserts the row does it."""

    wall = Wall(trail=False)

    name = models.CharField(max_length=60)
    period = models.CharField(max_length=40)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "period"], name="period_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.period}"

"""How agreed things move: by plan change, and the record of it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.clock import now
from accounts.ids import public_id
from accounts.models import User
from accounts.walls import OF_EITHER, client_table
from engagements.models import BusinessMetric, Client, Contact, Engagement
from milestones.models.work import Deliverable, Milestone
from milestones.states import ChangeState, Moves


class PlanChange(models.Model):
    """An approved move of agreed dates or targets: what, why, asked by either side, decided by a signer."""

    wall = client_table()

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="plan_changes")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    what = models.CharField(_("what"), max_length=300)
    why = models.TextField(_("why"), max_length=2000)
    state = models.CharField(max_length=10, choices=ChangeState, default=ChangeState.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    decided_by = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_by_user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    words = models.TextField(max_length=2000, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    # What the forecast said of it when it was asked for, as milestones/effects.py writes it; {} where it said nothing.
    effect = models.JSONField(default=dict, db_default={}, blank=True)
    # The paper that a client signed instead of approving in the portal.
    signer_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    statement = models.FileField(max_length=300, blank=True, default="", db_default="")
    statement_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    statement_sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="plan_change_number_once"),
            models.CheckConstraint(
                condition=Q(state__in=[ChangeState.ASKED, ChangeState.WITHDRAWN], decided_by__isnull=True)
                | Q(
                    state__in=[ChangeState.APPROVED, ChangeState.REFUSED],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                )
                | Q(state=ChangeState.APPROVED, decided_at__isnull=False, decided_by_user__isnull=False)
                & ~Q(statement_sha256=""),
                name="plan_change_decided_by_signer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.what}"


class PlanMove(models.Model):
    """One line of a plan change."""

    wall = client_table(portal=OF_EITHER)

    change = models.ForeignKey(PlanChange, on_delete=models.CASCADE, related_name="moves")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Moves)
    deliverable = models.ForeignKey(
        Deliverable, null=True, blank=True, on_delete=models.CASCADE, related_name="plan_moves"
    )
    milestone = models.ForeignKey(Milestone, null=True, blank=True, on_delete=models.CASCADE, related_name="plan_moves")
    metric = models.ForeignKey(
        BusinessMetric, null=True, blank=True, on_delete=models.CASCADE, related_name="plan_moves"
    )
    # Between which milestones a deliverable moves; what has not begun then starts on `starts_on`.
    # Read with their change and never by milestone: no index.
    from_milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    to_milestone = models.ForeignKey(
        Milestone, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    starts_on = models.DateField(null=True, blank=True)
    from_on = models.DateField(null=True, blank=True)
    to_on = models.DateField(null=True, blank=True)
    from_value = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    to_value = models.DecimalField(max_digits=16, decimal_places=4, null=True, blank=True)
    # What a further milestone brings, as milestones/additions.py writes it: {"day", "name", "lines", "placements"}.
    added = models.JSONField(default=dict, db_default={}, blank=True)

    class Meta:
        ordering = ["id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind=Moves.DUE, deliverable__isnull=False, to_on__isnull=False)
                | Q(kind=Moves.MILESTONE, milestone__isnull=False, to_on__isnull=False)
                | Q(kind=Moves.TARGET, metric__isnull=False, to_value__isnull=False)
                | Q(kind=Moves.STAGE, deliverable__isnull=False, to_on__isnull=False)
                | Q(kind=Moves.DROP, deliverable__isnull=False)
                | Q(kind=Moves.ADD, to_on__isnull=False) & ~Q(added={}),
                name="plan_move_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(kind=Moves.STAGE, from_milestone__isnull=False, to_milestone__isnull=False)
                & Q(from_on__isnull=False)
                & ~Q(from_milestone=F("to_milestone"))
                & (Q(starts_on__isnull=True) | Q(starts_on__lte=F("to_on")))
                | ~Q(kind=Moves.STAGE)
                & Q(from_milestone__isnull=True, to_milestone__isnull=True, starts_on__isnull=True),
                name="plan_move_between_milestones",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.to_on or self.to_value or ''}"


class DueMove(models.Model):
    """An earlier due date of a deliverable or milestone, kept when it moved: by plan change, or by correction.

    The milestones are there where a deliverable went from one to another.
    """

    wall = client_table(portal=OF_EITHER)

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="due_moves")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    deliverable = models.ForeignKey(Deliverable, null=True, on_delete=models.CASCADE, related_name="due_moves")
    milestone = models.ForeignKey(Milestone, null=True, on_delete=models.CASCADE, related_name="due_moves")
    from_milestone = models.ForeignKey(Milestone, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    to_milestone = models.ForeignKey(Milestone, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    from_on = models.DateField()
    to_on = models.DateField()
    change = models.ForeignKey(PlanChange, null=True, on_delete=models.PROTECT, related_name="due_moves")
    correction_reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(deliverable__isnull=False, milestone__isnull=True)
                | Q(deliverable__isnull=True, milestone__isnull=False),
                name="due_move_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(change__isnull=False) | ~Q(correction_reason=""),
                name="due_move_has_a_ground",
            ),
            models.CheckConstraint(
                condition=Q(from_milestone__isnull=True, to_milestone__isnull=True)
                | Q(from_milestone__isnull=False, to_milestone__isnull=False, deliverable__isnull=False)
                & ~Q(from_milestone=F("to_milestone")),
                name="due_move_between_milestones",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on} to {self.to_on}"

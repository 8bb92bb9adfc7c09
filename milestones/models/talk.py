"""Questions and answers, and what a specialist says of a week."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.clock import now
from accounts.ids import public_id
from accounts.models import User
from accounts.walls import OWN, client_table
from engagements.models import Client, Engagement
from milestones.models.work import Deliverable
from milestones.states import Answer


class Comment(models.Model):
    """A line in the thread of an engagement or a deliverable; internal to the firm unless shared.

    A contact's line is a question until somebody of the firm answered in the thread (`answered_at`).
    """

    wall = client_table(
        portal=f"{OWN} AND shared AND engagement_id IN (SELECT id FROM engagements_engagement) "
        "AND (deliverable_id IS NULL OR deliverable_id IN (SELECT id FROM milestones_deliverable))"
    )

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="comments")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    deliverable = models.ForeignKey(
        Deliverable, null=True, blank=True, on_delete=models.CASCADE, related_name="comments"
    )
    answers = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    text = models.TextField(_("text"), max_length=4000)
    shared = models.BooleanField(default=False)
    is_question = models.BooleanField(default=False)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(is_question=False) | Q(shared=True), name="comment_clients_question_is_shared"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("engagement", condition=Q(is_question=True, answered_at__isnull=True), name="comment_open")
        ]

    def __str__(self) -> str:
        return self.text[:60]


class CheckIn(models.Model):
    """A specialist's word on an own deliverable this week: fine, slips to a date, or blocked by something.

    For the firm only: it stands beside the forecast, which does not know it, and never on the client's pages.
    """

    wall = client_table(portal=None)

    deliverable = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="check_ins")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    week = models.CharField(max_length=8, help_text=_("ISO week, for example 2026-W48."))
    answer = models.CharField(max_length=8, choices=Answer)
    slips_to = models.DateField(null=True, blank=True)
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["deliverable", "by", "week"], name="check_in_once_a_week"),
            models.CheckConstraint(
                condition=~Q(answer=Answer.SLIPS) | Q(slips_to__isnull=False),
                name="check_in_slip_has_date",
                violation_error_message=_("Say to which date it slips."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.week} {self.answer}"

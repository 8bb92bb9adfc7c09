"""Evidence, sign-offs and waits."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.clock import now
from accounts.ids import public_id
from accounts.models import User
from accounts.walls import APPEND_ONLY, OF_DELIVERABLE, client_table
from engagements.models import Client, Contact, Engagement
from milestones.models.work import Deliverable
from milestones.states import Decision, EvidenceKind, WaitOn


class Evidence(models.Model):
    """A file or a link that shows a result; files carry a SHA-256. Removed ones stay on record."""

    wall = client_table(portal=f"{OF_DELIVERABLE} AND removed_at IS NULL")

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    deliverable = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="evidence")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=EvidenceKind)
    title = models.CharField(_("title"), max_length=200)
    url = models.URLField(_("link"), max_length=1000, blank=True)
    # Path below MEDIA_ROOT, made of public ids alone; the person's own file name is `file_name`.
    file = models.FileField(max_length=300, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(url="") & ~Q(file="") & ~Q(sha256="")) | (~Q(url="") & Q(file="", sha256="")),
                name="evidence_file_or_link",
                violation_error_message=_("Evidence is a file or a link, one of the two."),
            ),
            models.CheckConstraint(condition=Q(kind__in=EvidenceKind.values), name="evidence_kind_known"),
        ]

    def __str__(self) -> str:
        return self.title


class SignOff(models.Model):
    """A signer's acceptance, or sending back with a reason, of an exact state.

    `content` is that state as JSON in canonical form, `content_hash` its SHA-256. Never changed, never deleted.
    """

    wall = client_table(portal=OF_DELIVERABLE, firm=APPEND_ONLY)

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    deliverable = models.ForeignKey(Deliverable, on_delete=models.PROTECT, related_name="sign_offs")
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    signer = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="sign_offs")
    signer_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=12, choices=Decision)
    words = models.TextField(max_length=2000, blank=True)
    at = models.DateTimeField(default=now)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(decision=Decision.ACCEPTED) | (Q(decision=Decision.SENT_BACK) & ~Q(words="")),
                name="sign_off_sent_back_has_reason",
                violation_error_message=_("Say what is missing, so that it can be put right."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.content_hash[:8]}"


class Wait(models.Model):
    """A timed stop of a deliverable: who is waited on, for what, since when (dates at the client's).

    Submitting what needs a sign-off opens one on the client by itself (`for_sign_off`).
    """

    wall = client_table(portal=OF_DELIVERABLE)

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    deliverable = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="waits")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="waits")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    on = models.CharField(max_length=12, choices=WaitOn)
    contact = models.ForeignKey(Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    who = models.CharField(max_length=120, blank=True)
    what = models.CharField(max_length=500)
    for_sign_off = models.BooleanField(default=False)
    opened_on = models.DateField()
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    nudged_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_on = models.DateField(null=True, blank=True)
    closed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["opened_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, closed_by__isnull=True)
                | Q(closed_on__gte=F("opened_on"), closed_by__isnull=False),
                name="wait_closed_after_opened",
                violation_error_message=_("The wait ends before it began."),
            ),
            models.CheckConstraint(condition=Q(on__in=WaitOn.values), name="wait_on_known"),
            models.UniqueConstraint(
                fields=["deliverable"],
                condition=Q(for_sign_off=True, closed_on__isnull=True),
                name="wait_for_sign_off_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("engagement", condition=Q(closed_on__isnull=True), name="wait_open")
        ]

    def __str__(self) -> str:
        return self.what

"""Versioned templates of plans."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.clock import now
from accounts.walls import FIRM_ONLY
from roles.models import FailureMode, Role


class Playbook(models.Model):
    """A template of deliverables, for example the full 30/60/90 fix plan."""

    wall = FIRM_ONLY

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    summary = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name


class PlaybookVersion(models.Model):
    """A playbook as it stood; an engagement keeps the version that it was made from.

    `content_hash` is SHA-256 over the items: loading the same items again makes no new version.
    """

    wall = FIRM_ONLY

    playbook = models.ForeignKey(Playbook, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=now)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["playbook", "number"], name="playbook_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.playbook} {self.number}"


class PlaybookItem(models.Model):
    """One deliverable of a playbook; days count from the engagement's start (day 0)."""

    wall = FIRM_ONLY

    version = models.ForeignKey(PlaybookVersion, on_delete=models.CASCADE, related_name="items")
    code = models.CharField(max_length=16)
    milestone = models.PositiveSmallIntegerField(help_text=_("The milestone's day: 30, 60 or 90."))
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=160)
    summary = models.TextField(blank=True)
    done_lines = models.JSONField(default=list)
    evidence_kinds = models.JSONField(default=list)
    start_day = models.PositiveSmallIntegerField()
    due_day = models.PositiveSmallIntegerField()
    effort_days = models.PositiveSmallIntegerField()
    predecessors = models.JSONField(default=list, help_text=_("Codes of items of the same version."))
    failure_mode = models.ForeignKey(FailureMode, on_delete=models.PROTECT, related_name="+")
    shared = models.BooleanField(default=True)
    needs_sign_off = models.BooleanField(default=False)
    suggested_metric = models.CharField(max_length=120, blank=True)
    readiness_items = models.JSONField(default=list)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="playbook_item_once"),
            models.CheckConstraint(condition=Q(due_day__gte=F("start_day")), name="playbook_item_due_after_start"),
            models.CheckConstraint(condition=Q(effort_days__gte=1), name="playbook_item_has_effort"),
            models.CheckConstraint(
                condition=Q(shared=True) | Q(needs_sign_off=False), name="playbook_item_signed_is_shared"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

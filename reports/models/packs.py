"""Handoff packs, as issued."""

from dataclasses import replace

from django.db import models
from django.db.models import Q

from accounts.clock import now
from accounts.ids import public_id
from accounts.models import Job, User
from accounts.walls import OWN, client_table
from engagements.models import Client, Engagement


class HandoffPack(models.Model):
    """An issued, numbered PDF; never changed afterwards, a new export is a new version.

    The number is taken when the file is whole, so a failed export leaves no gap.
    """

    # Whoever holds a file may ask whether it is genuine, without signing in: that answer names nobody.
    wall = replace(
        client_table(
            portal=f"{OWN} AND issued_at IS NOT NULL AND engagement_id IN (SELECT id FROM engagements_engagement)"
        ),
        login="SELECT (sha256, number, issued_at)",
    )

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="packs")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(null=True)
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="pack")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=now)
    issued_at = models.DateTimeField(null=True)
    file = models.FileField(max_length=300, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    pages = models.PositiveSmallIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    missing = models.JSONField(default=list)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="pack_number_once"),
            models.CheckConstraint(
                condition=Q(issued_at__isnull=True, number__isnull=True, sha256="")
                | (Q(issued_at__isnull=False, number__isnull=False) & ~Q(sha256="") & ~Q(file="")),
                name="pack_issued_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"pack {self.number or ''}"

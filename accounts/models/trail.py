"""The proof: written by the database, never by the product."""

from typing import ClassVar

from django.db import models

from accounts.walls import Wall


class TrailEntry(models.Model):
    """One change of one row: who, when, before and after; made by a trigger (accounts/ddl.py) and by nothing else.

    `digest` is SHA-256 over salt and payload. Erasing personal data blanks salt, before and after; digest and
    chain stay.
    """

    wall = Wall(firm="SELECT", trail=False, client_column="client_id")

    at = models.DateTimeField()
    table = models.CharField(max_length=63, db_column="table_name")
    row = models.BigIntegerField(db_column="row_id")
    op = models.CharField(max_length=6)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    actor_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=36, blank=True)
    db_role = models.CharField(max_length=63)
    client_id = models.BigIntegerField(null=True)
    salt = models.BinaryField(null=True)
    digest = models.BinaryField()

    class Meta:
        ordering = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("table", "row", name="trail_by_row"),
            models.Index("client_id", name="trail_by_client"),
            models.Index("request_id", name="trail_by_request"),
        ]

    def __str__(self) -> str:
        return f"{self.op} {self.table} {self.row}"


class TrailLink(models.Model):
    """One link of the chain over the trail: SHA-256 of the link before, the entry's facts and its digest."""

    wall = Wall(firm="SELECT", trail=False)

    entry = models.OneToOneField(TrailEntry, on_delete=models.PROTECT, related_name="link")
    at = models.DateTimeField()
    hash = models.BinaryField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"link {self.pk}"

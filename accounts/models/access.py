"""Who looked at what."""

from typing import ClassVar

from django.db import models

from accounts.clock import now
from accounts.models.users import User
from accounts.walls import Wall


class AccessEntry(models.Model):
    """A sign-in, or a view or download by a contact; can be added and read, never changed."""

    wall = Wall(login="INSERT", firm="SELECT, INSERT", trail=False, client_column="client_id")

    class What(models.TextChoices):
        SIGN_IN = "sign_in"
        VIEW = "view"
        DOWNLOAD = "download"

    at = models.DateTimeField(default=now)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=16, choices=What)
    path = models.CharField(max_length=300)
    client_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["user", "-at"], name="access_by_user")]

    def __str__(self) -> str:
        return f"{self.what} {self.path}"

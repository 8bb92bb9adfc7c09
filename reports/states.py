"""Every status of what is sent and issued."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DigestState(models.TextChoices):
    """Life of one digest."""

    DUE = "due", _("Due")
    SENT = "sent", _("Sent")
    HELD = "held", _("Held back")
    FAILED = "failed", _("Not sent")


class DigestScope(models.TextChoices):
    """How a contact with several engagements gets the digest."""

    EACH = "each", _("One for each engagement")
    ALL = "all", _("One for all")

"""Every status of the ground floor."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a user is to the firm; it decides which database role a request takes."""

    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Account manager")
    SPECIALIST = "specialist", _("Specialist")
    CONTACT = "contact", _("Client contact")


FIRM_KINDS = frozenset({Kind.ADMINISTRATOR, Kind.MANAGER, Kind.SPECIALIST})
MANAGING_KINDS = frozenset({Kind.ADMINISTRATOR, Kind.MANAGER})


class JobState(models.TextChoices):
    """Life of a job row."""

    QUEUED = "queued", _("Waits for its turn")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


OPEN_JOBS = frozenset({JobState.QUEUED, JobState.RUNNING})

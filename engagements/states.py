"""Every status of the contract."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EngagementState(models.TextChoices):
    """Life of an engagement."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    ON_HOLD = "on_hold", _("On hold")
    COMPLETED = "completed", _("Completed")
    ENDED_EARLY = "ended_early", _("Ended early")


LIVE = frozenset({EngagementState.ACTIVE, EngagementState.ON_HOLD})
ENDED = frozenset({EngagementState.COMPLETED, EngagementState.ENDED_EARLY})
# The plan may be worked on here; nowhere else.
WORKABLE = frozenset({EngagementState.ACTIVE})


class Direction(models.TextChoices):
    """Which way of a metric is better."""

    UP = "up", _("Higher is better")
    DOWN = "down", _("Lower is better")


class Level(models.TextChoices):
    """How likely a risk is, and how bad."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


class AgreedHow(models.TextChoices):
    """How both sides agreed on the plan."""

    PORTAL = "portal", _("Plan accepted in the portal")
    STATEMENT = "statement", _("Signed statement of work attached")

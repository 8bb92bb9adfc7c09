"""Every status of the work."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeliverableState(models.TextChoices):
    """Life of a deliverable."""

    PLANNED = "planned", _("Planned")
    IN_PROGRESS = "in_progress", _("In progress")
    IN_REVIEW = "in_review", _("In review")
    SENT_BACK = "sent_back", _("Sent back")
    ACCEPTED = "accepted", _("Accepted")
    DROPPED = "dropped", _("Dropped")


UNFINISHED = frozenset(
    {
        DeliverableState.PLANNED,
        DeliverableState.IN_PROGRESS,
        DeliverableState.IN_REVIEW,
        DeliverableState.SENT_BACK,
    }
)
# May go to another milestone: what was submitted is looked at where it stands.
MAY_CHANGE_MILESTONE = UNFINISHED - {DeliverableState.IN_REVIEW}
# The specialist's turn.
AT_WORK = frozenset({DeliverableState.IN_PROGRESS, DeliverableState.SENT_BACK})
STARTED = AT_WORK | {DeliverableState.IN_REVIEW, DeliverableState.ACCEPTED}
# Counts in a plan; what is dropped does not.
COUNTED = UNFINISHED | {DeliverableState.ACCEPTED}


class EvidenceKind(models.TextChoices):
    """What a piece of evidence is."""

    DOCUMENT = "document", _("Document")
    RUNBOOK = "runbook", _("Runbook")
    WALKTHROUGH = "walkthrough", _("Walkthrough")
    DASHBOARD = "dashboard", _("Dashboard")
    CODE = "code", _("Code")
    MODEL_CARD = "model_card", _("Model card")
    RECORD = "record", _("Record")


class WaitOn(models.TextChoices):
    """Who is waited on."""

    CLIENT = "client", _("The client")
    FIRM = "firm", _("The firm")
    THIRD_PARTY = "third_party", _("A third party")


class Decision(models.TextChoices):
    """What a signer said."""

    ACCEPTED = "accepted", _("Accepted")
    SENT_BACK = "sent_back", _("Sent back")


class ChangeState(models.TextChoices):
    """Life of a plan change."""

    ASKED = "asked", _("Asked")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Moves(models.TextChoices):
    """What one line of a plan change does."""

    DUE = "due", _("Moves a due date")
    MILESTONE = "milestone", _("Moves a milestone")
    TARGET = "target", _("Changes a target")
    STAGE = "stage", _("Moves to another milestone")
    DROP = "drop", _("Drops a deliverable")
    ADD = "add", _("Adds a milestone")


class Health(models.TextChoices):
    """The one scale, for deliverables, milestones and engagements."""

    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("At risk")
    OFF_TRACK = "off_track", _("Off track")


class Cause(models.TextChoices):
    """Why a slip flag is open."""

    LATE = "late", _("Late")
    OFF_TRACK = "off_track", _("Off track")
    AT_RISK = "at_risk", _("At risk")
    STALLED = "stalled", _("Stalled")
    WAITING_ON_CLIENT = "waiting_on_client", _("Waiting on client")


class Answer(models.TextChoices):
    """What a specialist says of a deliverable in a week."""

    FINE = "fine", _("Fine")
    SLIPS = "slips", _("Slips")
    BLOCKED = "blocked", _("Blocked")


class HandoverKind(models.TextChoices):
    """What a line of a handover between two specialists is about."""

    WORK = "work", _("An open deliverable")
    ACCESS = "access", _("Access")
    BACKLOG = "backlog", _("Backlog")
    RUNBOOKS = "runbooks", _("Runbooks")
    PEOPLE = "people", _("Introductions")

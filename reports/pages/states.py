"""How a deliverable's status, chance and sign-off are said and shaped on the firm's pages."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts.looks import word
from milestones.models import Deliverable
from milestones.states import DeliverableState
from reports.pages.forecasts import Outlook
from reports.pages.words import DASH, percent, short

TONES = {"off_track": "t-bad", "at_risk": "t-warn", "on_track": ""}


@dataclass(frozen=True)
class Said:
    """Two short lines of a cell, and the tone of the second."""

    big: str
    small: str = ""
    tone: str = ""


def shape_of(deliverable: Deliverable, told: Outlook, today: date) -> str:
    """The shape before a title: trouble first, else how the work stands."""
    if deliverable.is_unfinished:
        if deliverable.due_on < today:
            return "late"
        if told.health in {"at_risk", "off_track"}:
            return told.health
    if deliverable.state == DeliverableState.IN_REVIEW and deliverable.needs_sign_off:
        return "to_sign_off"
    return deliverable.state


def state_word(deliverable: Deliverable) -> str:
    """`In progress`, `To sign off`, `Accepted before Emplace`."""
    if deliverable.before_emplace and deliverable.state == DeliverableState.ACCEPTED:
        return _("Accepted before Emplace")
    if deliverable.state == DeliverableState.IN_REVIEW and deliverable.needs_sign_off:
        return word("to_sign_off")
    return word(deliverable.state)


def due_note(deliverable: Deliverable, told: Outlook, today: date) -> tuple[str, str]:
    """What stands under a due date, and its tone: accepted when, or likely when."""
    if deliverable.state == DeliverableState.ACCEPTED:
        return _("accepted %(day)s") % {"day": short(deliverable.accepted_on)}, ""
    if deliverable.state == DeliverableState.DROPPED:
        return _("dropped %(day)s") % {"day": short(deliverable.dropped_on)}, ""
    if told.likely is None:
        return (_("late"), "t-bad") if deliverable.due_on < today else ("", "")
    late = told.likely > deliverable.due_on
    return _("likely %(day)s") % {"day": short(told.likely)}, "t-bad" if late else ""


def chance_of(deliverable: Deliverable, told: Outlook) -> Said:
    """The chance of the due date in percent and its word; `Met` where it is behind us."""
    if deliverable.state == DeliverableState.ACCEPTED:
        in_time = deliverable.accepted_on is not None and deliverable.accepted_on <= deliverable.due_on
        return Said(_("Met") if in_time else _("Late"))
    if deliverable.state == DeliverableState.DROPPED or told.chance is None:
        return Said(DASH)
    return Said(percent(told.chance), word(told.health), TONES.get(told.health, ""))


def sign_of(deliverable: Deliverable) -> Said:
    """Whether the client signs this off, and how far that is."""
    if deliverable.state == DeliverableState.ACCEPTED:
        return Said(_("Accepted"), short(deliverable.accepted_on))
    if not deliverable.needs_sign_off:
        return Said(_("Not needed"), _("shared") if deliverable.shared else _("internal"))
    if deliverable.state == DeliverableState.IN_REVIEW:
        return Said(_("Asked"), short(deliverable.submitted_on))
    if deliverable.state == DeliverableState.SENT_BACK:
        return Said(_("Sent back"), _("submit again"))
    return Said(_("Needed"), _("not asked yet"))

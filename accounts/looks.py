"""Words of every status that is shown; the shapes are in `glyphs`."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.remembered import by_language

WORDS: Final[Mapping[str, str | Promise]] = {
    "on_track": _("On track"),
    "at_risk": _("At risk"),
    "off_track": _("Off track"),
    "starting": _("Starting"),
    "planned": _("Planned"),
    "in_progress": _("In progress"),
    "in_review": _("In review"),
    "to_sign_off": _("To sign off"),
    "accepted": _("Accepted"),
    "met": _("Met"),
    "sent_back": _("Sent back"),
    "dropped": _("Dropped"),
    "late": _("Late"),
    "stalled": _("Stalled"),
    "waiting": _("Waiting"),
    "waiting_on_client": _("Waiting on the client"),
    "draft": _("Draft"),
    "active": _("Active"),
    "on_hold": _("On hold"),
    "completed": _("Completed"),
    "ended_early": _("Ended early"),
    "extended": _("Extended"),
    "archived": _("Archived"),
    "queued": _("Waits for its turn"),
    "running": _("Running"),
    "done": _("Done"),
    "failed": _("Failed"),
}

# Tone of a shape -> class of a pill, and of plain text.
PILL_CLASS: Final = {"ok": "is-ok", "warn": "is-warn", "bad": "is-bad", "now": "is-new", "idle": ""}


@by_language
def word(state: str) -> str:
    """The state in the reader's language; an unknown one is its own name with spaces."""
    return str(WORDS.get(state, state.replace("_", " ").capitalize()))

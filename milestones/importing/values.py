"""Cells to values: statuses, roles, milestones, owners, effort."""

from __future__ import annotations

import re
from collections.abc import Mapping

from accounts.turning import turns
from milestones.importing.columns import plain
from milestones.importing.messages import BadValueError, shown

TEXT_LIMITS: Mapping[str, int] = {
    "title": 200,
    "code": 40,
    "metric": 200,
    "owner": 254,
    "description": 5000,
    "milestone": 200,
    "role": 200,
    "status": 100,
    "depends_on": 2000,
}
MAX_EFFORT_DAYS = 250.0
BLOCKED = "blocked"
DROPPED = "dropped"

_STATUSES: Mapping[str, tuple[str, ...]] = {
    "planned": ("planned", "to do", "todo", "not started", "open", "new", "backlog", "ready", "scheduled", "draft"),
    "in_progress": ("in progress", "doing", "started", "active", "ongoing", "wip", "under way", "in development"),
    "in_review": ("in review", "review", "to sign off", "submitted", "waiting for approval", "for approval", "testing"),
    "sent_back": ("sent back", "changes requested", "reopened", "rejected", "rework"),
    "accepted": (
        "accepted",
        "done",
        "completed",
        "complete",
        "finished",
        "closed",
        "resolved",
        "approved",
        "delivered",
    ),
    BLOCKED: ("blocked", "on hold", "waiting", "stuck", "impeded"),
    DROPPED: ("dropped", "cancelled", "canceled", "won t do", "removed", "abandoned", "out of scope"),
}
_ROLES: Mapping[str, tuple[str, ...]] = {
    "data_scientist": ("data scientist", "data science", "ds"),
    "ml_engineer": ("ml engineer", "machine learning engineer", "mle", "ml"),
    "mlops_engineer": ("mlops engineer", "mlops aiops engineer", "aiops engineer", "mlops", "aiops", "ml ops engineer"),
    "data_engineer": ("data engineer", "data engineering", "de"),
}
_MILESTONE_NAMES = {"stabilize foundations": 30, "build the production path": 60, "operationalize": 90}
_STATUS_OF = {name: status for status, names in _STATUSES.items() for name in names}
_ROLE_OF = {name: role for role, names in _ROLES.items() for name in names}

_DAY = re.compile(r"(?:day|d|milestone|m)? ?(\d{2,3})(?: days?)?")
_NTH = re.compile(r"(?:milestone|phase|stage|m|p)? ?([1-9])(?: .*)?")
_EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\"]+")
_NUMBER = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?)(?: ?(?:d|days?|pd))?\??", re.IGNORECASE)
_GUARDED = re.compile(r"'[=+\-@\t\r]")


def read_text(field: str, cell: str) -> str:
    """Plain text; a formula stays what it is, text. Raises BadValueError: control_character, turning, too_long."""
    if "\0" in cell:
        raise BadValueError("control_character")
    if turns(cell):
        raise BadValueError("turning")
    text = cell.strip()
    if _GUARDED.match(text):  # the guard that a safe export puts before a formula
        text = text[1:]
    limit = TEXT_LIMITS.get(field, 200)
    if len(text) > limit:
        raise BadValueError("too_long", length=len(text), limit=limit)
    return text


def read_status(text: str) -> str:
    """A state, or "blocked" or "dropped"; empty is planned. Raises BadValueError: status_unknown."""
    if not text:
        return "planned"
    name = plain(text)
    if found := _STATUS_OF.get(name) or _percent(text):
        return found
    known = "Planned, In progress, In review, Sent back, Done, Blocked, Dropped"
    raise BadValueError("status_unknown", value=shown(text), known=known)


def _percent(text: str) -> str | None:
    """Project tools give progress in percent."""
    found = re.fullmatch(r"(\d{1,3})(?:[.,]0+)? ?%", text)
    if not found or int(found[1]) > 100:
        return None
    return {0: "planned", 100: "accepted"}.get(int(found[1]), "in_progress")


def read_role(text: str) -> str:
    """A role's key, "" for none. Raises BadValueError: role_unknown."""
    if not text:
        return ""
    if found := _ROLE_OF.get(plain(text)):
        return found
    known = "Data scientist, ML engineer, MLOps/AIOps engineer, Data engineer"
    raise BadValueError("role_unknown", value=shown(text), known=known)


def read_milestone(text: str) -> int | None:
    """The day of the milestone (30, 60, 90, 120 ...), None where the text names none."""
    name = plain(text)
    if found := _MILESTONE_NAMES.get(name):
        return found
    if (match := _DAY.fullmatch(name)) and int(match[1]) % 30 == 0 and 30 <= int(match[1]) <= 720:
        return int(match[1])
    if match := _NTH.fullmatch(name):
        return 30 * int(match[1])
    return next((day for known, day in _MILESTONE_NAMES.items() if known in name), None)


def read_owner(text: str) -> str:
    """The e-mail address in lower case, also out of "Name <address>". Raises BadValueError: owner_not_email."""
    if not text:
        return ""
    found = _EMAIL.findall(text)
    if len(found) != 1:
        raise BadValueError("owner_not_email", value=shown(text))
    return str(found[0]).lower()


def read_effort(text: str) -> float | None:
    """Person days, None for empty. Raises BadValueError: effort_unknown."""
    if not text:
        return None
    found = _NUMBER.fullmatch(text)
    days = float(found[1].replace(",", ".")) if found else 0.0
    if not 0 < days <= MAX_EFFORT_DAYS:
        raise BadValueError("effort_unknown", value=shown(text), limit=int(MAX_EFFORT_DAYS))
    return days

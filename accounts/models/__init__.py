"""Tables of the ground floor."""

from accounts.models.access import AccessEntry
from accounts.models.events import Event
from accounts.models.jobs import Job, Period
from accounts.models.trail import TrailEntry, TrailLink
from accounts.models.users import PEOPLE_SECRETS, User, with_people

__all__ = [
    "PEOPLE_SECRETS",
    "AccessEntry",
    "Event",
    "Job",
    "Period",
    "TrailEntry",
    "TrailLink",
    "User",
    "with_people",
]

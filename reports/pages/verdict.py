"""How an engagement stands, in a sentence or two that do not hide the bad news."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _, ngettext

from engagements.states import EngagementState
from milestones.models import Milestone, Wait
from milestones.states import Health
from reports.pages.plan import Loaded
from reports.pages.words import counted, listed, percent, short, upper, waited_words

STATES = {
    EngagementState.ON_HOLD: lambda e: (
        _("On hold since %(day)s. %(why)s") % {"day": short(e.held_on), "why": e.state_why}
    ),
    EngagementState.COMPLETED: lambda e: (
        _("Completed on %(day)s. %(why)s") % {"day": short(e.ended_on), "why": e.state_why}
    ),
    EngagementState.ENDED_EARLY: lambda e: (
        _("Ended early on %(day)s. %(why)s") % {"day": short(e.ended_on), "why": e.state_why}
    ),
}


def verdict_of(loaded: Loaded) -> str:
    """One or two sentences for the head of the page."""
    engagement = loaded.engagement
    if engagement.is_draft:
        return _draft(loaded)
    if engagement.state in STATES:
        return STATES[EngagementState(engagement.state)](engagement).strip()
    if not loaded.deliverables:
        return _("The plan is empty. Add the first deliverable.")
    milestone = loaded.next_milestone()
    if milestone is None or not any(one.is_unfinished for one in loaded.deliverables):
        return _("Every deliverable is accepted.")
    return " ".join(part for part in (_outlook(milestone, loaded), _trouble(loaded)) if part)


def _draft(loaded: Loaded) -> str:
    engagement = loaded.engagement
    if not loaded.deliverables:
        return _("A draft without deliverables. Add them, then offer the plan to the client.")
    if engagement.offered_at:
        return _("The client has the plan since %(day)s. It runs once a signer accepts it.") % {
            "day": short(engagement.offered_at.date())
        }
    return _("A draft: nobody at the client has seen it. Offer the plan, or attach the signed statement of work.")


def _outlook(milestone: Milestone, loaded: Loaded) -> str:
    told = loaded.told(milestone)
    name = _("Day %(day)d") % {"day": milestone.day}
    if told.likely is None:
        return _("%(name)s is due on %(day)s.") % {"name": name, "day": short(milestone.due_on)}
    late = loaded.calendar.working_days_between(milestone.due_on, told.likely)
    if late <= 0 and told.health in (Health.AT_RISK, Health.OFF_TRACK):
        return _("%(name)s is likely done on %(day)s, but its chance of %(due)s is only %(chance)s.") % {
            "name": name, "day": short(told.likely), "due": short(milestone.due_on), "chance": percent(told.chance),
        }  # fmt: skip
    if told.likely == milestone.due_on:
        return _("%(name)s is likely done on its due date, %(day)s.") % {"name": name, "day": short(told.likely)}
    if late <= 0:
        return _("%(name)s is likely done on %(day)s, in time for %(due)s.") % {
            "name": name, "day": short(told.likely), "due": short(milestone.due_on),
        }  # fmt: skip
    told_late = ngettext("%(n)s working day", "%(n)s working days", late) % {"n": counted(late)}
    sentence = _("%(name)s is likely %(day)s, %(late)s late.") % {
        "name": name, "day": short(told.likely), "late": told_late,
    }  # fmt: skip
    if told.free_likely and told.free_likely < told.likely:
        return _("%(told)s Without the waits on the client it is likely %(day)s.") % {
            "told": sentence, "day": short(told.free_likely),
        }  # fmt: skip
    return sentence


def _trouble(loaded: Loaded) -> str:
    """What is late, and the longest wait on the client."""
    late = [one for one in loaded.deliverables if one.is_unfinished and one.due_on < loaded.today]
    parts = [_late(late)] if late else []
    waits = [wait for one in loaded.deliverables for wait in one.open_waits if wait.on == "client"]
    if waits:
        wait = min(waits, key=lambda one: one.opened_on)
        title = next(one.title for one in loaded.deliverables if one.pk == wait.deliverable_id)
        parts.append(_waiting(title, wait, loaded))
    return f"{upper(listed(parts))}." if parts else ""


def _waiting(title: str, wait: Wait, loaded: Loaded) -> str:
    waited = loaded.calendar.working_days_between(wait.opened_on, loaded.today)
    known = {"title": title, "waited": waited_words(waited, wait.opened_on, loaded.today)}
    if waited > 0:
        return _("“%(title)s” has waited %(waited)s for the client") % known
    return _("“%(title)s” waits for the client %(waited)s") % known


def _late(late: Sequence[Any]) -> str:
    if len(late) == 1:
        return _("“%(title)s” is late") % {"title": late[0].title}
    return _("%(n)s deliverables are late") % {"n": counted(len(late))}

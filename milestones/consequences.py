"""What a move in the life of an engagement brings with it, said before anybody presses the button."""

from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext as _, ngettext

from accounts.clock import now
from accounts.formats import day
from engagements.models import Engagement
from engagements.states import ENDED, LIVE, EngagementState
from milestones.actions.base import NOT_WORKABLE
from milestones.actions.life import KEPT_FOR, NOT_ARCHIVED, NOT_REMOVED
from milestones.calendar import WorkCalendar
from milestones.models import PlanChange, SlipFlag, Wait
from milestones.proposals import shifted
from milestones.states import UNFINISHED, ChangeState

# From which states the other moves go.
SINCE: Final = {
    "hold": frozenset({EngagementState.ACTIVE}),
    "resume": frozenset({EngagementState.ON_HOLD}),
    "complete": frozenset({EngagementState.ACTIVE}),
    "end-early": LIVE,
}


def of(what: str, engagement: Engagement) -> list[str]:
    """Return the consequences of a move as sentences; `what` is a key of the page's address."""
    return TOLD[what](engagement)


def refusal(what: str, engagement: Engagement) -> str:
    """Say why an engagement in its present state cannot make the move at all; empty where it can."""
    if what == "archive":
        return "" if engagement.state in ENDED and not engagement.archived_at else str(NOT_ARCHIVED)
    if what == "remove":
        return "" if engagement.is_draft and not engagement.removed_at else str(NOT_REMOVED)
    if engagement.archived_at:
        return _("This engagement was put away. Bring it back first.")
    state = EngagementState(engagement.state)
    return "" if state in SINCE[what] else str(NOT_WORKABLE[state])


def forbids(what: str, engagement: Engagement) -> bool:
    """Whether the move cannot be made as things stand, so that its page offers no button."""
    return what == "complete" and _unfinished(engagement) > 0


def _unfinished(engagement: Engagement) -> int:
    return engagement.deliverables.filter(state__in=sorted(UNFINISHED)).count()


def _hold(engagement: Engagement) -> list[str]:
    n = _unfinished(engagement)
    kept = ngettext(
        "%(n)d unfinished deliverable keeps its due date for now.",
        "%(n)d unfinished deliverables keep their due dates for now.",
        n,
    ) % {"n": n}
    return [
        _("The clock stands still on day %(day)d. Forecasts, slip flags and the weekly digest stop.")
        % {"day": engagement.day()},
        kept + " " + _("Resuming proposes them later by the working days on hold, as one plan change."),
        _("Nobody can work on the plan meanwhile; plan changes can be asked for and decided."),
        _("The client sees that the work is on hold, and your reason."),
    ]


def _resume(engagement: Engagement) -> list[str]:
    calendar = WorkCalendar(engagement.client.country, engagement.client.subdivision)
    held_on, today = engagement.held_on or engagement.today(), engagement.today()
    days = calendar.working_days_between(held_on, today)
    moves = shifted(engagement, days) if days > 0 else []
    told = ngettext(
        "It was on hold since %(day)s: %(n)d working day until today.",
        "It was on hold since %(day)s: %(n)d working days until today.",
        days,
    ) % {"day": day(held_on), "n": days}
    proposed = ngettext(
        "Next you see %(n)d date moved by that time, as one plan change. Edit it before you ask.",
        "Next you see %(n)d dates moved by that time, as one plan change. Edit it before you ask.",
        len(moves),
    ) % {"n": len(moves)}
    return [
        _("The clock goes on today. Forecasts, slip flags and the weekly digest start again."),
        told,
        proposed if moves else _("No due date has to move for it."),
        _("No date moves until a signer approves."),
    ]


def _ending(engagement: Engagement) -> list[str]:
    waits = Wait.objects.filter(engagement=engagement, closed_on__isnull=True).count()
    flags = SlipFlag.objects.filter(engagement=engagement, closed_on__isnull=True).count()
    said = _("Open waits (%(waits)d) and slip flags (%(flags)d) are closed. The plan stays as it is from then on.")
    asked = PlanChange.objects.filter(engagement=engagement, state=ChangeState.ASKED).count()
    undecided = ngettext(
        "%(n)d plan change that nobody decided is withdrawn.",
        "%(n)d plan changes that nobody decided are withdrawn.",
        asked,
    ) % {"n": asked}
    return [said % {"waits": waits, "flags": flags}, *([undecided] if asked else [])]


def _complete(engagement: Engagement) -> list[str]:
    n = _unfinished(engagement)
    first = ngettext(
        "%(n)d deliverable is not accepted yet, so it cannot be completed now.",
        "%(n)d deliverables are not accepted yet, so it cannot be completed now.",
        n,
    ) % {"n": n}
    if n:
        return [first, _("Finish what is left, drop it by a plan change, or end the engagement early.")]
    return [
        _("Every deliverable is accepted or was dropped."),
        *_ending(engagement),
        _("Both sides keep reading everything, and handoff packs can still be made. This cannot be undone."),
    ]


def _end_early(engagement: Engagement) -> list[str]:
    n = _unfinished(engagement)
    left = ngettext(
        "%(n)d deliverable stays unfinished, and is shown so.",
        "%(n)d deliverables stay unfinished, and are shown so.",
        n,
    ) % {"n": n}
    return [
        left,
        *_ending(engagement),
        _("The client reads your reason. Handoff packs can still be made. This cannot be undone."),
    ]


def _archive(engagement: Engagement) -> list[str]:
    del engagement
    return [
        _("It leaves the portfolio and every list. Its pages, packs and the trail stay, for both sides."),
        _("It can be brought back at any time, under “Removed and archived”."),
    ]


def _remove(engagement: Engagement) -> list[str]:
    until = (now() + KEPT_FOR).date()
    told = [_("The draft leaves every list. It can be brought back until %(day)s.") % {"day": day(until)}]
    if engagement.offered_at:
        told.append(_("The client has the offered plan; it does not see it any more."))
    return told


TOLD: Final[dict[str, Callable[[Engagement], list[str]]]] = {
    "hold": _hold,
    "resume": _resume,
    "complete": _complete,
    "end-early": _end_early,
    "archive": _archive,
    "remove": _remove,
}

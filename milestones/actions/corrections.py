"""Corrections: a typo in a date put right without a signature, within a short window."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _, gettext_noop

from accounts.checked import refuse_text
from accounts.clock import FIRST_DAY, LAST_DAY, now
from accounts.errors import DomainError, IllegalMove
from accounts.models import User
from engagements.guards import require_manager
from engagements.models import Engagement
from milestones import slips
from milestones.actions.base import require_state, take, take_plan, tell
from milestones.calendar import WorkCalendar
from milestones.models import Deliverable, DueMove, Milestone, Plan
from milestones.states import UNFINISHED

WINDOW_DAYS = 2  # working days at the client's


@dataclass(frozen=True)
class Window:
    """Until when (the client's date, included) a date may be corrected; closed with the sentence that says why."""

    until: date | None
    closed: str = ""

    @property
    def is_open(self) -> bool:
        """Whether a correction is possible now."""
        return not self.closed


def window(thing: Deliverable | Milestone) -> Window:
    """Return the correction window of a deliverable or a milestone; its engagement's client is read."""
    engagement = thing.engagement
    since = _since(thing)
    if since is None:
        return Window(None, _("The plan is a draft. Edit the date."))
    calendar = WorkCalendar(engagement.client.country, engagement.client.subdivision)
    began = since.astimezone(ZoneInfo(engagement.client.time_zone)).date()
    until = calendar.add_working_days(began, WINDOW_DAYS)
    if engagement.today() > until:
        return Window(until, _("A date can be corrected for two working days. Ask for a plan change."))
    shown_at = Plan.objects.values_list("shown_at", flat=True).get(engagement=engagement)
    if shown_at is not None and shown_at >= since:
        return Window(until, _("A digest has shown this date to the client. Ask for a plan change."))
    return Window(until)


def _since(thing: Deliverable | Milestone) -> datetime | None:
    """Return when the date came about: when the latest plan change moved the thing, else when it was activated."""
    moved_at = thing.due_moves.filter(change__isnull=False).order_by("-at").values_list("at", flat=True).first()
    return moved_at or thing.engagement.activated_at


@transaction.atomic
def correct_due(*, by: User, thing: Deliverable | Milestone, to_on: date, reason: str) -> DueMove:
    """Put a due date right, as a manager and with a reason that the trail keeps. The agreed date stays."""
    require_manager(by)
    engagement = _take(thing)
    opened = window(thing)
    if not opened.is_open:
        raise IllegalMove(opened.closed, field="to_on")
    _check(thing, to_on, reason)
    moved = DueMove.objects.create(
        engagement=engagement,
        client_id=engagement.client_id,
        deliverable=thing if isinstance(thing, Deliverable) else None,
        milestone=thing if isinstance(thing, Milestone) else None,
        from_on=thing.due_on,
        to_on=to_on,
        correction_reason=reason.strip(),
        by=by,
        at=now(),
    )
    _write(thing, to_on)
    _tell(by, engagement, thing, moved)
    slips.ask_recompute(engagement)
    return moved


def _take(thing: Deliverable | Milestone) -> Engagement:
    if isinstance(thing, Deliverable):
        take(thing)
        require_state(thing, UNFINISHED)
        return thing.engagement
    engagement = take_plan(thing.engagement)
    thing.refresh_from_db(fields=["due_on"])
    return engagement


def _check(thing: Deliverable | Milestone, to_on: date, reason: str) -> None:
    refuse_text(reason, "reason")
    if not reason.strip() or len(reason) > 300:
        raise DomainError(_("Say in a sentence what was wrong with the date."), field="reason")
    if not FIRST_DAY <= to_on <= LAST_DAY:
        raise DomainError(_("Choose dates between 2000 and 2199."), field="to_on")
    if to_on == thing.due_on:
        raise DomainError(_("It is due on that day already."), field="to_on")
    if isinstance(thing, Deliverable) and to_on < thing.start_on:
        raise DomainError(_("The due date is before the start."), field="to_on")


def _write(thing: Deliverable | Milestone, to_on: date) -> None:
    if isinstance(thing, Deliverable):
        Deliverable.objects.filter(pk=thing.pk).update(due_on=to_on, version=F("version") + 1)
        thing.refresh_from_db(fields=["due_on", "version"])
    else:
        Milestone.objects.filter(pk=thing.pk).update(due_on=to_on)
        thing.refresh_from_db(fields=["due_on"])


def _tell(by: User, engagement: Engagement, thing: Deliverable | Milestone, moved: DueMove) -> None:
    message = gettext_noop("%(actor)s corrected the date of %(title)s from %(was)s to %(now)s: %(reason)s")
    about = thing if isinstance(thing, Deliverable) else None
    title = thing.title if isinstance(thing, Deliverable) else thing.name
    tell(
        by, engagement, "date_corrected", message,
        deliverable=about, shared=True, title=title,
        was=moved.from_on, now=moved.to_on, reason=moved.correction_reason,
    )  # fmt: skip

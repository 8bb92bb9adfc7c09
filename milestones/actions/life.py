"""The life of an engagement: on hold and back, completed, ended early, archived, removed and brought back."""

from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _, gettext_lazy, gettext_noop, ngettext
from psycopg.types.range import Range

from accounts import events
from accounts.checked import refuse_text
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove
from accounts.formats import day as said_day
from accounts.models import User
from engagements.guards import require_manager
from engagements.models import Engagement, Hold
from engagements.states import ENDED, LIVE, EngagementState
from milestones import slips
from milestones.actions import ends
from milestones.actions.base import NOT_WORKABLE, day_of, take_plan, tell
from milestones.models import SlipFlag, Wait
from milestones.states import COUNTED, DeliverableState

KEPT_FOR = timedelta(days=30)
# What needs a reason, by its name in the address, and what is said where there is none.
WITHOUT_WHY: Final = {
    "hold": gettext_lazy("Say why it is put on hold; both sides will read it."),
    "end-early": gettext_lazy("Say why it ends early; both sides will read it."),
}

NOT_ARCHIVED: Final = gettext_lazy("Only an engagement that has ended can be archived, and once.")
NOT_REMOVED: Final = gettext_lazy("Only a draft can be removed. End the engagement instead.")


@transaction.atomic
def hold(*, by: User, engagement: Engagement, on: date | None = None, why: str = "") -> Engagement:
    """Stop the clock, with a reason that the client reads; flags and digests stop with it.

    Agreed dates move by plan change alone.
    """
    require_manager(by)
    if not why.strip():
        raise DomainError(str(WITHOUT_WHY["hold"]), field="why")
    take_plan(engagement)
    day = _day(engagement, on)
    latest = engagement.holds.aggregate(last=Max("until_on"))["last"]
    if latest is not None and day < latest:
        sentence = _("It was resumed on %(day)s. Choose a day from then on.")
        raise DomainError(sentence % {"day": said_day(latest)}, field="on")
    _move(engagement, {EngagementState.ACTIVE}, state=EngagementState.ON_HOLD, held_on=day, state_why=_said(why))
    Hold.objects.create(engagement=engagement, client_id=engagement.client_id, from_on=day, why=engagement.state_why)
    message = gettext_noop("%(actor)s put %(engagement)s on hold")
    tell(by, engagement, "held", message, shared=True, engagement=engagement.name)
    return engagement


@transaction.atomic
def resume(*, by: User, engagement: Engagement, on: date | None = None, why: str = "") -> Engagement:
    """Let the clock run again."""
    require_manager(by)
    take_plan(engagement, states={EngagementState.ON_HOLD})
    day = day_of(engagement, on)
    if engagement.held_on and day < engagement.held_on:
        raise DomainError(_("It cannot go on before the day it was put on hold."), field="on")
    held_on = engagement.held_on or day
    _move(engagement, {EngagementState.ON_HOLD}, state=EngagementState.ACTIVE, held_on=None, state_why=_said(why))
    _end_hold(engagement, held_on, day)
    message = gettext_noop("%(actor)s resumed %(engagement)s")
    tell(by, engagement, "resumed", message, shared=True, engagement=engagement.name)
    slips.ask_recompute(engagement)
    return engagement


def _end_hold(engagement: Engagement, held_on: date, day: date) -> None:
    """Close the hold that is open; one that began before holds were kept has its row from now on."""
    ended = {"until_on": Greatest("from_on", day), "ended_at": now()}
    if not engagement.holds.filter(until_on__isnull=True).update(**ended):
        facts = {"from_on": held_on, "until_on": max(held_on, day), "ended_at": now()}
        Hold.objects.create(engagement=engagement, client_id=engagement.client_id, **facts)
    kept = engagement.holds.filter(until_on__gt=F("from_on")).values_list("from_on", "until_on")
    engagement.held = [Range(first, last) for first, last in kept]
    engagement.save(update_fields=["held"])


@transaction.atomic
def complete(*, by: User, engagement: Engagement, on: date | None = None, why: str = "") -> Engagement:
    """End an engagement whose every deliverable is accepted or dropped."""
    require_manager(by)
    take_plan(engagement)
    left = engagement.deliverables.filter(state__in=COUNTED - {DeliverableState.ACCEPTED}).count()
    if left:
        sentence = ngettext(
            "%(n)s deliverable is not accepted yet. Finish it, drop it by a plan change, or end the engagement early.",
            "%(n)s deliverables are not accepted yet. Finish or drop them, or end the engagement early.",
            left,
        )
        raise IllegalMove(sentence % {"n": left})
    _end(by, engagement, EngagementState.COMPLETED, _day(engagement, on), why)
    message = gettext_noop("%(actor)s completed %(engagement)s")
    tell(by, engagement, "completed", message, shared=True, engagement=engagement.name)
    return engagement


@transaction.atomic
def end_early(*, by: User, engagement: Engagement, on: date | None = None, why: str = "") -> Engagement:
    """End an engagement before its plan is done; needs a reason. What is unfinished stays so."""
    require_manager(by)
    if not why.strip():
        raise DomainError(str(WITHOUT_WHY["end-early"]), field="why")
    take_plan(engagement, states=LIVE)
    _end(by, engagement, EngagementState.ENDED_EARLY, _day(engagement, on), why)
    message = gettext_noop("%(actor)s ended %(engagement)s early: %(why)s")
    why = events.excerpt(engagement.state_why, 200)
    tell(by, engagement, "ended_early", message, shared=True, engagement=engagement.name, why=why)
    return engagement


def _end(by: User, engagement: Engagement, state: EngagementState, day: date, why: str) -> None:
    held_on = engagement.held_on
    _move(engagement, LIVE, state=state, ended_on=day, held_on=None, state_why=_said(why))
    if held_on is not None:
        _end_hold(engagement, held_on, day)
    waits = Wait.objects.filter(engagement=engagement, closed_on__isnull=True)
    waits.update(closed_on=Greatest("opened_on", day), closed_by=by)
    flags = SlipFlag.objects.filter(engagement=engagement, closed_on__isnull=True)
    flags.update(closed_on=Greatest("opened_on", day))
    ends.end_changes(by, engagement)


def _day(engagement: Engagement, on: date | None) -> date:
    day = day_of(engagement, on)
    if day < engagement.start_on:
        raise DomainError(_("That is before the engagement started."), field="on")
    return day


def _said(why: str) -> str:
    refuse_text(why, "why")
    if len(why.strip()) > 2000:
        raise DomainError(_("Keep the reason under 2,000 characters."), field="why")
    return why.strip()


def _move(engagement: Engagement, since: "frozenset[EngagementState] | set[EngagementState]", **fields: object) -> None:
    guarded = Engagement.objects.filter(pk=engagement.pk, state__in=sorted(since))
    if guarded.update(**fields, version=F("version") + 1) != 1:
        engagement.refresh_from_db(fields=["state"])
        raise IllegalMove(str(NOT_WORKABLE[EngagementState(engagement.state)]))
    engagement.refresh_from_db(fields=[*fields, "version"])


@transaction.atomic
def archive(*, by: User, engagement: Engagement) -> Engagement:
    """Put an ended engagement away; it stays readable, and leaves the lists."""
    require_manager(by)
    ended = Engagement.objects.filter(pk=engagement.pk, state__in=sorted(ENDED), archived_at__isnull=True)
    if ended.update(archived_at=now(), version=F("version") + 1) != 1:
        raise IllegalMove(str(NOT_ARCHIVED))
    engagement.refresh_from_db(fields=["archived_at", "version"])
    tell(by, engagement, "archived", gettext_noop("%(actor)s archived %(engagement)s"), engagement=engagement.name)
    return engagement


@transaction.atomic
def remove(*, by: User, engagement: Engagement) -> Engagement:
    """Remove a draft; it can be brought back for 30 days."""
    require_manager(by)
    draft = Engagement.objects.filter(pk=engagement.pk, state=EngagementState.DRAFT, removed_at__isnull=True)
    if draft.update(removed_at=now(), version=F("version") + 1) != 1:
        raise IllegalMove(str(NOT_REMOVED))
    engagement.refresh_from_db(fields=["removed_at", "version"])
    tell(by, engagement, "removed", gettext_noop("%(actor)s removed %(engagement)s"), engagement=engagement.name)
    return engagement


@transaction.atomic
def bring_back(*, by: User, engagement: Engagement) -> Engagement:
    """Bring back a draft that was removed in the last 30 days, or an engagement from the archive."""
    require_manager(by)
    engagement.refresh_from_db()
    if engagement.removed_at is not None and engagement.removed_at < now() - KEPT_FOR:
        raise IllegalMove(_("It was removed more than 30 days ago and cannot be brought back."))
    away = Engagement.objects.filter(pk=engagement.pk).exclude(removed_at=None, archived_at=None)
    if away.update(removed_at=None, archived_at=None, version=F("version") + 1) != 1:
        raise IllegalMove(_("It is here already."))
    engagement.refresh_from_db()
    message = gettext_noop("%(actor)s brought %(engagement)s back")
    tell(by, engagement, "brought_back", message, engagement=engagement.name)
    return engagement

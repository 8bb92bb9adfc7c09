"""Who is placed where, how much of a week, and from when to when."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop, ngettext

from accounts import events
from accounts.checked import checked
from accounts.errors import DomainError, IllegalMove
from accounts.formats import day
from accounts.models import User
from engagements.guards import require_draft, require_manager, require_open
from engagements.loads import Share, by_week, overloaded
from engagements.models import Engagement, Placement
from roles.models import Role, Specialist

CHANGING: Final = ("percent", "starts_on", "ends_on", "overload_reason", "title", "order_number", "order_ends_on")


def shares(specialist_ids: Iterable[int], start: date, end: date, *, but: int | None = None) -> list[Share]:
    """Return every placement (but one) that takes time of these people from `start` to `end`.

    Drafts count, since their people are promised; what was removed does not, and what ended does until it ended.
    """
    rows = Placement.objects.filter(
        specialist_id__in=list(specialist_ids),
        starts_on__lte=end,
        ends_on__gte=start,
        engagement__removed_at=None,
    ).select_related("engagement__client")
    if but is not None:
        rows = rows.exclude(pk=but)
    return [share for share in map(_share, rows) if share.ends_on >= share.starts_on]


def _share(row: Placement) -> Share:
    ended = row.engagement.ended_on
    return Share(
        specialist=row.specialist_id,
        percent=row.percent,
        starts_on=row.starts_on,
        ends_on=min(row.ends_on, ended) if ended else row.ends_on,
        engagement=row.engagement_id,
        label=row.engagement.client.name,
    )


def loads(specialist_ids: Iterable[int], start: date, end: date) -> dict[int, dict[date, int]]:
    """Map each specialist to the percent of every week (by its Monday) from `start` to `end`."""
    ids = list(specialist_ids)
    rows = shares(ids, start, end)
    return {one: by_week([row for row in rows if row.specialist == one], start, end) for one in ids}


@transaction.atomic
def place(
    *,
    by: User,
    engagement: Engagement,
    specialist: Specialist,
    role: Role,
    percent: int,
    starts_on: date,
    ends_on: date,
    title: str = "",
    overload_reason: str = "",
) -> Placement:
    """Place a specialist, both days included. More than a full week anywhere needs a reason."""
    require_manager(by)
    require_open(engagement)
    placement = _new(
        engagement,
        specialist,
        role=role,
        title=title.strip(),
        percent=percent,
        starts_on=starts_on,
        ends_on=ends_on,
        overload_reason=overload_reason.strip(),
    )
    _check(placement).save(force_insert=True)
    _record(by, placement, "placed", gettext_noop("%(actor)s placed %(name)s as %(role)s, %(percent)s%%"))
    return placement


def _new(engagement: Engagement, specialist: Specialist, **facts: Any) -> Placement:
    return Placement(
        engagement=engagement,
        client_id=engagement.client_id,
        specialist=specialist,
        user_id=specialist.user_id,
        **facts,
    )


@transaction.atomic
def change_placement(
    *,
    by: User,
    placement: Placement,
    percent: int,
    starts_on: date,
    ends_on: date,
    overload_reason: str = "",
    title: str | None = None,
    order_number: str | None = None,
    order_ends_on: date | None = None,
) -> Placement:
    """Change how much and how long somebody is placed, and as what; the purchase order stays where it is not given."""
    require_manager(by)
    require_open(placement.engagement)
    placement.percent, placement.starts_on, placement.ends_on = percent, starts_on, ends_on
    placement.overload_reason = overload_reason.strip()
    if title is not None:
        placement.title = title.strip()
    if order_number is not None:
        placement.order_number, placement.order_ends_on = order_number.strip(), order_ends_on
    _check(placement).save(update_fields=CHANGING)
    _record(by, placement, "placement_changed", gettext_noop("%(actor)s changed the placement of %(name)s"))
    return placement


@transaction.atomic
def succeed(
    *,
    by: User,
    placement: Placement,
    last_on: date,
    specialist: Specialist,
    percent: int,
    starts_on: date,
    ends_on: date,
    title: str = "",
    overload_reason: str = "",
) -> Placement:
    """End a placement with `last_on` and place somebody else in its role; returns the new one.

    The floor above moves the work and tells it as one event (`milestones.actions.handovers`).
    """
    require_manager(by)
    require_open(placement.engagement)
    if specialist.pk == placement.specialist_id:
        raise DomainError(_("Choose somebody else than who leaves."), field="specialist")
    if not specialist.user.is_active:
        raise DomainError(_("%(name)s has left the firm.") % {"name": specialist.user.name}, field="specialist")
    _end(placement, last_on)
    coming = _new(
        placement.engagement,
        specialist,
        role=placement.role,
        title=title.strip(),
        percent=percent,
        starts_on=starts_on,
        ends_on=ends_on,
        overload_reason=overload_reason.strip(),
    )
    _check(coming).save(force_insert=True)
    return coming


def _end(placement: Placement, last_on: date) -> None:
    """Give a placement its last day; guarded, so that two who end it at once do not both."""
    if not placement.starts_on <= last_on <= placement.ends_on:
        sentence = _("%(name)s is placed from %(start)s to %(end)s. Choose a last day between them.")
        told = {
            "name": placement.specialist.user.name,
            "start": day(placement.starts_on),
            "end": day(placement.ends_on),
        }
        raise DomainError(sentence % told, field="last_on")
    held = Placement.objects.filter(pk=placement.pk, ends_on=placement.ends_on)
    if held.update(ends_on=last_on) != 1:
        raise IllegalMove(_("This placement was changed meanwhile. Load the page again."))
    placement.ends_on = last_on


@transaction.atomic
def remove_placement(*, by: User, placement: Placement) -> None:
    """Take somebody off a draft; in a running engagement a placement ends instead."""
    require_manager(by)
    require_draft(placement.engagement)
    if placement.deliverables.exists():
        raise IllegalMove(
            _("%(name)s owns deliverables here. Hand them over first.") % {"name": placement.specialist.user.name}
        )
    _record(by, placement, "placement_removed", gettext_noop("%(actor)s took %(name)s off the team"))
    placement.delete()


def _check(placement: Placement) -> Placement:
    # Two placements of one person wait for each other here, so that each sees the other's share.
    Specialist.objects.select_for_update(of=("self",)).get(pk=placement.specialist_id)
    checked(placement)
    full = _too_full(placement)
    if full and not placement.overload_reason:
        raise DomainError(overload_sentence(placement.specialist.user.name, full), field="overload_reason")
    return placement


def _too_full(placement: Placement) -> dict[date, int]:
    start, end = placement.starts_on, placement.ends_on
    others = shares([placement.specialist_id], start, end, but=placement.pk)
    return overloaded([*others, _share(placement)], start, end)


def overload_sentence(name: str, full: dict[date, int]) -> str:
    """Say how full which weeks are, and what is asked."""
    way_out = _("Lower it, or say why it is right.")
    return f"{overload_fact(name, full)} {way_out}"


def overload_fact(name: str, full: dict[date, int]) -> str:
    """Say how full which weeks are."""
    named = ", ".join(day(week) for week in sorted(full)[:4])
    more = len(full) - 4
    if more > 0:
        named += " " + ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}
    text = ngettext(
        "%(name)s would be at %(percent)s%% in the week of %(weeks)s.",
        "%(name)s would be at up to %(percent)s%% in the weeks of %(weeks)s.",
        len(full),
    )
    return text % {"name": name, "percent": max(full.values()), "weeks": named}


def _record(by: User, placement: Placement, verb: str, message: str) -> None:
    events.record(
        by=by,
        verb=verb,
        message=message,
        params={
            "actor": by.name,
            "name": placement.specialist.user.name,
            "role": placement.role.name,
            "percent": placement.percent,
        },
        client_id=placement.client_id,
        engagement_id=placement.engagement_id,
    )

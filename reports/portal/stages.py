"""Milestones as the client sees them: how far each is, and its deliverables."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _, ngettext

from engagements.models import Engagement
from milestones.models import Milestone
from reports.access import Reader
from reports.pages.forecasts import Outlook, outlook
from reports.pages.words import Day, day_of, short
from reports.portal import links
from reports.portal.rows import Row


@dataclass(frozen=True)
class Stage:
    """A milestone with its shared deliverables; `is_now` is the first that is not finished."""

    milestone_id: int
    day: int
    name: str
    days: str
    due_on: date
    due: Day
    outlook: Outlook
    rows: tuple[Row, ...]
    accepted: int
    total: int
    summary: str
    is_now: bool
    to_sign: int
    sign_url: str

    @property
    def by_day(self) -> list[Row]:
        """Its deliverables by the date that stands beside each."""
        return sorted(self.rows, key=lambda row: row.when_on)

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is open."""
        return self.accepted == self.total


def stages(
    reader: Reader,
    engagement: Engagement,
    found: Sequence[Milestone],
    rows: Sequence[Row],
    forecast: Mapping[str, Any],
    today: date,
) -> list[Stage]:
    """Return the milestones in order of their dates."""
    made: list[Stage] = []
    first_day, now_found = 1, False
    for one in sorted(found, key=lambda milestone: milestone.due_on):
        own = tuple(row for row in rows if row.milestone_id == one.pk)
        is_now = not now_found and any(not row.accepted for row in own) and engagement.is_live
        now_found = now_found or is_now
        stage = _stage(one, own, outlook(forecast.get(one.public_id)), first_day, is_now=is_now)
        sign_url = links.to(reader, "portal_milestone_sign", code=engagement.code, day=one.day)
        summary = _summary(own, stage.accepted, today if engagement.is_live else None)
        made.append(replace(stage, sign_url=sign_url, summary=summary))
        first_day = one.day + 1
    return made


def _stage(one: Milestone, own: tuple[Row, ...], seen: Outlook, first_day: int, *, is_now: bool) -> Stage:
    days = _("Days %(first)d–%(last)d") % {"first": first_day, "last": one.day}
    accepted = sum(row.accepted for row in own)
    return Stage(
        milestone_id=one.pk,
        day=one.day,
        name=one.name,
        days=_("%(days)s, now") % {"days": days} if is_now else days,
        due_on=one.due_on,
        due=day_of(one.due_on),
        outlook=seen,
        rows=own,
        accepted=accepted,
        total=len(own),
        summary="",
        is_now=is_now,
        to_sign=sum(row.to_sign for row in own),
        sign_url="",
    )


def _summary(own: tuple[Row, ...], accepted: int, today: date | None) -> str:
    """How far it is; without `today` nothing begins any more."""
    if not own:
        return _("Nothing shared with you is due here")
    if accepted == len(own):
        return _("All %(n)d accepted") % {"n": accepted}
    starts = min(row.start_on for row in own)
    if not accepted and today and starts > today:
        return _("%(n)s, starts %(day)s") % {"n": deliverables(len(own)), "day": short(starts)}
    return ", ".join(_parts(own, accepted))


def _parts(own: tuple[Row, ...], accepted: int) -> list[str]:
    counts = Counter(row.state for row in own)
    risky = counts["at_risk"] + counts["off_track"]
    running = counts["in_progress"] + counts["sent_back"] + counts["in_review"]
    parts = [_("%(n)d of %(all)d accepted") % {"n": accepted, "all": len(own)}]
    if counts["to_sign_off"]:
        parts.append(_("%(n)d to sign off") % {"n": counts["to_sign_off"]})
    if running:
        parts.append(_("%(n)d in progress") % {"n": running})
    if risky:
        parts.append(_("%(n)d at risk or off track") % {"n": risky})
    return parts


def deliverables(n: int) -> str:
    """Return "12 deliverables"."""
    return ngettext("%(n)d deliverable", "%(n)d deliverables", n) % {"n": n}

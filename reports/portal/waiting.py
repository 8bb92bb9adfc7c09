"""What waits on the client, each with why and one button."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import F
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from engagements.models import Engagement
from milestones.calendar import WorkCalendar
from milestones.models import PlanChange
from milestones.states import ChangeState
from reports.access import Reader
from reports.pages.words import short
from reports.portal import links
from reports.portal.rows import OpenWait, Row
from reports.portal.stages import Stage, deliverables
from reports.portal.words import working_days

# Working days after which it is said how long something waits, and after which it is shown as late.
SOME: Final = 2
LONG: Final = 5
# From so many on, the sign-offs of a milestone are one line that leads to all of them.
TOGETHER: Final = 3


@dataclass(frozen=True)
class Todo:
    """One thing that waits on the client; `is_own` where the reader can answer it, and no signer is needed."""

    title: str
    why: str
    url: str
    button: str
    is_late: bool = False
    since: date | None = None
    is_own: bool = True


@dataclass(frozen=True)
class Asker:
    """What the lines below need to know: who reads, where, and how long things have waited."""

    reader: Reader
    engagement: Engagement
    calendar: WorkCalendar
    today: date

    def url(self, name: str, **places: object) -> str:
        """Return the address of a page of this engagement."""
        return links.to(self.reader, name, code=self.engagement.code, **places)

    def waited(self, since: date) -> int:
        """Return for how many working days something has waited."""
        return max(0, self.calendar.working_days_between(since, self.today))

    @property
    def review(self) -> str:
        """What the button of a decision says: only signers decide."""
        return _("Review") if self.reader.is_signer else _("Read")


def changes_asked() -> Any:
    """Return the plan changes that wait for a decision, as JSON, to be read with their engagement."""
    rows = PlanChange.objects.filter(state=ChangeState.ASKED).order_by("number")
    return rows.values(asked=JSONObject(id="public_id", number="number", what="what", at=F("asked_at__date")))


def todos(asker: Asker, stages: Sequence[Stage], changes: Iterable[Mapping[str, Any]]) -> list[Todo]:
    """Return what waits: the plan itself, sign-offs, plan changes, questions; each kind oldest first."""
    if asker.engagement.is_draft:
        return [_plan(asker)]
    if not asker.engagement.is_live:
        return []
    found = [todo for stage in stages for todo in _sign_offs(asker, stage)]
    found += [_change(asker, change) for change in changes]
    waits = [(wait, row) for stage in stages for row in stage.rows for wait in row.waits]
    open_waits = [(wait, row) for wait, row in waits if not wait.for_sign_off and not wait.answered]
    return found + [_wait(asker, wait, row) for wait, row in sorted(open_waits, key=lambda pair: pair[0].since)]


def _plan(asker: Asker) -> Todo:
    offered = asker.engagement.offered_at
    since = offered.date() if offered else None
    return Todo(
        title=_("Accept the plan"),
        why=_("The work starts when a signer has accepted it. Offered %(day)s.") % {"day": short(since)},
        url=asker.url("portal_plan"),
        button=asker.review,
        is_late=since is not None and asker.waited(since) >= LONG,
        since=since,
        is_own=asker.reader.is_signer,
    )


def _sign_offs(asker: Asker, stage: Stage) -> list[Todo]:
    waiting = sorted((row for row in stage.rows if row.to_sign), key=lambda row: row.submitted_on or row.due_on)
    if len(waiting) >= TOGETHER:
        return [_together(asker, stage, waiting)]
    return [_sign_off(asker, row) for row in waiting]


def _sign_off(asker: Asker, row: Row) -> Todo:
    since = row.submitted_on or row.due_on
    said = _("Submitted %(day)s by %(name)s") if row.owner else _("Submitted %(day)s")
    return Todo(
        title=_("Sign off: %(title)s") % {"title": row.title},
        why=said % {"day": short(since), "name": row.owner} + _since(asker, since),
        url=row.url,
        button=asker.review,
        is_late=asker.waited(since) >= LONG,
        since=since,
        is_own=asker.reader.is_signer,
    )


def _since(asker: Asker, since: date) -> str:
    waited = asker.waited(since)
    return _("; waits for %(days)s") % {"days": working_days(waited)} if waited >= SOME else ""


def _together(asker: Asker, stage: Stage, waiting: Sequence[Row]) -> Todo:
    since = min(row.submitted_on or row.due_on for row in waiting)
    places = {"n": deliverables(len(waiting)), "day": stage.day}
    return Todo(
        title=_("Sign off %(n)s of day %(day)s") % places,
        why=_("The oldest was submitted %(day)s") % {"day": short(since)} + _since(asker, since),
        url=asker.url("portal_milestone_sign", day=stage.day),
        button=asker.review,
        is_late=asker.waited(since) >= LONG,
        since=since,
        is_own=asker.reader.is_signer,
    )


def _change(asker: Asker, change: Mapping[str, Any]) -> Todo:
    since = date.fromisoformat(change["at"])
    return Todo(
        title=_("Decide plan change %(number)d") % {"number": change["number"]},
        why=change["what"] + _since(asker, since),
        url=asker.url("portal_change", public_id=change["id"]),
        button=asker.review,
        is_late=asker.waited(since) >= LONG,
        since=since,
        is_own=asker.reader.is_signer,
    )


def _wait(asker: Asker, wait: OpenWait, row: Row) -> Todo:
    places = {"day": short(wait.since), "title": row.title}
    return Todo(
        title=wait.what,
        why=_("Asked %(day)s, holds up “%(title)s”") % places,
        url=asker.url("portal_wait", public_id=wait.public_id),
        button=_("Reply"),
        is_late=asker.waited(wait.since) >= LONG,
        since=wait.since,
    )

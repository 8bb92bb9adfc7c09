"""Deliverables as the client sees them: one line each, with the forecast beside the due date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from accounts.looks import word
from accounts.prepared import Prepared, given
from engagements.models import Engagement
from milestones.calendar import WorkCalendar
from milestones.clock import calendar_of
from milestones.models import Deliverable, Wait
from milestones.states import DeliverableState as State, Health, WaitOn
from reports.access import Reader, any_contact
from reports.pages.forecasts import Outlook, outlook
from reports.pages.words import Day, day_of, short
from reports.portal import links

RISKY = frozenset({Health.AT_RISK, Health.OFF_TRACK})


@dataclass(frozen=True)
class OpenWait:
    """Something that the client has not answered yet; one for a sign-off is answered by signing."""

    public_id: str
    what: str
    since: date
    for_sign_off: bool
    answered: bool


@dataclass(frozen=True)
class Row:
    """A deliverable in one line. `late_by` counts working days after the due date, negative for earlier.

    `state` is what its shape shows: a risk of the forecast comes before "in progress" and "planned". `finish` is when
    it was done or likely will be, nothing where no forecast says; `when` tells with its word which date that is.
    """

    public_id: str
    milestone_id: int
    title: str
    url: str
    state: str
    word: str
    note: str
    owner: str
    due: Day
    finish: Day
    when: str
    when_on: date
    due_on: date
    start_on: date
    done_on: date | None
    likely_on: date | None
    eight_in_ten_on: date | None
    late_by: int
    accepted: bool
    to_sign: bool
    submitted_on: date | None
    waits: tuple[OpenWait, ...]

    @property
    def about(self) -> str:
        """The small line below the title; a state that `when` names is not said twice."""
        named = self.accepted or self.to_sign
        return " · ".join(part for part in ("" if named else self.word, self.note) if part)

    @property
    def is_risky(self) -> bool:
        """Whether the due date is likely to be missed, or has been."""
        return self.state in RISKY


# What a row shows of the deliverable itself.
SHOWN: Final = (
    "public_id", "milestone_id", "number", "title", "state", "needs_sign_off", "before_emplace",
    "start_on", "started_on", "due_on", "submitted_on", "accepted_on",
)  # fmt: skip


def _query() -> "QuerySet[Deliverable]":
    waits = Wait.objects.filter(deliverable=OuterRef("pk"), on=WaitOn.CLIENT, closed_on=None).order_by("opened_on")
    shared = Deliverable.objects.visible_to(any_contact()).filter(engagement=given("engagement")).counted()
    named = shared.only(*SHOWN).annotate(owner_name=F("owner__user__name"))
    asked = JSONObject(id="public_id", what="what", since="opened_on", sign="for_sign_off", answered=F("answered_at"))
    return named.annotate(open_waits=ArraySubquery(waits.values(asked=asked))).order_by("due_on", "number")


SHARED = Prepared(_query)


def of(reader: Reader, engagement: Engagement) -> list[Deliverable]:
    """Return the shared deliverables in force, each with its open waits on the client, in one query."""
    return SHARED(client=reader.user.client_ref, engagement=engagement.pk)


def rows(
    reader: Reader, engagement: Engagement, works: Mapping[str, Any], today: date, found: Iterable[Deliverable]
) -> list[Row]:
    """Return one line for each deliverable; `works` is that of the forecast that the client may see."""
    address = links.Many(reader, "portal_deliverable", engagement.code)
    calendar = calendar_of(engagement)
    seen = [(one, outlook(works.get(one.public_id))) for one in found]
    return [_row(reader, one, told, calendar, today, address[one.public_id]) for one, told in seen]


def _row(reader: Reader, one: Any, seen: Outlook, calendar: WorkCalendar, today: date, url: str) -> Row:
    """Any: the deliverable carries what `of` annotates."""
    done_on = one.accepted_on or (one.submitted_on if one.state == State.IN_REVIEW else None)
    finish_on = done_on or (max(seen.likely, today) if seen.likely else None)
    state = state_of(one, seen, today)
    return Row(
        public_id=one.public_id,
        milestone_id=one.milestone_id,
        title=one.title,
        url=url,
        state=state,
        word=word(state),
        note=_note(reader, one, state),
        owner=one.owner_name or "",
        due=day_of(one.due_on),
        finish=day_of(finish_on),
        when=_when(one, finish_on),
        when_on=finish_on or one.due_on,
        due_on=one.due_on,
        start_on=one.started_on or one.start_on,
        done_on=done_on,
        likely_on=None if done_on else finish_on,
        eight_in_ten_on=None if done_on else seen.eight_in_ten,
        late_by=calendar.working_days_between(one.due_on, finish_on or max(one.due_on, today)),
        accepted=one.state == State.ACCEPTED,
        to_sign=state == "to_sign_off",
        submitted_on=one.submitted_on,
        waits=tuple(_waits(one)),
    )


def state_of(one: Deliverable, seen: Outlook, today: date) -> str:
    """Return the look of a deliverable for the client."""
    if one.state == State.IN_REVIEW:
        return "to_sign_off" if one.needs_sign_off else one.state
    if not one.is_unfinished:
        return one.state
    if one.due_on < today:
        return Health.OFF_TRACK
    return seen.health if seen.health in RISKY else one.state


def _note(reader: Reader, one: Any, state: str) -> str:
    if state == "to_sign_off":
        return _("Delivered, waiting for your sign-off") if reader.is_signer else _("Delivered, waiting for sign-off")
    if one.state == State.SENT_BACK:
        return _("Sent back, being changed")
    if one.before_emplace:
        return _("Accepted before Emplace")
    return one.owner_name or ""


def _when(one: Deliverable, finish_on: date | None) -> str:
    if one.state == State.ACCEPTED:
        said = _("Accepted %(day)s")
    elif one.state == State.IN_REVIEW:
        said = _("Submitted %(day)s")
    else:
        said = _("Likely %(day)s") if finish_on else _("Due %(day)s")
    return said % {"day": short(finish_on or one.due_on)}


def _waits(one: Any) -> Iterable[OpenWait]:
    for raw in one.open_waits:
        yield OpenWait(
            raw["id"], raw["what"], date.fromisoformat(raw["since"]), raw["sign"], raw["answered"] is not None
        )

"""The client's dashboard of one engagement, read in seven queries whatever the number of rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONObject
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.formats import day_in_words
from accounts.prepared import Prepared, given
from engagements.models import Engagement
from engagements.states import EngagementState as State
from milestones.clock import calendar_of
from milestones.models import Milestone, Plan
from reports import access, ledger
from reports.access import Reader
from reports.models import StatusNote
from reports.pages.words import moment, short
from reports.portal import health, metrics, people, rows, stages, waiting
from reports.portal.verdict import verdict
from reports.portal.words import decided_by


@dataclass(frozen=True)
class Note:
    """The manager's words of the week."""

    text: str
    by: str
    when: str


@dataclass(frozen=True)
class Progress:
    """Accepted against plan, week by week, up to today."""

    accepted: int
    to_sign: int
    planned: int
    table: tuple[tuple[int, int, int | None], ...]


@dataclass(frozen=True)
class Dashboard:
    """All that the page shows, formatted."""

    engagement: Engagement
    state: str
    day: str
    updated: str
    verdict: str
    span: str
    last_day: int
    today: date
    asked: list[waiting.Todo]
    decided_by: str
    waited: str
    waited_free: str
    stages: list[stages.Stage]
    metrics: list[metrics.MetricCard]
    note: Note | None
    progress: Progress
    weeks: list[health.Week]
    week: int
    team: list[people.Person]
    activity: list[people.Happening]

    @property
    def rows(self) -> list[rows.Row]:
        """Every shared deliverable, milestone by milestone."""
        return [row for stage in self.stages for row in stage.rows]

    @property
    def todos(self) -> list[waiting.Todo]:
        """What waits on the reader."""
        return [todo for todo in self.asked if todo.is_own]

    @property
    def left_to_signers(self) -> list[waiting.Todo]:
        """What waits on the client and not on the reader: `decided_by` says on whom."""
        return [todo for todo in self.asked if not todo.is_own]

    @property
    def is_draft(self) -> bool:
        """Whether the plan is only offered yet."""
        return self.engagement.is_draft


def lines() -> dict[str, Combinable]:
    """Return what to annotate an engagement with: what waits and waited, and the latest note."""
    changes = waiting.changes_asked().filter(engagement=OuterRef("pk"))
    said = JSONObject(text="text", by=F("by__name"), at="at")
    note = StatusNote.objects.filter(engagement=OuterRef("pk")).order_by("-at", "-id").values(said=said)[:1]
    return {"changes": ArraySubquery(changes), "notes": ArraySubquery(note), **ledger.carried()}


WITH_LINES = access.engagements(lines)


def engagement(reader: Reader, code: str, rows: Prepared[Engagement] = WITH_LINES) -> Engagement:
    """Load the engagement with `lines` (and whatever else `rows` annotates), in one query."""
    return access.engagement(reader, code, rows)


MILESTONES = Prepared(lambda: Milestone.objects.filter(engagement=given("engagement")))


def dashboard(reader: Reader, engagement: Engagement) -> Dashboard:
    """Read the dashboard of an engagement that `engagement` above loaded."""
    today, plan = engagement.today(), plan_of(engagement)
    told = health.told(engagement, plan)
    found = rows.rows(reader, engagement, told.works, today, rows.of(reader, engagement))
    milestones = MILESTONES(engagement=engagement.pk)
    in_order = stages.stages(reader, engagement, milestones, found, told.milestones, today)
    cards = metrics.cards(metrics.OF_ENGAGEMENT(engagement=engagement.pk))
    calendar = calendar_of(engagement)
    last_on = max([stage.due_on for stage in in_order], default=engagement.start_on)
    last_day = max([stage.day for stage in in_order], default=0)
    shown_health = plan.client_health if plan else ""
    decider, unforeseen = decided_by(reader), health.unforeseen(engagement, plan, told)
    asker = waiting.Asker(reader, engagement, calendar, today)
    return Dashboard(
        engagement=engagement,
        state=state_of(engagement, shown_health),
        day=day_words(engagement, last_day),
        updated=_updated(plan, told),
        verdict=verdict(engagement, in_order, cards, calendar, today, decided_by=decider, unforeseen=unforeseen),
        span=_("%(first)s to %(last)s") % {"first": short(engagement.start_on), "last": short(last_on)},
        last_day=last_day,
        today=today,
        waited=ledger.told_to_client(ledger.read_carried(engagement)),
        waited_free=_free(in_order),
        asked=waiting.todos(asker, in_order, engagement.changes),  # type: ignore[attr-defined]
        decided_by=decider,
        stages=in_order,
        metrics=cards,
        note=_note(engagement.notes),  # type: ignore[attr-defined]
        progress=_progress(engagement, found, today, last_on),
        weeks=health.weeks(engagement, last_on, told.days, shown_health, today),
        week=max(0, engagement.day(today)) // 7 + 1,
        team=people.specialists(people.PLACED(engagement=engagement.pk), today),
        activity=people.activity(people.EVENTS(engagement=engagement.pk)),
    )


def _free(in_order: list[stages.Stage]) -> str:
    """Say what the next milestone's forecast is without the open waits on the client, where it differs."""
    stage = next((one for one in in_order if one.is_now), None)
    return ledger.without_client(stage.outlook, stage.day, to_client=True) if stage else ""


def plan_of(engagement: Engagement) -> Plan | None:
    """Return the plan that was loaded with the engagement; a draft may have none yet."""
    return getattr(engagement, "plan", None)


def state_of(engagement: Engagement, shown_health: str) -> str:
    """Return what the pill says: health while the clock runs, else the state of life."""
    if engagement.state != State.ACTIVE:
        return engagement.state
    return shown_health or "starting"


def day_words(engagement: Engagement, last_day: int) -> str:
    """Return "Day 47 of 90", or when it starts."""
    now = engagement.day()
    if now < 0:
        return _("Starts %(day)s") % {"day": short(engagement.start_on)}
    if last_day and now > last_day:
        return _("Day %(day)d, planned for %(last)d") % {"day": now, "last": last_day}
    return _("Day %(day)d of %(last)d") % {"day": now, "last": last_day or now}


def _updated(plan: Plan | None, told: health.Told) -> str:
    known = [at for at in (plan.changed_at if plan else None, told.made_at) if at]
    return _("Updated %(moment)s") % {"moment": moment(max(known))} if known else ""


def _note(raw: list[Mapping[str, Any]]) -> Note | None:
    at = parse_datetime(raw[0]["at"]) if raw else None
    return Note(raw[0]["text"], raw[0]["by"], day_in_words(localtime(at).date())) if at else None


def _progress(engagement: Engagement, found: list[rows.Row], today: date, last_on: date) -> Progress:
    planned = [row.due_on for row in found]
    accepted = [row.done_on for row in found if row.accepted and row.done_on]
    table: list[tuple[int, int, int | None]] = []
    ends = engagement.start_on + timedelta(days=6)
    while ends < last_on + timedelta(days=7) and len(table) < 120:
        so_far = sum(on <= ends for on in accepted) if ends - timedelta(days=6) <= today else None
        table.append((len(table) + 1, sum(on <= ends for on in planned), so_far))
        ends += timedelta(days=7)
    return Progress(
        accepted=len(accepted),
        to_sign=sum(row.to_sign for row in found),
        planned=sum(on <= today for on in planned),
        table=tuple(table),
    )

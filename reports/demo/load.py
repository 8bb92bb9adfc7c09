"""Telling the demo portfolio: people first, then each engagement's history, step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.clock import as_of, now, today as clock_today
from accounts.models import Job, User
from accounts.states import JobState
from engagements.actions.engagements import create_engagement
from engagements.actions.metrics import add_metric, record_reading
from engagements.actions.placements import place
from engagements.actions.risks import add_risk
from engagements.models import BusinessMetric, Engagement, Placement
from engagements.states import EngagementState
from milestones import options, predictions, slips
from milestones.actions import activation, life, plans
from milestones.calendar import WorkCalendar
from milestones.lines import PlanLine
from milestones.models import Deliverable, Playbook, PlaybookItem, PlaybookVersion, SlipSnapshot
from reports.actions.notes import write_note
from reports.demo.history import Proof, Story
from reports.demo.people import Cast, gather
from reports.demo.plan import Team, bespoke_line, playbook_line, roles, templates
from reports.demo.source import Course, Days, Row, bespoke, by_rule, read
from reports.demo.timeline import Timeline
from roles.models import FailureMode, ServiceLine

NAMES: Final = {30: "Stabilize foundations", 60: "Build the production path", 90: "Operationalize"}
# Mails about what happened longer ago are old news; what is younger really goes out.
NEWS: Final = timedelta(days=3)
Say = Callable[[str], None]


@dataclass
class Made:
    """An engagement with its plan, ready for its history."""

    engagement: Engagement
    team: Team
    deliverables: dict[str, Deliverable]
    courses: dict[str, Course]
    lines: list[PlanLine]
    items: dict[str, PlaybookItem]


def load(say: Say) -> int:
    """Tell the whole portfolio and return the number of engagements; runs in the caller's transaction and role."""
    source, timeline = read(), Timeline(until=now())
    with as_of(now() - timedelta(days=200)):
        cast = gather(source, timeline.until.date())
    say(_("People and clients are in: %(count)d.") % {"count": len(cast.clients)})
    for row in source["engagements"]:
        begin(row, cast, timeline, say)
    for on in nights(timeline.until):
        timeline.add(on, recompute)
    timeline.tell()
    # The stories run well ahead of plan or far behind it: a firm would learn from them what no firm is like.
    SlipSnapshot.objects.all().delete()
    recompute()
    options.recompute_many(running())
    predictions.gather(Engagement.objects.filter(removed_at=None), clock_today())
    drop_old_jobs()
    return len(source["engagements"])


def begin(row: Row, cast: Cast, timeline: Timeline, say: Say) -> None:
    """Let an engagement's history begin on the day it was logged."""
    client = cast.clients[row["setup"]["client"]]
    calendar = WorkCalendar(client.country, client.subdivision)
    days = Days.of(clock_today(client.time_zone), row["stage"]["start"], calendar)
    logged = _morning(log_day(row, days), client.time_zone)
    timeline.add(logged, partial(tell, row, cast, timeline, days, say))


def tell(row: Row, cast: Cast, timeline: Timeline, days: Days, say: Say) -> None:
    """Log one engagement, and add what happened to it from then on."""
    manager = cast.people[row["setup"]["manager"]]
    made = log(row, cast, days, manager)
    zone = made.engagement.client.time_zone
    seen_at = _morning(seen_day(row, days), zone) + timedelta(hours=2)
    timeline.add(seen_at, partial(agree if "agreed" in row else offer, row, cast, made, days, manager))
    # A step of its own, so that nothing of the story comes before the client has seen the plan.
    timeline.add(seen_at, partial(add_story, story_of(row, cast, timeline, days, manager, made), made))
    if row["stage"]["state"] not in {EngagementState.ACTIVE, EngagementState.DRAFT}:
        closed_at = _morning(last_day(row, days), zone) + timedelta(hours=9)
        timeline.add(closed_at, partial(close, row, made.engagement, days, manager))
    say(_("%(name)s is told.") % {"name": row["name"]})


def nights(today: datetime) -> list[datetime]:
    """Return when the slip job looked at everything: a night of each week so far, and the one before last."""
    return [today - timedelta(days=days) for days in (2, *range(7, 200, 7))]


def recompute() -> None:
    """Let the slip job say what it says of this day."""
    slips.recompute_many(running(), nightly=True)


def running() -> list[Engagement]:
    """Return the engagements that run, their clients loaded."""
    active = Engagement.objects.select_related("client").filter(state=EngagementState.ACTIVE)
    return list(active.order_by("pk"))


def drop_old_jobs() -> None:
    """Leave nothing to do that is done: mails that are old news, and forecasts asked for by each step on the way."""
    waiting = Job.objects.filter(state=JobState.QUEUED)
    waiting.filter(kind__startswith="mail_", created_at__lt=now() - NEWS).delete()
    waiting.filter(kind="slip_engagement").delete()


def _morning(on: date, zone: str) -> datetime:
    return datetime.combine(on, time(9), ZoneInfo(zone))


def log_day(row: Row, days: Days) -> date:
    """Return the day on which it was logged: the day it was agreed, or after the work that was taken over."""
    imported = row["progress"].get("imported_through_day")
    if imported is not None:
        return days.back(days.start + timedelta(days=imported + 3))
    return days.offset(row["agreed"]["at"] if "agreed" in row else row["stage"]["logged"])


def seen_day(row: Row, days: Days) -> date:
    """Return the day on which the client was shown the plan: agreed on it, or was offered a draft."""
    return log_day(row, days) if "agreed" in row else days.offset(row["stage"]["offered"])


def last_day(row: Row, days: Days) -> date:
    """Return the last day on which anything was accepted: yesterday, or the day it was held or ended."""
    stage = row["stage"]
    offset = stage.get("ended", stage.get("held", -1))
    return days.back(days.today + timedelta(days=offset))


def log(row: Row, cast: Cast, days: Days, manager: User) -> Made:
    """Log the engagement with its metrics, team and plan, as the wizard would."""
    setup, links = row["setup"], row.get("links", {})
    engagement = create_engagement(
        by=manager,
        client=cast.clients[setup["client"]],
        name=row["name"],
        goal=row["goal"],
        service_line=ServiceLine.objects.get(key=setup["service_line"]),
        manager=manager,
        start_on=days.start,
        backlog_url=links.get("backlog", ""),
        done_url=links.get("definition_of_done", ""),
    )
    metrics = {metric["name"]: metric_of(engagement, metric, manager) for metric in row.get("metrics", ())}
    team = Team([placement_of(engagement, entry, cast, days, manager) for entry in row["placements"]], metrics)
    version = newest(setup["playbook"])
    items = {item.code: item for item in version.items.select_related("role", "failure_mode")}
    courses = by_rule(templates(items.values()), row["progress"], days, last_day(row, days)) | bespoke(row, days)
    lines = lines_of(row, cast, days, team, items, courses)
    wanted = sorted({line.milestone_day for line in lines} | set(NAMES))
    plans.create_plan(
        by=manager,
        engagement=engagement,
        playbook_version=version,
        milestones=[(day, NAMES.get(day, f"Day {day}"), days.plan(day)) for day in wanted],
        lines=lines,
    )
    for risk in row.get("risks", ()):
        add_risk_of(engagement, risk, cast, manager, setup["client"])
    rows = Deliverable.objects.filter(engagement=engagement).select_related("owner__user", "engagement__client")
    by_title = {deliverable.playbook_code or deliverable.title: deliverable for deliverable in rows}
    return Made(engagement, team, by_title, courses, lines, items)


def lines_of(
    row: Row, cast: Cast, days: Days, team: Team, items: dict[str, PlaybookItem], courses: dict[str, Course]
) -> list[PlanLine]:
    """Return the lines of the plan, in order of due date."""
    imported = row["progress"].get("imported_by", "")
    importer = cast.contact(row["setup"]["client"], imported).user.name if imported else ""
    lines = [playbook_line(item, team, days, courses[code], importer) for code, item in items.items()]
    for own in row.get("deliverables", ()):
        owner = own["plan"].get("owner", "")
        email = cast.specialists[owner].user.email if owner else ""
        lines.append(bespoke_line(own, team, days, email, courses[own["title"]], importer))
    return sorted(lines, key=lambda line: (line.due_on, line.ref))


def newest(key: str) -> PlaybookVersion:
    """Return the newest version of a playbook."""
    return Playbook.objects.get(key=key).versions.order_by("-number")[0]


def metric_of(engagement: Engagement, row: Row, by: User) -> BusinessMetric:
    """Add one business metric."""
    return add_metric(
        by=by,
        engagement=engagement,
        name=row["name"],
        unit=row["unit"],
        direction=row["direction"],
        start=Decimal(str(row["start"])),
        target=Decimal(str(row["target"])),
        source=row.get("source", ""),
    )


def placement_of(engagement: Engagement, row: Row, cast: Cast, days: Days, by: User) -> Placement:
    """Place one specialist."""
    return place(
        by=by,
        engagement=engagement,
        specialist=cast.specialists[row["specialist"]],
        role=roles()[row["role"]],
        percent=row["percent"],
        starts_on=days.today + timedelta(days=row["from"]),
        ends_on=days.today + timedelta(days=row["to"]),
        title=row.get("title", ""),
        overload_reason=row.get("over_allocation_reason", ""),
    )


def add_risk_of(engagement: Engagement, row: Row, cast: Cast, by: User, client: str) -> None:
    """Add one risk."""
    add_risk(
        by=by,
        engagement=engagement,
        text=row["risk"],
        failure_mode=FailureMode.objects.get(key=row["failure_mode"]),
        likelihood=row["likelihood"],
        impact=row["impact"],
        owner=cast.anybody(client, row["owner"]) if row.get("owner") else None,
        answer=row.get("answer", ""),
    )


def offer(row: Row, cast: Cast, made: Made, days: Days, manager: User) -> None:
    """Show the draft to the client, which has not answered yet."""
    del row, cast, days
    activation.offer_plan(by=manager, engagement=made.engagement)


def agree(row: Row, cast: Cast, made: Made, days: Days, manager: User) -> None:
    """Activate it as its file says: accepted in the portal, or by the signed statement of work."""
    signer = cast.contact(row["setup"]["client"], row["agreed"]["by"])
    if "portal" in row["agreed"]["how"]:
        activation.offer_plan(by=manager, engagement=made.engagement)
        made.engagement.refresh_from_db()
        seen = activation.content_hash(activation.plan_content(made.engagement))
        activation.accept_plan(by=signer.user, engagement=made.engagement, content_hash=seen)
    else:
        from reports.demo.papers import statement_of_work

        activation.attach_statement(
            by=manager,
            engagement=made.engagement,
            signer_name=signer.user.name,
            at=_morning(days.offset(row["agreed"]["at"]), made.engagement.client.time_zone),
            upload=statement_of_work(row["name"], signer.user.name),
        )
    made.engagement.refresh_from_db()


def story_of(row: Row, cast: Cast, timeline: Timeline, days: Days, manager: User, made: Made) -> Story:
    """Return the history of an engagement, nothing of it added to the timeline yet."""
    proofs = {own["title"]: [Proof(**one) for one in own.get("evidence", ())] for own in row["deliverables"]}
    proofs |= {code: [Proof(item.title, kind) for kind in item.evidence_kinds[:1]] for code, item in made.items.items()}
    return Story(
        timeline=timeline,
        engagement=made.engagement,
        source=row,
        cast=cast,
        days=days,
        manager=manager,
        deliverables=made.deliverables,
        metrics=made.team.metrics,
        proofs=proofs,
        needs={line.ref: line.after for line in made.lines},
    )


def add_story(story: Story, made: Made) -> None:
    """Add everything that happened to an engagement."""
    for line in made.lines:  # in order of due date, so that what is waited for comes first
        story.course(line.ref, made.courses[line.ref])
    story.waits()
    story.plan_changes()
    story.comments()
    add_notes(story, story.source)
    add_readings(story, story.source)


def add_notes(story: Story, row: Row) -> None:
    """Add the manager's status notes."""
    for note in row.get("status_notes", ()):
        at = story.at_desk(story.manager, story.days.offset(note["at"]), 16)
        story.add(at, partial(write_note, by=story.manager, engagement=story.engagement, text=note["text"]))


def add_readings(story: Story, row: Row) -> None:
    """Add the metrics' readings."""
    for metric in row.get("metrics", ()):
        # Two that fall on one working day are one: the later says it.
        by_day = {story.days.offset(reading["at"]): reading for reading in metric.get("readings", ())}
        for on, reading in by_day.items():
            story.add(story.at_desk(story.manager, on, 17), partial(read_metric, story, metric, reading, on))


def read_metric(story: Story, metric: Row, reading: Row, on: date) -> None:
    """Record one reading, confirmed by a contact where the file says so."""
    confirmed = reading.get("confirmed_by", "")
    record_reading(
        by=story.manager,
        metric=story.metrics[metric["name"]],
        on=on,
        value=Decimal(str(reading["value"])),
        source=reading.get("source", ""),
        confirmed_by=story.cast.contact(story.source["setup"]["client"], confirmed) if confirmed else None,
    )


def close(row: Row, engagement: Engagement, days: Days, manager: User) -> None:
    """Hold, complete or end it."""
    on, why = last_day(row, days), row["stage_why"]
    engagement.refresh_from_db()
    if row["stage"]["state"] == EngagementState.ON_HOLD:
        life.hold(by=manager, engagement=engagement, on=on, why=why)
    elif row["stage"]["state"] == EngagementState.COMPLETED:
        life.complete(by=manager, engagement=engagement, on=on, why=why)
    else:
        life.end_early(by=manager, engagement=engagement, on=on, why=why)

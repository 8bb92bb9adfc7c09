"""What happens on the tour: the plan from a file, agreed, worked on until day 47, with waits and late items."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.clock import as_of, now
from accounts.models import User
from engagements.actions.metrics import record_reading
from engagements.models import BusinessMetric, Engagement
from milestones import content, slips
from milestones.actions import activation, evidence, plans, signing, talk, waits, work
from milestones.calendar import WorkCalendar
from milestones.importing import PlanFile
from milestones.imports import frame_of, milestones_named, milestones_of, understand
from milestones.models import Deliverable, Wait
from milestones.states import WaitOn
from reports.actions.notes import write_note
from reports.tour.papers import Paper, papers_of
from reports.tour.people import Party, contract

DAY: Final = 47
# How the tour's work went: accepted up to this plan day, and what happened to these on the way.
ACCEPTED_THROUGH: Final = 42
LATE_BY: Final = 6
LATE_TURN: Final = 3  # of each four

# When something is done, and what.
Act = tuple[datetime, Callable[[], object]]


@dataclass(frozen=True)
class Stage:
    """Where the tour plays."""

    party: Party
    engagement: Engagement
    calendar: WorkCalendar

    def moment(self, on: date, hour: int) -> datetime:
        """Return an hour at the client's."""
        return datetime.combine(on, time(hour), ZoneInfo(self.party.client.time_zone))


def start_day(party: Party) -> date:
    """Return the date whose day 47 is today, at the client's."""
    return now().astimezone(ZoneInfo(party.client.time_zone)).date() - timedelta(days=DAY)


def shifted(text: str, start_on: date, calendar: WorkCalendar) -> str:
    """Return the file with its first date on `start_on`, all others as far from it as they were, on working days.

    A start that falls on a free day moves on to the next working day, any other date back to the one before.
    """
    head, *rows = csv.reader(io.StringIO(text))
    move = start_on - min(date.fromisoformat(cell) for row in rows for cell in row if _is_date(cell))

    def moved(name: str, cell: str) -> str:
        if not _is_date(cell):
            return cell
        day = date.fromisoformat(cell) + move
        return (calendar.next_working(day) if name == "Start" else worked(calendar, day)).isoformat()

    out = io.StringIO()
    csv.writer(out).writerows([head, *([moved(*pair) for pair in zip(head, row, strict=True)] for row in rows)])
    return out.getvalue()


def worked(calendar: WorkCalendar, day: date) -> date:
    """Return the day itself if it is worked, else the last one before it that is."""
    return day if calendar.is_working(day) else calendar.add_working_days(day, -1)


def _is_date(cell: str) -> bool:
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return len(cell) == 10


def log(party: Party, source: Path) -> Stage:
    """Log the engagement, read its plan from the file, and let the signer accept it."""
    start_on = start_day(party)
    calendar = WorkCalendar(party.client.country, party.client.subdivision)
    logged_on = worked(calendar, start_on - timedelta(days=3))
    clock = datetime.combine(logged_on, time(10), ZoneInfo(party.client.time_zone))
    with as_of(clock):
        engagement = contract(party, start_on)
        stage = Stage(party, engagement, calendar)
        import_plan(stage, shifted(source.read_text(encoding="utf-8"), start_on, calendar).encode())
        activation.offer_plan(by=party.manager, engagement=engagement)
    with as_of(clock + timedelta(hours=3)):
        engagement.refresh_from_db()
        seen = activation.content_hash(activation.plan_content(engagement))
        activation.accept_plan(by=party.signer.user, engagement=engagement, content_hash=seen)
    engagement.refresh_from_db()
    return stage


def import_plan(stage: Stage, data: bytes) -> PlanFile:
    """Write the plan that the file holds. Raises ValueError with the file's reasons where it cannot be taken."""
    frame = frame_of(stage.engagement)
    reading = understand(data, frame)
    if not reading.ok:
        raise ValueError("; ".join(f"line {line}: {reason}" for line, _column, reason in reading.reasons))
    owners = {str(row.pk): row for row in stage.engagement.placements.select_related("user", "role")}
    metrics = {metric.name.casefold(): metric for metric in stage.engagement.metrics.all()}
    lines = [replace(sketch.line(owners, metrics), done_lines=done_lines(sketch.title)) for sketch in reading.sketches]
    plans.create_plan(
        by=stage.party.manager,
        engagement=stage.engagement,
        milestones=milestones_of(frame, reading.sketches, milestones_named(reading.file)),
        lines=lines,
    )
    return reading.file


def done_lines(title: str) -> tuple[str, ...]:
    """Return a definition of done; the file has none."""
    return (f"{title}: result reviewed by a second person", "Evidence is linked from the client's backlog")


def due_first(stage: Stage) -> list[Deliverable]:
    """Return the deliverables in order of due date."""
    rows = Deliverable.objects.filter(engagement=stage.engagement).select_related("engagement__client", "owner__user")
    return list(rows.order_by("due_on", "number"))


def live(stage: Stage) -> None:
    """Go through the days up to today, in order, with a forecast each night."""
    acts = [*team_acts(stage), *around(stage), *nights(stage)]
    for at, do in sorted(acts, key=itemgetter(0)):
        with as_of(at):
            do()


def nights(stage: Stage) -> Iterator[Act]:
    """Yield the nightly forecast of every working day before today."""
    engagement = stage.engagement
    last = engagement.today() - timedelta(days=1)
    for day in stage.calendar.working_days(engagement.start_on, last):
        yield stage.moment(day, 2), partial(slips.recompute, engagement, nightly=True)


def team_acts(stage: Stage) -> Iterator[Act]:
    """Yield what the team does: most is accepted on time, some late, one is in review, two stand still."""
    last = worked(stage.calendar, stage.engagement.today() - timedelta(days=1))
    begun = [one for one in due_first(stage) if one.start_on <= last]
    open_ones = [one for one in begun if (one.due_on - stage.engagement.start_on).days > ACCEPTED_THROUGH]
    for turn, deliverable in enumerate(begun):
        yield stage.moment(deliverable.start_on, 9), partial(start, deliverable)
        if deliverable not in open_ones:
            late = timedelta(days=LATE_BY if turn % 4 == LATE_TURN else 0)
            finish = worked(stage.calendar, min(deliverable.due_on + late, last))
            yield stage.moment(finish, 10), partial(hand_in, deliverable)
            yield stage.moment(finish, 15), partial(accept, stage, deliverable)
    for turn, deliverable in enumerate(open_ones):
        yield from stands(stage, deliverable, turn, last)


def start(deliverable: Deliverable) -> None:
    """Start it, as its owner."""
    work.start(by=owner(deliverable), deliverable=deliverable)


def owner(deliverable: Deliverable) -> User:
    """Return who works on it."""
    return deliverable.owner.user if deliverable.owner else deliverable.engagement.manager


def hand_in(deliverable: Deliverable) -> None:
    """Tick its lines, attach its papers, hand it in."""
    by = owner(deliverable)
    for line in deliverable.done_lines.filter(ticked_at__isnull=True):
        work.tick(by=by, line=line, ticked=True)
    for paper in papers_of(deliverable.title):
        attach(by, deliverable, paper)
    deliverable.refresh_from_db()
    work.submit(by=by, deliverable=deliverable)


def attach(by: User, deliverable: Deliverable, paper: Paper) -> None:
    """Attach one paper as the file or the link that it is."""
    if paper.url:
        evidence.add_link(by=by, deliverable=deliverable, kind=paper.kind, title=paper.title, url=paper.url)
        return
    upload = SimpleUploadedFile(paper.file_name, paper.body, content_type="text/markdown")
    evidence.add_file(by=by, deliverable=deliverable, kind=paper.kind, title=paper.title, upload=upload)


def accept(stage: Stage, deliverable: Deliverable) -> None:
    """Accept it, by the signer where it needs one."""
    deliverable.refresh_from_db()
    if deliverable.needs_sign_off:
        seen = content.hash_of(content.state_of(deliverable))
        signing.accept(by=stage.party.signer.user, deliverable=deliverable, content_hash=seen)
    else:
        work.accept_internal(by=stage.party.manager, deliverable=deliverable)


def stands(stage: Stage, deliverable: Deliverable, turn: int, last: date) -> Iterator[Act]:
    """Let the first open one wait for its sign-off, the second for the client, the third for somebody else."""
    days = stage.calendar
    since = stage.moment(days.next_working(max(deliverable.start_on, last - timedelta(days=7))), 11)
    if turn == 0:
        yield stage.moment(last, 11), partial(hand_in, deliverable)
    elif turn == 1:
        yield since, partial(wait, stage, deliverable, WaitOn.CLIENT, "A console test account with adjuster rights")
    elif turn == 2:
        yield since, partial(wait, stage, deliverable, WaitOn.THIRD_PARTY, "Event stream opened to staging")


def wait(stage: Stage, deliverable: Deliverable, on: WaitOn, what: str) -> Wait:
    """Open a wait."""
    contact = stage.party.viewer if on == WaitOn.CLIENT else None
    return waits.open_wait(by=stage.party.manager, deliverable=deliverable, on=on, what=what, contact=contact)


def around(stage: Stage) -> Iterator[Act]:
    """Yield the readings of the metrics, a status note, a question of the client."""
    today = stage.engagement.today()

    def on(days: int) -> date:
        return worked(stage.calendar, today - timedelta(days=days))

    for metric in stage.engagement.metrics.all():
        for weeks, share in ((6, "0.1"), (3, "0.35"), (1, "0.6")):
            value = metric.start + (metric.target - metric.start) * Decimal(share)
            yield stage.moment(on(7 * weeks), 17), partial(_read, stage, metric, on(7 * weeks), value)
    yield stage.moment(on(2), 9), partial(_ask, stage, "Is day 90 safe?")
    text = "The console still has no test account; each further day without it moves day 60."
    yield stage.moment(on(1), 16), partial(_note, stage, text)


def _read(stage: Stage, metric: BusinessMetric, on: date, value: Decimal) -> None:
    record_reading(by=stage.party.manager, metric=metric, on=on, value=round(value, 2), confirmed_by=stage.party.signer)


def _note(stage: Stage, text: str) -> None:
    write_note(by=stage.party.manager, engagement=stage.engagement, text=text)


def _ask(stage: Stage, text: str) -> None:
    talk.say(by=stage.party.viewer.user, engagement=stage.engagement, text=text, shared=True)

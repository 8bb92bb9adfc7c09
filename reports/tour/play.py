"""What happens on the tour: the plan from a file, agreed, worked on until day 47, with waits and late items."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.clock import as_of, now
from accounts.models import User
from engagements.actions.metrics import record_reading
from engagements.models import BusinessMetric, Engagement
from milestones import content
from milestones.actions import activation, evidence, plans, signing, talk, waits, work
from milestones.calendar import WorkCalendar
from milestones.importing import PlanFile
from milestones.imports import frame_of, milestones_named, milestones_of, understand
from milestones.models import Deliverable, Wait
from milestones.states import EvidenceKind, WaitOn
from reports.actions.notes import write_note
from reports.tour.people import Party, contract

DAY: Final = 47
# How the tour's work went: accepted up to this plan day, and what happened to these on the way.
ACCEPTED_THROUGH: Final = 42
LATE_BY: Final = 6


@dataclass(frozen=True)
class Stage:
    """Where the tour plays."""

    party: Party
    engagement: Engagement
    calendar: WorkCalendar

    def moment(self, on: date, hour: int) -> datetime:
        """Return an hour at the client's."""
        return datetime.combine(on, time(hour), ZoneInfo(self.party.client.time_zone))

    def on(self, at: datetime, do: Callable[[], object]) -> None:
        """Do something as of a moment."""
        with as_of(at):
            do()


def start_day(party: Party) -> date:
    """Return the date whose day 47 is today, at the client's."""
    return now().astimezone(ZoneInfo(party.client.time_zone)).date() - timedelta(days=DAY)


def shifted(text: str, start_on: date) -> str:
    """Return the file with its first date on `start_on` and all others as far from it as they were."""
    rows = list(csv.reader(io.StringIO(text)))
    dates = [date.fromisoformat(cell) for row in rows[1:] for cell in row if _is_date(cell)]
    move = start_on - min(dates)
    moved = [
        [(date.fromisoformat(cell) + move).isoformat() if _is_date(cell) else cell for cell in row] for row in rows
    ]
    out = io.StringIO()
    csv.writer(out).writerows(moved)
    return out.getvalue()


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
    clock = datetime.combine(start_on - timedelta(days=3), time(10), ZoneInfo(party.client.time_zone))
    with as_of(clock):
        engagement = contract(party, start_on)
        stage = Stage(party, engagement, calendar)
        import_plan(stage, shifted(source.read_text(encoding="utf-8"), start_on).encode())
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


def due_first(stage: Stage) -> Iterator[Deliverable]:
    """Yield the deliverables in order of due date."""
    rows = Deliverable.objects.filter(engagement=stage.engagement).select_related("engagement__client", "owner__user")
    yield from rows.order_by("due_on", "number")


def work_on(stage: Stage) -> None:
    """Go through the days up to today: most is accepted on time, one late, one in review, two stand still."""
    yesterday = stage.engagement.today() - timedelta(days=1)
    for turn, deliverable in enumerate(due_first(stage)):
        day = (deliverable.due_on - stage.engagement.start_on).days
        if deliverable.start_on > yesterday:
            continue
        late = timedelta(days=LATE_BY if turn % 4 == 3 else 0)
        finish = min(deliverable.due_on + late, yesterday)
        stage.on(stage.moment(deliverable.start_on, 9), partial(start, deliverable))
        if day <= ACCEPTED_THROUGH:
            stage.on(stage.moment(finish, 10), partial(hand_in, deliverable))
            stage.on(stage.moment(finish, 15), partial(accept, stage, deliverable))
    unfinished = [one for one in due_first(stage) if one.state == "in_progress"]
    for turn, deliverable in enumerate(unfinished):
        stand_still(stage, deliverable, turn)


def start(deliverable: Deliverable) -> None:
    """Start it, as its owner."""
    work.start(by=owner(deliverable), deliverable=deliverable)


def owner(deliverable: Deliverable) -> User:
    """Return who works on it."""
    return deliverable.owner.user if deliverable.owner else deliverable.engagement.manager


def hand_in(deliverable: Deliverable) -> None:
    """Tick its lines, attach evidence, hand it in."""
    by = owner(deliverable)
    for line in deliverable.done_lines.filter(ticked_at__isnull=True):
        work.tick(by=by, line=line, ticked=True)
    paper = SimpleUploadedFile("report.md", f"# {deliverable.title}\n".encode(), content_type="text/markdown")
    kinds = (EvidenceKind.DOCUMENT, EvidenceKind.RUNBOOK, EvidenceKind.MODEL_CARD, EvidenceKind.RECORD)
    kind = kinds[deliverable.number % len(kinds)]
    evidence.add_file(by=by, deliverable=deliverable, kind=kind, title=f"{deliverable.title}, report", upload=paper)
    url = f"https://work.meridian-health.example/claims/{deliverable.number}"
    evidence.add_link(by=by, deliverable=deliverable, kind=EvidenceKind.CODE, title="Repository", url=url)
    deliverable.refresh_from_db()
    work.submit(by=by, deliverable=deliverable)


def accept(stage: Stage, deliverable: Deliverable) -> None:
    """Accept it, by the signer where it needs one."""
    deliverable.refresh_from_db()
    if deliverable.needs_sign_off:
        seen = content.hash_of(content.state_of(deliverable))
        signing.accept(by=stage.party.signer.user, deliverable=deliverable, content_hash=seen)
    else:
        work.accept_internal(by=stage.party.manager, deliverable=deliverable)


def stand_still(stage: Stage, deliverable: Deliverable, turn: int) -> None:
    """Let the first unfinished one wait for its sign-off, the second for the client, the third for somebody else."""
    since = max(deliverable.started_on or deliverable.start_on, stage.engagement.today() - timedelta(days=8))
    at = stage.moment(since, 11)
    if turn == 0:
        stage.on(stage.moment(stage.engagement.today() - timedelta(days=1), 11), lambda: hand_in(deliverable))
    elif turn == 1:
        stage.on(at, lambda: wait(stage, deliverable, WaitOn.CLIENT, "A console test account with adjuster rights"))
    elif turn == 2:
        stage.on(at, lambda: wait(stage, deliverable, WaitOn.THIRD_PARTY, "Event stream opened to staging"))


def wait(stage: Stage, deliverable: Deliverable, on: WaitOn, what: str) -> Wait:
    """Open a wait."""
    contact = stage.party.viewer if on == WaitOn.CLIENT else None
    return waits.open_wait(by=stage.party.manager, deliverable=deliverable, on=on, what=what, contact=contact)


def around(stage: Stage) -> None:
    """Read the metrics, write a note, ask a question."""
    today = stage.engagement.today()
    for metric in stage.engagement.metrics.all():
        for weeks, share in ((6, "0.1"), (3, "0.35"), (1, "0.6")):
            on = today - timedelta(days=7 * weeks)
            value = metric.start + (metric.target - metric.start) * Decimal(share)
            at = stage.moment(on, 17)
            stage.on(at, partial(_read, stage, metric, on, value))
    text = "The console still has no test account; each further day without it moves day 60."
    stage.on(stage.moment(today - timedelta(days=1), 16), lambda: _note(stage, text))
    asked = stage.moment(today - timedelta(days=2), 9)
    stage.on(asked, lambda: _ask(stage, "Is day 90 safe?"))


def _read(stage: Stage, metric: BusinessMetric, on: date, value: Decimal) -> None:
    record_reading(by=stage.party.manager, metric=metric, on=on, value=round(value, 2), confirmed_by=stage.party.signer)


def _note(stage: Stage, text: str) -> None:
    write_note(by=stage.party.manager, engagement=stage.engagement, text=text)


def _ask(stage: Stage, text: str) -> None:
    talk.say(by=stage.party.viewer.user, engagement=stage.engagement, text=text, shared=True)

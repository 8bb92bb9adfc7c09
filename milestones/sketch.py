"""A plan before it is written: lines with real dates, from a playbook or a file, owned by seats of the team.

No queries and nothing stored; the wizard shows it, the import command prints it, and both turn it into PlanLines.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _

from engagements.models import BusinessMetric, Placement
from milestones.calendar import LAST_YEAR, WorkCalendar
from milestones.catalogue import Item
from milestones.importing import PlanFile, PlanRow
from milestones.lines import MAX_EFFORT, PlanLine
from milestones.states import DeliverableState

DAYS: Final = (30, 60, 90)
STEP: Final = 30
LAST_DAY: Final = 720


@dataclass(frozen=True)
class Seat:
    """Somebody of the team to be: a specialist in a role, both days included. `key` names the seat in a draft."""

    key: str
    name: str
    email: str
    role_key: str
    percent: int
    starts_on: date
    ends_on: date
    specialist: int = 0

    def there(self, day: date) -> bool:
        """Whether the placement is in force on a day."""
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True)
class Sketch:
    """One deliverable to be. `owner` is a seat's key, `metric` a name, `after` refs of the same plan.

    `notes` say what was understood otherwise than it was written; `planned_due` is what the playbook or the file says.
    """

    ref: str
    title: str
    milestone_day: int
    start_on: date
    due_on: date
    planned_due: date
    summary: str = ""
    role_key: str = ""
    owner: str = ""
    metric: str = ""
    failure_mode_key: str = ""
    shared: bool = True
    needs_sign_off: bool = False
    effort_days: int = 3
    done_lines: tuple[str, ...] = ()
    evidence_kinds: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    playbook_code: str = ""
    state: str = DeliverableState.PLANNED
    started_on: date | None = None
    accepted_on: date | None = None
    accepted_by_name: str = ""
    notes: tuple[str, ...] = ()

    def line(self, owners: Mapping[str, Placement], metrics: Mapping[str, BusinessMetric]) -> PlanLine:
        """Return the line to write; metrics are found by name whatever the case."""
        return PlanLine(
            ref=self.ref,
            title=self.title,
            milestone_day=self.milestone_day,
            start_on=self.start_on,
            due_on=self.due_on,
            summary=self.summary,
            role_key=self.role_key,
            owner=owners.get(self.owner),
            metric=metrics.get(self.metric.casefold()),
            failure_mode_key=self.failure_mode_key,
            shared=self.shared,
            needs_sign_off=self.needs_sign_off,
            effort_days=self.effort_days,
            done_lines=self.done_lines,
            evidence_kinds=self.evidence_kinds,
            after=self.after,
            playbook_code=self.playbook_code,
            state=self.state,
            started_on=self.started_on,
            accepted_on=self.accepted_on,
            accepted_by_name=self.accepted_by_name,
        )


@dataclass(frozen=True)
class Frame:
    """What every line hangs on: the start, the client's working days, the client's today, the team, the metrics."""

    start: date
    calendar: WorkCalendar
    today: date
    seats: tuple[Seat, ...] = ()
    metrics: tuple[str, ...] = ()

    def milestone(self, day: int) -> date:
        """Return the date of a milestone: so many calendar days from the start, rolled to a working day.

        Where the calendar ends it is the last day there is; such a plan is refused when it is written.
        """
        try:
            return self.calendar.milestone_date(self.start, day)
        except ValueError:
            return date(LAST_YEAR, 12, 31)

    def milestone_for(self, due_on: date) -> int:
        """Return the day of the first milestone that is not before a date; beyond 90 there is one every 30 days."""
        for day in range(STEP, LAST_DAY, STEP):
            if self.milestone(day) >= due_on:
                return day
        return LAST_DAY

    def milestones(self, days: Iterable[int], names: Mapping[int, str]) -> list[tuple[int, str, date]]:
        """Return (day, name, due date) of 30, 60, 90 and what else the lines name."""
        wanted = sorted({*DAYS, *days})
        return [(day, names.get(day) or _("Day %(day)d") % {"day": day}, self.milestone(day)) for day in wanted]


# --- owners -----------------------------------------------------------------------------------------------


class Owners:
    """Gives lines to seats: of the role, in force on the due day, with the fewest lines so far."""

    def __init__(self, seats: Sequence[Seat]) -> None:
        self.seats = seats
        self.given = dict.fromkeys((seat.key for seat in seats), 0)

    def choose(self, role_key: str, due_on: date) -> str:
        """Return a seat's key; "" where nobody fits the role."""
        of_role = [seat for seat in self.seats if seat.role_key == role_key]
        fitting = [seat for seat in of_role if seat.there(due_on)] or of_role
        if not fitting:
            return ""
        seat = min(fitting, key=lambda one: self.given[one.key])
        return self.give(seat.key)

    def give(self, key: str) -> str:
        """Count a line for a seat."""
        self.given[key] = self.given.get(key, 0) + 1
        return key


# --- from a playbook --------------------------------------------------------------------------------------


def from_playbook(items: Sequence[Item], frame: Frame) -> list[Sketch]:
    """Lay a playbook's items onto the calendar, those of the team's roles; what is left out is bridged."""
    roles = {seat.role_key for seat in frame.seats}
    kept = [item for item in items if item.role in roles]
    after = bridged({item.code: item.predecessors for item in items}, {item.code for item in kept})
    owners = Owners(frame.seats)
    return [_from_item(item, frame, after[item.code], owners) for item in kept]


def _from_item(item: Item, frame: Frame, after: tuple[str, ...], owners: Owners) -> Sketch:
    start_on = frame.calendar.next_working(frame.start + timedelta(days=item.start_day))
    due_on = frame.calendar.next_working(frame.start + timedelta(days=item.due_day))
    return Sketch(
        ref=item.code,
        title=item.title,
        milestone_day=item.milestone,
        start_on=start_on,
        due_on=due_on,
        planned_due=due_on,
        summary=item.summary,
        role_key=item.role,
        owner=owners.choose(item.role, due_on),
        metric=_known_metric(item.suggested_metric, frame),
        failure_mode_key=item.failure_mode,
        shared=item.shared,
        needs_sign_off=item.needs_sign_off,
        effort_days=item.effort_days,
        done_lines=item.done_lines,
        evidence_kinds=item.evidence_kinds,
        after=after,
        playbook_code=item.code,
    )


def _known_metric(name: str, frame: Frame) -> str:
    return next((metric for metric in frame.metrics if metric.casefold() == name.casefold()), "") if name else ""


def bridged(after: Mapping[str, Sequence[str]], kept: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return what each kept ref waits for once the others are gone: what those waited for takes their place."""
    stays = set(kept)
    return {ref: _reach(ref, after, stays) for ref in stays}


def _reach(ref: str, after: Mapping[str, Sequence[str]], stays: set[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    seen = {ref}
    waiting = list(after.get(ref, ()))
    while waiting:
        one = waiting.pop(0)
        if one in seen:
            continue
        seen.add(one)
        if one in stays:
            found[one] = None
        else:
            waiting.extend(after.get(one, ()))
    return tuple(found)


# --- from a file ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Misfit:
    """A line of the file that was read, but does not fit this engagement; nothing is written while there is one."""

    line: int
    reason: str


def from_file(
    file: PlanFile, frame: Frame, *, sign_off: bool = True, accepted_by: str = ""
) -> tuple[list[Sketch], list[Misfit]]:
    """Lay a file's rows onto the engagement; `sign_off` is whether the client signs off what is still open."""
    owners = Owners(frame.seats)
    if misfits := misfits_of(file, frame):
        return [], misfits
    return [_from_row(row, frame, owners, sign_off=sign_off, accepted_by=accepted_by) for row in file.rows], []


def misfits_of(file: PlanFile, frame: Frame) -> list[Misfit]:
    """Return what does not fit among the rows that were understood."""
    return [misfit for row in file.rows for misfit in _misfits(row, frame)]


def _misfits(row: PlanRow, frame: Frame) -> list[Misfit]:
    found = []
    if row.done_on and row.done_on > frame.today:
        found.append(Misfit(row.line, _("It is said to be done on a day that is still to come.")))
    if row.started_on and row.started_on > frame.today:
        found.append(Misfit(row.line, _("It is said to have started on a day that is still to come.")))
    if row.milestone is not None and not 1 <= row.milestone <= LAST_DAY:
        found.append(Misfit(row.line, _("Its milestone is not a day from 1 to %(last)d.") % {"last": LAST_DAY}))
    if row.due.year < 2000 or row.due.year > 2199:
        found.append(Misfit(row.line, _("Its due date is outside the years 2000 to 2199.")))
    return found


def _from_row(row: PlanRow, frame: Frame, owners: Owners, *, sign_off: bool, accepted_by: str) -> Sketch:
    start_on = _start_of(row, frame)
    accepted = row.status == DeliverableState.ACCEPTED
    state, started_on = _state_of(row, start_on, frame)
    owner, role_key, owner_notes = _owner_of(row, frame, owners)
    metric = _known_metric(row.metric, frame)
    return Sketch(
        ref=str(row.line),
        title=row.title,
        milestone_day=row.milestone or frame.milestone_for(row.due),
        start_on=start_on,
        due_on=row.due,
        planned_due=row.due,
        summary=row.description,
        role_key=role_key,
        owner=owner,
        metric=metric,
        needs_sign_off=sign_off and not accepted,
        effort_days=_effort_of(row, start_on, frame),
        after=tuple(str(line) for line in row.depends_on),
        state=state,
        started_on=started_on,
        accepted_on=row.done_on if accepted else None,
        accepted_by_name=accepted_by if accepted else "",
        notes=(*owner_notes, *_notes_of(row, metric)),
    )


def _start_of(row: PlanRow, frame: Frame) -> date:
    given = row.start or row.started_on
    if given:
        return min(given, row.due)
    back = int(row.effort_days or 5)
    reckoned = frame.calendar.add_working_days(row.due, -min(back, MAX_EFFORT))
    return min(max(reckoned, frame.start), row.due)


def _effort_of(row: PlanRow, start_on: date, frame: Frame) -> int:
    days = round(row.effort_days) if row.effort_days else frame.calendar.working_days_in(start_on, row.due)
    return max(1, min(days, MAX_EFFORT))


_UNDER_WAY: Final = frozenset(
    {DeliverableState.IN_PROGRESS.value, DeliverableState.IN_REVIEW.value, DeliverableState.SENT_BACK.value}
)


def _state_of(row: PlanRow, start_on: date, frame: Frame) -> tuple[str, date | None]:
    if row.status == DeliverableState.ACCEPTED:
        return DeliverableState.ACCEPTED, min(row.started_on or start_on, row.done_on or row.due)
    if row.status in _UNDER_WAY:
        return DeliverableState.IN_PROGRESS, min(row.started_on or start_on, frame.today)
    return DeliverableState.PLANNED, None


def _owner_of(row: PlanRow, frame: Frame, owners: Owners) -> tuple[str, str, tuple[str, ...]]:
    """Return the seat's key, the role and what to say about it."""
    seat = next((one for one in frame.seats if row.owner and one.email.casefold() == row.owner.casefold()), None)
    if seat is not None:
        return owners.give(seat.key), row.role or seat.role_key, ()
    chosen = owners.choose(row.role, row.due)
    if not row.owner:
        return chosen, row.role, ()
    said = _("%(email)s is not on the team here; choose an owner.") % {"email": row.owner}
    return chosen, row.role, (said,)


def _notes_of(row: PlanRow, metric: str) -> list[str]:
    notes = []
    if row.metric and not metric:
        notes.append(_("“%(metric)s” is no metric of this engagement; left out.") % {"metric": row.metric[:60]})
    if row.status in {DeliverableState.IN_REVIEW, DeliverableState.SENT_BACK}:
        notes.append(_("Taken over as in progress, since it is not accepted yet."))
    if row.blocked:
        notes.append(_("The file calls it blocked; open a wait for it once the plan runs."))
    return notes


# --- changes by hand --------------------------------------------------------------------------------------


def without(sketches: Sequence[Sketch], dropped: Iterable[str]) -> list[Sketch]:
    """Leave lines out and bridge what waited for them."""
    gone = set(dropped)
    kept = [one for one in sketches if one.ref not in gone]
    after = bridged({one.ref: one.after for one in sketches}, {one.ref for one in kept})
    return [replace(one, after=after[one.ref]) for one in kept]


def changed(sketch: Sketch, *, due_on: date, owner: str, needs_sign_off: bool, shift: Callable[[date], date]) -> Sketch:
    """Move, hand over and mark a line; a line that would end before it starts starts earlier, by `shift` of its due."""
    start_on = sketch.start_on if sketch.start_on <= due_on else shift(due_on)
    return replace(sketch, due_on=due_on, start_on=start_on, owner=owner, needs_sign_off=needs_sign_off)

"""From a manager's CSV to a plan that can be written: what was understood, and each line that was not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _, gettext_lazy

from accounts.formats import day
from engagements.models import Engagement, Placement
from milestones.calendar import WorkCalendar
from milestones.importing import MESSAGES, DateOrder, PlanFile, Problem, read_plan
from milestones.sketch import Frame, Misfit, Seat, Sketch, from_file, misfits_of
from roles.catalogue import milestone_names
from roles.models import Role

FIELDS: Final[Mapping[str, object]] = {
    "title": gettext_lazy("Title"),
    "description": gettext_lazy("Summary"),
    "milestone": gettext_lazy("Milestone"),
    "role": gettext_lazy("Role"),
    "owner": gettext_lazy("Owner"),
    "start": gettext_lazy("Start"),
    "due": gettext_lazy("Due"),
    "effort_days": gettext_lazy("Effort"),
    "metric": gettext_lazy("Metric"),
    "depends_on": gettext_lazy("Depends on"),
    "status": gettext_lazy("Status"),
    "started_on": gettext_lazy("Started on"),
    "done_on": gettext_lazy("Done on"),
    "code": gettext_lazy("Code"),
}
ORDERS: Final[tuple[DateOrder, DateOrder]] = ("dmy", "mdy")


@dataclass(frozen=True)
class Reading:
    """What a file came to for one engagement. `ok` is whether it may be written."""

    file: PlanFile
    sketches: tuple[Sketch, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every line was understood and fits."""
        return self.file.ok and not self.misfits and bool(self.sketches)

    @property
    def taken_over(self) -> int:
        """How many lines were accepted before Emplace."""
        return sum(1 for one in self.sketches if one.accepted_on)

    @property
    def understood(self) -> list[tuple[str, str]]:
        """Return (the file's column, what it is taken for), in the file's order."""
        return [(column.header, str(FIELDS.get(column.field, column.field))) for column in self.file.columns]

    @property
    def reasons(self) -> list[tuple[int | None, str, str]]:
        """Return (line, column, sentence) of everything that is in the way, in order of lines."""
        found: list[tuple[int | None, str, str]] = [
            (one.line, one.column, sentence_of(one)) for one in self.file.problems
        ]
        found += [(one.line, "", one.reason) for one in self.misfits]
        return sorted(found, key=lambda one: (one[0] or 0, one[1]))

    @property
    def notes(self) -> list[tuple[int | None, str, str]]:
        """Return (line, column, sentence) of what was understood otherwise than it was written."""
        found = [(one.line, one.column, sentence_of(one)) for one in self.file.notes]
        found += [(int(one.ref), "", note) for one in self.sketches for note in one.notes]
        return sorted(found, key=lambda one: (one[0] or 0, one[1]))


def sentence_of(problem: Problem) -> str:
    """Return a problem's sentence in the reader's language."""
    said = {name: day(value) if isinstance(value, date) else value for name, value in problem.params.items()}
    return replace(problem, params=said).sentence(_(MESSAGES[problem.code]))


def understand(
    data: bytes, frame: Frame, *, date_order: DateOrder | None = None, sign_off: bool = True, accepted_by: str = ""
) -> Reading:
    """Read a file for the engagement that `frame` describes. Never raises for what the file holds."""
    file = read_plan(data, date_order=date_order)
    if not file.ok:
        return Reading(file, misfits=_misfits(data, file, frame))
    sketches, misfits = from_file(file, frame, sign_off=sign_off, accepted_by=accepted_by)
    return Reading(file, tuple(sketches), tuple(misfits), milestones_named(file))


def _misfits(data: bytes, file: PlanFile, frame: Frame) -> tuple[Misfit, ...]:
    """Return what does not fit beside what was not understood; with dates still asked about, only what never fits."""
    if file.ambiguous is None:
        return tuple(misfits_of(file, frame))
    dmy, mdy = (misfits_of(read_plan(data, date_order=order), frame) for order in ORDERS)
    return tuple(one for one in dmy if one in mdy)


def milestones_named(file: PlanFile) -> dict[int, str]:
    """Return the names of milestones: the file's own words where it names one of a day, else the playbook's."""
    names = milestone_names()
    for row in file.rows:
        text = row.milestone_text.strip()
        if row.milestone is not None and row.milestone not in names and text and not text.isdigit():
            names[row.milestone] = text[:120]
    return names


def frame_of(engagement: Engagement) -> Frame:
    """Return the frame of an engagement that is logged already; three queries."""
    client = engagement.client
    return Frame(
        start=engagement.start_on,
        calendar=WorkCalendar(client.country, client.subdivision),
        today=engagement.today(),
        seats=tuple(seat_of(row) for row in _placements(engagement)),
        metrics=tuple(engagement.metrics.values_list("name", flat=True)),
    )


def _placements(engagement: Engagement) -> QuerySet[Placement]:
    return engagement.placements.select_related("user", "role")


def seat_of(row: Placement) -> Seat:
    """Return a placement as a seat; its key is the placement's primary key."""
    return Seat(
        key=str(row.pk),
        name=row.user.name,
        email=row.user.email,
        role_key=row.role.key,
        percent=row.percent,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        specialist=row.specialist_id,
    )


def roles_named(sketches: Sequence[Sketch]) -> list[Role]:
    """Return the roles that lines name, in the catalogue's order."""
    return list(Role.objects.filter(key__in={one.role_key for one in sketches}))


MilestoneOf = tuple[int, str, date]


def milestones_of(frame: Frame, sketches: Sequence[Sketch], names: Mapping[int, str]) -> list[MilestoneOf]:
    """Return the milestones that a plan of these lines has."""
    return frame.milestones((one.milestone_day for one in sketches), names)

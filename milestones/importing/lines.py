"""One line of the file, cell by cell; every cell that cannot be read is a problem of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from milestones.importing.dates import read_date
from milestones.importing.decoding import Record
from milestones.importing.messages import BadValueError, Problem, shown
from milestones.importing.types import Column, DateOrder, PlanRow
from milestones.importing.values import (
    BLOCKED,
    read_effort,
    read_milestone,
    read_owner,
    read_role,
    read_status,
    read_text,
)

DATE_FIELDS = frozenset({"start", "due", "done_on", "started_on"})
T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """A record with the names of its columns."""

    record: Record
    columns: Sequence[Column]

    @property
    def number(self) -> int:
        return self.record.line

    def at(self, column: Column) -> str:
        cells = self.record.cells
        return cells[column.position].strip() if column.position < len(cells) else ""

    def cell(self, name: str) -> str:
        column = self._column(name)
        return self.at(column) if column else ""

    def problem(self, code: str, name: str, **params: str | int | date) -> Problem:
        column = self._column(name)
        return Problem(code, self.number, column.header if column else "", params)

    def _column(self, name: str) -> Column | None:
        return next((one for one in self.columns if one.field == name), None)


@dataclass
class _Cells:
    """Reads the cells of one line and keeps what was wrong."""

    line: Line
    order: DateOrder | None
    problems: list[Problem] = field(default_factory=list)

    def read(self, name: str, convert: Callable[[str], T], default: T) -> T:
        try:
            return convert(read_text(name, self.line.cell(name)))
        except BadValueError as error:
            self.problems.append(self.line.problem(error.code, name, **error.params))
            return default

    def text(self, name: str) -> str:
        return self.read(name, str, "")

    def day(self, name: str) -> date | None:
        return self.read(name, lambda text: read_date(text, self.order) if text else None, None)

    def wrong(self, code: str, name: str, **params: str | int | date) -> None:
        self.problems.append(self.line.problem(code, name, **params))


def read_row(line: Line, order: DateOrder | None, problems: list[Problem], notes: list[Problem]) -> PlanRow | None:
    """The row, or None with its problems added. A milestone that is not understood is only a note."""
    cells = _Cells(line, order)
    title, due = cells.text("title"), cells.day("due")
    if not title and not cells.problems:
        cells.wrong("missing", "title")
    if due is None and not line.cell("due"):
        cells.wrong("missing", "due")
    row = _row(cells, title, due or date.min)
    if due:
        _check_dates(cells, row)
    _check_done(cells, row)
    if row.milestone_text and row.milestone is None:
        notes.append(line.problem("milestone_by_date", "milestone", value=shown(row.milestone_text)))
    problems += cells.problems
    return None if cells.problems else row


def _row(cells: _Cells, title: str, due: date) -> PlanRow:
    status = cells.read("status", read_status, "planned")
    done_on = cells.day("done_on")
    milestone_text = cells.text("milestone")
    if done_on and not cells.line.cell("status"):
        status = "accepted"
    return PlanRow(
        line=cells.line.number,
        title=title,
        due=due,
        start=cells.day("start"),
        code=cells.text("code"),
        description=cells.text("description"),
        milestone=read_milestone(milestone_text),
        milestone_text=milestone_text,
        role=cells.read("role", read_role, ""),
        owner=cells.read("owner", read_owner, ""),
        effort_days=cells.read("effort_days", read_effort, None),
        metric=cells.text("metric"),
        status="in_progress" if status == BLOCKED else status,
        blocked=status == BLOCKED,
        started_on=cells.day("started_on"),
        done_on=done_on,
    )


def _check_dates(cells: _Cells, row: PlanRow) -> None:
    if row.start and row.due < row.start:
        cells.wrong("due_before_start", "due", due=row.due, start=row.start)


def _check_done(cells: _Cells, row: PlanRow) -> None:
    if any(problem.code.startswith(("date_", "status_")) for problem in cells.problems):
        return
    if row.status == "accepted" and row.done_on is None:
        cells.wrong("done_without_date", "done_on")
    if row.status != "accepted" and row.done_on:
        cells.wrong("done_but_open", "done_on", value=shown(cells.line.cell("status")))
    if row.done_on and row.started_on and row.done_on < row.started_on:
        cells.wrong("done_before_start", "done_on", done=row.done_on, start=row.started_on)

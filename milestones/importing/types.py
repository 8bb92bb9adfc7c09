"""What a plan file was understood to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from milestones.importing.messages import Problem

DateOrder = Literal["dmy", "mdy"]


@dataclass(frozen=True)
class Column:
    """A column of the file and the field that it fills."""

    position: int
    header: str
    field: str


@dataclass(frozen=True)
class Ambiguity:
    """A date that may be read in two ways, with nothing in the file to decide: the reader of the page must."""

    line: int
    column: str
    value: str
    dmy: date
    mdy: date


@dataclass(frozen=True)
class PlanRow:
    """One deliverable. `depends_on` are lines of the file; `milestone` is a day such as 30, None = by due date.

    `status` is a state of deliverables: planned, in_progress, in_review, sent_back or accepted;
    `blocked` says that the file called it blocked or on hold. Texts are plain, formulas included.
    """

    line: int
    title: str
    due: date
    start: date | None = None
    code: str = ""
    description: str = ""
    milestone: int | None = None
    milestone_text: str = ""
    role: str = ""
    owner: str = ""
    effort_days: float | None = None
    metric: str = ""
    depends_on: tuple[int, ...] = ()
    status: str = "planned"
    blocked: bool = False
    started_on: date | None = None
    done_on: date | None = None


@dataclass(frozen=True)
class PlanFile:
    """What was understood and what was not. Only where `ok` may anything be written."""

    columns: tuple[Column, ...] = ()
    ignored: tuple[str, ...] = ()
    rows: tuple[PlanRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    ambiguous: Ambiguity | None = None
    date_order: DateOrder | None = None
    encoding: str = ""
    delimiter: str = ""

    @property
    def ok(self) -> bool:
        return bool(self.rows) and not self.problems and self.ambiguous is None

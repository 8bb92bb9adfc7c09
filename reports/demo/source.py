"""Reading the demo portfolio's file: its two clocks become dates, its rules become steps with a day each."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from milestones.calendar import WorkCalendar

PORTFOLIO: Final = Path(__file__).parent.parent / "data" / "demo_portfolio.toml"

Row = Mapping[str, Any]


def read(path: Path = PORTFOLIO) -> dict[str, Any]:
    """Return the file as TOML reads it."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Days:
    """Dates of one engagement: plan days count from its start, offsets from today; both keep to working days."""

    today: date
    start: date
    calendar: WorkCalendar

    @classmethod
    def of(cls, today: date, start_offset: int, calendar: WorkCalendar) -> "Days":
        """Return the dates of an engagement that starts `start_offset` days from today."""
        start = today + timedelta(days=start_offset)
        return cls(today, start, calendar)

    def plan(self, day: int) -> date:
        """Return the date of a plan day, on the next working day where it falls on none."""
        return self.calendar.next_working(self.start + timedelta(days=day))

    def offset(self, days: int) -> date:
        """Return a date by its distance from today; a past one goes back to a working day, as `back` has it."""
        on = self.today + timedelta(days=days)
        return self.back(on) if days < 0 else on

    def back(self, on: date) -> date:
        """Return the working day at or before a date; from the start on, none before the start."""
        first = self.start if on >= self.start else date.min
        while on > first and not self.calendar.is_working(on):
            on -= timedelta(days=1)
        return on


@dataclass
class Course:
    """How one deliverable has gone so far: the days on which something happened to it."""

    title: str
    state: str = "planned"
    started: date | None = None
    submitted: date | None = None
    accepted: date | None = None
    signer: str = ""
    words: str = ""
    sent_back: list[tuple[date, date, str, str]] = field(default_factory=list)  # submitted, at, by, reason
    before_emplace: str = ""


@dataclass(frozen=True)
class Template:
    """What the rule of progress needs to know of a playbook item."""

    code: str
    start_day: int
    due_day: int
    after: tuple[str, ...]


def by_rule(items: Sequence[Template], rule: Row, days: Days, last: date) -> dict[str, Course]:
    """Return how each playbook item stands by the file's rule of progress; `last` is the last day anything happened."""
    done: dict[str, Course] = {}
    shifts, ahead = rule["shifts"], rule["ahead_days"]
    turn = 0
    for item in sorted(items, key=lambda item: (item.due_day, item.start_day, item.code)):
        course = done[item.code] = Course(item.code)
        free = max((done[code].accepted or date.max for code in item.after if code in done), default=days.start)
        started = max(days.start, days.back(days.start + timedelta(days=item.start_day - ahead)))
        if item.due_day <= rule["accepted_through_day"]:
            shift = shifts[turn % len(shifts)]
            turn += 1
            _finish(course, item, rule, days, started=started, free=free, shift=shift, last=last)
        elif started <= last and free <= last:
            course.state, course.started = "in_progress", max(started, free)
    return done


def _finish(
    course: Course, item: Template, rule: Row, days: Days, *, started: date, free: date, shift: int, last: date
) -> None:
    wished = days.back(days.start + timedelta(days=item.due_day - rule["ahead_days"] + shift))
    accepted = min(max(wished, started, free if free < date.max else wished), last)
    submitted = max(days.back(accepted - timedelta(days=rule["review_days"])), days.start)
    course.state, course.accepted, course.submitted = "accepted", accepted, submitted
    course.started = min(max(started, free if free < date.max else started), submitted)
    if item.due_day <= rule.get("imported_through_day", -1):
        course.before_emplace = rule["imported_by"]


def bespoke(engagement: Row, days: Days) -> dict[str, Course]:
    """Return how the engagement's own deliverables stand, by title, from its overrides and sign-offs."""
    courses = {row["title"]: Course(row["title"]) for row in engagement.get("deliverables", ())}
    imported = engagement["progress"].get("imported_through_day", -1)
    for row in engagement.get("deliverables", ()):
        if row["plan"]["due_day"] <= imported:
            courses[row["title"]].before_emplace = engagement["progress"]["imported_by"]
    for row in engagement.get("overrides", ()):
        course = courses[row["deliverable"]]
        course.state = row["status"]
        for name in ("started", "submitted", "accepted"):
            if name in row:
                setattr(course, name, days.offset(row[name]))
    for row in engagement.get("sign_offs", ()):
        course = courses[row["deliverable"]]
        if row["decision"] == "accepted":
            course.signer, course.words = row["by"], row.get("words", "")
        else:
            sent = (days.offset(row["submitted"]), days.offset(row["at"]), row["by"], row["reason"])
            course.sent_back.append(sent)
    return courses

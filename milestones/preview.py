"""The plan of a draft with its real dates: where it comes from, and what was changed by hand."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.clock import FIRST_DAY, LAST_DAY
from accounts.formats import long_day
from milestones import imports
from milestones.catalogue import current_versions, items_of
from milestones.draft import Draft
from milestones.imports import Reading
from milestones.lines import MAX_LINES, find_circle
from milestones.models import PlaybookVersion
from milestones.sketch import Seat, Sketch, changed, from_playbook, without
from roles.catalogue import milestone_names

FILE, EMPTY = "file", "empty"
DEFAULT_SOURCE: Final = "short"


@dataclass(frozen=True)
class Edited:
    """A line as it will be written, what was typed for it, and what is wrong with that."""

    sketch: Sketch
    typed_due: str
    error: str = ""
    moved: bool = False
    dropped: bool = False


@dataclass
class PlanTyped:
    """What the plan's step of a draft holds. Each of its parts may be missing."""

    source: str = ""
    version: int | None = None
    file: str = ""
    file_name: str = ""
    file_taken: bool = False
    date_order: str = ""
    sign_off: bool = True
    accepted_by: str = ""
    due: dict[str, str] = field(default_factory=dict)
    owner: dict[str, str] = field(default_factory=dict)
    sign: dict[str, bool] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    extra: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, held: object) -> "PlanTyped":
        """Read what a draft holds; unknown parts of an older version are left out."""
        if not isinstance(held, dict):
            return cls()
        return cls(**{name: value for name, value in held.items() if name in cls.__dataclass_fields__})


class Preview:
    """The plan of a draft whose other steps hold."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.frame = draft.frame
        self.typed = PlanTyped.of(draft.row.data.get("plan"))

    # --- where it comes from ---------------------------------------------------------------------------------

    @cached_property
    def versions(self) -> list[PlaybookVersion]:
        """The playbooks to choose from, each in its newest version."""
        return current_versions()

    @cached_property
    def version(self) -> PlaybookVersion | None:
        """The playbook's version that this draft was laid out with; the newest before anything was chosen."""
        if self.source in {FILE, EMPTY}:
            return None
        kept = PlaybookVersion.objects.filter(pk=self.typed.version or 0, playbook__key=self.source)
        newest = next((one for one in self.versions if one.playbook.key == self.source), None)
        return kept.select_related("playbook").first() or newest

    @property
    def source(self) -> str:
        """A playbook's key, "file" or "empty"."""
        return self.typed.source or DEFAULT_SOURCE

    @cached_property
    def reading(self) -> Reading | None:
        """What the uploaded file was understood to say; None without one."""
        if not self.typed.file:
            return None
        order = self.typed.date_order
        return imports.understand(
            base64.b64decode(self.typed.file),
            self.frame,
            date_order="dmy" if order == "dmy" else "mdy" if order == "mdy" else None,
            sign_off=self.typed.sign_off,
            accepted_by=self.typed.accepted_by,
        )

    @property
    def asks_about_file(self) -> bool:
        """Whether an uploaded file was not taken over yet: it is shown before anything comes of it."""
        return self.source == FILE and not (self.typed.file_taken and self.reading is not None and self.reading.ok)

    @cached_property
    def names(self) -> dict[int, str]:
        """Names of milestones by day."""
        return dict(self.reading.names) if self.source == FILE and self.reading else milestone_names()

    @cached_property
    def base(self) -> list[Sketch]:
        """The lines as the playbook or the file has them, and what was added by hand."""
        return [*self._sourced(), *(_extra(row, number, self) for number, row in enumerate(self.typed.extra))]

    def _sourced(self) -> list[Sketch]:
        if self.source == FILE:
            return [] if self.asks_about_file or self.reading is None else list(self.reading.sketches)
        return from_playbook(items_of(self.version), self.frame) if self.version else []

    @cached_property
    def left_out(self) -> int:
        """How many lines of the playbook are for roles that nobody was placed in."""
        if self.version is None:
            return 0
        return self.version.items.count() - len([one for one in self.base if one.playbook_code])

    # --- what was changed by hand ------------------------------------------------------------------------------

    @cached_property
    def edited(self) -> list[Edited]:
        """Every line with its changes, dropped ones included, in order of milestone and due date."""
        lines = [self._edit(sketch) for sketch in self.base]
        return sorted(lines, key=lambda one: (one.sketch.milestone_day, one.sketch.due_on, one.sketch.ref))

    def _edit(self, sketch: Sketch) -> Edited:
        raw = self.typed.due.get(sketch.ref, "")
        due, error = self._due(sketch, raw)
        owner = self.typed.owner.get(sketch.ref, sketch.owner)
        line = changed(
            sketch,
            due_on=due,
            owner=owner if owner in self.seat_keys else "",
            needs_sign_off=sketch.shared and self.typed.sign.get(sketch.ref, sketch.needs_sign_off),
            shift=lambda day: max(self.frame.start, self.frame.calendar.add_working_days(day, -sketch.effort_days)),
        )
        return Edited(
            sketch=replace(line, start_on=min(line.start_on, line.due_on)),
            typed_due=raw or due.isoformat(),
            error=error,
            moved=due != sketch.planned_due,
            dropped=sketch.ref in self.typed.dropped,
        )

    def _due(self, sketch: Sketch, raw: str) -> tuple[date, str]:
        """Return the due date to reckon with, and what is wrong with the typed one."""
        if not raw:
            return sketch.due_on, ""
        try:
            due = date.fromisoformat(raw)
        except ValueError:
            return sketch.due_on, _("Write the date as year-month-day, for example 2026-11-23.")
        error = "" if due == sketch.planned_due else self._misplaced(sketch, due)
        return (sketch.due_on, error) if error else (due, "")

    def _misplaced(self, sketch: Sketch, due: date) -> str:
        if not FIRST_DAY <= due <= LAST_DAY:
            return _("Choose a date between 2000 and 2199.")
        if due < self.frame.start:
            return _("That is before the engagement starts.")
        last = self.frame.milestone(sketch.milestone_day)
        if due > last:
            said = {"day": sketch.milestone_day, "last": long_day(last)}
            return _("It belongs to day %(day)d; choose a date up to %(last)s.") % said
        return ""

    @cached_property
    def seat_keys(self) -> set[str]:
        """Keys of the team's seats."""
        return {seat.key for seat in self.frame.seats}

    @cached_property
    def sketches(self) -> list[Sketch]:
        """The lines that will be written."""
        lines = [one.sketch for one in self.edited]
        return without(lines, [one.sketch.ref for one in self.edited if one.dropped])

    @cached_property
    def milestones(self) -> list[tuple[int, str, date]]:
        """(day, name, due date) of the plan's milestones."""
        return imports.milestones_of(self.frame, [one.sketch for one in self.edited], self.names)

    @property
    def ends_on(self) -> date:
        """The last milestone's date."""
        return self.milestones[-1][2]

    @property
    def holidays(self) -> list[tuple[date, str]]:
        """Public holidays from the start to the last milestone that would have been worked."""
        found = self.frame.calendar.holidays_between(self.frame.start, self.ends_on)
        return [(day, name) for day, name in found if day.weekday() < 5]

    @property
    def problems(self) -> list[str]:
        """Return what keeps the draft from being created, in sentences."""
        found = [f"“{one.sketch.title[:60]}”: {one.error}" for one in self.edited if one.error and not one.dropped]
        if not self.sketches:
            found.append(_("The plan has no deliverables. Choose a playbook, read a file, or add some."))
        if len(self.sketches) > MAX_LINES:
            found.append(_("A plan holds at most %(limit)d deliverables.") % {"limit": MAX_LINES})
        if find_circle({one.ref: one.after for one in self.sketches}):
            found.append(_("Some deliverables wait for each other in a circle."))
        names = [load.seat.name for load in self.draft.unexplained]
        if names:
            found.append(_("More than a full week needs a reason: %(names)s.") % {"names": ", ".join(names)})
        return found

    def seat(self, key: str) -> Seat | None:
        """Return the seat of a key."""
        return next((seat for seat in self.frame.seats if seat.key == key), None)


def _extra(row: Mapping[str, Any], number: int, preview: Preview) -> Sketch:
    frame = preview.frame
    due = date.fromisoformat(str(row["due_on"]))
    start = max(frame.start, frame.calendar.add_working_days(due, -5))
    owner = str(row.get("owner", ""))
    seat = preview.seat(owner)
    return Sketch(
        ref=f"own-{number}",
        title=str(row["title"]),
        milestone_day=frame.milestone_for(due),
        start_on=min(start, due),
        due_on=due,
        planned_due=due,
        role_key=seat.role_key if seat else "",
        owner=owner if seat else "",
        shared=bool(row.get("shared", True)),
        needs_sign_off=bool(row.get("needs_sign_off")),
        done_lines=tuple(line for line in str(row.get("done_lines", "")).splitlines() if line.strip()),
    )

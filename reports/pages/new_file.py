"""What an uploaded plan was understood to say, before anything comes of it."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _, ngettext

from accounts.formats import day, long_day
from accounts.looks import word
from milestones.imports import Reading
from milestones.preview import Preview

SHOWN: Final = 200


@dataclass(frozen=True)
class Reason:
    """What is in the way in one line of the file, or worth knowing."""

    line: str
    column: str
    text: str


@dataclass(frozen=True)
class FileRow:
    """A line as it was understood."""

    line: str
    title: str
    milestone: str
    owner: str
    start: str
    due: str
    state: str
    state_words: str


@dataclass(frozen=True)
class Ask:
    """A date that can be read in two ways, and the two."""

    text: str
    dmy: str
    mdy: str


@dataclass(frozen=True)
class FilePage:
    """Everything that the page about a file shows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    ignored: str
    reasons: tuple[Reason, ...]
    more_reasons: int
    notes: tuple[Reason, ...]
    ask: Ask | None
    order: str
    rows: tuple[FileRow, ...]
    count: str
    more_rows: int
    taken_over: int
    sign_off: bool
    accepted_by: str
    ok: bool


def file_page(preview: Preview) -> FilePage | None:
    """Return the page of the draft's file; None without one."""
    reading = preview.reading
    if reading is None:
        return None
    reasons = [_reason(one) for one in reading.reasons]
    rows = _rows(preview, reading)
    return FilePage(
        name=preview.typed.file_name,
        columns=tuple(reading.understood),
        ignored=", ".join(reading.file.ignored),
        reasons=tuple(reasons[:SHOWN]),
        more_reasons=max(0, len(reasons) - SHOWN),
        notes=tuple(_reason(one) for one in reading.notes[:SHOWN]),
        ask=_ask(reading),
        order=preview.typed.date_order,
        rows=rows,
        count=ngettext("%(n)d deliverable", "%(n)d deliverables", len(reading.file.rows))
        % {"n": len(reading.file.rows)},
        more_rows=max(0, len(reading.sketches) - SHOWN),
        taken_over=reading.taken_over,
        sign_off=preview.typed.sign_off,
        accepted_by=preview.typed.accepted_by,
        ok=reading.ok,
    )


def _reason(found: tuple[int | None, str, str]) -> Reason:
    line, column, text = found
    return Reason(_("Line %(n)d") % {"n": line} if line else _("The file"), column, text)


def _ask(reading: Reading) -> Ask | None:
    doubt = reading.file.ambiguous
    if doubt is None:
        return None
    text = _("“%(value)s” in line %(line)d, column %(column)s, can be read in two ways. Which one is meant?") % {
        "value": doubt.value,
        "line": doubt.line,
        "column": doubt.column,
    }
    return Ask(text, long_day(doubt.dmy), long_day(doubt.mdy))


def _rows(preview: Preview, reading: Reading) -> tuple[FileRow, ...]:
    found = []
    for sketch in reading.sketches[:SHOWN]:
        seat = preview.seat(sketch.owner)
        found.append(
            FileRow(
                line=sketch.ref,
                title=sketch.title,
                milestone=_("day %(day)d") % {"day": sketch.milestone_day},
                owner=seat.name if seat else "",
                start=day(sketch.start_on),
                due=day(sketch.due_on),
                state=sketch.state,
                state_words=_("Accepted before Emplace, %(day)s") % {"day": day(sketch.accepted_on)}
                if sketch.accepted_on
                else word(sketch.state),
            )
        )
    return tuple(found)

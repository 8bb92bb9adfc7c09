"""The lines of a plan being logged: milestones, deliverables and holidays in order of date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _, ngettext

from accounts.formats import day, day_of_week, long_day, short_weekday
from milestones.placed import gap
from milestones.preview import FILE, Edited, Preview
from milestones.sketch import Sketch
from reports.pages.placing import gap_words
from roles.models import FailureMode


@dataclass(frozen=True)
class Line:
    """A deliverable in the preview, or a holiday between them."""

    is_holiday: bool
    date_words: str
    iso: str
    name: str
    ref: str = ""
    note: str = ""
    tone: str = ""
    day_words: str = ""
    owner: str = ""
    typed_due: str = ""
    error: str = ""
    shared: bool = True
    signs: bool = False
    dropped: bool = False
    taken_over: str = ""
    is_open: bool = True


@dataclass(frozen=True)
class Group:
    """A milestone with its lines in order of date."""

    day: int
    title: str
    counts: str
    day_words: str
    iso: str
    date_words: str
    shifted: str
    lines: tuple[Line, ...]


def groups(preview: Preview) -> list[Group]:
    """Return the milestones with lines and holidays; what was dropped stands last."""
    modes = {mode.key: mode.name for mode in FailureMode.objects.all()}
    holidays = list(preview.holidays)
    busy = _busy_names(preview)
    found = []
    before = preview.frame.start
    for number, name, due_on in preview.milestones:
        edited = [one for one in preview.edited if one.sketch.milestone_day == number]
        between = [one for one in holidays if before <= one[0] <= due_on]
        before = due_on + timedelta(days=1)
        found.append(_group(preview, (number, name, due_on), edited, _lines(preview, edited, between, modes, busy)))
    return found


def _group(
    preview: Preview, milestone: tuple[int, str, date], edited: Sequence[Edited], lines: tuple[Line, ...]
) -> Group:
    number, name, due_on = milestone
    kept = [one.sketch for one in edited if not one.dropped]
    signed = sum(1 for one in kept if one.needs_sign_off)
    counts = ngettext("%(n)d deliverable", "%(n)d deliverables", len(kept)) % {"n": len(kept)}
    if signed:
        counts += ", " + ngettext("%(n)d sign-off", "%(n)d sign-offs", signed) % {"n": signed}
    plain = preview.frame.start + timedelta(days=number)
    unnamed = _("Day %(day)d") % {"day": number}
    title = name if name == unnamed else f"{unnamed}, {name}"
    return Group(
        day=number,
        title=title,
        counts=counts,
        day_words=_("day %(day)d") % {"day": (due_on - preview.frame.start).days},
        iso=due_on.isoformat(),
        date_words=day_of_week(due_on),
        shifted=_("after %(day)s") % {"day": day_of_week(plain)} if plain != due_on else "",
        lines=lines,
    )


def _lines(
    preview: Preview,
    edited: Sequence[Edited],
    holidays: Sequence[tuple[date, str]],
    modes: dict[str, str],
    busy: dict[str, str],
) -> tuple[Line, ...]:
    rows = [(one.sketch.due_on, 1, _line(preview, one, modes, busy)) for one in edited if not one.dropped]
    rows += [(on, 0, _holiday(on, name)) for on, name in holidays]
    rows.sort(key=lambda row: (row[0], row[1], row[2].ref))
    dropped = [_line(preview, one, modes, busy) for one in edited if one.dropped]
    return (*(row[2] for row in rows), *dropped)


def _holiday(on: date, name: str) -> Line:
    return Line(is_holiday=True, date_words=day_of_week(on), iso=on.isoformat(), name=name)


def _line(preview: Preview, one: Edited, modes: dict[str, str], busy: dict[str, str]) -> Line:
    sketch = one.sketch
    note, tone = _note_of(preview, one, modes, busy)
    number = (sketch.due_on - preview.frame.start).days
    return Line(
        is_holiday=False,
        date_words=long_day(sketch.due_on),
        iso=sketch.due_on.isoformat(),
        name=sketch.title,
        ref=sketch.ref,
        note=note,
        tone=tone,
        day_words=_("%(weekday)s, day %(day)d") % {"weekday": short_weekday(sketch.due_on), "day": number},
        owner=sketch.owner,
        typed_due=one.typed_due,
        error=one.error,
        shared=sketch.shared,
        signs=sketch.needs_sign_off,
        dropped=one.dropped,
        taken_over=_taken_over(one),
        is_open=sketch.accepted_on is None,
    )


def _note_of(preview: Preview, one: Edited, modes: dict[str, str], busy: dict[str, str]) -> tuple[str, str]:
    """Return the small line below a title, and its tone; what asks for a look comes before what is merely so."""
    sketch = one.sketch
    origin = _("the file has") if preview.source == FILE else _("the playbook has")
    if one.dropped:
        return _("Dropped by you; %(origin)s it on %(day)s") % {"origin": origin, "day": day(sketch.planned_due)}, ""
    if sketch.notes:
        return " ".join(sketch.notes), "warn"
    if not preview.frame.calendar.is_working(sketch.due_on):
        return _("Not a working day at the client’s"), "warn"
    if one.moved:
        return _("Moved by you, %(origin)s %(day)s") % {"origin": origin, "day": day(sketch.planned_due)}, "move"
    if warning := _not_placed(preview, sketch) or busy.get(sketch.owner):
        return warning, "warn"
    return sketch.metric or modes.get(sketch.failure_mode_key, ""), ""


def _not_placed(preview: Preview, sketch: Sketch) -> str:
    """Warn of an owner who is not placed while the deliverable runs; work taken over as accepted is behind us."""
    seat = preview.seat(sketch.owner)
    if seat is None or sketch.accepted_on:
        return ""
    own = [(one.starts_on, one.ends_on) for one in preview.frame.seats if one.specialist == seat.specialist]
    return gap_words(seat.name, gap(sketch.start_on, sketch.due_on, own))


def _taken_over(one: Edited) -> str:
    sketch = one.sketch
    if sketch.accepted_on:
        by = sketch.accepted_by_name
        said = {"day": day(sketch.accepted_on), "by": by}
        return (
            _("accepted before Emplace, on %(day)s, by %(by)s") % said
            if by
            else _("accepted before Emplace, on %(day)s") % said
        )
    if sketch.started_on:
        return _("in progress since %(day)s") % {"day": day(sketch.started_on)}
    return ""


def _busy_names(preview: Preview) -> dict[str, str]:
    """Map a seat's key to the warning that its person is above a full week."""
    found: dict[str, str] = {}
    for load in preview.draft.unexplained:
        text = _("%(name)s is at %(percent)d%% until %(day)s") % {
            "name": load.seat.name,
            "percent": max(load.too_full.values()),
            "day": day(max(load.too_full) + timedelta(days=4)),
        }
        found |= {seat.key: text for seat in preview.frame.seats if seat.specialist == load.seat.specialist}
    return found

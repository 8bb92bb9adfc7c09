"""The register of an engagement's plan changes: what moved, why, who asked and who decided."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from engagements.models import Engagement
from milestones.actions.applying import stands_now
from milestones.calendar import WorkCalendar
from milestones.models import PlanChange, PlanMove
from milestones.moves import PARTS
from milestones.states import ChangeState, Moves
from reports.pages.effects import Line, effect_lines
from reports.pages.move_words import after, before, title_of
from reports.pages.words import moment, short
from reports.portal.words import with_unit

# A decided change has the look of what was decided.
LOOKS: Final = {
    ChangeState.ASKED: "to_sign_off",
    ChangeState.APPROVED: "accepted",
    ChangeState.REFUSED: "sent_back",
    ChangeState.WITHDRAWN: "dropped",
}
EXPORT_HEAD: Final = (
    gettext_lazy("Number"),
    gettext_lazy("What"),
    gettext_lazy("Why"),
    gettext_lazy("State"),
    gettext_lazy("Move"),
    gettext_lazy("Of"),
    gettext_lazy("From"),
    gettext_lazy("To"),
    gettext_lazy("Asked by"),
    gettext_lazy("Asked on"),
    gettext_lazy("Decided by"),
    gettext_lazy("Decided on"),
    gettext_lazy("Words"),
    gettext_lazy("From milestone"),
    gettext_lazy("To milestone"),
)


@dataclass(frozen=True)
class MoveLine:
    """One thing that moves. `now` is how it stands by now, where that is not as it was when asked.

    `adds` is what comes with it: a further milestone's deliverables, or the new start of what has not begun.
    """

    what: str
    kind: str
    before: str
    after: str
    by: str
    now: str = ""
    adds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A plan change in full."""

    public_id: str
    url: str
    number: int
    what: str
    why: str
    state: str
    label: str
    asked: str
    decided: str
    words: str
    paper: str
    moves: list[MoveLine]
    effect: list[Line]
    effect_on: str
    is_open: bool

    @property
    def is_stale(self) -> bool:
        """Whether something of it has moved since it was asked for."""
        return any(one.now for one in self.moves)


def entries(engagement: Engagement) -> list[Entry]:
    """Return the register, the latest first: two queries."""
    rows = engagement.plan_changes.select_related("asked_by", "decided_by_user", "engagement__client")
    return [entry(one) for one in _with_moves(rows).order_by("-number")]


def _with_moves(rows: QuerySet[PlanChange]) -> QuerySet[PlanChange]:
    return rows.prefetch_related(Prefetch("moves", PlanMove.objects.select_related(*PARTS)))


def entry(change: PlanChange) -> Entry:
    """Return one change; `asked_by`, `decided_by_user` and the engagement's client are loaded."""
    client = change.engagement.client
    return Entry(
        public_id=change.public_id,
        url=reverse("change", args=[change.public_id]),
        number=change.number,
        what=change.what,
        why=change.why,
        state=LOOKS[ChangeState(change.state)],
        label=str(ChangeState(change.state).label),
        asked=_("%(name)s asked for it, %(when)s") % {"name": change.asked_by.name, "when": moment(change.asked_at)},
        decided=decided(change),
        words=change.words,
        paper=change.statement_name,
        moves=list(move_lines(change, WorkCalendar(client.country, client.subdivision))),
        effect=effect_lines(change.effect),
        effect_on=short(date.fromisoformat(change.effect["on"])) if change.effect else "",
        is_open=change.state == ChangeState.ASKED,
    )


def decided(change: PlanChange) -> str:
    """Who decided and when; "" while nobody has, or where it was withdrawn."""
    if change.decided_at is None or change.decided_by_user is None:
        return ""
    places = {"name": change.decided_by_user.name, "when": moment(change.decided_at), "signer": change.signer_name}
    if change.state == ChangeState.REFUSED:
        return _("%(name)s refused it, %(when)s") % places
    if change.statement_sha256:
        return _("%(signer)s signed it on paper, %(when)s; attached by %(name)s") % places
    return _("%(name)s approved it, %(when)s") % places


def move_lines(
    change: PlanChange, calendar: WorkCalendar, rows: Iterable[PlanMove] | None = None
) -> Iterator[MoveLine]:
    """Yield what the change moves; `rows` in place of all of it."""
    is_open = change.state == ChangeState.ASKED
    for one in change.moves.all() if rows is None else rows:
        now = said_now(one) if is_open else ""
        title, kind = title_of(one), str(Moves(one.kind).label)
        if one.kind == Moves.TARGET:
            unit = one.metric.unit if one.metric else ""
            yield MoveLine(title, kind, _value(one.from_value, unit), _value(one.to_value, unit), "", now)
        elif one.kind == Moves.DROP:
            yield MoveLine(title, kind, _("in the plan"), _("dropped"), "", now)
        elif one.kind == Moves.ADD:
            yield MoveLine(title, kind, "–", short(one.to_on), "", now, adds_of(one))
        else:
            yield MoveLine(title, kind, before(one), after(one), later(calendar, one), now, _start_of(one))


def _start_of(line: PlanMove) -> tuple[str, ...]:
    """When what has not begun starts in its new milestone."""
    return (_("starts %(day)s") % {"day": short(line.starts_on)},) if line.starts_on else ()


def adds_of(line: PlanMove) -> tuple[str, ...]:
    """The deliverables that a further milestone brings, each with its due date."""
    said = _("%(title)s, due %(day)s")
    return tuple(
        said % {"title": one["title"], "day": short(date.fromisoformat(one["due_on"]))} for one in line.added["lines"]
    )


def said_now(line: PlanMove) -> str:
    """How a thing stands by now, where it moved since it was asked for."""
    now = stands_now(line)
    if isinstance(now, date):
        return short(now)
    if isinstance(now, Decimal):
        return _value(now, line.metric.unit if line.metric else "")
    return now or ""


def later(calendar: WorkCalendar, line: PlanMove) -> str:
    """`3 working days later`."""
    if not line.from_on or not line.to_on:
        return ""
    days = calendar.working_days_between(line.from_on, line.to_on)
    said = _("%(days)s later") if days >= 0 else _("%(days)s earlier")
    count = ngettext("%(n)d working day", "%(n)d working days", abs(days)) % {"n": abs(days)}
    return said % {"days": count}


def _value(value: Decimal | None, unit: str) -> str:
    return "–" if value is None else " ".join(with_unit(value, unit)).strip()


def export_rows(engagement: Engagement) -> Iterator[tuple[object, ...]]:
    """Yield plain values for a spreadsheet: a row for each move, one for a change in words."""
    rows = engagement.plan_changes.select_related("asked_by", "decided_by_user", "engagement__client")
    for change in _with_moves(rows):
        moves: list[Any] = list(change.moves.all()) or [None]
        for one in moves:
            yield (*_front(change), *_moved(one), *_back(change), *_stages(one))


def _front(change: PlanChange) -> tuple[object, ...]:
    return (change.number, change.what, change.why, str(ChangeState(change.state).label))


def _moved(one: PlanMove | None) -> tuple[object, ...]:
    if one is None:
        return ("", "", "", "")
    values = [_plain(one.from_on, one.from_value), _plain(one.to_on, one.to_value)]
    return (str(Moves(one.kind).label), title_of(one), *values)


def _stages(one: PlanMove | None) -> tuple[object, ...]:
    """The days of the milestones between which a deliverable moves."""
    stages = (one.from_milestone, one.to_milestone) if one else (None, None)
    return tuple(stage.day if stage else "" for stage in stages)


def _plain(day: date | None, value: Decimal | None) -> object:
    return day.isoformat() if day else (value.normalize() if value is not None else "")


def _back(change: PlanChange) -> tuple[object, ...]:
    by = change.signer_name or (change.decided_by_user.name if change.decided_by_user else "")
    decided_on = localtime(change.decided_at).date().isoformat() if change.decided_at else ""
    return (change.asked_by.name, localtime(change.asked_at).date().isoformat(), by, decided_on, change.words)

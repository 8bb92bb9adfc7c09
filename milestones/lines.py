"""One line of a plan as an entry point hands it to the actions; and what must hold among lines. No queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from accounts.clock import FIRST_DAY, LAST_DAY
from accounts.errors import DomainError
from engagements.models import BusinessMetric, Placement
from milestones.states import DeliverableState, EvidenceKind

MAX_LINES: Final = 600
MAX_DONE_LINES: Final = 40
MAX_EFFORT: Final = 400
# What a plan may begin with: nothing yet, under way, or finished before Emplace.
STARTS_AS: Final = frozenset({DeliverableState.PLANNED, DeliverableState.IN_PROGRESS, DeliverableState.ACCEPTED})


@dataclass(frozen=True)
class PlanLine:
    """One deliverable to be. `ref` names it within the plan and `after` the refs that must finish first.

    `effort_days` are working days; `milestone_day` is a day of the plan's milestones. Taken-over work has a `state`
    past planned: in progress since `started_on`, or accepted before Emplace, on `accepted_on`, by somebody's name.
    """

    ref: str
    title: str
    milestone_day: int
    start_on: date
    due_on: date
    summary: str = ""
    role_key: str = ""
    owner: Placement | None = None
    metric: BusinessMetric | None = None
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

    @property
    def before_emplace(self) -> bool:
        """Whether it was accepted before the engagement came here."""
        return self.state == DeliverableState.ACCEPTED


def check_lines(lines: Sequence[PlanLine], days: frozenset[int], today: date) -> None:
    """Raise DomainError with the first thing that does not fit, named by its deliverable's title."""
    if len(lines) > MAX_LINES:
        raise DomainError(_("A plan holds at most %(limit)d deliverables.") % {"limit": MAX_LINES})
    refs = {line.ref for line in lines}
    if len(refs) != len(lines):
        raise DomainError(_("Two deliverables of the plan have the same reference."))
    for line in lines:
        _check_line(line, days, today)
        if unknown := [ref for ref in line.after if ref not in refs]:
            raise _wrong(line, _("it waits for “%(ref)s”, which is not in the plan") % {"ref": unknown[0]})
    if circle := find_circle({line.ref: line.after for line in lines}):
        raise DomainError(_circle_sentence(lines, circle))


def _check_line(line: PlanLine, days: frozenset[int], today: date) -> None:
    if not line.title.strip():
        raise DomainError(_("A deliverable of the plan has no title."), field="title")
    if line.milestone_day not in days:
        raise _wrong(line, _("there is no milestone on day %(day)d") % {"day": line.milestone_day})
    if line.due_on < line.start_on:
        raise _wrong(line, _("its due date is before its start"))
    if line.start_on < FIRST_DAY or line.due_on > LAST_DAY:
        raise _wrong(line, _("its dates are outside the years 2000 to 2199"))
    if not 1 <= line.effort_days <= MAX_EFFORT:
        raise _wrong(line, _("its effort is not from 1 to 400 working days"))
    if line.needs_sign_off and not line.shared:
        raise _wrong(line, _("what the client signs off must be shared with the client"))
    if len(line.done_lines) > MAX_DONE_LINES:
        raise _wrong(line, _("its definition of done has more than %(limit)d lines") % {"limit": MAX_DONE_LINES})
    if not set(line.evidence_kinds) <= set(EvidenceKind.values):
        raise _wrong(line, _("it names a kind of evidence that does not exist"))
    _check_state(line, today)


def _check_state(line: PlanLine, today: date) -> None:
    if line.state not in STARTS_AS:
        raise _wrong(line, _("it can only be planned, in progress or accepted before Emplace"))
    if line.state == DeliverableState.IN_PROGRESS and line.started_on is None:
        raise _wrong(line, _("it is in progress, but nobody says since when"))
    if line.before_emplace and line.accepted_on is None:
        raise _wrong(line, _("it was accepted, but nobody says when"))
    if any(day and day > today for day in (line.started_on, line.accepted_on)):
        raise _wrong(line, _("it is said to have happened on a day that is still to come"))
    if line.accepted_on and line.started_on and line.accepted_on < line.started_on:
        raise _wrong(line, _("it was accepted before it started"))


def _wrong(line: PlanLine, what: str) -> DomainError:
    return DomainError(_("“%(title)s”: %(what)s.") % {"title": line.title[:80], "what": what})


def find_circle(after: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the refs of a circle of dependencies, each followed by what waits for it; empty when there is none."""
    done: set[str] = set()
    for ref in after:
        if circle := _walk(ref, after, done):
            return circle
    return []


def _walk(first: str, after: Mapping[str, Sequence[str]], done: set[str]) -> list[str]:
    # A loop of its own instead of recursion: a plan may be one chain of hundreds.
    trail: list[str] = []
    stack = [(first, iter(after.get(first, ())))] if first not in done else []
    trail += [first] if stack else []
    while stack:
        ref, waits_for = stack[-1]
        following = next((one for one in waits_for if one not in done), None)
        if following is None:
            done.add(ref)
            stack.pop()
            trail.pop()
        elif following in trail:
            return list(reversed(trail[trail.index(following) :]))
        else:
            stack.append((following, iter(after.get(following, ()))))
            trail.append(following)
    return []


def _circle_sentence(lines: Sequence[PlanLine], circle: Sequence[str]) -> str:
    titles = {line.ref: line.title for line in lines}
    named = " → ".join(f"“{titles[ref][:60]}”" for ref in [*circle, circle[0]])
    return _("These wait for each other in a circle: %(circle)s. Remove one of the dependencies.") % {"circle": named}

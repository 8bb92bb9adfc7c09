"""Plan changes as the client sees them: what moves from where to where, what it does, and who decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from engagements.models import Engagement
from milestones.calendar import WorkCalendar
from milestones.models import Plan, PlanChange, PlanMove
from milestones.moves import PARTS, Move, move_of
from milestones.states import ChangeState
from reports.access import Reader
from reports.pages.asking import clashes, late_for_stage
from reports.pages.effects import Line, effect_lines
from reports.pages.register import LOOKS, MoveLine, decided, move_lines
from reports.pages.words import moment, short
from reports.portal import links


@dataclass(frozen=True)
class ChangeLine:
    """A plan change in one row."""

    number: int
    what: str
    url: str
    state: str
    label: str
    when: str


@dataclass(frozen=True)
class ChangePage:
    """A plan change in full."""

    number: int
    what: str
    why: str
    asked: str
    state: str
    label: str
    decided: str
    words: str
    moves: list[MoveLine]
    effect: list[Line]
    is_open: bool
    is_own: bool
    clashes: list[str]

    @property
    def is_stale(self) -> bool:
        """Whether something of it has moved since it was asked for."""
        return any(one.now for one in self.moves)


def lines(reader: Reader, engagement: Engagement) -> list[ChangeLine]:
    """Return an engagement's plan changes, the latest first."""
    address = links.Many(reader, "portal_change", engagement.code)
    found = PlanChange.objects.filter(engagement=engagement).order_by("-number")
    return [
        ChangeLine(
            number=one.number,
            what=one.what,
            url=address[one.public_id],
            state=LOOKS[ChangeState(one.state)],
            label=str(ChangeState(one.state).label),
            when=short(localtime(one.decided_at or one.asked_at).date()),
        )
        for one in found
    ]


def page(reader: Reader, change: PlanChange) -> ChangePage:
    """Return the page of a change that `access.change` loaded; a few queries more."""
    rows = list(PlanMove.objects.filter(change=change).select_related(*PARTS))
    is_open = change.state == ChangeState.ASKED
    asked = [move_of(one) for one in rows] if is_open else []
    return ChangePage(
        number=change.number,
        what=change.what,
        why=change.why,
        asked=_("%(name)s asked for it, %(when)s") % {"name": change.asked_by.name, "when": moment(change.asked_at)},
        state=LOOKS[ChangeState(change.state)],
        label=str(ChangeState(change.state).label),
        decided=decided(change),
        words=change.words,
        moves=moves(reader, change, rows),
        effect=[] if change.asked_by.is_contact and hides_forecast(change.engagement) else effect_lines(change.effect),
        is_open=is_open,
        is_own=change.asked_by_id == reader.user.pk,
        clashes=_notes(change, asked) if asked else [],
    )


def _notes(change: PlanChange, asked: Sequence[Move]) -> list[str]:
    """What a signer should know of a change besides its words."""
    return [*clashes(change.engagement, asked, but=change.pk), *late_for_stage(change.engagement, asked)]


def hides_forecast(engagement: Engagement) -> str:
    """Return why the client sees no forecast now: a worsening that is not released yet; "" where it sees one.

    `plan` of the engagement is loaded.
    """
    plan: Plan | None = getattr(engagement, "plan", None)
    if plan is None or plan.worse_on is None:
        return ""
    return _("The forecast has changed and your account manager looks at it first. You see it with the next digest, "
             "or after one working day.")  # fmt: skip


def moves(reader: Reader, change: PlanChange, rows: Iterable[PlanMove]) -> list[MoveLine]:
    """Return what the change moves; `rows` are those that are shared."""
    calendar = WorkCalendar(reader.client.country, reader.client.subdivision)
    return list(move_lines(change, calendar, rows))

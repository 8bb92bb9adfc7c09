"""Asking for a plan change, the same for both sides: what was pressed, its effect, and what else is open."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _, ngettext

from accounts.errors import DomainError
from accounts.models import User
from engagements.models import Engagement
from milestones import effects
from milestones.actions import changes
from milestones.change_forms import ChangeForm, fingerprint
from milestones.extend_forms import ExtendForm
from milestones.models import PlanChange, PlanMove
from milestones.moves import Beyond, Move, beyond, open_changes_on
from milestones.states import Moves
from reports import forms
from reports.pages.effects import Line, effect_lines
from reports.pages.move_words import goes_to, title_of
from reports.pages.words import listed, short

As = Callable[[], AbstractContextManager[None]]
NOT_YET: Final = ""
NAMED: Final = 3  # titles in one sentence


@dataclass
class Asking:
    """A form being filled in. `seen` names the moves whose effect the page shows; `change` is there once asked.

    `refusal` stands beside its field as well; where the effect goes out alone it is said there. `twin` waits for a
    signer already and says exactly the same.
    """

    form: ChangeForm | ExtendForm
    lines: list[Line] = field(default_factory=list)
    seen: str = NOT_YET
    notice: str = ""
    refusal: str = ""
    no_forecast: str = ""
    clashes: list[str] = field(default_factory=list)
    change: PlanChange | None = None
    twin: PlanChange | None = None

    @property
    def is_refused(self) -> bool:
        """Whether something has to be put right first, or the same is asked already."""
        return self.twin is not None or (self.form.is_bound and bool(self.form.errors))

    @property
    def may_ask(self) -> bool:
        """Whether the reader has seen what the moves do, or nothing moves."""
        return bool(self.seen)


def asked(form: ChangeForm | ExtendForm, raw: QueryDict, *, by: User, as_firm: As, hides: str = "") -> Asking:
    """Do what was pressed. `as_firm` opens the role that may read the whole plan.

    `hides` is why this reader is not shown a forecast now; "" where nothing hides it.
    """
    asking = Asking(form)
    if form.do == "effect":
        _show_if_they_hold(asking, as_firm, hides)
    elif form.do == "ask" and form.is_valid():
        moves = form.moves()
        if moves and raw.get("seen", "") != fingerprint(moves):
            _show(asking, as_firm, hides)
            asking.notice = _("Nothing is asked yet. This is what the moves do; ask once you have read it.")
        else:
            _ask(asking, moves, by, as_firm)
    return asking


def begun(form: ChangeForm, moves: Sequence[Move], *, as_firm: As, hides: str = "") -> Asking:
    """Return a form that begins with moves, with their effect."""
    asking = Asking(form)
    if moves:
        _look(asking, moves, as_firm, hides)
    return asking


def _show_if_they_hold(asking: Asking, as_firm: As, hides: str) -> None:
    if asking.form.moves_hold():
        _show(asking, as_firm, hides)
    else:
        asking.refusal = " ".join(str(said) for every in asking.form.errors.values() for said in every)


def _show(asking: Asking, as_firm: As, hides: str) -> None:
    moves = asking.form.moves()
    if not moves:
        asking.notice = _("Nothing moves yet. Add something and give it a new date, or ask in words alone.")
        return
    _look(asking, moves, as_firm, hides)


def _look(asking: Asking, moves: Sequence[Move], as_firm: As, hides: str) -> None:
    """Read the effect of moves that hold; what does not hold is said beside its field."""
    engagement = asking.form.engagement
    try:
        with as_firm():
            changes.check(engagement, moves)
            facts = {} if hides else effects.effect_of(engagement, moves)
            asking.clashes = [*clashes(engagement, moves), *_emptied(engagement, moves)]
        # Outside of the firm's role: these name deliverables, and a contact reads of shared ones alone.
        asking.clashes += late_for_stage(engagement, moves)
    except DomainError as error:
        if asking.form.is_bound:
            forms.refuse(asking.form, error)
            asking.refusal = str(error)
        else:
            asking.notice = str(error)
        return
    asking.lines = effect_lines(facts)
    asking.seen = fingerprint(moves)
    if not asking.lines:
        asking.no_forecast = hides or _why_none(engagement, moves)


def _why_none(engagement: Engagement, moves: Sequence[Move]) -> str:
    if not engagement.is_active:
        return _("On hold nothing is forecast. The effect is shown again once the engagement goes on.")
    if all(one.kind == Moves.TARGET for one in moves):
        return _("Targets do not move the forecast.")
    return _("There is no forecast of this plan yet.")


def _ask(asking: Asking, moves: Sequence[Move], by: User, as_firm: As) -> None:
    data = asking.form.cleaned_data
    try:
        with as_firm():
            asking.change = changes.ask(
                by=by, engagement=asking.form.engagement, what=asking.form.title(), why=data["why"], moves=moves
            )
    except changes.AlreadyAsked as refusal:
        asking.twin = refusal.change
    except DomainError as error:
        forms.refuse(asking.form, error)


def clashes(engagement: Engagement, moves: Sequence[Move], *, but: int = 0) -> list[str]:
    """Return a sentence for each open plan change (but one) that moves the same things."""
    found = open_changes_on(engagement, moves, but=but)
    lines = {line.pk: line for touching in found.values() for line in touching}
    return [_clash(line) for line in lines.values()]


def _emptied(engagement: Engagement, moves: Sequence[Move]) -> list[str]:
    """Return a sentence for each milestone that the moves leave without deliverables, which is allowed."""
    leaving = [one for one in moves if one.kind in {Moves.STAGE, Moves.DROP} and one.deliverable]
    if not leaving:
        return []
    homes = dict(engagement.deliverables.counted().values_list("pk", "milestone__day"))
    after = {one.deliverable.pk: one.stage.day if one.stage else None for one in leaving if one.deliverable}
    left = set(homes.values()) - {after.get(key, day) for key, day in homes.items()}
    return [_("Nothing would be due for day %(day)d any more.") % {"day": day} for day in sorted(left)]


def late_for_stage(engagement: Engagement, moves: Sequence[Move]) -> list[str]:
    """Return a sentence for each milestone whose deliverables the moves leave due after it, which is allowed."""
    return [_late_for(one) for one in beyond(engagement, moves)]


def _late_for(late: Beyond) -> str:
    title, due_on = late.works[0]
    named = [f"“{title}”" for title, _due in late.works[:NAMED]]
    named += [_("%(n)d more") % {"n": len(late.works) - NAMED}] if len(late.works) > NAMED else []
    said = ngettext(
        "“%(title)s” would be due %(due)s, after its own milestone: day %(day)d is due %(last)s.",
        "%(n)d deliverables would be due after their own milestone, day %(day)d, which is due %(last)s: %(named)s.",
        len(late.works),
    )
    places = {"title": title, "due": short(due_on), "day": late.stage.day, "last": short(late.due_on)}
    return said % {**places, "n": len(late.works), "named": listed(named)}


def _clash(line: PlanMove) -> str:
    said = _("Plan change %(n)d waits for a signer and touches “%(title)s” too: %(what)s. Once one of the two is "
             "approved, the other is out of date.")  # fmt: skip
    return said % {"n": line.change.number, "title": title_of(line), "what": goes_to(line)}


def context_of(asking: Asking, *, url_of: Callable[[PlanChange], str], **more: Any) -> dict[str, Any]:
    """What templates/reports/change/form.html takes; `url_of` is where this reader looks at a plan change."""
    twin_url = url_of(asking.twin) if asking.twin else ""
    return {"asking": asking, "form": asking.form, "twin_url": twin_url, **more}

"""Plan changes: asked with reasons, decided by a signer, applied at once when approved."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max, Prefetch
from django.utils.translation import gettext as _, gettext_noop

from accounts import media
from accounts.checked import checked, checked_fields
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.ids import public_id
from accounts.models import User
from engagements.guards import require_manager
from engagements.models import Engagement
from engagements.states import LIVE
from milestones import additions, effects, files, moves as checks, slips
from milestones.actions import mails
from milestones.actions.applying import apply, check_after
from milestones.actions.base import signer_of, take_plan, tell
from milestones.content import hash_of
from milestones.models import PlanChange, PlanMove
from milestones.moves import Move
from milestones.states import ChangeState, Moves

__all__ = ["AlreadyAsked", "Move", "approve_by_statement", "ask", "check", "content_of", "decide", "withdraw"]

POINTERS = ("change", "engagement", "client", *checks.PARTS)
CHECKS = {
    Moves.DUE: checks.due_line,
    Moves.MILESTONE: checks.milestone_line,
    Moves.TARGET: checks.target_line,
    Moves.STAGE: checks.stage_line,
    Moves.DROP: checks.drop_line,
    Moves.ADD: additions.check_line,
}


class AlreadyAsked(IllegalMove):
    """The same plan change waits for a signer already; `change` is that one."""

    def __init__(self, change: PlanChange) -> None:
        super().__init__(_("Plan change %(number)s already asks for exactly this.") % {"number": change.number})
        self.change = change


@transaction.atomic
def ask(*, by: User, engagement: Engagement, what: str, why: str, moves: Sequence[Move] = ()) -> PlanChange:
    """Ask for a plan change, as a manager or as a contact of the client; nothing moves until a signer approves.

    Without moves it is an agreement in words. Each move keeps what stood when it was asked, and the change keeps
    what the forecast said of it. The signers get a mail. Raises AlreadyAsked where one that still waits says the same
    and moves the same.
    """
    _require_either_side(by, engagement, moves)
    take_plan(engagement, states=LIVE)
    change = PlanChange(engagement=engagement, client_id=engagement.client_id, what=what.strip(), why=why.strip())
    change.number = (engagement.plan_changes.aggregate(last=Max("number"))["last"] or 0) + 1
    change.asked_by = by
    lines = _lines(change, moves)
    _refuse_twin(change, lines)
    change.effect = effects.effect_of(engagement, moves)
    checked(change, exclude={"engagement", "client", "asked_by"}).save(force_insert=True)
    PlanMove.objects.bulk_create(lines)
    change.content_hash = hash_of(content_of(change))
    change.save(update_fields=["content_hash"])
    message = gettext_noop("%(actor)s asked for a plan change: %(what)s")
    tell(by, engagement, "change_asked", message, shared=True, what=change.what)
    mails.of_change(by, change)
    return change


def check(engagement: Engagement, moves: Sequence[Move]) -> None:
    """Raise what `ask` would say of these moves; a DomainError names the field of the first that is wrong."""
    _lines(PlanChange(engagement=engagement, client_id=engagement.client_id), moves)


def _require_either_side(by: User, engagement: Engagement, moves: Sequence[Move]) -> None:
    if not (by.manages or (by.is_contact and by.client_ref == engagement.client_id)):
        raise NotAllowed(_("A plan change is asked for by the account manager or by the client."))
    if any(one.kind == Moves.ADD for one in moves) and not by.manages:
        raise NotAllowed(_("Further milestones are proposed by the account manager. Ask for them in words."))


def _lines(change: PlanChange, moves: Sequence[Move]) -> list[PlanMove]:
    lines = [_checked_line(change, one) for one in moves]
    if len({one.key for one in moves}) != len(moves):
        raise DomainError(_("Something is moved twice in this change. Keep one of the two."), field="moves")
    checks.check_order(change.engagement, moves)
    checks.settle(change.engagement, lines, moves)
    return lines


def _checked_line(change: PlanChange, one: Move) -> PlanMove:
    """Return the line of a move; a refusal names the field that asks for it."""
    try:
        return _line(change, one)
    except DomainError as error:
        error.field = error.field if one.kind in {Moves.ADD, Moves.STAGE} else one.field
        raise


def _line(change: PlanChange, one: Move) -> PlanMove:
    line = PlanMove(
        change=change,
        engagement=change.engagement,
        client_id=change.client_id,
        kind=one.kind,
        deliverable=one.deliverable,
        milestone=one.milestone,
        metric=one.metric,
        to_milestone=one.stage,
        to_on=one.to_on,
        to_value=one.to_value,
        added=dict(one.added),
    )
    if one.kind != Moves.ADD:
        if one.thing is None or one.thing.engagement_id != change.engagement_id:
            raise DomainError(_("That does not belong to this engagement. Choose from its plan."), field="moves")
        one.thing.refresh_from_db()
    CHECKS[Moves(one.kind)](line)
    return checked_fields(line, exclude=POINTERS)


def _refuse_twin(change: PlanChange, lines: Sequence[PlanMove]) -> None:
    """Raise AlreadyAsked for the same words and moves; whoever asks meanwhile waits for the plan that we hold."""
    wanted = _substance(change, lines)
    waiting = PlanChange.objects.filter(engagement=change.engagement, state=ChangeState.ASKED)
    for one in waiting.prefetch_related(Prefetch("moves", PlanMove.objects.select_related(*checks.PARTS))):
        if _substance(one, one.moves.all()) == wanted:
            raise AlreadyAsked(one)


def _substance(change: PlanChange, lines: Iterable[PlanMove]) -> tuple[str, str, list[str]]:
    """Return what makes two changes the same: the words but for their spaces, the moves in whatever order.

    A move says from where it goes, so one asked anew because its thing has moved meanwhile is another one.
    """
    moves = sorted(json.dumps(_move_content(line), sort_keys=True) for line in lines)
    return " ".join(change.what.split()), " ".join(change.why.split()), moves


def content_of(change: PlanChange) -> dict[str, object]:
    """Return what a signer decides on, as plain JSON."""
    return {
        "engagement": change.engagement.code,
        "change": change.public_id,
        "number": change.number,
        "what": change.what,
        "why": change.why,
        "moves": [_move_content(line) for line in change.moves.select_related(*checks.PARTS)],
    }


def _move_content(line: PlanMove) -> dict[str, object]:
    thing = line.deliverable or line.milestone or line.metric
    values = {
        "from_on": line.from_on and line.from_on.isoformat(),
        "to_on": line.to_on and line.to_on.isoformat(),
        "from_milestone": line.from_milestone and line.from_milestone.public_id,
        "to_milestone": line.to_milestone and line.to_milestone.public_id,
        "starts_on": line.starts_on and line.starts_on.isoformat(),
        "from_value": line.from_value is not None and f"{line.from_value:.4f}",
        "to_value": line.to_value is not None and f"{line.to_value:.4f}",
        "added": line.added,
    }
    present = {name: value for name, value in values.items() if value}
    return {"kind": line.kind, "of": thing.public_id if thing else "", **present}


# --- decided ---------------------------------------------------------------------------------------------


def _end(change: PlanChange, state: ChangeState, **fields: object) -> None:
    """Take the plan and leave the state asked, once."""
    take_plan(change.engagement, states=LIVE)
    asked = PlanChange.objects.filter(pk=change.pk, state=ChangeState.ASKED)
    if asked.update(state=state, **fields) != 1:
        change.refresh_from_db()
        sentence = _("Plan change %(number)s is %(state)s already.")
        known = {"number": change.number, "state": str(ChangeState(change.state).label).lower()}
        raise IllegalMove(sentence % known)
    change.refresh_from_db(fields=["state", *fields])


@transaction.atomic
def decide(*, by: User, change: PlanChange, approve: bool, words: str = "") -> PlanChange:
    """Approve or refuse as a signer of the client; what is approved moves at once, all of it."""
    signer = signer_of(by, change.client_id)
    state = ChangeState.APPROVED if approve else ChangeState.REFUSED
    if not approve and not words.strip():
        raise DomainError(_("Say why, so that a better change can be asked for."), field="words")
    _check_words(words)
    decided = {"decided_by": signer, "decided_by_user": by, "decided_at": now(), "words": words.strip()}
    _end(change, state, **decided)
    if approve:
        _apply_all(by, change)
    message = gettext_noop("%(actor)s approved plan change %(number)s: %(what)s") if approve else gettext_noop(
        "%(actor)s refused plan change %(number)s: %(what)s"
    )  # fmt: skip
    number, what = change.number, change.what
    tell(by, change.engagement, "change_decided", message, shared=True, number=number, what=what)
    slips.ask_recompute(change.engagement)
    return change


def _apply_all(by: User, change: PlanChange) -> None:
    """Do what is approved; a forecast whose like the signer was shown beforehand is not held back as news."""
    lines = list(change.moves.select_related(*checks.PARTS))
    for line in lines:
        apply(by, change, line)
    check_after(change.engagement, lines)
    if change.effect:
        slips.agreed_with_client(change.engagement)


@transaction.atomic
def approve_by_statement(
    *, by: User, change: PlanChange, signer_name: str, at: datetime, upload: "UploadedFile[bytes]"
) -> PlanChange:
    """Approve by the paper that somebody named `signer_name` at the client's signed at `at`, as a manager."""
    require_manager(by)
    if not signer_name.strip():
        raise DomainError(_("Say who signed at the client’s."), field="signer_name")
    if at > now():
        raise DomainError(_("The day of signing is still to come."), field="signed_on")
    stored = files.store(upload, f"{media.STATEMENTS}/{public_id()}")
    try:
        with transaction.atomic():
            _approve_on_paper(by, change, signer_name.strip()[:120], at, stored)
    except Exception:
        files.discard(stored.path)
        raise
    return change


def _approve_on_paper(by: User, change: PlanChange, signer_name: str, at: datetime, stored: files.Stored) -> None:
    _end(
        change,
        ChangeState.APPROVED,
        decided_by_user=by,
        decided_at=at,
        signer_name=signer_name,
        statement=stored.path,
        statement_name=stored.name,
        statement_sha256=stored.sha256,
    )
    _apply_all(by, change)
    message = gettext_noop("%(actor)s attached what %(signer)s signed; plan change %(number)s is approved: %(what)s")
    number, what = change.number, change.what
    tell(by, change.engagement, "change_decided", message, shared=True, signer=signer_name, number=number, what=what)
    slips.ask_recompute(change.engagement)


def _check_words(words: str) -> None:
    if "\x00" in words or len(words) > 2000:
        raise DomainError(_("Keep your words under 2,000 characters of plain text."), field="words")


@transaction.atomic
def withdraw(*, by: User, change: PlanChange) -> PlanChange:
    """Take back what was asked and not decided: whoever asked, or a manager for the firm."""
    own = change.asked_by_id == by.pk
    if not own and not (by.manages and change.asked_by.is_firm):
        raise NotAllowed(_("Only the side that asked for it can withdraw a plan change."))
    _end(change, ChangeState.WITHDRAWN)
    message = gettext_noop("%(actor)s withdrew plan change %(number)s: %(what)s")
    number, what = change.number, change.what
    tell(by, change.engagement, "change_withdrawn", message, shared=True, number=number, what=what)
    return change

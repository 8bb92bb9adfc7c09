"""The work itself: started, submitted, taken back, accepted within the firm; edited, ticked, handed on."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _, gettext_noop

from accounts import jobs
from accounts.checked import checked
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove
from accounts.models import User
from engagements.guards import require_manager, require_team
from engagements.models import Placement
from engagements.states import EngagementState
from milestones import slips
from milestones.actions.base import day_of, move, require_state, require_version, take, take_plan, tell
from milestones.actions.ends import end_slips, end_waits
from milestones.lines import MAX_DONE_LINES, find_circle
from milestones.models import Deliverable, Dependency, DoneLine, Wait
from milestones.states import AT_WORK, UNFINISHED, DeliverableState, WaitOn

PLANNING = frozenset({EngagementState.DRAFT, EngagementState.ACTIVE})
# What the proof of a deliverable may be changed in: while a signer reads it, it holds still.
AT_HAND = AT_WORK | {DeliverableState.PLANNED}
EDITABLE = frozenset(
    {
        "title", "summary", "role", "owner", "metric", "failure_mode", "evidence_kinds", "shared", "needs_sign_off",
        "start_on", "due_on", "effort_days", "milestone",
    }
)  # fmt: skip


@transaction.atomic
def start(*, by: User, deliverable: Deliverable, version: int | None = None, on: date | None = None) -> Deliverable:
    """Begin a planned deliverable, or take up again one that was sent back."""
    require_team(by, deliverable.engagement)
    take(deliverable)
    require_version(deliverable, version)
    since = {DeliverableState.PLANNED, DeliverableState.SENT_BACK}
    began = deliverable.started_on or day_of(deliverable.engagement, on)
    move(deliverable, since=since, state=DeliverableState.IN_PROGRESS, started_on=began)
    message = gettext_noop("%(actor)s started %(title)s")
    tell(by, deliverable.engagement, "started", message, deliverable=deliverable, shared=True)
    slips.ask_recompute(deliverable.engagement)
    return deliverable


@transaction.atomic
def submit(*, by: User, deliverable: Deliverable, version: int | None = None, on: date | None = None) -> Deliverable:
    """Hand in for review, with every line ticked and a piece of evidence.

    Where it needs sign-off, a wait on the client opens and its signers are asked by mail.
    """
    require_team(by, deliverable.engagement)
    take(deliverable)
    require_version(deliverable, version)
    require_state(deliverable, AT_WORK)
    _require_proof(deliverable)
    submitted_on = day_of(deliverable.engagement, on)
    if deliverable.started_on and submitted_on < deliverable.started_on:
        raise DomainError(_("It cannot be submitted before it was started."), field="on")
    move(deliverable, since=AT_WORK, state=DeliverableState.IN_REVIEW, submitted_on=submitted_on)
    if deliverable.needs_sign_off:
        _ask_for_sign_off(by, deliverable, submitted_on)
    message = gettext_noop("%(actor)s submitted %(title)s")
    tell(by, deliverable.engagement, "submitted", message, deliverable=deliverable, shared=True)
    slips.ask_recompute(deliverable.engagement)
    return deliverable


def _require_proof(deliverable: Deliverable) -> None:
    left = deliverable.done_lines.filter(ticked_at__isnull=True).count()
    if left:
        sentence = _("Tick every line of the definition of done first: %(n)s left to do.") % {"n": left}
        raise IllegalMove(sentence, field="done_lines")
    if not deliverable.evidence.filter(removed_at__isnull=True).exists():
        raise IllegalMove(_("Attach at least one piece of evidence first: a file or a link."), field="evidence")


def _ask_for_sign_off(by: User, deliverable: Deliverable, opened_on: date) -> None:
    Wait.objects.create(
        deliverable=deliverable,
        engagement_id=deliverable.engagement_id,
        client_id=deliverable.client_id,
        on=WaitOn.CLIENT,
        what=_("Sign-off of “%(title)s”") % {"title": deliverable.title},
        for_sign_off=True,
        opened_on=opened_on,
        opened_by=by,
    )
    jobs.request(
        kind="mail_sign_off_request",
        key=f"{deliverable.public_id}:{deliverable.version}",
        args={"deliverable": deliverable.pk},
        by=by,
        client_id=deliverable.client_id,
    )


@transaction.atomic
def take_back(*, by: User, deliverable: Deliverable) -> Deliverable:
    """Withdraw from review, to change something; the wait for a sign-off ends."""
    require_team(by, deliverable.engagement)
    take(deliverable)
    in_review = {DeliverableState.IN_REVIEW}
    move(deliverable, since=in_review, state=DeliverableState.IN_PROGRESS, submitted_on=None)
    end_waits(by, deliverable, deliverable.engagement.today(), for_sign_off=True)
    message = gettext_noop("%(actor)s took %(title)s back to change it")
    tell(by, deliverable.engagement, "taken_back", message, deliverable=deliverable, shared=True)
    slips.ask_recompute(deliverable.engagement)
    return deliverable


@transaction.atomic
def accept_internal(*, by: User, deliverable: Deliverable, on: date | None = None) -> Deliverable:
    """Accept as the firm what needs no sign-off by the client."""
    require_manager(by)
    take(deliverable)
    if deliverable.needs_sign_off:
        raise IllegalMove(_("Only a signer of the client can accept this. Ask one of them."))
    accepted_on = day_of(deliverable.engagement, on)
    if deliverable.submitted_on and accepted_on < deliverable.submitted_on:
        raise DomainError(_("It cannot be accepted before it was submitted."), field="on")
    accepted = {"state": DeliverableState.ACCEPTED, "accepted_on": accepted_on, "accepted_by": by}
    move(deliverable, since={DeliverableState.IN_REVIEW}, **accepted)
    end_waits(by, deliverable, accepted_on)
    end_slips(deliverable, accepted_on)
    message = gettext_noop("%(actor)s accepted %(title)s")
    tell(by, deliverable.engagement, "accepted", message, deliverable=deliverable, shared=True)
    slips.ask_recompute(deliverable.engagement)
    return deliverable


# --- editing -----------------------------------------------------------------------------------------------


@transaction.atomic
def edit(
    *,
    by: User,
    deliverable: Deliverable,
    version: int,
    after: Sequence[Deliverable] | None = None,
    **fields: object,
) -> Deliverable:
    """Change fields of an unfinished deliverable; `after` are its predecessors, where given.

    Raises StaleEdit with what is stored now where `version` is not the present one.
    """
    if unknown := fields.keys() - EDITABLE:
        raise TypeError(f"A deliverable has no field to edit named {min(unknown)}.")
    require_manager(by)
    take(deliverable, states=PLANNING)
    require_version(deliverable, version, fields=fields)
    require_state(deliverable, UNFINISHED)
    changed = {name: value for name, value in fields.items() if getattr(deliverable, name) != value}
    _refuse_breaking_the_agreement(deliverable, changed)
    _check(deliverable, changed)
    if after is not None:
        _set_predecessors(deliverable, after)
    if changed or after is not None:
        move(deliverable, since=UNFINISHED, **changed)
        _tell_edit(by, deliverable, changed)
    return deliverable


def _refuse_breaking_the_agreement(deliverable: Deliverable, changed: dict[str, object]) -> None:
    """What both sides signed moves by plan change alone, once the engagement runs."""
    if deliverable.engagement.is_draft:
        return
    for name in ("due_on", "milestone"):
        if name in changed:
            raise IllegalMove(_("The due date is agreed. Ask for a plan change to move it."), field=name)
    if changed.get("needs_sign_off") is False:
        raise IllegalMove(_("The client signs this off; that is agreed and stays so."), field="needs_sign_off")
    if changed.get("shared") is False:
        raise IllegalMove(_("The client has seen this already. It stays shared."), field="shared")


def _check(deliverable: Deliverable, changed: dict[str, object]) -> None:
    for name, value in changed.items():
        placed = getattr(value, "engagement_id", deliverable.engagement_id)
        if placed != deliverable.engagement_id:
            raise DomainError(_("That belongs to another engagement. Choose one of this one."), field=name)
        setattr(deliverable, name, value)
    # Foreign keys are held by the database; looking each up again would be a query each.
    checked(deliverable, exclude={field.name for field in Deliverable._meta.fields if field.is_relation})  # noqa: SLF001


def _set_predecessors(deliverable: Deliverable, after: Sequence[Deliverable]) -> None:
    """Replace what it waits for. The plan is taken, so that two edits cannot close a circle between them."""
    if any(one.engagement_id != deliverable.engagement_id for one in after):
        raise DomainError(_("That belongs to another engagement. Choose one of this one."), field="after")
    wanted = {one.pk for one in after}
    present = set(deliverable.as_successor.values_list("predecessor_id", flat=True))
    _require_no_circle(deliverable, wanted)
    deliverable.as_successor.filter(predecessor_id__in=present - wanted).delete()
    Dependency.objects.bulk_create(
        Dependency(
            engagement_id=deliverable.engagement_id,
            client_id=deliverable.client_id,
            predecessor_id=one,
            successor=deliverable,
        )
        for one in sorted(wanted - present)
    )


def _require_no_circle(deliverable: Deliverable, wanted: set[int]) -> None:
    before: dict[str, list[str]] = {str(deliverable.pk): [str(one) for one in wanted]}
    others = Dependency.objects.filter(engagement_id=deliverable.engagement_id).exclude(successor=deliverable)
    for successor, predecessor in others.values_list("successor_id", "predecessor_id"):
        before.setdefault(str(successor), []).append(str(predecessor))
    circle = find_circle(before)
    if circle:
        titles = {str(row.pk): row.title for row in Deliverable.objects.filter(pk__in=[int(one) for one in circle])}
        spelled = " → ".join(f"“{titles[one]}”" for one in [*circle, circle[0]])
        sentence = _("These would wait for each other in a circle: %(circle)s. Leave one of them out.")
        raise DomainError(sentence % {"circle": spelled}, field="after")


def _tell_edit(by: User, deliverable: Deliverable, changed: dict[str, object]) -> None:
    message = gettext_noop("%(actor)s edited %(title)s")
    tell(by, deliverable.engagement, "edited", message, deliverable=deliverable, fields=", ".join(sorted(changed)))
    slips.ask_recompute(deliverable.engagement)


@transaction.atomic
def change_owner(
    *, by: User, deliverable: Deliverable, owner: Placement | None, why: str = "", version: int | None = None
) -> Deliverable:
    """Hand a deliverable to another placement of the same engagement, or to nobody yet; the event tells `why`.

    Raises StaleEdit where `version` is given and is not the present one.
    """
    require_manager(by)
    take(deliverable, states=PLANNING)
    require_version(deliverable, version, fields=("owner",))
    _check(deliverable, {"owner": owner})
    move(deliverable, since=UNFINISHED, owner=owner)
    message = gettext_noop("%(actor)s gave %(title)s to %(owner)s") if owner else gettext_noop(
        "%(actor)s took %(title)s from its owner"
    )  # fmt: skip
    if owner and why:
        message = gettext_noop("%(actor)s gave %(title)s to %(owner)s: %(why)s")
    name = owner.user.name if owner else ""
    tell(by, deliverable.engagement, "owner_changed", message, deliverable=deliverable, owner=name, why=why.strip())
    slips.ask_recompute(deliverable.engagement)
    return deliverable


@transaction.atomic
def change_owners(*, by: User, deliverables: Sequence[Deliverable], owner: Placement) -> int:
    """Hand several deliverables of one engagement to one placement of it; returns how many changed hands.

    Those that are the owner's already stay; one that is finished refuses them all.
    """
    require_manager(by)
    if not deliverables:
        raise DomainError(_("Choose at least one deliverable."), field="pick")
    engagement = take_plan(deliverables[0].engagement, states=PLANNING)
    rows = list(Deliverable.objects.filter(pk__in=[one.pk for one in deliverables]).order_by("pk"))
    if {row.engagement_id for row in rows} != {owner.engagement_id} or owner.engagement_id != engagement.pk:
        raise DomainError(_("That belongs to another engagement. Choose one of this one."), field="owner")
    for row in rows:
        require_state(row, UNFINISHED)
    moving = [row.pk for row in rows if row.owner_id != owner.pk]
    if moving:
        give(moving, owner)
        message = gettext_noop("%(actor)s gave %(n)s deliverables to %(owner)s: %(titles)s")
        titles = ", ".join(row.title for row in rows if row.pk in moving)[:400]
        tell(by, engagement, "owners_changed", message, owner=owner.user.name, n=len(moving), titles=titles)
        slips.ask_recompute(engagement)
    return len(moving)


def give(ids: Sequence[int], owner: Placement) -> None:
    """Write the owner of unfinished deliverables whose plan is taken; raises IllegalMove where one was finished."""
    rows = Deliverable.objects.filter(pk__in=ids, state__in=sorted(UNFINISHED))
    if rows.update(owner=owner, version=F("version") + 1, moved_at=now()) != len(ids):
        raise IllegalMove(_("One of these was finished meanwhile. Load the page again."))


# --- the definition of done --------------------------------------------------------------------------------


def tick(*, by: User, line: DoneLine, ticked: bool) -> DoneLine:
    """Say that a line of the definition of done is true, or that it is not; nothing happens where it stands so."""
    tick_lines(by=by, deliverable=line.deliverable, lines=[line], ticked=ticked)
    line.refresh_from_db()
    return line


@transaction.atomic
def tick_lines(*, by: User, deliverable: Deliverable, lines: Iterable[DoneLine], ticked: bool) -> None:
    """Say so of several lines of one deliverable at once; each that did not stand so has its event."""
    require_team(by, deliverable.engagement)
    take(deliverable)
    require_state(deliverable, AT_HAND)
    wanted = deliverable.done_lines.filter(pk__in=[line.pk for line in lines], ticked_at__isnull=ticked)
    changing = list(wanted)
    who = {"ticked_at": now(), "ticked_by": by} if ticked else {"ticked_at": None, "ticked_by": None}
    wanted.update(**who)
    message = gettext_noop("%(actor)s ticked “%(line)s” of %(title)s") if ticked else gettext_noop(
        "%(actor)s unticked “%(line)s” of %(title)s"
    )  # fmt: skip
    for line in changing:
        tell(by, deliverable.engagement, "ticked", message, deliverable=deliverable, line=line.text)


@transaction.atomic
def add_line(*, by: User, deliverable: Deliverable, text: str) -> DoneLine:
    """Add a line to the definition of done."""
    require_manager(by)
    take(deliverable, states=PLANNING)
    require_state(deliverable, AT_HAND)
    if deliverable.done_lines.count() >= MAX_DONE_LINES:
        sentence = _("A definition of done has at most %(limit)s lines. Make two deliverables of this one.")
        raise DomainError(sentence % {"limit": MAX_DONE_LINES}, field="text")
    last = deliverable.done_lines.aggregate(last=Max("position"))["last"]
    line = DoneLine(deliverable=deliverable, client_id=deliverable.client_id, text=text.strip())
    line.position = 0 if last is None else last + 1
    checked(line, exclude={"deliverable", "client", "ticked_by"}).save(force_insert=True)
    _tell_line(by, deliverable, gettext_noop("%(actor)s added “%(line)s” to what makes %(title)s done"), line.text)
    return line


@transaction.atomic
def change_line(*, by: User, line: DoneLine, text: str) -> DoneLine:
    """Reword a line, or remove it with an empty text; a reworded line has to be ticked again."""
    deliverable = line.deliverable
    require_manager(by)
    take(deliverable, states=PLANNING)
    require_state(deliverable, AT_HAND)
    line.refresh_from_db(fields=["text"])
    if not text.strip():
        line.delete()
        _tell_line(by, deliverable, gettext_noop("%(actor)s removed “%(line)s” from %(title)s"), line.text)
        return line
    line.text, line.ticked_at, line.ticked_by = text.strip(), None, None
    checked(line, exclude={"deliverable", "client"}).save(update_fields=["text", "ticked_at", "ticked_by"])
    _tell_line(by, deliverable, gettext_noop("%(actor)s changed a line of %(title)s to “%(line)s”"), line.text)
    return line


def _tell_line(by: User, deliverable: Deliverable, message: str, text: str) -> None:
    Deliverable.objects.filter(pk=deliverable.pk).update(version=F("version") + 1)
    deliverable.refresh_from_db(fields=["version"])
    tell(by, deliverable.engagement, "done_line_changed", message, deliverable=deliverable, line=text)

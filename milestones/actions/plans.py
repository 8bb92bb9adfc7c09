"""Plans as they are made: from a playbook, a file or by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _, gettext_noop

from accounts import events
from accounts.checked import checked_fields, refuse_text
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove
from accounts.models import User
from engagements.guards import require_draft, require_manager, require_open
from engagements.models import Engagement
from milestones.lines import PlanLine, check_lines
from milestones.models import Deliverable, Dependency, DoneLine, Milestone, Plan, PlaybookVersion
from milestones.states import STARTED
from roles.models import FailureMode, Role

MilestoneOf = tuple[int, str, date]
T = TypeVar("T")


@transaction.atomic
def create_plan(
    *,
    by: User,
    engagement: Engagement,
    playbook_version: PlaybookVersion | None = None,
    milestones: Sequence[MilestoneOf],
    lines: Sequence[PlanLine],
) -> Plan:
    """Write the plan of a draft; `milestones` are (day, name, due date). All of it or nothing."""
    require_manager(by)
    require_draft(engagement)
    if Plan.objects.filter(engagement=engagement).exists():
        raise IllegalMove(_("%(name)s has a plan already. Change that one.") % {"name": engagement.name})
    check_lines(lines, frozenset(day for day, _name, _on in milestones), engagement.today())
    plan = Plan.objects.create(engagement=engagement, client_id=engagement.client_id, playbook_version=playbook_version)
    by_day = _write_milestones(engagement, milestones)
    write_lines(engagement, by_day, lines, first_number=1)
    events.record(
        by=by,
        verb="plan_created",
        message=gettext_noop("%(actor)s planned %(engagement)s: %(count)s deliverables"),
        params={"actor": by.name, "engagement": engagement.name, "count": len(lines)},
        client_id=engagement.client_id,
        engagement_id=engagement.pk,
    )
    return plan


@transaction.atomic
def add_deliverable(*, by: User, engagement: Engagement, line: PlanLine) -> Deliverable:
    """Add one deliverable to a plan; in a running engagement it has no agreed date until a signer approves one."""
    require_manager(by)
    require_open(engagement)
    # The plan's row is the lock of the plan: numbers and dependencies are given one writer at a time.
    plan = Plan.objects.select_for_update(of=("self",)).filter(engagement=engagement).first()
    if plan is None:
        raise IllegalMove(_("%(name)s has no plan yet.") % {"name": engagement.name})
    by_day = {milestone.day: milestone for milestone in engagement.milestones.all()}
    known = {str(pk): pk for pk in engagement.deliverables.values_list("pk", flat=True)}
    check_lines([_alone(line, known)], frozenset(by_day), engagement.today())
    number = (engagement.deliverables.aggregate(last=Max("number"))["last"] or 0) + 1
    (deliverable,) = write_lines(engagement, by_day, [line], first_number=number, known=known)
    touch(plan)
    _record_added(by, deliverable)
    if engagement.is_active:
        from milestones import slips

        slips.ask_recompute(engagement)
    return deliverable


def touch(plan: Plan) -> None:
    """Give the plan its next version: caches and stale edits go by it."""
    Plan.objects.filter(pk=plan.pk).update(version=F("version") + 1, changed_at=now())


def _alone(line: PlanLine, known: Mapping[str, int]) -> PlanLine:
    """Return the line without what it waits for, which `known` (refs are primary keys here) answers for."""
    if unknown := [ref for ref in line.after if ref not in known]:
        raise DomainError(_("What it waits for is not in this plan.") + f" ({unknown[0][:40]})", field="after")
    return replace(line, after=())


def _record_added(by: User, deliverable: Deliverable) -> None:
    events.record(
        by=by,
        verb="deliverable_added",
        message=gettext_noop("%(actor)s added %(deliverable)s to the plan"),
        params={"actor": by.name, "deliverable": deliverable.title},
        client_id=deliverable.client_id,
        engagement_id=deliverable.engagement_id,
        deliverable_id=deliverable.pk,
        shared=deliverable.shared,
    )


def _write_milestones(engagement: Engagement, milestones: Sequence[MilestoneOf]) -> dict[int, Milestone]:
    rows = [
        Milestone(engagement=engagement, client_id=engagement.client_id, day=day, name=name, due_on=due_on)
        for day, name, due_on in milestones
    ]
    _check_milestones(engagement, rows)
    return {row.day: row for row in Milestone.objects.bulk_create(rows)}


def _check_milestones(engagement: Engagement, rows: Sequence[Milestone]) -> None:
    if not rows:
        raise DomainError(_("A plan needs a milestone."))
    if len({row.day for row in rows}) != len(rows):
        raise DomainError(_("Two milestones of the plan are on the same day."))
    for row in rows:
        if row.due_on < engagement.start_on:
            raise DomainError(_("Day %(day)d is due before the engagement starts.") % {"day": row.day})


def write_lines(
    engagement: Engagement,
    by_day: Mapping[int, Milestone],
    lines: Sequence[PlanLine],
    *,
    first_number: int,
    known: Mapping[str, int] | None = None,
) -> list[Deliverable]:
    """Write deliverables, their lines and dependencies in three statements; `known` maps refs to rows there are."""
    names = _Names()
    rows = [
        _deliverable(engagement, by_day, line, names, number) for number, line in enumerate(lines, start=first_number)
    ]
    made = Deliverable.objects.bulk_create(rows)
    ids = dict(known or {}) | {line.ref: row.pk for line, row in zip(lines, made, strict=True)}
    DoneLine.objects.bulk_create(
        DoneLine(deliverable=row, client_id=row.client_id, text=text, position=position)
        for line, row in zip(lines, made, strict=True)
        for position, text in enumerate(_done_lines(line))
    )
    Dependency.objects.bulk_create(
        Dependency(engagement=engagement, client_id=engagement.client_id, predecessor_id=ids[ref], successor_id=row.pk)
        for line, row in zip(lines, made, strict=True)
        for ref in dict.fromkeys(line.after)
    )
    return made


def _done_lines(line: PlanLine) -> list[str]:
    texts = [" ".join(text.split()) for text in line.done_lines]
    for text in texts:
        refuse_text(text, "done_lines")
        if len(text) > 500:
            raise DomainError(
                _("A line of the definition of done of “%(title)s” is longer than 500 characters.")
                % {"title": line.title[:80]},
                field="done_lines",
            )
    return [text for text in texts if text]


class _Names:
    """Roles and failure modes by key, read once."""

    def __init__(self) -> None:
        self.roles = {role.key: role for role in Role.objects.all()}
        self.failure_modes = {mode.key: mode for mode in FailureMode.objects.all()}

    def role(self, key: str) -> Role | None:
        """Return the role of a key; none for no key."""
        return _known(self.roles, key, _("There is no role “%(key)s”."))

    def failure_mode(self, key: str) -> FailureMode | None:
        """Return the failure mode of a key; none for no key."""
        return _known(self.failure_modes, key, _("There is no failure mode “%(key)s”."))


def _known(rows: Mapping[str, T], key: str, sentence: str) -> T | None:
    if key and key not in rows:
        raise DomainError(sentence % {"key": key[:40]})
    return rows.get(key)


def _deliverable(
    engagement: Engagement, by_day: Mapping[int, Milestone], line: PlanLine, names: _Names, number: int
) -> Deliverable:
    row = Deliverable(
        engagement=engagement,
        client_id=engagement.client_id,
        milestone=by_day[line.milestone_day],
        number=number,
        title=" ".join(line.title.split()),
        summary=line.summary.strip(),
        role=names.role(line.role_key),
        owner=line.owner,
        metric=line.metric,
        failure_mode=names.failure_mode(line.failure_mode_key),
        playbook_code=line.playbook_code,
        evidence_kinds=list(line.evidence_kinds),
        shared=line.shared,
        needs_sign_off=line.needs_sign_off,
        start_on=line.start_on,
        due_on=line.due_on,
        effort_days=line.effort_days,
        state=line.state,
        started_on=_started_on(line),
        accepted_on=line.accepted_on if line.before_emplace else None,
        before_emplace=line.before_emplace,
        before_emplace_by=line.accepted_by_name.strip() if line.before_emplace else "",
    )
    return _checked(row)


def _started_on(line: PlanLine) -> date | None:
    if line.state not in STARTED:
        return None
    if line.started_on or not line.accepted_on:
        return line.started_on
    return min(line.start_on, line.accepted_on)


def _checked(row: Deliverable) -> Deliverable:
    """Check the row's own fields; what it points at was read by us or is held by keys."""
    if row.owner is not None and row.owner.engagement_id != row.engagement_id:
        raise DomainError(_("“%(title)s”: its owner is not placed here.") % {"title": row.title[:80]}, field="owner")
    if row.metric is not None and row.metric.engagement_id != row.engagement_id:
        raise DomainError(_("“%(title)s”: its metric is of another engagement.") % {"title": row.title[:80]})
    try:
        return checked_fields(row, exclude=POINTERS)
    except DomainError as error:
        raise DomainError(f"“{row.title[:80]}”: {error}", field=error.field) from error


POINTERS = (
    "public_id", "engagement", "client", "milestone", "role", "owner", "metric", "failure_mode", "accepted_by",
    "sign_off",
)  # fmt: skip

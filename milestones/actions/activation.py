"""From draft to running: the plan is offered, a signer accepts it, or the signed statement of work is attached."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _, gettext_noop

from accounts import jobs, media
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove, NotAllowed, StaleEdit
from accounts.formats import day
from accounts.ids import public_id
from accounts.models import User, with_people
from engagements.guards import require_manager
from engagements.models import Agreement, BusinessMetric, Contact, Engagement, Placement
from engagements.states import AgreedHow, EngagementState
from milestones import files, slips
from milestones.actions.base import NOT_WORKABLE, signer_of, take_plan, tell
from milestones.content import hash_of
from milestones.models import Deliverable, Milestone

DRAFT = frozenset({EngagementState.DRAFT})
Content = dict[str, object]


def plan_content(engagement: Engagement) -> Content:
    """Return the plan's exact state as the client is shown it: JSON values, internal deliverables left out.

    Reads the same as the firm and as the portal, so that both come to the same hash. Five queries.
    """
    deliverables = engagement.deliverables.filter(shared=True).select_related("milestone", "owner__user")
    return {
        "engagement": {
            "code": engagement.code,
            "name": engagement.name,
            "goal": engagement.goal,
            "start_on": engagement.start_on.isoformat(),
            "definition_of_done": engagement.definition_of_done,
        },
        "milestones": [_milestone(row) for row in engagement.milestones.order_by("day")],
        "deliverables": [
            _deliverable(row)
            for row in with_people(deliverables, "owner__user").prefetch_related("done_lines").order_by("number")
        ],
        "metrics": [_metric(row) for row in engagement.metrics.order_by("position", "pk")],
        "team": [_placement(row) for row in _team(engagement)],
    }


def _team(engagement: Engagement) -> Iterable[Placement]:
    rows = engagement.placements.select_related("role").order_by("starts_on", "pk")
    return with_people(rows, "user")


def _milestone(row: Milestone) -> Content:
    return {"day": row.day, "name": row.name, "due_on": row.due_on.isoformat()}


def _deliverable(row: Deliverable) -> Content:
    return {
        "number": row.number,
        "milestone": row.milestone.day,
        "title": row.title,
        "summary": row.summary,
        "definition_of_done": [line.text for line in row.done_lines.all()],
        "owner": row.owner.user.name if row.owner else "",
        "needs_sign_off": row.needs_sign_off,
        "start_on": row.start_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "before_emplace": row.before_emplace,
        "accepted_on": row.accepted_on.isoformat() if row.accepted_on else None,
    }


def _metric(row: BusinessMetric) -> Content:
    return {
        "name": row.name,
        "unit": row.unit,
        "direction": row.direction,
        "start": format(row.start.normalize(), "f"),
        "target": format(row.target.normalize(), "f"),
        "source": row.source,
    }


def _placement(row: Placement) -> Content:
    return {
        "name": row.user.name,
        "role": row.role.name,
        "title": row.title,
        "percent": row.percent,
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
    }


# Whoever accepts the plan proves with it which state they saw.
content_hash = hash_of


@transaction.atomic
def offer_plan(*, by: User, engagement: Engagement) -> Engagement:
    """Show the plan to the client and mail its signers; offered again, it is mailed again."""
    require_manager(by)
    engagement = take_plan(engagement, states=DRAFT)
    _require_whole(engagement)
    signers = _signers(engagement)
    if not signers:
        raise IllegalMove(
            _("%(client)s has no signer yet. Add one, or attach the signed statement of work.")
            % {"client": engagement.client.name}
        )
    _move(engagement, {"offered_at": now()})
    tell(
        by, engagement, "plan_offered",
        gettext_noop("%(actor)s offered the plan of %(name)s to %(client)s"),
        shared=True, name=engagement.name, client=engagement.client.name,
    )  # fmt: skip
    for signer in signers:
        jobs.request(
            kind="mail_plan_offer",
            key=f"{engagement.code} {signer.user.public_id}",
            args={"engagement": engagement.pk, "contact": signer.pk},
            by=by,
            client_id=engagement.client_id,
        )
    return engagement


@transaction.atomic
def withdraw_offer(*, by: User, engagement: Engagement) -> Engagement:
    """Hide a draft from the client again."""
    require_manager(by)
    engagement = take_plan(engagement, states=DRAFT)
    if engagement.offered_at is None:
        raise IllegalMove(_("The plan was not offered."))
    _move(engagement, {"offered_at": None})
    tell(
        by, engagement, "plan_offer_withdrawn",
        gettext_noop("%(actor)s took the offered plan of %(name)s back"), name=engagement.name,
    )  # fmt: skip
    return engagement


def _signers(engagement: Engagement) -> list[Contact]:
    rows = Contact.objects.filter(client_id=engagement.client_id, is_signer=True, left_at=None)
    return list(rows.select_related("user"))


def _require_whole(engagement: Engagement) -> None:
    if not engagement.deliverables.exists():
        raise IllegalMove(_("The plan has no deliverables. Add some, so that there is something to agree on."))


@transaction.atomic
def accept_plan(*, by: User, engagement: Engagement, content_hash: str) -> Engagement:
    """Activate by a signer's acceptance of the exact plan they saw; `content_hash` is that of `plan_content`."""
    signer = signer_of(by, engagement.client_id)
    engagement = _take_unagreed(engagement)
    if engagement.offered_at is None:
        raise NotAllowed(_("This plan is not offered any more. Ask your account manager."))
    content = plan_content(engagement)
    if hash_of(content) != content_hash:
        raise StaleEdit(
            _("The plan was changed after you opened it. Read it as it is now, then accept."),
            theirs={"content_hash": hash_of(content)},
        )
    agreement = Agreement(how=AgreedHow.PORTAL, signer=signer, signer_name=by.name, at=now(), content=content)
    return _activate(by, engagement, agreement)


@transaction.atomic
def attach_statement(
    *, by: User, engagement: Engagement, signer_name: str, at: datetime, upload: "UploadedFile[bytes]"
) -> Engagement:
    """Activate by the signed statement of work, which somebody named `signer_name` signed at `at`."""
    require_manager(by)
    engagement = _take_unagreed(engagement)
    if not signer_name.strip():
        raise DomainError(_("Say who signed at the client’s."), field="signer_name")
    if at > now():
        raise DomainError(_("The day of signing is still to come."), field="at")
    _require_whole(engagement)
    stored = files.store(upload, f"{media.STATEMENTS}/{public_id()}")
    agreement = Agreement(
        how=AgreedHow.STATEMENT,
        signer_name=signer_name.strip()[:120],
        at=at,
        statement=stored.path,
        statement_name=stored.name,
        statement_sha256=stored.sha256,
        content=plan_content(engagement),
    )
    try:
        with transaction.atomic():
            return _activate(by, engagement, agreement)
    except Exception:
        files.discard(stored.path)
        raise


def _take_unagreed(engagement: Engagement) -> Engagement:
    """Take the plan of a draft. Raises IllegalMove, saying who agreed on it and when, where somebody has."""
    engagement = take_plan(engagement, states=EngagementState.values)
    if engagement.is_draft:
        return engagement
    agreement = Agreement.objects.filter(engagement=engagement).first()
    if agreement is None:
        raise IllegalMove(str(NOT_WORKABLE[EngagementState(engagement.state)]))
    said = {
        AgreedHow.PORTAL: _("%(name)s accepted the plan on %(day)s, so it is agreed already."),
        AgreedHow.STATEMENT: _("%(name)s signed the statement of work on %(day)s, so the plan is agreed already."),
    }[AgreedHow(agreement.how)]
    on = agreement.at.astimezone(ZoneInfo(engagement.client.time_zone)).date()
    raise IllegalMove(said % {"name": agreement.signer_name, "day": day(on)})


def _activate(by: User, engagement: Engagement, agreement: Agreement) -> Engagement:
    """Freeze what was agreed and start the clock; the caller holds the plan."""
    _require_whole(engagement)
    _move(engagement, {"state": EngagementState.ACTIVE, "activated_at": now()})
    engagement.milestones.update(agreed_on=F("due_on"))
    engagement.deliverables.update(agreed_on=F("due_on"), version=F("version") + 1)
    engagement.metrics.update(agreed_target=F("target"))
    agreement.engagement, agreement.client_id, agreement.by = engagement, engagement.client_id, by
    agreement.content_hash = hash_of(agreement.content)
    agreement.save(force_insert=True)
    by_statement = agreement.how == AgreedHow.STATEMENT
    tell(
        by, engagement, "engagement_activated",
        gettext_noop("%(actor)s attached the statement of work that %(signer)s signed; %(name)s is active")
        if by_statement
        else gettext_noop("%(actor)s accepted the plan; %(name)s is active"),
        shared=True, signer=agreement.signer_name, name=engagement.name,
    )  # fmt: skip
    slips.ask_recompute(engagement)
    return engagement


def _move(engagement: Engagement, changes: dict[str, object]) -> None:
    rows = Engagement.objects.filter(pk=engagement.pk, state=EngagementState.DRAFT, removed_at=None)
    if rows.update(**changes, version=F("version") + 1) != 1:
        raise IllegalMove(_("%(name)s is not a draft any more.") % {"name": engagement.name})
    engagement.refresh_from_db(fields=[*changes, "version"])

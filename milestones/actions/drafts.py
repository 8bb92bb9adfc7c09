"""Logging an engagement: a draft that is saved at every step, and what it becomes."""

import base64
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _, gettext_noop

from accounts import events
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove, NotAllowed, StaleEdit
from accounts.models import User
from engagements.actions.clients import create_client, invite_contact
from engagements.actions.engagements import create_engagement
from engagements.actions.metrics import add_metric
from engagements.actions.placements import place
from engagements.guards import require_manager
from engagements.models import BusinessMetric, Client, Engagement, Placement
from milestones.actions.plans import create_plan
from milestones.draft import DONE, PROPOSED, STEPS, Draft
from milestones.models import PlanDraft
from milestones.preview import FILE, PlanTyped, Preview

MADE: Final = "made"
LONGEST: Final = 20_000
MAX_FILE: Final = 1_048_576


@transaction.atomic
def start_draft(*, by: User) -> PlanDraft:
    """Begin to log an engagement."""
    require_manager(by)
    return PlanDraft.objects.create(by=by)


@transaction.atomic
def save_step(*, by: User, draft: PlanDraft, version: int, step: str, typed: Mapping[str, str]) -> PlanDraft:
    """Keep what was typed in a step, right or wrong.

    Raises StaleEdit with what the step holds now, where another tab saved since `version`.
    """
    if step not in STEPS:
        raise DomainError(_("There is no such step."))
    held = _locked(by, draft)
    kept = {key: _plain(value) for key, value in typed.items()}
    if held.version != version:
        if held.data.get(step) == kept:
            return held
        raise _stale(held, step)
    return _keep(held, step, {**held.data, **_proposed(held, step), step: kept})


def _proposed(held: PlanDraft, step: str) -> dict[str, Any]:
    """Return the days that the team's step proposed: what holds them still follows the start where that moves."""
    read = Draft(held)
    return {PROPOSED: read.proposed} if step == "team" and read.first_open("team") is None else {}


@transaction.atomic
def save_plan(
    *, by: User, draft: PlanDraft, version: int, plan: PlanTyped, team: Mapping[str, str] | None = None
) -> PlanDraft:
    """Keep where the plan comes from and what was changed in it, and what that changed in the team."""
    held = _locked(by, draft)
    if held.version != version:
        raise _stale(held, "plan")
    data = {**held.data, "plan": asdict(plan)}
    if team is not None:
        data["team"] = {key: _plain(value) for key, value in team.items()}
    return _keep(held, "plan", data)


def plan_file(name: str, data: bytes) -> tuple[str, str]:
    """Return content and name as a draft keeps an uploaded plan. Raises DomainError for one beyond 1 MB."""
    if len(data) > MAX_FILE:
        raise DomainError(_("The file is larger than 1 MB. A plan is a table of text; save it as CSV."), field="file")
    return base64.b64encode(data).decode(), _plain(name)[:200]


@transaction.atomic
def discard_draft(*, by: User, draft: PlanDraft) -> None:
    """Throw a draft away; the trail keeps it."""
    held = _locked(by, draft)
    events.record(
        by=by,
        verb="draft_discarded",
        message=gettext_noop("%(actor)s threw the entries for %(name)s away"),
        params={"name": held.name or _("an engagement")},
    )
    held.delete()


def _locked(by: User, draft: PlanDraft) -> PlanDraft:
    require_manager(by)
    held = PlanDraft.objects.select_for_update().filter(pk=draft.pk).first()
    if held is None:
        raise IllegalMove(_("These entries were thrown away meanwhile."))
    if held.by_id != by.pk:
        raise NotAllowed(_("Somebody else is logging this engagement."))
    if held.step == DONE:
        raise IllegalMove(_("This engagement was created already."))
    return held


def _stale(held: PlanDraft, step: str) -> StaleEdit:
    return StaleEdit(
        _("Another tab saved other entries meanwhile. Choose line by line."),
        theirs={**held.data.get(step, {})},
        by=held.by.name,
    )


def _keep(held: PlanDraft, step: str, data: dict[str, Any]) -> PlanDraft:
    name = str(data.get("goal", {}).get("name", ""))[:160]
    PlanDraft.objects.filter(pk=held.pk).update(
        data=data, step=step, name=name, changed_at=now(), version=F("version") + 1
    )
    held.refresh_from_db()
    return held


def _plain(value: str) -> str:
    """JSON of PostgreSQL holds no NUL; what it was stays visible as a replacement character."""
    return value.replace("\x00", "\ufffd")[:LONGEST]


# --- what it becomes ----------------------------------------------------------------------------------------


@transaction.atomic
def create_from_draft(*, by: User, draft: PlanDraft, version: int) -> Engagement:
    """Write client, engagement, team, metrics and plan in one go. Sent twice, both get the same engagement."""
    held = PlanDraft.objects.select_for_update().filter(pk=draft.pk, by=by).first()
    if held is not None and held.step == DONE:
        return Engagement.objects.select_related("client").get(code=held.data[MADE])
    held = _locked(by, draft)
    if held.version != version:
        raise _stale(held, "plan")
    preview = _preview(held)
    engagement = _write(by, preview)
    PlanDraft.objects.filter(pk=held.pk).update(
        step=DONE, data={MADE: engagement.code}, changed_at=now(), version=F("version") + 1
    )
    return engagement


def _preview(held: PlanDraft) -> Preview:
    read = Draft(held)
    if read.first_open() is not None:
        raise DomainError(_("Some steps are not filled in yet."))
    preview = Preview(read)
    if problems := preview.problems:
        raise DomainError(problems[0])
    return preview


def _write(by: User, preview: Preview) -> Engagement:
    read = preview.draft
    engagement = _engagement(by, read, _client(by, read))
    metrics = _metrics(by, read, engagement)
    owners = _team(by, read, engagement)
    create_plan(
        by=by,
        engagement=engagement,
        playbook_version=preview.version,
        milestones=preview.milestones,
        lines=[sketch.line(owners, metrics) for sketch in preview.sketches],
    )
    if preview.source == FILE:
        events.record(
            by=by,
            verb="plan_imported",
            message=gettext_noop("%(actor)s read the plan from the file %(file)s"),
            params={"file": preview.typed.file_name},
            client_id=engagement.client_id,
            engagement_id=engagement.pk,
        )
    return engagement


def _client(by: User, read: Draft) -> Client:
    chosen = read.client_form.chosen
    if chosen is not None:
        return chosen
    data = read.client_form.cleaned_data
    country, region, zone = read.place
    client = create_client(
        by=by,
        name=data["name"],
        mark=data["mark"],
        country=country,
        subdivision=region,
        time_zone=zone,
        industry=data["industry"],
    )
    invite_contact(
        by=by,
        client=client,
        name=data["contact_name"],
        email=data["contact_email"],
        title=data["contact_title"],
        is_signer=True,
    )
    return client


def _engagement(by: User, read: Draft, client: Client) -> Engagement:
    data = read.goal_form.cleaned_data
    return create_engagement(
        by=by,
        client=client,
        name=data["name"],
        goal=data["goal"],
        service_line=data["service_line"],
        manager=data["manager"],
        start_on=data["start_on"],
        backlog_url=data["backlog_url"],
        release_url=data["release_url"],
        done_url=data["done_url"],
        definition_of_done=data["definition_of_done"],
    )


def _metrics(by: User, read: Draft, engagement: Engagement) -> dict[str, BusinessMetric]:
    made = [
        add_metric(
            by=by,
            engagement=engagement,
            name=row["name"],
            unit=row["unit"],
            direction=row["direction"],
            start=row["start"],
            target=row["target"],
            source=row["source"],
        )
        for row in read.metric_rows.said
    ]
    return {metric.name.casefold(): metric for metric in made}


def _team(by: User, read: Draft, engagement: Engagement) -> dict[str, Placement]:
    """Place everybody and return the placements by their seats' keys."""
    placed = {}
    for seat, row in zip(read.seats, read.seat_rows.said, strict=True):
        placed[seat.key] = place(
            by=by,
            engagement=engagement,
            specialist=row["specialist"],
            role=row["role"],
            percent=seat.percent,
            starts_on=seat.starts_on,
            ends_on=seat.ends_on,
            title=row["title"],
            overload_reason=read.reasons.get(seat.specialist, ""),
        )
    return placed

"""What a handoff pack says: read once from the database, as plain data, shared content only."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from accounts.formats import dated, figure
from accounts.models import with_people
from engagements.models import Agreement, BusinessMetric, Engagement, MetricReading, Placement, Risk
from milestones.calendar import WorkCalendar
from milestones.models import (
    Deliverable,
    DoneLine,
    Evidence,
    ForecastRun,
    Milestone,
    PlanChange,
    PlanMove,
    SignOff,
    Wait,
)
from milestones.moves import PARTS
from milestones.states import ChangeState, DeliverableState, EvidenceKind, Moves
from reports.pack.parts import Change, Item, OpenWait, Outcome, Person, Proof, RiskLine, Signature, Stage
from reports.pages.move_words import title_of


def shared_deliverables(engagement: Engagement) -> "QuerySet[Deliverable]":
    """Return what the client may read of the plan, with all that the register prints, in a fixed number of queries."""
    rows = Deliverable.objects.filter(engagement=engagement, shared=True).counted()
    named = with_people(rows, "owner__user", "accepted_by", "sign_off__signer_user")
    evidence = with_people(Evidence.objects.filter(removed_at__isnull=True), "by")
    return named.select_related("milestone", "metric", "failure_mode", "sign_off").prefetch_related(
        Prefetch("done_lines", DoneLine.objects.order_by("position", "id")), Prefetch("evidence", evidence)
    )


def proof(evidence: Evidence) -> Proof:
    """Return one piece of evidence for print."""
    return Proof(
        title=evidence.title,
        kind=evidence.kind,
        kind_word=str(EvidenceKind(evidence.kind).label),
        where=evidence.url or evidence.file_name,
        sha256=evidence.sha256,
        by=evidence.by.name,
        on=localdate(evidence.at),
    )


def item(row: Deliverable, likely_on: date | None, calendar: WorkCalendar) -> Item:
    """Return one deliverable for print; `likely_on` from the last forecast, days by the client's calendar."""
    agreed = row.agreed_on or row.due_on
    return Item(
        number=row.number,
        title=row.title,
        summary=row.summary,
        state=row.state,
        state_word=str(DeliverableState(row.state).label),
        milestone_day=row.milestone.day,
        owner=row.owner.user.name if row.owner else "",
        failure_mode=row.failure_mode.name if row.failure_mode else "",
        serves=row.metric.name if row.metric else (row.failure_mode.name if row.failure_mode else ""),
        start_on=row.start_on,
        agreed_on=row.agreed_on,
        due_on=row.due_on,
        started_on=row.started_on,
        accepted_on=row.accepted_on,
        late_by=calendar.working_days_between(agreed, row.accepted_on) if row.accepted_on else 0,
        likely_on=likely_on,
        signed_by=row.sign_off.signer_user.name if row.sign_off else "",
        signed_hash=row.sign_off.content_hash if row.sign_off else "",
        before_emplace=row.before_emplace_by if row.before_emplace else "",
        needs_sign_off=row.needs_sign_off,
        done_lines=tuple((line.text, line.ticked_at is not None) for line in row.done_lines.all()),
        evidence=tuple(proof(evidence) for evidence in row.evidence.all()),
    )


def likely_dates(engagement: Engagement) -> dict[str, date]:
    """Return the likely finish of each unfinished deliverable, by public id; nothing where the clock stands still."""
    if not engagement.is_active:
        return {}
    run = ForecastRun.objects.filter(engagement=engagement).order_by("-on").first()
    works = run.works.items() if run else ()
    return {key: date.fromisoformat(work["likely"]) for key, work in works if work.get("likely")}


def items(engagement: Engagement) -> tuple[Item, ...]:
    """Return the register."""
    likely = likely_dates(engagement)
    calendar = WorkCalendar(engagement.client.country, engagement.client.subdivision)
    return tuple(item(row, likely.get(row.public_id), calendar) for row in shared_deliverables(engagement))


def stages(milestones: Iterable[Milestone], register: Iterable[Item]) -> tuple[Stage, ...]:
    """Return the milestones; one is met on the day its last shared deliverable was accepted."""
    found = []
    register = list(register)
    for milestone in milestones:
        own = [row for row in register if row.milestone_day == milestone.day]
        days = [row.accepted_on for row in own if row.accepted_on]
        met_on = max(days) if own and len(days) == len(own) else None
        found.append(
            Stage(milestone.day, milestone.name, milestone.agreed_on, milestone.due_on, len(own), len(days), met_on)
        )
    return tuple(found)


def outcomes(engagement: Engagement) -> tuple[Outcome, ...]:
    """Return the business metrics with their readings."""
    readings = with_people(MetricReading.objects.all(), "confirmed_by__user")
    metrics = BusinessMetric.objects.filter(engagement=engagement)
    return tuple(outcome(metric) for metric in metrics.prefetch_related(Prefetch("readings", readings)))


def outcome(metric: BusinessMetric) -> Outcome:
    """Return one metric; its latest reading is where it stands now."""
    readings = list(metric.readings.all())
    last = readings[-1] if readings else None
    confirmed = next((reading.confirmed_by for reading in reversed(readings) if reading.confirmed_by), None)
    return Outcome(
        name=metric.name,
        unit=metric.unit,
        direction=metric.direction,
        start=metric.start,
        target=metric.target,
        agreed_target=metric.agreed_target,
        now=last.value if last else None,
        now_on=last.on if last else None,
        source=(last.source if last and last.source else metric.source),
        confirmed_by=confirmed.user.name if confirmed else "",
        way=float(metric.way(last.value)) if last else None,
        readings=tuple((reading.on, reading.value) for reading in readings),
    )


def people(engagement: Engagement, register: Iterable[Item]) -> tuple[Person, ...]:
    """Return who is or was placed, with how many of the register's deliverables they own."""
    register = list(register)
    rows = with_people(Placement.objects.filter(engagement=engagement), "user").select_related("role")
    return tuple(
        Person(
            name=row.user.name,
            role=row.role.name,
            title=row.title,
            percent=row.percent,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            deliverables=sum(1 for entry in register if entry.owner == row.user.name),
        )
        for row in rows
    )


def signatures(engagement: Engagement, agreement: Agreement | None) -> tuple[Signature, ...]:
    """Return every acceptance by the client, the plan's first."""
    found = []
    if agreement:
        found.append(Signature("", agreement.signer_name, agreement.at, agreement.content_hash, ""))
    rows = with_people(
        SignOff.objects.filter(engagement=engagement, decision="accepted", deliverable__shared=True), "signer_user"
    )
    found += [
        Signature(row.deliverable.title, row.signer_user.name, row.at, row.content_hash, row.words)
        for row in rows.select_related("deliverable")
    ]
    return tuple(found)


def changes(engagement: Engagement) -> tuple[Change, ...]:
    """Return the register of plan changes."""
    rows = with_people(PlanChange.objects.filter(engagement=engagement), "asked_by", "decided_by_user")
    shared = PlanMove.objects.exclude(deliverable__shared=False).select_related(*PARTS)
    rows = rows.prefetch_related(Prefetch("moves", shared))
    return tuple(
        Change(
            number=row.number,
            what=row.what,
            why=row.why,
            state_word=str(ChangeState(row.state).label),
            asked_by=row.asked_by.name,
            asked_on=localdate(row.asked_at),
            decided_by=row.signer_name or (row.decided_by_user.name if row.decided_by_user else ""),
            moves=tuple(moved(line) for line in row.moves.all()),
            decided_on=localdate(row.decided_at) if row.decided_at else None,
        )
        for row in rows
    )


def moved(line: PlanMove) -> str:
    """Return one move of a plan change in words."""
    from_to = {"from": dated(line.from_on) or figure(line.from_value), "to": dated(line.to_on) or figure(line.to_value)}
    if line.kind == Moves.DROP:
        return _("%(title)s: dropped") % {"title": title_of(line)}
    if line.kind == Moves.ADD:
        return _("%(title)s: added, due %(to)s") % {"title": title_of(line), **from_to}
    if line.from_milestone and line.to_milestone:
        days = {"old": line.from_milestone.day, "new": line.to_milestone.day}
        said = _("%(title)s: from day %(old)d, due %(from)s, to day %(new)d, due %(to)s")
        return said % {"title": title_of(line), **from_to, **days}
    return _("%(title)s: from %(from)s to %(to)s") % {"title": title_of(line), **from_to}


def open_waits(engagement: Engagement) -> tuple[OpenWait, ...]:
    """Return the stops that are still open on what the client sees."""
    rows = Wait.objects.filter(engagement=engagement, closed_on__isnull=True, deliverable__shared=True)
    return tuple(
        OpenWait(row.what, row.get_on_display(), row.deliverable.title, row.opened_on)
        for row in rows.select_related("deliverable")
    )


def risks(engagement: Engagement) -> tuple[RiskLine, ...]:
    """Return the open risks that both sides know of."""
    rows = with_people(Risk.objects.filter(engagement=engagement, shared=True, closed_at__isnull=True), "owner")
    return tuple(
        RiskLine(
            text=row.text,
            failure_mode=row.failure_mode.name,
            likelihood=row.get_likelihood_display(),
            impact=row.get_impact_display(),
            owner=row.owner.name if row.owner else "",
            answer=row.answer,
        )
        for row in rows.select_related("failure_mode")
    )

"""Reads plans for the forecast: a fixed number of queries for any number of engagements."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, cast

import numpy as np
from django.db.models import Count

from accounts.clock import today as today_at
from engagements.models import Engagement, Hold
from engagements.states import EngagementState
from milestones.calendar import WorkCalendar
from milestones.forecasting import MilestoneDue, PlanInput, Wait as WaitInput, Work
from milestones.forecasting.types import State, Who
from milestones.models import Deliverable, Dependency, Milestone, Plan, Wait
from milestones.states import UNFINISHED, DeliverableState
from roles.models import Absence

STALL_SHARE: Final = 85  # percent of a role's past deliverables that took less
STALL_SAMPLE: Final = 20  # fewer past ones say nothing
STALL_PAST: Final = timedelta(days=730)
AWAY_BEFORE: Final = timedelta(days=730)
AWAY_AFTER: Final = timedelta(days=1100)


@dataclass(frozen=True)
class Loaded:
    """One engagement's plan as read: its input, the plan's version then, and public ids and role names by key."""

    engagement: Engagement
    version: int
    input: PlanInput
    works: Mapping[int, str]
    milestones: Mapping[int, str]
    roles: Mapping[int, str]


def load(
    engagements: Sequence[Engagement], *, today: date | None = None, stall_days: Mapping[str, float] | None = None
) -> list[Loaded]:
    """Read what forecasts need; `client` of each engagement is loaded. Engagements without a plan are left out.

    `stall_days` as of `stall_days_by_role`, read here where it is not given.
    """
    rows = _Rows(engagements, today, stall_days_by_role() if stall_days is None else stall_days)
    return [rows.loaded(one) for one in engagements if one.pk in rows.versions]


class _Rows:
    """Rows of several engagements, by engagement."""

    def __init__(self, engagements: Sequence[Engagement], today: date | None, stall_days: Mapping[str, float]) -> None:
        self.today = today
        self.stall_days = stall_days
        ids = [one.pk for one in engagements]
        # The versions first: a change that comes after makes them old, and the forecast is made anew.
        self.versions = dict(Plan.objects.filter(engagement__in=ids).values_list("engagement_id", "version"))
        self.milestones = _grouped(Milestone.objects.filter(engagement__in=ids))
        self.deliverables = _grouped(
            Deliverable.objects.filter(engagement__in=ids).exclude(state=DeliverableState.DROPPED)
            .select_related("owner", "role").order_by("pk")
        )  # fmt: skip
        self.predecessors = _predecessors(ids)
        self.held = _held(ids)
        self.waits = _waits(ids)
        everybody = {d.owner.specialist_id for rows in self.deliverables.values() for d in rows if d.owner}
        self.open_loads = _open_loads(everybody)
        self.away = _away(everybody, today or today_at())

    def loaded(self, engagement: Engagement) -> Loaded:
        """Put one engagement together."""
        deliverables = self.deliverables[engagement.pk]
        milestones = self.milestones[engagement.pk]
        kept = {one.pk for one in deliverables}
        plan = PlanInput(
            engagement=engagement.code,
            today=self.today or engagement.today(),
            works=tuple(self._work(one, kept) for one in deliverables),
            milestones=tuple(MilestoneDue(one.pk, one.due_on) for one in milestones),
            calendar=_calendar(engagement, self.held[engagement.pk]),
            absences=self.away,
            stall_days=self.stall_days,
        )
        return Loaded(
            engagement=engagement,
            version=self.versions[engagement.pk],
            input=plan,
            works={one.pk: one.public_id for one in deliverables},
            milestones={one.pk: one.public_id for one in milestones},
            roles={one.pk: one.role.name for one in deliverables if one.role},
        )

    def _work(self, row: Deliverable, kept: set[int]) -> Work:
        owner = row.owner.specialist_id if row.owner else None
        return Work(
            id=row.pk,
            milestone=row.milestone_id,
            start_on=row.start_on,
            due_on=row.due_on,
            effort_days=row.effort_days,
            state=cast("State", row.state),
            started_on=row.started_on,
            finished_on=row.accepted_on,
            predecessors=tuple(one for one in self.predecessors[row.pk] if one in kept),
            owner=owner,
            owner_open_load=self.open_loads.get(owner, 0) if owner is not None else 0,
            waits=tuple(self.waits[row.pk]),
            role=row.role.key if row.role else "",
        )


def _grouped(rows: Iterable[Deliverable] | Iterable[Milestone]) -> defaultdict[int, list]:  # type: ignore[type-arg]
    found: defaultdict[int, list[object]] = defaultdict(list)
    for row in rows:
        found[row.engagement_id].append(row)
    return found


def _predecessors(ids: Sequence[int]) -> defaultdict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    rows = Dependency.objects.filter(engagement__in=ids).order_by("predecessor_id")
    for successor, predecessor in rows.values_list("successor_id", "predecessor_id"):
        found[successor].append(predecessor)
    return found


def _held(ids: Sequence[int]) -> defaultdict[int, set[date]]:
    """Map engagements to the days on which their clock stood still."""
    found: defaultdict[int, set[date]] = defaultdict(set)
    for one in Hold.objects.filter(engagement__in=ids, until_on__isnull=False):
        assert one.until_on is not None  # noqa: S101 - asked for above
        days = min((one.until_on - one.from_on).days, AWAY_BEFORE.days)
        found[one.engagement_id].update(one.from_on + timedelta(days=n) for n in range(days))
    return found


def _calendar(engagement: Engagement, held: set[date]) -> WorkCalendar:
    """Return the client's working days; those on hold count for nothing, neither as work nor as waiting."""
    return WorkCalendar(engagement.client.country, engagement.client.subdivision).without(held)


def _waits(ids: Sequence[int]) -> defaultdict[int, list[WaitInput]]:
    found: defaultdict[int, list[WaitInput]] = defaultdict(list)
    rows = Wait.objects.filter(engagement__in=ids).order_by("pk")
    for deliverable, who, since, until in rows.values_list("deliverable_id", "on", "opened_on", "closed_on"):
        found[deliverable].append(WaitInput(since, cast("Who", who), open=until is None, until=until))
    return found


def _open_loads(specialists: set[int]) -> dict[int, int]:
    """Count open deliverables by specialist, over every active engagement."""
    rows = Deliverable.objects.filter(
        owner__specialist__in=specialists, state__in=UNFINISHED, engagement__state=EngagementState.ACTIVE
    )
    counted = rows.order_by().values_list("owner__specialist").annotate(n=Count("pk"))
    return {specialist: n for specialist, n in counted if specialist is not None}


def _away(specialists: set[int], today: date) -> dict[int, frozenset[date]]:
    first, last = today - AWAY_BEFORE, today + AWAY_AFTER
    days: defaultdict[int, set[date]] = defaultdict(set)
    rows = Absence.objects.filter(user__specialist__in=specialists, ends_on__gte=first, starts_on__lte=last)
    for specialist, starts_on, ends_on in rows.values_list("user__specialist", "starts_on", "ends_on"):
        begin, end = max(starts_on, first), min(ends_on, last)
        days[specialist].update(begin + timedelta(days=n) for n in range((end - begin).days + 1))
    return {specialist: frozenset(found) for specialist, found in days.items()}


def stall_days_by_role() -> dict[str, float]:
    """Map a role's key to the weekdays from start to acceptance that 85 % of its past deliverables stayed under.

    Roles with fewer than 20 past ones in two years are left out; the forecast's prior speaks for them.
    """
    rows = Deliverable.objects.filter(
        state=DeliverableState.ACCEPTED,
        before_emplace=False,
        role__isnull=False,
        started_on__isnull=False,
        accepted_on__gte=today_at() - STALL_PAST,
    )
    spans: defaultdict[str, list[tuple[date, date]]] = defaultdict(list)
    for role, began, ended in rows.order_by().values_list("role__key", "started_on", "accepted_on"):
        if role and began and ended:
            spans[role].append((began, ended + timedelta(days=1)))
    return {role: _share_below(found) for role, found in spans.items() if len(found) >= STALL_SAMPLE}


def _share_below(spans: Sequence[tuple[date, date]]) -> float:
    pairs = np.array(spans, dtype="datetime64[D]")
    return float(np.percentile(np.busday_count(pairs[:, 0], pairs[:, 1]), STALL_SHARE, method="higher"))

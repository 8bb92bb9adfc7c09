"""Reads plans for the forecast: a fixed number of queries for any number of engagements.

What teaches a forecast about the engagement's own pace is in the plan itself (milestones/forecasting/past.py), so the
assumptions about any engagement (`PlanInput.prior`) stay those that were tried on simulated ones.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, cast

import numpy as np

from accounts.clock import today as today_at
from engagements.models import Engagement, Hold
from milestones.calendar import WorkCalendar
from milestones.forecasting import MilestoneDue, Opinion, PlanInput, Wait as WaitInput, Work
from milestones.forecasting.risk import Outcomes
from milestones.forecasting.types import State, Who
from milestones.models import Deliverable, Dependency, Milestone, Plan, SlipSnapshot, Wait
from milestones.risk_model import Model, model_in_force
from milestones.risk_scores import Scored, opinion_of, scored
from milestones.risk_signs import Loads, PlanRow, Reading, Record, firm_record, last_outcomes, plan_rows, read_signs
from milestones.states import DeliverableState
from roles.models import Absence

STALL_SHARE: Final = 85  # percent of a role's past deliverables that took less
STALL_SAMPLE: Final = 20  # fewer past ones say nothing
STALL_PAST: Final = timedelta(days=730)
AWAY_BEFORE: Final = timedelta(days=730)
AWAY_AFTER: Final = timedelta(days=1100)


@dataclass(frozen=True)
class Firm:
    """What is the same for every engagement, read once for many: stall days by role, how dates held, the risk's model.

    `stall_days` as of `stall_days_by_role`; `past` are the last outcomes, with what was known of them half-way.
    """

    stall_days: Mapping[str, float]
    record: Record
    past: Outcomes
    model: Model


def read_firm(today: date | None = None) -> Firm:
    """Four queries."""
    day = today or today_at()
    return Firm(stall_days_by_role(), firm_record(day), last_outcomes(day), model_in_force())


@dataclass(frozen=True)
class Loaded:
    """One engagement's plan as read: its input, the plan's version then, and public ids and role names by key.

    `starts` are planned ones, `asked` the due dates of which a snapshot is kept already. `scores` are the scorecard's
    findings on unfinished deliverables, `model` is what the slip risk is made with.
    """

    engagement: Engagement
    version: int
    input: PlanInput
    scores: Mapping[int, Scored]
    model: Model
    works: Mapping[int, str]
    milestones: Mapping[int, str]
    roles: Mapping[int, str]
    starts: Mapping[int, date]
    asked: frozenset[tuple[int, date]]
    reading: Reading

    def opinion_after(self, due: Mapping[int, date], dropped: Collection[int], starts: Mapping[int, date]) -> Opinion:
        """Return what the scorecard will say once a plan change has moved these dates and dropped those."""
        return opinion_of(self.model, scored(self.model, self.reading.after(due, dropped, starts).known()))


def load(engagements: Sequence[Engagement], *, today: date | None = None, firm: Firm | None = None) -> list[Loaded]:
    """Read what forecasts need; `client` of each engagement is loaded. Engagements without a plan are left out.

    `firm` is read here where it is not given.
    """
    rows = _Rows(engagements, today, firm or read_firm(today))
    return [rows.loaded(one) for one in engagements if one.pk in rows.versions]


class _Rows:
    """Rows of several engagements, by engagement."""

    def __init__(self, engagements: Sequence[Engagement], today: date | None, firm: Firm) -> None:
        self.today = today
        self.firm = firm
        ids = [one.pk for one in engagements]
        # The versions first: a change that comes after makes them old, and the forecast is made anew.
        self.versions = dict(Plan.objects.filter(engagement__in=ids).values_list("engagement_id", "version"))
        self.milestones = _grouped(Milestone.objects.filter(engagement__in=ids))
        self.deliverables: defaultdict[int, list[PlanRow]] = defaultdict(list)
        for row in plan_rows(ids):
            self.deliverables[row.engagement_id].append(row)
        self.predecessors = _predecessors(ids)
        self.held = _held(ids)
        self.waits = _waits(ids)
        everybody = {
            row.specialist for rows in self.deliverables.values() for row in rows if row.specialist is not None
        }
        self.away = _away(everybody, today or today_at())
        self.signs = read_signs(engagements, everybody, today or today_at(), firm.record, firm.past)
        self.scores = self._scored(engagements)
        self.asked = _asked(ids)

    def _scored(self, engagements: Iterable[Engagement]) -> dict[int, Scored]:
        """All at once: looking numbers up in tables costs the same for one deliverable as for a thousand."""
        self.readings = {one.pk: self._reading(one) for one in engagements}
        known = {key: one for reading in self.readings.values() for key, one in reading.known().items()}
        return scored(self.firm.model, known)

    def _reading(self, engagement: Engagement) -> Reading:
        rows = self.deliverables[engagement.pk]
        return Reading(engagement, rows, self.predecessors, self.signs, self._today(engagement))

    def _today(self, engagement: Engagement) -> date:
        return self.today or engagement.today()

    def loaded(self, engagement: Engagement) -> Loaded:
        """Put one engagement together."""
        deliverables = self.deliverables[engagement.pk]
        milestones = self.milestones[engagement.pk]
        scores = {one.pk: self.scores[one.pk] for one in deliverables if one.pk in self.scores}
        kept = {one.pk for one in deliverables}
        plan = PlanInput(
            engagement=engagement.code,
            today=self._today(engagement),
            works=tuple(self._work(one, kept) for one in deliverables),
            milestones=tuple(MilestoneDue(one.pk, one.due_on) for one in milestones),
            calendar=_calendar(engagement, self.held[engagement.pk]),
            absences=self.away,
            stall_days=self.firm.stall_days,
            opinion=opinion_of(self.firm.model, scores),
        )
        return Loaded(
            engagement=engagement,
            version=self.versions[engagement.pk],
            input=plan,
            scores=scores,
            model=self.firm.model,
            works={one.pk: one.public_id for one in deliverables},
            milestones={one.pk: one.public_id for one in milestones},
            roles={one.pk: one.role_name for one in deliverables if one.role_name},
            reading=self.readings[engagement.pk],
            asked=self.asked[engagement.pk],
            starts={one.pk: one.start_on for one in deliverables},
        )

    def _work(self, row: PlanRow, kept: set[int]) -> Work:
        owner = row.specialist
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
            owner_open_load=self.signs.loads.get(owner, Loads()).on_table if owner is not None else 0,
            waits=tuple(self.waits[row.pk]),
            role=row.role_key or "",
            added_on=self.signs.added.get(row.pk),
            needs_sign_off=row.needs_sign_off,
        )


def _grouped(rows: Iterable[Milestone]) -> defaultdict[int, list[Milestone]]:
    found: defaultdict[int, list[Milestone]] = defaultdict(list)
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
    named = rows.values_list("deliverable_id", "on", "opened_on", "closed_on", "for_sign_off")
    for deliverable, who, since, until, review in named:
        found[deliverable].append(WaitInput(since, cast("Who", who), open=until is None, until=until, review=review))
    return found


def _asked(ids: Sequence[int]) -> defaultdict[int, frozenset[tuple[int, date]]]:
    found: defaultdict[int, set[tuple[int, date]]] = defaultdict(set)
    rows = SlipSnapshot.objects.filter(engagement__in=ids, late__isnull=True).order_by()
    for engagement, deliverable, due_on in rows.values_list("engagement_id", "deliverable_id", "due_on"):
        found[engagement].add((deliverable, due_on))
    return defaultdict(frozenset, {engagement: frozenset(keys) for engagement, keys in found.items()})


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

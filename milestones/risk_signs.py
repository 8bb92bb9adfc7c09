"""What the slip risk looks at, read for whole engagements at once and put as the scorecard was taught to see it.

docs/forecasting.md says for each feature what it is here and what it was where it was learnt.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Count, F, Max, Q

from accounts.models import Event
from engagements.models import Engagement
from engagements.states import LIVE, EngagementState
from milestones.forecasting.risk import LAST_ALIKE, USUAL_SHARE, Asked, Features, Outcomes, alike_share, pooled_share
from milestones.models import Comment, Deliverable, DueMove, PlanMove, SlipSnapshot
from milestones.models.work import DeliverableQuerySet
from milestones.states import COUNTED, UNFINISHED, ChangeState, DeliverableState

FIRM_RECORD: Final = 100  # outcomes that a firm's record looks back on
ENGAGEMENT_RECORD: Final = 50


class PlanRow(NamedTuple):
    """A deliverable as forecasts read it: a night reads so many that whole models would cost as much as the draws."""

    pk: int
    engagement_id: int
    public_id: str
    milestone_id: int
    start_on: date
    due_on: date
    effort_days: int
    state: str
    started_on: date | None
    accepted_on: date | None
    needs_sign_off: bool
    sent_back_count: int
    before_emplace: bool
    specialist: int | None
    role_key: str | None
    role_name: str | None


PLACES: Final = {"specialist": "owner__specialist_id", "role_key": "role__key", "role_name": "role__name"}


def plan_rows(ids: Sequence[int]) -> list[PlanRow]:
    """Read every deliverable of these engagements that is not dropped; one query."""
    rows = Deliverable.objects.filter(engagement__in=ids).exclude(state=DeliverableState.DROPPED).order_by("pk")
    return [PlanRow._make(row) for row in rows.values_list(*(PLACES.get(one, one) for one in PlanRow._fields))]


@dataclass(frozen=True)
class Record:
    """So many outcomes, and how many of them were late."""

    late: int = 0
    of: int = 0

    def share(self, towards: float = USUAL_SHARE) -> float:
        """The share late, pulled towards a wider one, which it is where there is nothing."""
        return pooled_share(self.late, self.of, towards)


@dataclass(frozen=True)
class Loads:
    """A specialist's unfinished deliverables in every active engagement, and those that are on the table by now."""

    open: int = 0
    on_table: int = 0


@dataclass(frozen=True)
class Known:
    """One deliverable's features, and the counts that words name."""

    features: Features
    record: Record
    engagement: Record


@dataclass(frozen=True)
class Signs:
    """What deliverables and their owners carry, by primary key; a fixed number of queries."""

    comments: Mapping[int, int]
    rescoped: Mapping[int, int]
    moved: Mapping[int, date]
    added: Mapping[int, date]
    records: Mapping[int, Record]
    loads: Mapping[int, Loads]
    firm: Record
    past: Outcomes


def read_signs(
    engagements: Sequence[Engagement], specialists: Iterable[int], today: date, firm: Record, past: Outcomes
) -> Signs:
    """Six queries for any number of engagements; `client` of each is loaded. Today stands for every time zone's."""
    ids = [one.pk for one in engagements]
    owners = set(specialists)
    return Signs(
        comments=_comments(ids),
        rescoped=_rescoped(ids),
        moved=_moved(engagements),
        added=added_days(engagements),
        records=_records(owners),
        loads=open_loads(owners, today),
        firm=firm,
        past=past,
    )


def firm_record(today: date) -> Record:
    """Return how the firm's last deliverables came out that fell due before today."""
    rows = _judged().filter(due_on__lt=today, engagement__state__in=[*sorted(LIVE), EngagementState.COMPLETED])
    return _record(rows.order_by("-due_on", "-pk").values_list("due_on", "accepted_on")[:FIRM_RECORD])


def last_outcomes(today: date) -> Outcomes:
    """Return the firm's last judged snapshots that fell due before today, in the order in which they did.

    One without a record cannot be compared and is left out.
    """
    judged = SlipSnapshot.objects.filter(late__isnull=False, due_on__lt=today).order_by("-due_on", "-pk")
    last = list(judged.values_list("signs__days_left", "signs__record", "engagement_id", "late")[:LAST_ALIKE])[::-1]
    rows = np.array([row for row in last if None not in row], dtype=np.float64).reshape(-1, 4)
    days_left, record, engagement, late = rows.T
    return Outcomes(Asked(days_left, record, engagement), late)


def open_loads(specialists: set[int], today: date) -> dict[int, Loads]:
    """Map specialists to their loads over every active engagement: begun or planned to have begun is on the table."""
    rows = Deliverable.objects.filter(
        owner__specialist__in=specialists, state__in=UNFINISHED, engagement__state=EngagementState.ACTIVE
    )
    on_table = Q(start_on__lte=today) | ~Q(state=DeliverableState.PLANNED)
    counted = rows.order_by().values_list("owner__specialist").annotate(n=Count("pk"), now=Count("pk", filter=on_table))
    return {specialist: Loads(n, now) for specialist, n, now in counted if specialist is not None}


def added_days(engagements: Sequence[Engagement]) -> dict[int, date]:
    """Map deliverables that came into a running plan to the day on which they did."""
    started = {one.pk: (one.activated_at, ZoneInfo(one.client.time_zone)) for one in engagements}
    rows = Event.objects.filter(engagement_id__in=list(started), verb="deliverable_added", deliverable_id__isnull=False)
    found: dict[int, date] = {}
    for engagement, deliverable, at in rows.order_by("at").values_list("engagement_id", "deliverable_id", "at"):
        began, zone = started[engagement or 0]
        if began is not None and at >= began and deliverable:
            found.setdefault(deliverable, at.astimezone(zone).date())
    return found


def _judged() -> DeliverableQuerySet:
    """Deliverables whose lateness says something of the firm: what was taken over or dropped does not."""
    return Deliverable.objects.filter(state__in=COUNTED, before_emplace=False, engagement__removed_at__isnull=True)


def _record(rows: Iterable[tuple[date, date | None]]) -> Record:
    late = [ended is None or ended > due for due, ended in rows]
    return Record(sum(late), len(late))


def _comments(ids: Sequence[int]) -> dict[int, int]:
    rows = Comment.objects.filter(engagement__in=ids, deliverable__isnull=False)
    return {key: n for key, n in rows.order_by().values_list("deliverable").annotate(n=Count("pk")) if key}


def _rescoped(ids: Sequence[int]) -> dict[int, int]:
    """Count the approved plan changes that touched each deliverable."""
    rows = PlanMove.objects.filter(
        engagement__in=ids, deliverable__isnull=False, change__state=ChangeState.APPROVED
    ).order_by()
    return {key: n for key, n in rows.values_list("deliverable").annotate(n=Count("change", distinct=True)) if key}


def _moved(engagements: Sequence[Engagement]) -> dict[int, date]:
    """Map deliverables to the day on which their due date was last moved."""
    zones = {one.pk: ZoneInfo(one.client.time_zone) for one in engagements}
    rows = DueMove.objects.filter(engagement__in=list(zones), deliverable__isnull=False).order_by()
    last = rows.values_list("engagement", "deliverable").annotate(at=Max("at"))
    return {key: at.astimezone(zones[engagement]).date() for engagement, key, at in last if key}


def _records(specialists: set[int]) -> dict[int, Record]:
    """Map specialists to how their finished deliverables came out, over all engagements."""
    rows = _judged().filter(owner__specialist__in=specialists, state=DeliverableState.ACCEPTED).order_by()
    late = Count("pk", filter=Q(accepted_on__gt=F("due_on")))
    counted = rows.values_list("owner__specialist").annotate(n=Count("pk"), late=late)
    return {specialist: Record(late, n) for specialist, n, late in counted if specialist is not None}


# --- one engagement --------------------------------------------------------------------------------------------


class Reading:
    """The features of one engagement's unfinished deliverables, as of one day."""

    def __init__(
        self,
        engagement: Engagement,
        rows: Sequence[PlanRow],
        predecessors: Mapping[int, Sequence[int]],
        signs: Signs,
        today: date,
    ) -> None:
        """Count what several deliverables share."""
        self.engagement, self.signs, self.today, self.predecessors = engagement, signs, today, predecessors
        self.begun = _begun(engagement)
        self.rows = rows
        self.still_open = {row.pk for row in rows if row.state in UNFINISHED}
        self.set_on = {row.pk: self._set_on(row) for row in rows}
        self.due: defaultdict[date, list[date]] = defaultdict(list)
        self.blocks: defaultdict[int, int] = defaultdict(int)
        for row in rows:
            self.due[row.due_on].append(self.set_on[row.pk])
            if row.pk in self.still_open:
                for before in predecessors[row.pk]:
                    self.blocks[before] += 1
        self.so_far = self._so_far()

    def after(
        self, due: Mapping[int, date], dropped: Collection[int], starts: Mapping[int, date] | None = None
    ) -> "Reading":
        """Return the reading as it will be once a plan change has moved these dates today and dropped those."""
        begin = starts or {}
        rows = [
            row._replace(due_on=due.get(row.pk, row.due_on), start_on=begin.get(row.pk, row.start_on))
            for row in self.rows
            if row.pk not in dropped
        ]
        rescoped = {**self.signs.rescoped, **{key: self.signs.rescoped.get(key, 0) + 1 for key in due}}
        signs = replace(
            self.signs,
            rescoped=rescoped,
            moved={**self.signs.moved, **dict.fromkeys(due, self.today)},
            loads=self._loads_without(dropped),
        )
        return Reading(self.engagement, rows, self.predecessors, signs, self.today)

    def _loads_without(self, dropped: Collection[int]) -> dict[int, Loads]:
        found = dict(self.signs.loads)
        for row in self.rows:
            if row.pk in dropped and row.pk in self.still_open and row.specialist is not None:
                had = found.get(row.specialist, Loads())
                found[row.specialist] = replace(had, open=max(0, had.open - 1))
        return found

    def known(self) -> dict[int, Known]:
        """Map each unfinished deliverable to what is known of it."""
        rows = [row for row in self.rows if row.pk in self.still_open]
        return {row.pk: self._known(row, alike) for row, alike in zip(rows, self._alike(rows), strict=True)}

    def _alike(self, rows: Sequence[PlanRow]) -> Iterable[float]:
        """Return how work like each came out, for all in one pass."""
        firm = self.signs.firm.share()
        days_left = [self._days_left(row) for row in rows]
        records = [self._record(row).share(firm) for row in rows]
        here = np.full(len(rows), self.engagement.pk)
        found = alike_share(self.signs.past, Asked(np.array(days_left), np.array(records), here))
        return map(float, found)

    def _days_left(self, row: PlanRow) -> int:
        return max(0, (row.due_on - self.today).days)

    def _record(self, row: PlanRow) -> Record:
        return self.signs.records.get(row.specialist, Record()) if row.specialist is not None else Record()

    def _known(self, row: PlanRow, alike: float) -> Known:
        specialist, record = row.specialist, self._record(row)
        firm = self.signs.firm.share()
        together, mine = self.due[row.due_on], self.set_on[row.pk]
        before = [one for one in self.predecessors[row.pk] if one in self.still_open]
        features = Features(
            days_left=self._days_left(row),
            age=max(0, (self.today - min(row.started_on or row.start_on, row.start_on)).days),
            # Who has no record yet is taken to be like the firm: never late is something else.
            record=record.share(firm),
            load=max(1, self.signs.loads.get(specialist, Loads()).open) if specialist is not None else 1,
            blocks=self.blocks[row.pk],
            blocked_by=len(before),
            rescoped=self.signs.rescoped.get(row.pk, 0),
            sent_back=row.sent_back_count,
            comments=self.signs.comments.get(row.pk, 0),
            due_together=len(together),
            set_together=together.count(mine),
            due_set_days=max(0, (self.today - min(together)).days),
            engagement_record=self.so_far.share(firm),
            alike=alike if len(self.signs.past) else None,
        )
        return Known(features, record, self.so_far)

    def _set_on(self, row: PlanRow) -> date:
        """The day on which the due date in force was set: at the last move, when it was added, or at the start."""
        return self.signs.moved.get(row.pk) or self.signs.added.get(row.pk) or self.begun

    def _so_far(self) -> Record:
        """How what fell due in the engagement before today came out."""
        gone = sorted((row.due_on, row.pk, row) for row in self.rows if row.due_on < self.today)
        last = [row for _due, _pk, row in gone if not row.before_emplace][-ENGAGEMENT_RECORD:]
        return _record((row.due_on, row.accepted_on) for row in last)


def _begun(engagement: Engagement) -> date:
    if engagement.activated_at is None:
        return engagement.start_on
    return engagement.activated_at.astimezone(ZoneInfo(engagement.client.time_zone)).date()

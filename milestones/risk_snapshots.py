"""What was known on a fixed day before a deliverable was due, kept to be judged later; and what is learnt of it.

The fixed day is half of a deliverable's window, from its planned start to its due date. By then there is something to
see and still something to decide; one row a deliverable keeps the outcomes apart. Each row is judged on the day after
its due date, late or not, so that what ended early does not speak sooner than what ended late.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.clock import now
from engagements.models import Hold
from engagements.states import LIVE, EngagementState
from milestones import bulk
from milestones.forecasting import WorkForecast
from milestones.forecasting.opinion import chance_of
from milestones.forecasting.risk import NAMES, Features, Recalibration, learn_pool, shipped_prior, table
from milestones.models import SlipCalibration, SlipSnapshot
from milestones.runs import Made, share
from milestones.states import DeliverableState

MOST_OUTCOMES: Final = 20_000  # the latest; older ones are forgotten
DECIDED: Final = 0.02  # what comes before it has raised the chance by more than the pool said


def take_snapshots(every: Sequence[Made]) -> int:
    """Keep what is known of each deliverable whose fixed day has come, once for each due date; returns how many."""
    wanted = [row for made in every for one in made.forecast.works.values() if (row := _snapshot(made, one))]
    bulk.insert_missing(SlipSnapshot, wanted)
    return len(wanted)


def _snapshot(made: Made, one: WorkForecast) -> bulk.Row | None:
    """Return the row, or None where it is too early or too late to ask, or the plan has decided it already."""
    today, scored = made.loaded.input.today, made.loaded.scores.get(one.id)
    if (one.id, one.due_on) in made.loaded.asked:
        return None
    if scored is None or not fixed_day(made.loaded.starts[one.id], one.due_on) <= today <= one.due_on:
        return None
    if _is_decided(made, one):
        return None
    return {
        "deliverable_id": one.id,
        "engagement_id": made.loaded.engagement.pk,
        "client_id": made.loaded.engagement.client_id,
        "due_on": one.due_on,
        "asked_on": today,
        "signs": scored.signs,
        "late_share": share(1 - one.own_chance),
    }


def fixed_day(start_on: date, due_on: date) -> date:
    """Return the day by which half of the window has gone; the due date where the window is upside down."""
    return due_on - timedelta(days=max(0, (due_on - start_on).days) // 2)


def _is_decided(made: Made, one: WorkForecast) -> bool:
    """Whether what comes before it leaves the pool nothing to say: such an outcome would teach it the wrong thing."""
    pool, scored = made.loaded.model.pool, made.loaded.scores[one.id]
    pooled = chance_of(pool.card.base + sum(scored.parts.values()) + pool.part(1 - one.own_chance))
    return (1 - one.chance) - pooled > DECIDED


# --- judged --------------------------------------------------------------------------------------------------


@transaction.atomic
def settle(time_zone: str, today: date) -> int:
    """Judge the rows of a time zone that fell due before today, `today` there; returns how many.

    A row whose question fell away is deleted: the due date was moved or the deliverable dropped before it came, the
    clock stood still meanwhile, or the engagement ended first.
    """
    due = SlipSnapshot.objects.filter(
        late__isnull=True,
        due_on__lt=today,
        engagement__client__time_zone=time_zone,
        engagement__removed_at__isnull=True,
    ).exclude(engagement__state=EngagementState.ON_HOLD)
    due.filter(_fell_away()).delete()
    in_time = Q(deliverable__accepted_on__lte=F("due_on"))
    return _judge(due.filter(in_time), late=False) + _judge(due, late=True)


def _fell_away() -> Q:
    stood = Hold.objects.filter(engagement=OuterRef("engagement"), from_on__lte=OuterRef("due_on")).filter(
        Q(until_on__isnull=True) | Q(until_on__gt=OuterRef("asked_on"))
    )
    moved = ~Q(deliverable__due_on=F("due_on"))
    dropped = Q(deliverable__state=DeliverableState.DROPPED)
    ended = ~Q(engagement__state__in=sorted(LIVE)) & Q(engagement__ended_on__lte=F("due_on"))
    unfinished = ~Q(deliverable__accepted_on__lte=F("due_on"))
    return moved | dropped | Exists(stood) | (ended & unfinished)


def _judge(rows: QuerySet[SlipSnapshot], *, late: bool) -> int:
    """Of two nights at once one judges a row; the other leaves it to that one and waits for nothing."""
    free = rows.order_by("pk").select_for_update(skip_locked=True, of=("self",))
    return SlipSnapshot.objects.filter(pk__in=list(free.values_list("pk", flat=True))).update(late=late)


# --- learnt --------------------------------------------------------------------------------------------------


def recalibrate() -> SlipCalibration | None:
    """Learn from every judged row; a new calibration is kept only where its numbers are new. None before the first.

    However many do this at once, the same outcomes leave one row: its number is taken once.
    """
    learnt = _learnt()
    last = SlipCalibration.objects.first()
    if learnt is None or (last is not None and last.version == learnt.version):
        return last
    row = SlipCalibration(
        number=last.number + 1 if last else 1,
        version=learnt.version,
        made_at=now(),
        outcomes=learnt.n,
        late=learnt.late,
        from_on=_day(learnt, "from_day"),
        to_on=_day(learnt, "to_day"),
        numbers=json.loads(learnt.to_json()),
    )
    SlipCalibration.objects.bulk_create([row], ignore_conflicts=True)
    return SlipCalibration.objects.first()


def _day(learnt: Recalibration, name: str) -> date | None:
    day = learnt.made_from[name]
    return date.fromordinal(day) if day else None


def _learnt() -> Recalibration | None:
    rows = SlipSnapshot.objects.filter(late__isnull=False).order_by("-due_on", "-pk")
    found = list(rows.values_list("signs", "late_share", "late", "due_on", "engagement_id")[:MOST_OUTCOMES])[::-1]
    if not found:
        return None
    signs, shares, late, due, engagement = zip(*found, strict=True)
    columns = table([Features(**{name: one[name] for name in NAMES if name in one}) for one in signs])
    known_on = np.array([day.toordinal() + 1 for day in due], dtype=np.int64)
    outcomes = np.array(late, dtype=np.float64)
    return learn_pool(shipped_prior(), columns, np.array(shares), outcomes, known_on, np.array(engagement))

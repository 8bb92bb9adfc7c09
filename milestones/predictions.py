"""The firm's own record: what forecasts said at fixed days before a due date, kept by night, and what came of it.

Gathered while the forecasts of those days are at hand, so that nobody has to read them all again. The number of
queries is fixed, whatever the number of engagements; only what came due for it since the last night is looked at.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import (
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    JSONField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Greatest, JSONObject

from engagements.models import Engagement, Hold
from engagements.states import ENDED
from milestones.models import Deliverable, DueMove, ForecastRun, Milestone, Prediction
from milestones.models.predictions import HORIZONS
from milestones.states import UNFINISHED, DeliverableState

FRESH: Final = timedelta(days=6)  # an older forecast says nothing of that day
CATCH_UP: Final = timedelta(days=7)  # nights that may have been missed
BATCH: Final = 1000


def gather(engagements: "QuerySet[Engagement]", today: date) -> int:
    """Keep what was said of everything that came so near to its due date, and settle what is decided.

    `today` is the date at these engagements' clients. The first time it goes through all forecasts there are. Returns
    how many predictions are new. May run any number of times.
    """
    since = _since(engagements, today)
    if since is None:
        return 0
    new = 0
    for horizon in HORIZONS:
        for things, name in (
            (_deliverables(engagements, horizon, since, today), "deliverable"),
            (_milestones(engagements, horizon, since, today), "milestone"),
        ):
            new += _keep(things, name, horizon)
    settle(engagements)
    return new


def _since(engagements: "QuerySet[Engagement]", today: date) -> date | None:
    """Return the first day that has not been looked at; None where nothing was ever forecast."""
    if Prediction.objects.filter(engagement__in=engagements).exists():
        return today - CATCH_UP
    first: date | None = ForecastRun.objects.filter(engagement__in=engagements).aggregate(first=Min("on"))["first"]
    return first


# --- what was said -------------------------------------------------------------------------------------------


def _deliverables(engagements: "QuerySet[Engagement]", horizon: int, since: date, today: date) -> "QuerySet[Any]":
    rows = Deliverable.objects.exclude(state=DeliverableState.DROPPED)
    return _said(rows, engagements, "deliverable", "works", horizon, (since, today))


def _milestones(engagements: "QuerySet[Engagement]", horizon: int, since: date, today: date) -> "QuerySet[Any]":
    return _said(Milestone.objects.all(), engagements, "milestone", "milestones", horizon, (since, today))


def _said(
    rows: "QuerySet[Any]",
    engagements: "QuerySet[Engagement]",
    name: str,
    column: str,
    horizon: int,
    span: tuple[date, date],
) -> "QuerySet[Any]":
    """Things that stood `horizon` days before their due date within the span, with what was said of them then.

    The due date has to be the one that was in force: where it moved later, the day was another one.
    """
    back = timedelta(days=horizon)
    on = ExpressionWrapper(OuterRef("due_on") - Value(back), output_field=DateField())
    fact = Func(F(column), OuterRef("public_id"), function="jsonb_extract_path", output_field=JSONField())
    runs = ForecastRun.objects.filter(engagement=OuterRef("engagement"), on__lte=on, on__gt=on - Value(FRESH))
    run = runs.order_by("-on").annotate(told=JSONObject(on="on", fact=fact)).values("told")[:1]
    moved = DueMove.objects.filter(**{name: OuterRef("pk")}, at__gt=ExpressionWrapper(on, output_field=DateField()))
    due = rows.filter(engagement__in=engagements, due_on__range=(span[0] + back, span[1] + back))
    known = Prediction.objects.filter(**{name: OuterRef("pk")}, horizon=horizon)
    found: QuerySet[Any] = due.filter(~Exists(known), ~Exists(moved)).annotate(told=Subquery(run)).exclude(told=None)
    return found


def _keep(things: "QuerySet[Any]", name: str, horizon: int) -> int:
    found = list(_predictions(things.values("pk", "engagement_id", "client_id", "due_on", "told"), name, horizon))
    Prediction.objects.bulk_create(found, batch_size=BATCH, ignore_conflicts=True)
    return len(found)


def _predictions(rows: Iterable[dict[str, Any]], name: str, horizon: int) -> Iterator[Prediction]:
    for row in rows:
        fact = row["told"]["fact"]
        if fact and "finished_on" not in fact:
            yield Prediction(
                **{f"{name}_id": row["pk"]},
                engagement_id=row["engagement_id"],
                client_id=row["client_id"],
                horizon=horizon,
                said_on=date.fromisoformat(row["told"]["on"]),
                due_on=row["due_on"],
                likely=date.fromisoformat(fact["likely"]),
                eight_in_ten=date.fromisoformat(fact["eight_in_ten"]),
                chance=fact["chance"],
            )


# --- what came of it -----------------------------------------------------------------------------------------


def settle(engagements: "QuerySet[Engagement]") -> None:
    """Write the day on which each thing was finished, and set aside what no forecast could have known."""
    left = Prediction.objects.filter(engagement__in=engagements, finished_on__isnull=True, void=False)
    done = Deliverable.objects.filter(pk=OuterRef("deliverable"))
    accepted = left.filter(deliverable__state=DeliverableState.ACCEPTED)
    accepted.update(finished_on=Subquery(done.values("accepted_on")[:1]))
    left.filter(milestone__isnull=False).filter(~Exists(_unfinished()), Exists(_accepted())).update(
        finished_on=Subquery(
            _accepted().order_by().values("milestone").annotate(last=Max("accepted_on")).values("last")
        )
    )
    left.filter(Q(deliverable__state=DeliverableState.DROPPED) | Q(engagement__state__in=sorted(ENDED))).update(
        void=True
    )
    Prediction.objects.filter(Exists(_held()), engagement__in=engagements, void=False).update(void=True)


def _unfinished() -> "QuerySet[Deliverable]":
    return Deliverable.objects.filter(milestone=OuterRef("milestone"), state__in=sorted(UNFINISHED))


def _accepted() -> "QuerySet[Deliverable]":
    return Deliverable.objects.filter(milestone=OuterRef("milestone"), state=DeliverableState.ACCEPTED)


def _held() -> "QuerySet[Hold]":
    """A hold that fell between the day of a prediction and its last date."""
    over = Q(until_on__isnull=True) | Q(until_on__gt=OuterRef("said_on"))
    last = Coalesce(OuterRef("finished_on"), Greatest(OuterRef("eight_in_ten"), OuterRef("due_on")))
    return Hold.objects.filter(over, engagement=OuterRef("engagement"), from_on__lte=last)

"""What the plan's page reads, as queries that are prepared once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.prepared import Prepared, given
from engagements.models import Placement
from milestones.models import Deliverable, ForecastRun, Milestone, PlanChange, Wait
from milestones.states import ChangeState


def with_lines(rows: QuerySet[Deliverable]) -> QuerySet[Deliverable]:
    """Add how many lines the definition of done has and how many of them are ticked."""
    ticked = Count("done_lines", filter=Q(done_lines__ticked_at__isnull=False))
    return rows.annotate(lines=Count("done_lines"), ticked=ticked)


def _deliverables() -> QuerySet[Deliverable]:
    return with_lines(Deliverable.objects.filter(engagement=given("engagement"))).order_by("due_on", "number")


def _waits() -> QuerySet[Wait]:
    open_waits = Wait.objects.filter(deliverable__engagement=given("engagement"), closed_on__isnull=True)
    return open_waits.select_related("contact__user")


DELIVERABLES = Prepared(_deliverables)
WAITS = Prepared(_waits)
OWNERS = Prepared(lambda: Placement.objects.filter(engagement=given("engagement")).select_related("user"))
MILESTONES = Prepared(lambda: Milestone.objects.filter(engagement=given("engagement")))
RUN = Prepared(
    lambda: ForecastRun.objects.filter(engagement=given("engagement")).select_related("detail").order_by("-on")[:1]
)
CHANGES = Prepared(
    lambda: PlanChange.objects.filter(engagement=given("engagement"), state=ChangeState.ASKED).select_related(
        "asked_by"
    )
)


def rows(pk: int, milestones: Iterable[Milestone]) -> list[Any]:
    """Return the deliverables with their lines counted and their open waits; three queries, however many they are.

    Milestones and owners are few: the rows share them instead of each having its own.
    """
    stages = {one.pk: one for one in milestones}
    owners = {one.pk: one for one in OWNERS(engagement=pk)}
    waits: defaultdict[int, list[Wait]] = defaultdict(list)
    for wait in WAITS(engagement=pk):
        waits[wait.deliverable_id].append(wait)
    found: list[Any] = DELIVERABLES(engagement=pk)
    for row in found:
        row.milestone, row.owner = stages[row.milestone_id], owners.get(row.owner_id)
        row.open_waits = waits.get(row.pk, [])
    return found

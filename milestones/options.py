"""What would help slipping milestones: worked out after a forecast, and kept for the plan as it stood."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from engagements.actions.placements import shares
from engagements.loads import overloaded
from engagements.models import Engagement, Placement
from engagements.states import EngagementState
from milestones import forecasting, health
from milestones.forecasting import Comparison, Effect, MilestoneForecast, PlanForecast
from milestones.forecasting.options import Around, Helper, Option, WaysOut as Found, ways_out
from milestones.forecasting.what_if import reassigned
from milestones.models import Deliverable, DoneLine, Plan, WaysOut
from milestones.plan_inputs import Firm, Loaded, load
from milestones.states import UNFINISHED, DeliverableState
from roles.models import Absence

logger = logging.getLogger(__name__)

MOST_MILESTONES: Final = 2  # of one engagement: further ones slip with them
AHEAD: Final = timedelta(days=14)  # a helper is there, and not over-full, for so long at least
DRAWS: Final = 1000
FEWEST_DRAWS: Final = 200
ROOM_FOR_DRAWS: Final = 200_000  # deliverables times draws of one comparison: a plan of thousands gets fewer draws


def recompute(engagement: Engagement) -> WaysOut | None:
    """Work out what would help one engagement; None where it does not run, or its plan cannot be forecast."""
    return recompute_many([engagement]).get(engagement.pk)


def is_current(engagement: Engagement) -> bool:
    """Whether what is kept is of today and of the plan as it stands."""
    version = Plan.objects.filter(engagement=engagement).values("version")[:1]
    return WaysOut.objects.filter(engagement=engagement, on=engagement.today(), plan_version=version).exists()


def recompute_many(engagements: Sequence[Engagement], *, firm: Firm | None = None) -> dict[int, WaysOut]:
    """Work out what would help several engagements, `client` loaded; maps an engagement's id to what was kept.

    `firm` is read here where it is not given.

    A fixed number of queries for reading, and a few to keep each.
    """
    active = [one for one in engagements if one.state == EngagementState.ACTIVE]
    every = load(active, firm=firm)
    rooms = _Rooms(every)
    kept = {}
    for one in every:
        found = _found(one, rooms)
        if found is not None:
            kept[one.engagement.pk] = _store(one, found)
    return kept


def _found(loaded: Loaded, rooms: "_Rooms") -> dict[str, object] | None:
    """Return the facts of each slipping milestone by public id; None where the plan cannot be forecast."""
    try:
        made = forecasting.forecast(loaded.input)
    except ValueError:
        logger.exception("The plan of %s cannot be forecast.", loaded.engagement.code)
        return None
    slipping = _slipping(loaded, made)[:MOST_MILESTONES]
    if not slipping:
        return {}
    around = rooms.around(loaded, made)
    draws = max(FEWEST_DRAWS, min(DRAWS, ROOM_FOR_DRAWS // max(len(loaded.input.works), 1)))
    compared = Comparison(loaded.input, draws)
    return {loaded.milestones[one.id]: _facts(loaded, ways_out(compared, one.id, around), rooms) for one in slipping}


def _slipping(loaded: Loaded, made: PlanForecast) -> list[MilestoneForecast]:
    """The unfinished milestones that are not on track, the earliest first."""
    today = loaded.input.today
    open_ones = [one for one in made.milestones.values() if one.finished_on is None]
    late = [one for one in open_ones if health.grade(one.chance, late=one.due_on < today) != "on_track"]
    return sorted(late, key=lambda one: one.due_on)


@transaction.atomic
def _store(loaded: Loaded, found: Mapping[str, object]) -> WaysOut:
    """Keep what was found, unless something of a newer plan is kept already."""
    engagement, on = loaded.engagement, loaded.input.today
    Plan.objects.select_for_update().get(engagement=engagement)
    kept = WaysOut.objects.filter(engagement=engagement).first()
    if kept is not None and (kept.on, kept.plan_version) > (on, loaded.version):
        return kept
    made = WaysOut(
        pk=kept.pk if kept else None,
        engagement=engagement,
        client_id=engagement.client_id,
        on=on,
        plan_version=loaded.version,
        milestones=found,
    )
    made.save(force_insert=kept is None, force_update=kept is not None)
    return made


def effect_of_giving(deliverable: Deliverable, placement: Placement) -> Effect | None:
    """Forecast what the next milestone gains where somebody else owns this; None where nothing is forecast."""
    every = load([deliverable.engagement])
    if not every or not deliverable.engagement.is_active or deliverable.pk not in every[0].works:
        return None
    plan = every[0].input
    helpers = [one for one in _Rooms(every).placed(every[0]) if one.id == placement.specialist_id]
    load_now = helpers[0].load if helpers else 0
    changed = reassigned(plan, deliverable.pk, placement.specialist_id, open_load=load_now)
    unfinished = [one.milestone for one in plan.works if one.is_open]
    due = min((one for one in plan.milestones if one.id in unfinished), key=lambda one: one.due_on, default=None)
    try:
        return Comparison(plan).effect(changed, due.id) if due else None
    except ValueError:
        logger.exception("The plan of %s cannot be forecast.", deliverable.engagement.code)
        return None


# --- facts as JSON -------------------------------------------------------------------------------------------


def _facts(loaded: Loaded, found: Found, rooms: "_Rooms") -> dict[str, object]:
    return {
        "chain": [{"work": loaded.works[one.work], "days": one.days} for one in found.chain],
        "options": [_option(loaded, one, rooms) for one in found.options],
    }


def _option(loaded: Loaded, one: Option, rooms: "_Rooms") -> dict[str, object]:
    after, told = one.effect.after, {"kind": one.kind, "work": loaded.works[one.work]}
    more: dict[str, object] = {}
    if one.stage is not None and one.on is not None:
        more = _goes_to(loaded, one.stage, one)
    elif one.on is not None:
        more = {"on": one.on.isoformat(), "client": one.client}
    if one.to is not None:
        work = next(work for work in loaded.input.works if work.id == one.work)
        helper = next(who for who in rooms.placed(loaded) if (who.id, who.role) == (one.to, work.role))
        more = {"to": rooms.places[helper.id, loaded.engagement.pk, helper.role].public_id, "load": helper.load}
        more["owner_load"] = work.owner_open_load
    return {
        **told,
        **more,
        "days": one.effect.days,
        "eight_days": one.effect.eight_in_ten_days,
        "likely": after.likely.isoformat(),
        "eight_in_ten": after.eight_in_ten.isoformat(),
        "chance": round(after.chance, 4),
    }


def _goes_to(loaded: Loaded, stage: int, one: Option) -> dict[str, object]:
    there = one.there
    chances = (
        {"chance_was": round(there.before.chance, 4), "chance_there": round(there.after.chance, 4)} if there else {}
    )
    return {"stage": loaded.milestones[stage], "due": one.on and one.on.isoformat(), **chances}


# --- who could help ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Person:
    """A specialist: open deliverables everywhere, whether away soon, whether some week is over-full."""

    load: int
    away: bool
    full: bool

    @property
    def has_room(self) -> bool:
        """Whether there is time for more work."""
        return not (self.away or self.full)


class _Rooms:
    """Who is placed at several engagements and has room, and what may be dropped or moved there."""

    def __init__(self, every: Sequence[Loaded]) -> None:
        ids = [one.engagement.pk for one in every]
        today = min((one.input.today for one in every), default=date.max)
        rows = Placement.objects.filter(engagement__in=ids, starts_on__lte=today, ends_on__gte=today)
        rows = rows.select_related("role").order_by("ends_on") if ids else rows.none()
        self.places = {(row.specialist_id, row.engagement_id, row.role.key): row for row in rows}
        self.people = _people({row.specialist_id for row in self.places.values()}, today)
        self.optional = _optional(ids)
        self.movable = _movable(ids)

    def around(self, loaded: Loaded, made: PlanForecast) -> Around:
        """Put together what the plan's input does not say."""
        return Around(
            helpers=self.helpers(loaded),
            optional=frozenset(self.optional[loaded.engagement.pk]),
            movable=frozenset(self.movable[loaded.engagement.pk]),
            opinion_after=loaded.opinion_after,
            finish={pk: one.likely for pk, one in made.works.items()},
        )

    def placed(self, loaded: Loaded) -> list[Helper]:
        """Return everybody who is placed there now, in each role."""
        own = {work.owner: work.owner_open_load for work in loaded.input.works}
        return [
            Helper(specialist, role, own.get(specialist, self.people[specialist].load), row.ends_on)
            for (specialist, engagement, role), row in self.places.items()
            if engagement == loaded.engagement.pk
        ]

    def helpers(self, loaded: Loaded) -> list[Helper]:
        """Return who has room for more: not away soon, in no over-full week."""
        return [one for one in self.placed(loaded) if self.people[one.id].has_room]


def _people(ids: Iterable[int], today: date) -> dict[int, _Person]:
    specialists = list(ids)
    if not specialists:
        return {}
    loads = _open_loads(specialists)
    away = set(
        Absence.objects.filter(
            user__specialist__in=specialists, starts_on__lte=today + AHEAD, ends_on__gte=today
        ).values_list("user__specialist", flat=True)
    )
    taken = defaultdict(list)
    for share in shares(specialists, today, today + AHEAD):
        taken[share.specialist].append(share)
    return {
        one: _Person(loads.get(one, 0), one in away, bool(overloaded(taken[one], today, today + AHEAD)))
        for one in specialists
    }


def _open_loads(specialists: Sequence[int]) -> dict[int, int]:
    rows = Deliverable.objects.filter(
        owner__specialist__in=specialists, state__in=sorted(UNFINISHED), engagement__state=EngagementState.ACTIVE
    )
    return dict(rows.order_by().values_list("owner__specialist").annotate(n=Count("pk")))


def _optional(ids: Sequence[int]) -> defaultdict[int, set[int]]:
    """What has not begun and no signer accepts, by engagement: it may be asked to be dropped."""
    rows = Deliverable.objects.filter(engagement__in=ids, state=DeliverableState.PLANNED, needs_sign_off=False)
    found: defaultdict[int, set[int]] = defaultdict(set)
    for engagement, pk in rows.values_list("engagement_id", "pk"):
        found[engagement].add(pk)
    return found


def _movable(ids: Sequence[int]) -> defaultdict[int, set[int]]:
    """What has not begun, or of which nothing is done, by engagement: it may be asked to go to the next milestone."""
    lines = DoneLine.objects.filter(deliverable=OuterRef("pk"))
    fresh = Q(state=DeliverableState.PLANNED) | Q(state=DeliverableState.IN_PROGRESS) & Exists(lines) & ~Exists(
        lines.filter(ticked_at__isnull=False)
    )
    found: defaultdict[int, set[int]] = defaultdict(set)
    rows = Deliverable.objects.filter(fresh, engagement__in=ids)
    for engagement, pk in rows.values_list("engagement_id", "pk"):
        found[engagement].add(pk)
    return found

"""Slip flags and health: forecasts made, kept by day, and told.

A flag opens at once, and closes in the nightly run after its cause is gone (or when its deliverable is accepted).
However often this runs, and however many at once, nothing is doubled: partial unique indexes hold the flags, and
the plan's row is taken while a forecast is stored.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import CharField, DateTimeField, F
from django.db.models.functions import Greatest

from accounts import jobs
from accounts.clock import now
from accounts.models import Job
from accounts.prepared import Prepared, given
from accounts.states import JobState
from engagements.models import Engagement
from engagements.states import EngagementState
from milestones import forecasting, health
from milestones.calendar import WorkCalendar
from milestones.forecasting import MilestoneForecast, PlanForecast, WorkForecast
from milestones.health import Flag, Health as HealthWord
from milestones.models import ForecastRun, Plan, SlipFlag
from milestones.plan_inputs import Loaded, load, stall_days_by_role
from milestones.states import Health

logger = logging.getLogger(__name__)

FORECASTER: Final = "cascade-1"
TRIES: Final = 4
SHOWN_AFTER_DAYS: Final = 1  # working days at the client's until a worsening is shown to it
RANK: Final = {"": -1, Health.ON_TRACK: 0, Health.AT_RISK: 1, Health.OFF_TRACK: 2}

VERSION: Final = Prepared(lambda: Plan.objects.filter(engagement=given("engagement")).values_list("version", flat=True))
WAITING: Final = Prepared(
    lambda: Job.objects.filter(
        kind="slip_engagement",
        key__startswith=given("engagement", CharField()),
        state=JobState.QUEUED,
        due_at__lte=given("now", DateTimeField()),
    ).select_for_update()[:1]
)

FlagKey = tuple[str, int | None, int | None]


def ask_recompute(engagement: Engagement) -> None:
    """Ask for this engagement's forecast after the commit; nothing is asked for one that does not run.

    One that waits already will do: it is held until the commit, so that it is claimed after it and reads this change,
    too. Else the new job's key holds the plan's version, so that one which runs already is never taken for it.
    """
    if engagement.state != EngagementState.ACTIVE:
        return
    if WAITING(engagement=f"{engagement.pk}:", now=now()):
        return
    jobs.request(
        kind="slip_engagement",
        key=f"{engagement.pk}:{VERSION.one(engagement=engagement.pk)}",
        args={"engagement": engagement.pk},
        by=None,
        client_id=engagement.client_id,
    )


def recompute(engagement: Engagement, *, today: date | None = None, nightly: bool = False) -> ForecastRun | None:
    """Forecast one engagement and keep what comes of it; None where it does not run or has nothing planned."""
    return recompute_many([engagement], today=today, nightly=nightly).get(engagement.pk)


def recompute_many(
    engagements: Sequence[Engagement],
    *,
    today: date | None = None,
    nightly: bool = False,
    stall_days: Mapping[str, float] | None = None,
) -> dict[int, ForecastRun]:
    """Forecast several engagements, `client` loaded; maps an engagement's id to its run.

    `today` stands in for the client's date. A plan that cannot be forecast is logged and left as it was. One that
    was changed meanwhile is read again.
    """
    stall_days = stall_days_by_role() if stall_days is None else stall_days
    left = [one for one in engagements if one.state == EngagementState.ACTIVE]
    runs: dict[int, ForecastRun] = {}
    for attempt in range(1, TRIES + 1):
        again: list[Engagement] = []
        # All are made before the first is stored: storing takes plans, and whoever works on one would wait.
        every = [made for loaded in load(left, today=today, stall_days=stall_days) if (made := _made(loaded))]
        for made in every:
            run = _store(made, nightly=nightly, force=attempt == TRIES)
            if run is None:
                again.append(made.loaded.engagement)
            else:
                runs[made.loaded.engagement.pk] = run
        left = again
        if not left:
            break
    return runs


@dataclass(frozen=True)
class Made:
    """A forecast with what it was made from."""

    loaded: Loaded
    forecast: PlanForecast
    health: HealthWord
    flags: Mapping[FlagKey, Flag]


def _made(loaded: Loaded) -> Made | None:
    try:
        forecast = forecasting.forecast(loaded.input)
    except ValueError:
        logger.exception("The plan of %s cannot be forecast.", loaded.engagement.code)
        return None
    verdict = health.engagement_health(forecast)
    if verdict is None:
        return None
    return Made(loaded, forecast, verdict, {one.key: one for one in health.flags(loaded.input, forecast)})


@transaction.atomic
def _store(made: Made, *, nightly: bool, force: bool) -> ForecastRun | None:
    """Keep a forecast; None where the plan has changed since it was read (unless `force`)."""
    plan = Plan.objects.select_for_update().get(engagement_id=made.loaded.engagement.pk)
    if plan.version != made.loaded.version and not force:
        return None
    run = _store_run(made)
    _store_flags(made, nightly=nightly)
    _store_health(plan, made)
    return run


# --- the run -----------------------------------------------------------------------------------------------


def _store_run(made: Made) -> ForecastRun:
    """Write the day's run where it differs from the one that stands."""
    loaded, whole = made.loaded, made.forecast.whole
    facts: dict[str, object] = {
        "plan_version": loaded.version,
        "forecaster": FORECASTER,
        "health": made.health,
        "likely": whole.likely if whole else None,
        "eight_in_ten": whole.eight_in_ten if whole else None,
        "chance": _share(whole.chance) if whole else None,
        "milestones": {loaded.milestones[pk]: _facts(made, one) for pk, one in made.forecast.milestones.items()},
        "works": {
            loaded.works[pk]: {**_facts(made, one), "drivers": _drivers(made, one)}
            for pk, one in made.forecast.works.items()
        },
    }
    # The plan's row is taken, so nobody else writes this day's.
    engagement, on = loaded.engagement, loaded.input.today
    run = ForecastRun.objects.filter(engagement=engagement, on=on).first()
    if run is None:
        return ForecastRun.objects.create(
            engagement=engagement, client_id=engagement.client_id, on=on, made_at=now(), **facts
        )
    if any(getattr(run, name) != value for name, value in facts.items()):
        run.made_at = now()
        for name, value in facts.items():
            setattr(run, name, value)
        run.save(update_fields=[*facts, "made_at"])
    return run


def _share(chance: float) -> float:
    return round(chance, 4)


def _facts(made: Made, one: WorkForecast) -> dict[str, object]:
    """Return what pages show of a forecast; `free_` is as it would be without the open waits on the client."""
    late = one.finished_on is None and one.due_on < made.loaded.input.today
    facts: dict[str, object] = {
        "likely": one.likely.isoformat(),
        "eight_in_ten": one.eight_in_ten.isoformat(),
        "chance": _share(one.chance),
        "health": health.grade(one.chance, late=late),
        "delay": one.delay_days,
        "free_likely": one.without_client_waits.likely.isoformat(),
        "free_eight_in_ten": one.without_client_waits.eight_in_ten.isoformat(),
        "free_chance": _share(one.without_client_waits.chance),
        "age": one.age_days,
        "waited": one.waited_days,
    }
    if one.finished_on:
        facts["finished_on"] = one.finished_on.isoformat()
    if isinstance(one, MilestoneForecast):
        facts["critical"] = [made.loaded.works[pk] for pk in one.critical]
        facts["drivers"] = _drivers(made, one)
    return facts


def _drivers(made: Made, one: WorkForecast) -> list[dict[str, object]]:
    return [_reason(made.loaded, health.reason_of(driver)) for driver in one.drivers]


def _reason(loaded: Loaded, reason: health.Reason) -> dict[str, object]:
    """Return a driver as JSON, deliverables by public id; milestones/words.py turns it into a sentence."""
    told: dict[str, object] = {"kind": reason.code, **reason.params}
    if "after" in reason.params:
        told["after"] = loaded.works[reason.params["after"]]
    if reason.days is not None:
        told["days"] = reason.days
    if reason.work is not None:
        told["work"] = loaded.works[reason.work]
        told["role"] = loaded.roles.get(reason.work, "")
    return told


# --- flags -------------------------------------------------------------------------------------------------


def _store_flags(made: Made, *, nightly: bool) -> None:
    engagement, today = made.loaded.engagement, made.loaded.input.today
    still_open = {
        (one.cause, one.deliverable_id, one.milestone_id): one
        for one in SlipFlag.objects.filter(engagement=engagement, closed_on__isnull=True)
    }
    wanted = {key: _flag(made, flag) for key, flag in made.flags.items()}
    SlipFlag.objects.bulk_create([row for key, row in wanted.items() if key not in still_open], ignore_conflicts=True)
    _refresh([(standing, wanted[key]) for key, standing in still_open.items() if key in wanted])
    if nightly:
        gone = [standing.pk for key, standing in still_open.items() if key not in wanted]
        left = SlipFlag.objects.filter(pk__in=gone, closed_on__isnull=True)
        left.update(closed_on=Greatest("opened_on", today))


def _flag(made: Made, flag: Flag) -> SlipFlag:
    engagement = made.loaded.engagement
    return SlipFlag(
        engagement=engagement,
        client_id=engagement.client_id,
        deliverable_id=flag.work,
        milestone_id=flag.milestone,
        cause=flag.kind,
        opened_on=made.loaded.input.today,
        chance=_share(flag.chance),
        drivers=[_reason(made.loaded, reason) for reason in flag.reasons],
    )


def _refresh(pairs: Sequence[tuple[SlipFlag, SlipFlag]]) -> None:
    """Bring chance and drivers of open flags up to date, where they differ."""
    stale = []
    for standing, fresh in pairs:
        if (standing.chance, standing.drivers) != (fresh.chance, fresh.drivers):
            standing.chance, standing.drivers = fresh.chance, fresh.drivers
            stale.append(standing)
    SlipFlag.objects.bulk_update(stale, ["chance", "drivers"])


# --- health, to the firm at once and to the client later -------------------------------------------------------


def _store_health(plan: Plan, made: Made) -> None:
    before = (plan.health, plan.client_health, plan.worse_at)
    moment = now()
    if plan.health != made.health:
        plan.health, plan.health_at = made.health, moment
    if not plan.client_health or RANK[plan.health] <= RANK[plan.client_health]:
        _show(plan, moment)
    elif plan.worse_at is None:
        plan.worse_at, plan.worse_on = moment, made.loaded.input.today
    elif shown_from(plan.worse_at, made.loaded.engagement) <= moment:
        _show(plan, moment)
    if before != (plan.health, plan.client_health, plan.worse_at):
        plan.save(update_fields=["health", "health_at", "client_health", "client_health_at", "worse_at", "worse_on"])


def _show(plan: Plan, moment: datetime) -> None:
    if plan.client_health != plan.health:
        plan.client_health, plan.client_health_at = plan.health, moment
    plan.worse_at = plan.worse_on = None


def shown_from(worse_at: datetime, engagement: Engagement) -> datetime:
    """Return when a worsening found at `worse_at` is shown to the client at the latest: a working day later there."""
    zone = ZoneInfo(engagement.client.time_zone)
    found = worse_at.astimezone(zone)
    calendar = WorkCalendar(engagement.client.country, engagement.client.subdivision)
    return datetime.combine(calendar.add_working_days(found.date(), SHOWN_AFTER_DAYS), found.time(), zone)


def release_to_client(engagement: Engagement) -> None:
    """Show the client how things stand now; a digest that goes out to a contact calls this."""
    moment = now()
    Plan.objects.filter(engagement=engagement).update(
        client_health=F("health"), client_health_at=moment, worse_at=None, worse_on=None, shown_at=moment
    )


def release_due() -> int:
    """Show every worsening that has waited for a working day; returns how many."""
    moment, shown = now(), 0
    waiting = Plan.objects.filter(worse_at__isnull=False, engagement__state=EngagementState.ACTIVE)
    for plan in waiting.select_related("engagement__client"):
        if plan.worse_at is not None and shown_from(plan.worse_at, plan.engagement) <= moment:
            shown += Plan.objects.filter(pk=plan.pk, worse_at=plan.worse_at).update(
                client_health=F("health"), client_health_at=moment, worse_at=None, worse_on=None
            )
    return shown

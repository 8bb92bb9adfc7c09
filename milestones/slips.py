"""Slip flags and health: forecasts made, kept by day, and told.

A flag opens at once, and closes in the nightly run after its cause is gone (or when its deliverable is accepted).
However often this runs, and however many at once, nothing is doubled: partial unique indexes hold the flags, and
the plan's row is taken while a forecast is stored.
"""

from collections.abc import Sequence
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
from milestones import bulk
from milestones.calendar import WorkCalendar
from milestones.health import Flag
from milestones.models import ForecastRun, Plan, SlipFlag
from milestones.plan_inputs import Firm, load, read_firm
from milestones.risk_snapshots import take_snapshots
from milestones.runs import Made, made_of, reason_json, share, store_runs
from milestones.states import Health

TRIES: Final = 4
AT_ONCE: Final = 10  # engagements kept in one transaction: whoever changes one of their plans waits for it
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
    firm: Firm | None = None,
) -> dict[int, ForecastRun]:
    """Forecast several engagements, `client` loaded; maps an engagement's id to its run.

    `today` stands in for the client's date. A plan that cannot be forecast is logged and left as it was. One that
    was changed meanwhile is read again.
    """
    firm = firm or read_firm(today)
    left = [one for one in engagements if one.state == EngagementState.ACTIVE]
    runs: dict[int, ForecastRun] = {}
    for attempt in range(1, TRIES + 1):
        # All are made before the first is stored: storing takes plans, and whoever works on one would wait.
        every = [made for loaded in load(left, today=today, firm=firm) if (made := made_of(loaded))]
        for first in range(0, len(every), AT_ONCE):
            runs |= _store(every[first : first + AT_ONCE], nightly=nightly, force=attempt == TRIES)
        left = [made.loaded.engagement for made in every if made.loaded.engagement.pk not in runs]
        if not left:
            break
    return runs


@transaction.atomic
def _store(every: Sequence[Made], *, nightly: bool, force: bool) -> dict[int, ForecastRun]:
    """Keep forecasts, those left out whose plan has changed since it was read (unless `force`)."""
    ids = [made.loaded.engagement.pk for made in every]
    # In one order, so that two nights at once wait for each other and neither for ever.
    plans = {
        one.engagement_id: one for one in Plan.objects.select_for_update().filter(engagement__in=ids).order_by("pk")
    }
    fresh = [made for made in every if force or plans[made.loaded.engagement.pk].version == made.loaded.version]
    runs = store_runs(fresh)
    take_snapshots(fresh)
    _store_flags(fresh, nightly=nightly)
    _store_health([(plans[made.loaded.engagement.pk], made) for made in fresh])
    return runs


# --- flags -------------------------------------------------------------------------------------------------


def _store_flags(every: Sequence[Made], *, nightly: bool) -> None:
    """Open what is new, bring the others up to date; by night, close what is gone."""
    ids = [made.loaded.engagement.pk for made in every]
    still_open = {
        (one.cause, one.deliverable_id, one.milestone_id): one
        for one in SlipFlag.objects.filter(engagement__in=ids, closed_on__isnull=True)
    }
    wanted = {key: _columns(made, flag) for made in every for key, flag in made.flags.items()}
    bulk.insert_missing(SlipFlag, [row for key, row in wanted.items() if key not in still_open])
    _refresh([(standing, wanted[key]) for key, standing in still_open.items() if key in wanted])
    if nightly:
        _close_gone(every, [standing for key, standing in still_open.items() if key not in wanted])


def _close_gone(every: Sequence[Made], gone: Sequence[SlipFlag]) -> None:
    days = {made.loaded.engagement.pk: made.loaded.input.today for made in every}
    for today in set(days.values()):
        there = [one.pk for one in gone if days[one.engagement_id] == today]
        left = SlipFlag.objects.filter(pk__in=there, closed_on__isnull=True)
        left.update(closed_on=Greatest("opened_on", today))


def _columns(made: Made, flag: Flag) -> bulk.Row:
    """Return a flag as a row to be kept; whole models for so many would cost as much as keeping them."""
    engagement = made.loaded.engagement
    return {
        "engagement_id": engagement.pk,
        "client_id": engagement.client_id,
        "deliverable_id": flag.work,
        "milestone_id": flag.milestone,
        "cause": flag.kind,
        "opened_on": made.loaded.input.today,
        "chance": share(flag.chance),
        "drivers": [reason_json(made.loaded, reason) for reason in flag.reasons],
    }


def _refresh(pairs: Sequence[tuple[SlipFlag, bulk.Row]]) -> None:
    """Bring chance and drivers of open flags up to date, where they differ."""
    stale = [
        {"id": standing.pk, "chance": fresh["chance"], "drivers": fresh["drivers"]}
        for standing, fresh in pairs
        if (standing.chance, standing.drivers) != (fresh["chance"], fresh["drivers"])
    ]
    bulk.update(SlipFlag, stale)


# --- health, to the firm at once and to the client later -------------------------------------------------------


def _store_health(pairs: Sequence[tuple[Plan, Made]]) -> None:
    moment = now()
    columns = ["health", "health_at", "client_health", "client_health_at", "worse_at", "worse_on"]
    bulk.save([plan for plan, made in pairs if _judge(plan, made, moment)], columns)


def _judge(plan: Plan, made: Made, moment: datetime) -> bool:
    """Set the plan's health, to the firm and to the client; return whether any of it is new."""
    before = (plan.health, plan.client_health, plan.worse_at)
    if plan.health != made.health:
        plan.health, plan.health_at = made.health, moment
    if not plan.client_health or RANK[plan.health] <= RANK[plan.client_health]:
        _show(plan, moment)
    elif plan.worse_at is None:
        plan.worse_at, plan.worse_on = moment, made.loaded.input.today
    elif shown_from(plan.worse_at, made.loaded.engagement) <= moment:
        _show(plan, moment)
    return before != (plan.health, plan.client_health, plan.worse_at)


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


def agreed_with_client(engagement: Engagement) -> None:
    """Show the client the next forecast at once, worse or not: it was shown what its decision does, and agreed."""
    Plan.objects.filter(engagement=engagement).update(client_health="", worse_at=None, worse_on=None)


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

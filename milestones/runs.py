"""A forecast as it is made and kept: what pages show of it by day, and why, for the firm alone."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Model

from accounts.clock import now
from milestones import bulk, forecasting, health
from milestones.forecasting import MilestoneForecast, PlanForecast, WorkForecast
from milestones.forecasting.opinion import share_of
from milestones.health import Flag, Health as HealthWord, Reason
from milestones.models import ForecastDetail, ForecastRun
from milestones.plan_inputs import Loaded

logger = logging.getLogger(__name__)

FlagKey = tuple[str, int | None, int | None]
Facts = Mapping[str, object]


@dataclass(frozen=True)
class Made:
    """A forecast with what it was made from."""

    loaded: Loaded
    forecast: PlanForecast
    health: HealthWord
    flags: Mapping[FlagKey, Flag]


def made_of(loaded: Loaded) -> Made | None:
    """Forecast a plan; None where it cannot be (that is logged), or where nothing is planned."""
    try:
        forecast = forecasting.forecast(loaded.input)
    except ValueError:
        logger.exception("The plan of %s cannot be forecast.", loaded.engagement.code)
        return None
    verdict = health.engagement_health(forecast)
    if verdict is None:
        return None
    return Made(loaded, forecast, verdict, {one.key: one for one in health.flags(loaded.input, forecast)})


def store_runs(every: Sequence[Made]) -> dict[int, ForecastRun]:
    """Write each day's run, and why, where they differ from what stands; maps engagements to them.

    The caller holds the plans.
    """
    ids = [made.loaded.engagement.pk for made in every]
    days = {made.loaded.input.today for made in every}
    standing = {(one.engagement_id, one.on): one for one in ForecastRun.objects.filter(engagement__in=ids, on__in=days)}
    runs, facts = {}, {}
    for made in every:
        engagement, on = made.loaded.engagement, made.loaded.input.today
        run = standing.get((engagement.pk, on))
        runs[engagement.pk] = run or ForecastRun(engagement=engagement, client_id=engagement.client_id, on=on)
        facts[engagement.pk] = _run_facts(made)
    _write(runs, facts, {"made_at": now()})
    _store_details(every, runs)
    return runs


def _write(rows: Mapping[int, Model], facts: Mapping[int, Facts], besides: Facts) -> None:
    """Bring rows (by engagement) up to date where they differ from their facts; those also get `besides`."""
    stale = []
    for engagement, row in rows.items():
        wanted = facts[engagement]
        if row.pk is None or any(getattr(row, name) != value for name, value in wanted.items()):
            stale.append((row, {**wanted, **besides}))
    for row, values in stale:
        for name, value in values.items():
            setattr(row, name, value)
    bulk.save([row for row, _values in stale], list(stale[0][1]) if stale else [])


def _run_facts(made: Made) -> dict[str, object]:
    loaded, whole = made.loaded, made.forecast.whole
    return {
        "plan_version": loaded.version,
        "forecaster": loaded.model.name,
        "health": made.health,
        "likely": whole.likely if whole else None,
        "eight_in_ten": whole.eight_in_ten if whole else None,
        "chance": share(whole.chance) if whole else None,
        "milestones": {loaded.milestones[pk]: _facts(made, one) for pk, one in made.forecast.milestones.items()},
        "works": {loaded.works[pk]: _facts(made, one) for pk, one in made.forecast.works.items()},
    }


def share(chance: float) -> float:
    """Round a chance to what is kept."""
    return round(chance, 4)


def _facts(made: Made, one: WorkForecast) -> dict[str, object]:
    """Return what pages show of a forecast; `free_` is as it would be without the open waits on the client."""
    late = one.finished_on is None and one.due_on < made.loaded.input.today
    facts: dict[str, object] = {
        "likely": one.likely.isoformat(),
        "eight_in_ten": one.eight_in_ten.isoformat(),
        "chance": share(one.chance),
        "health": health.grade(one.chance, late=late),
        "delay": one.delay_days,
        "free_likely": one.without_client_waits.likely.isoformat(),
        "free_eight_in_ten": one.without_client_waits.eight_in_ten.isoformat(),
        "free_chance": share(one.without_client_waits.chance),
        "age": one.age_days,
        "waited": one.waited_days,
    }
    if one.finished_on:
        facts["finished_on"] = one.finished_on.isoformat()
    if isinstance(one, MilestoneForecast):
        facts["critical"] = [made.loaded.works[pk] for pk in one.critical]
    return facts


# --- why -----------------------------------------------------------------------------------------------------


def _store_details(every: Sequence[Made], runs: Mapping[int, ForecastRun]) -> None:
    """Keep why beside each engagement's latest run; that of earlier days is not kept."""
    standing = {one.engagement_id: one for one in ForecastDetail.objects.filter(engagement__in=list(runs))}
    rows, facts = {}, {}
    for made in every:
        engagement = made.loaded.engagement
        row = standing.get(engagement.pk) or ForecastDetail(engagement=engagement, client_id=engagement.client_id)
        rows[engagement.pk] = row
        facts[engagement.pk] = {"run_id": runs[engagement.pk].pk, **_detail_facts(made)}
    _write(rows, facts, {})


def _detail_facts(made: Made) -> dict[str, object]:
    loaded, forecast = made.loaded, made.forecast
    return {
        "works": {
            loaded.works[pk]: {"drivers": _drivers(made, one), **_risk(made, one)}
            for pk, one in forecast.works.items()
            if one.finished_on is None
        },
        "milestones": {
            loaded.milestones[pk]: {"drivers": _drivers(made, one)} for pk, one in forecast.milestones.items()
        },
    }


def _drivers(made: Made, one: WorkForecast) -> list[dict[str, object]]:
    return [reason_json(made.loaded, health.reason_of(driver)) for driver in one.drivers]


def reason_json(loaded: Loaded, reason: Reason) -> dict[str, object]:
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


def _risk(made: Made, one: WorkForecast) -> dict[str, object]:
    """Return what milestones/risk_words.py tells: the chance, its parts in log-odds, and what they were made from.

    Nothing where the due date is gone: that is no question any more.
    """
    scored = made.loaded.scores.get(one.id)
    if scored is None or one.due_on < made.loaded.input.today:
        return {}
    model, own = made.loaded.model, share(1 - one.own_chance)
    return {
        "risk": {
            "late": share(1 - one.chance),
            "base": round(model.pool.card.base, 4),
            "parts": {kind: round(points, 4) for kind, points in scored.parts.items()}
            | {"cascade": round(model.pool.part(own), 4)},
            "own_late": own,
            "usual_late": share(share_of(model.pool.usual)),
            "signs": {
                name: value for name, value in scored.signs.items() if name not in {"record", "engagement_record"}
            },
            "record": [scored.known.record.late, scored.known.record.of],
            "engagement": [scored.known.engagement.late, scored.known.engagement.of],
            "role": made.loaded.roles.get(one.id, ""),
        }
    }

"""A forecast as it is made and kept: what pages show of it by day, and why, for the firm alone."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.clock import now
from milestones import forecasting, health
from milestones.forecasting import MilestoneForecast, PlanForecast, WorkForecast
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


def store_run(made: Made) -> ForecastRun:
    """Write the day's run, and why, where they differ from what stands; the caller holds the plan."""
    whose: dict[str, Any] = {"engagement": made.loaded.engagement, "on": made.loaded.input.today}
    run = ForecastRun.objects.filter(**whose).first() or ForecastRun(**whose)
    _write(run, made, _run_facts(made), {"made_at": now()})
    _store_detail(made, run)
    return run


def _write(row: ForecastRun | ForecastDetail, made: Made, facts: Facts, besides: Facts) -> None:
    """Write what differs, and `besides` where anything does."""
    row.client_id = made.loaded.engagement.client_id
    changed = {name: value for name, value in facts.items() if getattr(row, name) != value}
    is_new = row._state.adding  # noqa: SLF001 - Django's own word for it
    if not changed and not is_new:
        return
    for name, value in {**changed, **besides}.items():
        setattr(row, name, value)
    row.save(update_fields=None if is_new else [*changed, *besides])


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


def _store_detail(made: Made, run: ForecastRun) -> None:
    """Keep why beside the engagement's latest run; that of earlier days is not kept."""
    detail = ForecastDetail.objects.filter(engagement=made.loaded.engagement).first()
    detail = detail or ForecastDetail(engagement=made.loaded.engagement)
    _write(detail, made, {"run_id": run.pk, **_detail_facts(made)}, {})


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
            "signs": {
                name: value for name, value in scored.signs.items() if name not in {"record", "engagement_record"}
            },
            "record": [scored.known.record.late, scored.known.record.of],
            "engagement": [scored.known.engagement.late, scored.known.engagement.of],
            "role": made.loaded.roles.get(one.id, ""),
        }
    }

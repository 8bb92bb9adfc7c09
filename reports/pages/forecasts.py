"""Reading the stored forecasts: the JSON of a ForecastRun and of its ForecastDetail as typed values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from milestones.models import ForecastRun


@dataclass(frozen=True)
class Outlook:
    """What a forecast says of one deliverable or milestone; `free_` is without the open waits on the client.

    `delay` is in working days from the due date to the likely one; the drivers sum to it. Drivers and `risk` (see
    milestones/risk_words.py) are for the firm's pages alone.
    """

    likely: date | None = None
    eight_in_ten: date | None = None
    chance: float | None = None
    health: str = ""
    delay: int | None = None
    free_likely: date | None = None
    free_eight_in_ten: date | None = None
    drivers: tuple[Mapping[str, Any], ...] = ()
    risk: Mapping[str, Any] | None = None


NO_OUTLOOK = Outlook()


def _date(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def outlook(raw: Mapping[str, Any] | None, why: Mapping[str, Any] | None = None) -> Outlook:
    """Return the typed form of one entry of `works` or `milestones` of a ForecastRun, and of its ForecastDetail."""
    if not raw:
        return NO_OUTLOOK
    why = why or {}
    return Outlook(
        likely=_date(raw.get("likely")),
        eight_in_ten=_date(raw.get("eight_in_ten")),
        chance=raw.get("chance"),
        health=raw.get("health", ""),
        delay=raw.get("delay"),
        free_likely=_date(raw.get("free_likely")),
        free_eight_in_ten=_date(raw.get("free_eight_in_ten")),
        drivers=tuple(why.get("drivers", ())),
        risk=why.get("risk"),
    )


def latest(engagement_ids: Iterable[int], *fields: str) -> dict[int, ForecastRun]:
    """The last forecast of each engagement, one query; `fields` leaves out the JSON that a page does not show."""
    rows = ForecastRun.objects.filter(engagement_id__in=list(engagement_ids))
    rows = rows.order_by("engagement_id", "-on").distinct("engagement_id")
    if fields:
        rows = rows.only("engagement_id", "made_at", "health", *fields)
    return {run.engagement_id: run for run in rows}

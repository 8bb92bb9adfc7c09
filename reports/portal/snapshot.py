"""The dashboard's markup, kept for as long as nothing that it shows has changed.

The key holds the client, the audience and a stamp of every version that the page depends on. The stamp is read
together with the engagement, under the reader's database role, so whoever may not see it gets no key to ask with.
Redis may be down: then each request draws the page anew.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from django.core.cache import cache
from django.db import models
from django.db.models import Count, Max, OuterRef, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from accounts.models import Event
from engagements.models import BusinessMetric, Engagement, MetricReading, Placement
from milestones.models import ForecastRun
from reports import access
from reports.access import Reader
from reports.models import StatusNote
from reports.portal import health
from reports.portal.dashboard import lines, plan_of
from reports.portal.words import decided_by

# A changed name moves no version; the page has it after this time at the latest.
KEPT_FOR: Final = timedelta(minutes=10)


def _stamp(model: type[models.Model], **facts: models.Aggregate) -> Subquery:
    """Return a few aggregates over an engagement's rows, as JSON; null where it has none."""
    rows = model._default_manager.filter(engagement_id=OuterRef("pk")).order_by()  # noqa: SLF001 - of any model
    return Subquery(rows.values("engagement_id").annotate(stamp=JSONObject(**facts)).values("stamp"))


def stamps() -> dict[str, Combinable]:
    """Return what to annotate an engagement with, so that `key` can tell whether its dashboard has changed.

    Every action on the plan (work, waits, sign-offs, plan changes, the life of the engagement) moves the plan's version
    in its own transaction, since that update is what makes changes of one plan queue (`milestones.actions.base`); the
    plan is loaded with the engagement, so nothing of these needs to be counted. What is stamped here is what the
    dashboard shows beside: what is written by the contract's actions, by the forecast's job, or about no plan at all.
    Placements and metrics of a draft may be taken away without a trace in their ids, hence their numbers.
    """
    return {
        "stamp_events": _stamp(Event, last=Max("pk")),
        "stamp_forecasts": _stamp(ForecastRun, made=Max("made_at"), last=Max("on")),
        "stamp_notes": _stamp(StatusNote, last=Max("pk"), versions=Sum("version")),
        "stamp_metrics": _stamp(BusinessMetric, last=Max("pk"), count=Count("pk"), targets=Sum("target")),
        "stamp_readings": _stamp(MetricReading, last=Max("pk"), values=Sum("value"), at=Max("at")),
        "stamp_team": _stamp(Placement, last=Max("pk"), count=Count("pk"), shares=Sum("percent"), ends=Max("ends_on")),
    }


STAMPS: Final = ("events", "forecasts", "notes", "metrics", "readings", "team")
STAMPED: Final = access.engagements(lambda: {**lines(), **stamps()})


def key(reader: Reader, engagement: Engagement, variant: str) -> str:
    """Return the cache key of this reader's dashboard as it is now."""
    plan = plan_of(engagement)
    told = (plan.version, plan.client_health, plan.worse_on, plan.changed_at) if plan else ()
    days = (engagement.today(), timezone.localdate(), timezone.get_current_timezone_name(), get_language())
    seen = [getattr(engagement, f"stamp_{name}") for name in STAMPS]
    names = [reader.client.name, reader.client.mark, decided_by(reader)]
    parts = [told, days, engagement.version, variant, names, seen]
    stamp = sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()
    return f"portal:{reader.client.pk}:{engagement.pk}:{reader.audience}:{stamp}"


def awaits_forecast(engagement: Engagement) -> bool:
    """Whether a dashboard that shows no forecast now may have one in a moment; `engagement` carries the stamps."""
    return health.is_awaited(engagement, has_forecast=getattr(engagement, "stamp_forecasts", None) is not None)


def kept(name: str, draw: Callable[[], str]) -> SafeString:
    """Return the markup kept under this key, else draw it and keep it."""
    found: Any = cache.get(name)
    if not isinstance(found, str):
        found = draw()
        cache.set(name, str(found), KEPT_FOR.total_seconds())
    markup: str = found
    return mark_safe(markup)  # noqa: S308 - rendered by our own template

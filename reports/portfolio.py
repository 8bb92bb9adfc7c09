"""The account manager's home: four figures, what needs a decision, and every engagement in a row."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page, Paginator
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from accounts.addresses import address
from accounts.http import AuthedHttpRequest
from accounts.looks import word
from accounts.models import Event
from accounts.prepared import AnyOf, Prepared, any_of
from engagements.models import BusinessMetric, Engagement, MetricReading, Placement
from milestones.models import Deliverable, ForecastRun, Milestone
from milestones.states import UNFINISHED
from reports.filters import ORDERS, EngagementFilter
from reports.pages.forecasts import outlook
from reports.pages.lights import Light, shown_health
from reports.pages.pictures import day_bar, spark
from reports.pages.words import DASH, Day, ago, day_of, from_today, measured, number, short

PAGE_SIZE: Final = 50
TEAM_SHOWN: Final = 2

CHIPS: Final = (
    ("", gettext_lazy("All")),
    ("on_track", gettext_lazy("On track")),
    ("at_risk", gettext_lazy("At risk")),
    ("off_track", gettext_lazy("Off track")),
    ("starting", gettext_lazy("Starting")),
    ("on_hold", gettext_lazy("On hold")),
    ("draft", gettext_lazy("Draft")),
    ("ended", gettext_lazy("Ended")),
)
# These are shown even where they count nothing.
LASTING: Final = frozenset({"", "on_track", "at_risk", "off_track"})


ORDER_WORDS: Final = (
    ("", gettext_lazy("Mine first, then the worst")),
    ("due", gettext_lazy("Next milestone first")),
    ("start", gettext_lazy("Longest running first")),
    ("changed", gettext_lazy("Latest change first")),
    ("name", gettext_lazy("By name")),
    ("client", gettext_lazy("By client")),
)


@dataclass(frozen=True)
class Chip:
    """A filter chip: its value, its word, how many it shows."""

    value: str
    label: str
    count: int
    current: bool


@dataclass(frozen=True)
class Row:
    """One engagement of the table, everything formatted."""

    code: str
    url: str
    name: str
    client: str
    mark: str
    health: str
    day: str
    length: str
    bar: SafeString
    next_name: str
    next_day: str
    next_due: Day
    next_note: str
    next_tone: str
    metric: str
    metric_now: str
    metric_target: str
    spark: SafeString
    team: tuple[str, ...]
    more: int
    updated: str
    covers: str = ""


def chips(rows: Sequence[Light], current: str) -> list[Chip]:
    """The chips with their counts; those that count nothing stay only where they always stand."""
    counts = Counter("ended" if row.has_ended else row.health for row in rows)
    counts[""] = len(rows) - counts["ended"]
    return [
        Chip(value, str(label), counts[value], value == current)
        for value, label in CHIPS
        if counts[value] or value in LASTING or value == current
    ]


def _in_chip(row: Light, chip: str) -> bool:
    return row.has_ended if chip == "ended" else not row.has_ended and chip in {"", row.health}


def page_of(request: AuthedHttpRequest, all_rows: Sequence[Light]) -> "Page[int]":
    """The ids of the page that the reader asked for; a query only where words, "mine" or an order ask for one."""
    data = request.GET
    ids = [row.id for row in all_rows if _in_chip(row, data.get("show", "")) or (data.get("q") and "show" not in data)]
    if data.get("q") or data.get("mine") or data.get("order") in ORDERS:
        narrowed = EngagementFilter(data, queryset=Engagement.objects.visible_to(request.user), request=request).qs
        found = list(narrowed.values_list("pk", flat=True))
        among, by = (set(ids), found) if data.get("order") in ORDERS else (set(found), ids)
        ids = [pk for pk in by if pk in among]
    return Paginator(ids, PAGE_SIZE).get_page(data.get("page"))


def rows_of(ids: Sequence[int]) -> list[Row]:
    """The rows of these engagements in this order; five queries however many they are."""
    loaded = _engagements(ids)
    milestones = _next_milestones(ids)
    metrics = _lead_metrics(ids)
    teams = _teams(ids)
    return [_row(loaded[pk], milestones.get(pk, ()), metrics.get(pk), teams.get(pk, [])) for pk in ids if pk in loaded]


def covering(rows: Sequence[Row], lights: Iterable[Light]) -> list[Row]:
    """Mark the rows of absent managers for whom the reader stands in."""
    covers = {light.code: light.covers for light in lights if light.covered_until}
    return [replace(row, covers=covers[row.code]) if row.code in covers else row for row in rows]


def _among() -> AnyOf:
    return any_of(F("engagement_id"), "engagements")


def _engagement_rows() -> QuerySet[Engagement]:
    rows = Engagement.objects.filter(any_of(F("pk"), "engagements")).select_related("client", "plan")
    run = ForecastRun.objects.filter(engagement=OuterRef("pk")).order_by("-on")
    event = Event.objects.filter(engagement_id=OuterRef("pk")).order_by("-at", "-id")
    return rows.defer("goal", "definition_of_done").annotate(
        forecast=Subquery(run.values("milestones")[:1]),
        updated=Subquery(event.values("at")[:1]),
    )


ENGAGEMENTS = Prepared(_engagement_rows)


def _engagements(ids: Sequence[int]) -> dict[int, Engagement]:
    return {row.pk: row for row in ENGAGEMENTS(engagements=list(ids))}


def _milestone_rows() -> QuerySet[Milestone]:
    left = Exists(Deliverable.objects.filter(milestone=OuterRef("pk"), state__in=sorted(UNFINISHED)))
    return Milestone.objects.filter(_among()).annotate(left=left).order_by("engagement_id", "day")


MILESTONES = Prepared(_milestone_rows)


def _next_milestones(ids: Sequence[int]) -> dict[int, list[Milestone]]:
    """Milestones in order of day, each with `left`: whether any of its deliverables is unfinished."""
    found: dict[int, list[Milestone]] = {}
    for row in MILESTONES(engagements=list(ids)):
        found.setdefault(row.engagement_id, []).append(row)
    return found


def _metric_rows() -> QuerySet[BusinessMetric]:
    readings = MetricReading.objects.filter(metric=OuterRef("pk")).order_by("on", "id")
    rows = BusinessMetric.objects.filter(_among()).order_by("engagement_id", "position", "id")
    return rows.distinct("engagement_id").annotate(values=ArraySubquery(readings.values("value")))


METRICS = Prepared(_metric_rows)


def _lead_metrics(ids: Sequence[int]) -> dict[int, BusinessMetric]:
    """The first metric of each engagement, with `values`: its readings in order of day."""
    return {row.engagement_id: row for row in METRICS(engagements=list(ids))}


def _team_rows() -> QuerySet[Placement, tuple[Any, ...]]:
    rows = Placement.objects.filter(_among()).order_by("engagement_id", "-percent", "starts_on", "id")
    return rows.values_list("engagement_id", "user__name")


TEAMS = Prepared(_team_rows)


def _teams(ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for pk, name in TEAMS(engagements=list(ids)):
        names = found.setdefault(pk, [])
        if name not in names:
            names.append(name)
    return found


def _row(engagement: Any, milestones: Sequence[Any], metric: Any, team: Sequence[str]) -> Row:
    """Any: the rows carry annotations, which django-stubs loses on the way."""
    health = shown_health(engagement.state, getattr(getattr(engagement, "plan", None), "health", ""))
    today = engagement.today()
    length = milestones[-1].day if milestones else 0
    upcoming = next((one for one in milestones if one.left), None)
    name, due, note, tone = _next_words(upcoming, engagement, today, bool(milestones))
    readings = metric.values if metric else []
    return Row(
        code=engagement.code,
        url=address("engagement", engagement.code),
        name=engagement.name,
        client=engagement.client.name,
        mark=engagement.client.mark,
        health=health,
        day=_day_words(engagement, today),
        length=_("of %(days)d") % {"days": length} if length and engagement.day(today) >= 0 else "",
        bar=day_bar(engagement.day(today), [one.day for one in milestones], health),
        next_name=name,
        next_day=_("Day %(day)d") % {"day": upcoming.day} if upcoming else "",
        next_due=due,
        next_note=note,
        next_tone=tone,
        metric=metric.name if metric else "",
        metric_now=measured(readings[-1] if readings else metric.start, metric.unit) if metric else DASH,
        metric_target=_("target %(target)s") % {"target": number(metric.target)} if metric else "",
        spark=spark([metric.start, *readings], metric.target, health) if metric else SafeString(""),
        team=tuple(team[:TEAM_SHOWN]),
        more=max(0, len(team) - TEAM_SHOWN),
        updated=ago(engagement.updated or engagement.created_at),
    )


def _day_words(engagement: Engagement, today: date) -> str:
    day = engagement.day(today)
    if day < 0:
        return _("Starts %(day)s") % {"day": short(engagement.start_on)}
    return _("Day %(day)d") % {"day": day}


def _next_words(upcoming: Any, engagement: Engagement, today: date, planned: bool) -> tuple[str, Day, str, str]:
    """The name of the next milestone, its date, what there is to say of it, and the tone of that."""
    if upcoming is None:
        return (_("All accepted") if planned else _("No plan yet")), day_of(None), "", ""
    name = upcoming.name
    due = day_of(upcoming.due_on)
    if not engagement.is_active:
        return name, due, "", ""
    if upcoming.due_on < today:
        return name, due, from_today(upcoming.due_on, today), "t-bad"
    run = getattr(engagement, "forecast", None) or {}
    told = outlook(run.get(upcoming.public_id))
    if told.likely and told.likely > upcoming.due_on:
        return name, due, _("likely %(day)s") % {"day": short(told.likely)}, "t-bad"
    return name, due, from_today(upcoming.due_on, today), ""


def export_rows(ids: Sequence[int]) -> Iterable[Sequence[object]]:
    """The list for a spreadsheet: plain values, one row an engagement."""
    milestones, metrics, teams = _next_milestones(ids), _lead_metrics(ids), _teams(ids)
    loaded = _engagements(ids)
    for pk in ids:
        yield _export(loaded[pk], milestones.get(pk, []), metrics.get(pk), teams.get(pk, []))


EXPORT_HEAD: Final = (
    gettext_lazy("Code"),
    gettext_lazy("Engagement"),
    gettext_lazy("Client"),
    gettext_lazy("State"),
    gettext_lazy("Health"),
    gettext_lazy("Start"),
    gettext_lazy("Day"),
    gettext_lazy("Next milestone"),
    gettext_lazy("Due"),
    gettext_lazy("Lead metric"),
    gettext_lazy("Unit"),
    gettext_lazy("Now"),
    gettext_lazy("Target"),
    gettext_lazy("Team"),
)


def _export(engagement: Any, milestones: Sequence[Any], metric: Any, team: Sequence[str]) -> Sequence[object]:
    upcoming = next((one for one in milestones if one.left), None)
    readings = metric.values if metric else []
    health = getattr(getattr(engagement, "plan", None), "health", "")
    return (
        engagement.code,
        engagement.name,
        engagement.client.name,
        engagement.get_state_display(),
        word(health) if health else "",
        engagement.start_on.isoformat(),
        engagement.day(),
        upcoming.name if upcoming else "",
        upcoming.due_on.isoformat() if upcoming else "",
        metric.name if metric else "",
        metric.unit if metric else "",
        f"{readings[-1].normalize():f}" if readings else "",
        f"{metric.target.normalize():f}" if metric else "",
        "; ".join(team),
    )

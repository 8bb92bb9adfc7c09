"""The dashboard's pictures as markup; the same charts as in the mail and the PDF."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from milestones.calendar import WorkCalendar
from reports import charts
from reports.chart_words import words
from reports.pages.pictures import drawn
from reports.portal.dashboard import Dashboard
from reports.portal.metrics import MetricCard
from reports.portal.rows import Row

# More rows than this are too many for a glance: the present milestone and what is at risk come first.
GLANCE = 18


@dataclass(frozen=True)
class Pictures:
    """Markup of each picture; `shown` of `total` deliverables are on the timeline."""

    timeline: SafeString
    timeline_phone: SafeString
    shown: int
    total: int
    steps: SafeString
    steps_phone: SafeString
    weeks: SafeString
    metrics: Mapping[str, SafeString]


def pictures(board: Dashboard, *, every_row: bool = False) -> Pictures:
    """Draw the dashboard."""
    rows = sorted(board.rows if every_row else glance(board), key=lambda row: (row.due_on, row.title))
    plan = plan_of_board(board, rows)
    said = words()
    planned, accepted = _totals(board)
    steps_title = _("Accepted deliverables against plan, by week")
    steps = [
        charts.accepted_against_plan(planned, accepted, title=steps_title, uid=uid, width=width, words=said)
        for uid, width in (("steps", 760), ("steps-phone", 358))
    ]
    states = [week.state or None for week in board.weeks]
    return Pictures(
        timeline=drawn(charts.timeline(plan, words=said)),
        timeline_phone=drawn(charts.timeline(plan, uid="tl-phone", compact=True, words=said)),
        shown=len(rows),
        total=len(board.rows),
        steps=drawn(steps[0]),
        steps_phone=drawn(steps[1]),
        weeks=drawn(charts.health_by_week(states, title=_("Health by week"), words=said)),
        metrics={card.public_id: _metric(board, card, said) for card in board.metrics},
    )


def glance(board: Dashboard) -> list[Row]:
    """Return the rows of the timeline: all of a short plan, else those of now, those at risk and those to sign."""
    if len(board.rows) <= GLANCE:
        return board.rows
    now = {stage.milestone_id for stage in board.stages if stage.is_now}
    some = [row for row in board.rows if row.milestone_id in now or row.is_risky or row.to_sign]
    return some or list(board.stages[-1].rows)


def plan_of_board(board: Dashboard, rows: list[Row]) -> charts.Timeline:
    """Return the timeline of these rows; the weekly mail draws it too."""
    start = board.engagement.start_on
    end = max([stage.due_on for stage in board.stages], default=start + timedelta(days=90))
    client = board.engagement.client
    holidays = WorkCalendar(client.country, client.subdivision).holidays_between(start, end)
    return charts.Timeline(
        title=_("%(span)s: due date against forecast") % {"span": board.span},
        items=tuple(_item(row) for row in rows),
        bands=_bands(board, start),
        start=start,
        end=end,
        today=board.today,
        today_label=_today(board.engagement.day(board.today)),
        holidays=tuple(day for day, _name in holidays),
    )


def _today(day: int) -> str:
    """Name the day, once the plan counts days."""
    return _("Today, day %(day)d") % {"day": day} if day >= 0 else _("Today")


def _item(row: Row) -> charts.Item:
    return charts.Item(
        name=row.title,
        state=row.state,
        start=row.start_on,
        due=row.due_on,
        likely=row.likely_on,
        by_8_in_10=row.eight_in_ten_on,
        done_on=row.done_on,
        slip=row.late_by,
    )


def _bands(board: Dashboard, start: date) -> tuple[charts.Band, ...]:
    edges = [start, *(stage.due_on for stage in board.stages)]
    return tuple(
        charts.Band(
            name=stage.name,
            start=first if first == start else first + timedelta(days=1),
            end=last,
            label=stage.days,
            short=_("Day %(day)d") % {"day": stage.day},
        )
        for stage, (first, last) in zip(board.stages, pairwise(edges), strict=True)
    )


def _totals(board: Dashboard) -> tuple[list[int], list[int]]:
    planned = [planned for _week, planned, _accepted in board.progress.table]
    accepted = [accepted for _week, _planned, accepted in board.progress.table if accepted is not None]
    return planned, accepted


def _metric(board: Dashboard, card: MetricCard, said: charts.Words) -> SafeString:
    last_on = max([stage.due_on for stage in board.stages], default=board.today)
    metric = charts.Metric(
        name=card.name,
        start_on=board.engagement.start_on,
        start_value=float(card.start_value),
        target_on=last_on,
        target=float(card.target_value),
        readings=tuple(charts.Reading(one.at, float(one.value)) for one in card.readings),
    )
    tone = "ok" if card.is_met else "accent"
    return drawn(charts.metric_line(metric, uid=f"metric-{card.public_id}", tone=tone, words=said))

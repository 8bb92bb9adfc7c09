"""Lines: a spark beside a figure, a metric's way from start to target, accepted against plan."""

from collections.abc import Sequence
from math import isfinite

from reports.charts.scale import Days, Values
from reports.charts.svg import Face, dashes, path, picture, spoken, text
from reports.charts.theme import WEB, Theme
from reports.charts.types import ENGLISH, Metric, Reading, Words

_ROUND = ' stroke-linejoin="round" stroke-linecap="round"'
Point = tuple[float, float]


def polyline(points: Sequence[Point]) -> str:
    """The path through points."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _area(points: Sequence[Point], floor: float, colour: str) -> str:
    if len(points) < 2:
        return ""
    closed = f"{polyline(points)}L{points[-1][0]:.1f} {floor:g}L{points[0][0]:.1f} {floor:g}Z"
    return f'<path d="{closed}" fill="{colour}" fill-opacity=".09"/>'


def end_dot(point: Point, radius: float, colour: str, theme: Theme) -> str:
    """The dot at the end of a line."""
    return (
        f'<circle cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="{radius:g}" fill="{colour}"'
        f' stroke="{theme["surface"]}" stroke-width="{radius / 2:g}"/>'
    )


def spark(
    values: Sequence[float],
    *,
    target: float | None = None,
    tone: str = "accent",
    theme: Theme = WEB,
    width: float = 60,
    height: float = 26,
) -> str:
    """A line beside its figure, hidden from readers; `tone` is accent, ok, warn or bad."""
    known = [v for v in values if isfinite(v)]
    marks = [target] if target is not None and isfinite(target) else []
    scale = Values.over(known + marks, 4, height - 4)
    step = (width - 6) / max(len(known) - 1, 1)
    points = [(2 + step * i, scale.at(v)) for i, v in enumerate(known)]
    colour = theme[tone]
    body = _area(points, height, colour)
    body += "".join(path(f"M0 {scale.at(m):.1f}H{width:g}", theme["base"], 1, dashes("2 3")) for m in marks)
    if points:
        body += path(polyline(points), colour, 1.6, _ROUND) + end_dot(points[-1], 2.6, colour, theme)
    return picture(body, width, height)


def _said(metric: Metric, readings: Sequence[Reading], words: Words) -> str:
    parts = [words.start.format(value=words.number(metric.start_value))]
    parts += [words.reading.format(date=words.day(r.on), value=words.number(r.value)) for r in readings[-12:]]
    parts.append(words.target.format(value=words.number(metric.target)))
    return "; ".join(parts)


def metric_line(
    metric: Metric,
    *,
    uid: str = "metric",
    tone: str = "accent",
    theme: Theme = WEB,
    width: float = 300,
    height: float = 64,
    words: Words = ENGLISH,
) -> str:
    """A metric from its start value over its readings to its target; the way still to go is dashed."""
    readings = sorted((r for r in metric.readings if isfinite(r.value)), key=lambda r: r.on)
    scale = Values.over([metric.start_value, metric.target, *(r.value for r in readings)], 8, height - 10)
    last = max([metric.target_on, metric.start_on, *(r.on for r in readings)])
    days = Days.between(metric.start_on, last, 4, width - 6)
    points = [(days.at(metric.start_on), scale.at(metric.start_value))]
    points += [(days.at(r.on), scale.at(r.value)) for r in readings if r.on >= metric.start_on]
    goal = (days.at(metric.target_on), scale.at(metric.target))
    colour = theme[tone]
    body = path(f"M0 {goal[1]:.1f}H{width:g}", theme["base"], 1, dashes("2 4")) + _area(points, height, colour)
    if goal[0] > points[-1][0]:
        body += path(polyline([points[-1], goal]), colour, 1.4, dashes("3 4") + ' stroke-opacity=".7"')
    body += path(polyline(points), colour, 2, _ROUND) + end_dot(points[-1], 4, colour, theme)
    said = _said(metric, readings, words)
    return picture(body, width, height, uid=uid, title=spoken(metric.name), desc=said)


def _steps(points: Sequence[Point]) -> str:
    first, *rest = points
    return f"M{first[0]:.1f} {first[1]:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in rest)


def _grid_step(top: int) -> int:
    """A whole step that draws at most six lines."""
    return next((s for s in (1, 2, 4, 5, 10, 20, 25, 50, 100, 250, 500, 1000) if top <= s * 5), max(top // 4, 1))


def accepted_against_plan(
    planned: Sequence[int],
    accepted: Sequence[int],
    *,
    title: str,
    uid: str = "steps",
    theme: Theme = WEB,
    width: float = 760,
    height: float = 190,
    words: Words = ENGLISH,
) -> str:
    """Deliverables accepted so far against what the plan said.

    Both are running totals by week, from week 1 on; `accepted` ends with the present week.
    """
    if not planned:
        nothing = text(width / 2, height / 2, words.nothing, theme["text3"], Face(13, 400, "middle"))
        return picture(nothing, width, height, uid=uid, title=title, desc=words.nothing)
    accepted = accepted[: len(planned)] or (0,)
    top = max(*planned, *accepted, 1)
    floor = height - 24
    scale = Values(0, top, 16, floor)
    step = (width - 40) / max(len(planned) - 1, 1)
    plan_points = [(26 + step * i, scale.at(n)) for i, n in enumerate(planned)]
    points = [(26 + step * i, scale.at(n)) for i, n in enumerate(accepted)]
    body = _frame(len(planned), top, scale, (width, height), theme, words)
    body += f'<path d="{_steps(points)}V{floor:g}H26Z" fill="{theme["accent"]}" fill-opacity=".09"/>'
    body += path(_steps(plan_points), theme["base"], 1.5, dashes("3 3"))
    body += path(_steps(points), theme["accent"], 2.2, _ROUND) + end_dot(points[-1], 4, theme["accent"], theme)
    body += _plan_label(plan_points, theme, words) + _accepted_label(points[-1], accepted[-1], width, theme, words)
    said = words.accepted_of.format(n=accepted[-1], total=planned[-1], planned=planned[len(accepted) - 1])
    return picture(body, width, height, uid=uid, title=title, desc=said)


def _plan_label(points: Sequence[Point], theme: Theme, words: Words) -> str:
    """The dashed line's name at its end, below the last step."""
    x, y = points[-1]
    return text(x - 6, y + 16, words.planned, theme["text3"], Face(11, 400, "end", theme["surface"]))


def _accepted_label(point: Point, count: int, width: float, theme: Theme, words: Words) -> str:
    """Beside the dot; its halo keeps it apart from the plan's line where that runs through."""
    left = point[0] > width - 100
    face = Face(11.5, 600, "end" if left else "start", theme["surface"])
    x = point[0] + (-9 if left else 9)
    return text(x, point[1] + (-8 if left else 16), words.accepted.format(n=count), theme["text"], face)


def _frame(weeks: int, top: int, scale: Values, size: tuple[float, float], theme: Theme, words: Words) -> str:
    width, height = size
    out = []
    for n in range(0, top + 1, _grid_step(top)):
        y = scale.at(n)
        out.append(path(f"M26 {y:.1f}H{width - 8:g}", theme["line"]))
        out.append(text(18, y + 3.5, str(n), theme["text3"], Face(10.5, 400, "end")))
    step = (width - 40) / max(weeks - 1, 1)
    every = max(4, -(-weeks // 8))
    for i in range(0, weeks, every):
        face = Face(10.5, 400, "middle")
        out.append(text(26 + step * i, height - 6, words.week.format(n=i + 1), theme["text3"], face))
    return "".join(out)

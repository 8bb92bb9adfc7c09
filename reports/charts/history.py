"""How a forecast moved: likely and 8 in 10 by day against the due date, and one number by day against one."""

from collections.abc import Iterator, Sequence
from datetime import date
from math import isfinite

from reports.charts.lines import end_dot, polyline
from reports.charts.scale import Days, Values
from reports.charts.svg import Face, dashes, path, picture, text, width_of
from reports.charts.theme import WEB, Theme
from reports.charts.types import ENGLISH, ForecastDay, Reading, Words

_ROUND = ' stroke-linejoin="round" stroke-linecap="round"'
_LEFT, _RIGHT, _TOP, _BELOW = 50.0, 104.0, 14.0, 24.0
_APART = 66.0  # a date and the last one, which may end where its line ends, do not touch
_NARROW = 460.0  # below it the labels behind the lines are left to the text
_SPOKEN = 12  # days that the description names
Point = tuple[float, float]


def forecast_history(
    days: Sequence[ForecastDay],
    *,
    title: str,
    uid: str = "history",
    theme: Theme = WEB,
    width: float = 960,
    height: float = 250,
    words: Words = ENGLISH,
) -> str:
    """Days of forecasts in order: up is later. The due date is a dashed line that steps where it was moved."""
    if not days:
        nothing = text(width / 2, height / 2, words.nothing, theme["text3"], Face(13, 400, "middle"))
        return picture(nothing, width, height, uid=uid, title=title, desc=words.nothing)
    across, up = _scales(days, width, height)
    likely = [(across.at(one.on), up.at(one.likely.toordinal())) for one in days]
    far = [(across.at(one.on), up.at(one.by_8_in_10.toordinal())) for one in days]
    body = _grid(days, across, up, (width, height), theme, words)
    if len(days) > 1:
        band = f"{polyline(far)}L{'L'.join(f'{x:.1f} {y:.1f}' for x, y in reversed(likely))}Z"
        body += f'<path d="{band}" fill="{theme["accent"]}" fill-opacity=".12"/>'
    body += path(_stairs(days, across, up), theme["text2"], 1.5, dashes("4 3"))
    body += path(polyline(far), theme["accent"], 1.25, _ROUND)
    body += path(polyline(likely), theme["accent"], 2.2, _ROUND)
    body += end_dot(far[-1], 3, theme["accent"], theme) + end_dot(likely[-1], 4, theme["accent"], theme)
    if width >= _NARROW:
        body += _labels(days[-1], up, width, theme, words)
    return picture(body, width, height, uid=uid, title=title, desc=_told(days, words))


def _scales(days: Sequence[ForecastDay], width: float, height: float) -> tuple[Days, Values]:
    right = _RIGHT if width >= _NARROW else 14.0
    across = Days.between(days[0].on, days[-1].on, _LEFT, width - right)
    every = [day.toordinal() for one in days for day in (one.likely, one.by_8_in_10, one.due)]
    pad = max(2, (max(every) - min(every)) // 12)
    return across, Values(min(every) - pad, max(every) + pad, _TOP, height - _BELOW)


def _stairs(days: Sequence[ForecastDay], across: Days, up: Values) -> str:
    first = days[0]
    steps = [f"M{across.at(first.on):.1f} {up.at(first.due.toordinal()):.1f}"]
    steps += [f"H{across.at(one.on):.1f}V{up.at(one.due.toordinal()):.1f}" for one in days[1:]]
    return "".join(steps)


def _grid(
    days: Sequence[ForecastDay], across: Days, up: Values, size: tuple[float, float], theme: Theme, words: Words
) -> str:
    width, height = size
    out = []
    for ordinal in _ticks(int(up.low), int(up.high)):
        y = up.at(ordinal)
        out.append(path(f"M{_LEFT:g} {y:.1f}H{width - 8:g}", theme["line"]))
        label = words.day(date.fromordinal(ordinal))
        out.append(text(_LEFT - 6, y + 3.5, label, theme["text3"], Face(10.5, 400, "end")))
    last = days[-1].on
    shown = [day for day in across.ticks(6) if across.at(last) - across.at(day) >= _APART]
    face = Face(10.5, 400, "middle")
    out += [text(across.at(day), height - 6, words.day(day), theme["text3"], face) for day in shown]
    face = face if width >= _NARROW else Face(10.5, 400, "end")
    return "".join([*out, text(across.at(last), height - 6, words.day(last), theme["text3"], face)])


def _ticks(low: int, high: int) -> Iterator[int]:
    """Mondays, at most six of them, evenly apart."""
    step = next((weeks for weeks in (1, 2, 4, 8, 13, 26, 52) if (high - low) / (7 * weeks) <= 6), 104) * 7
    first = low + (1 - low) % 7
    yield from range(first, high + 1, step)


def _labels(last: ForecastDay, up: Values, width: float, theme: Theme, words: Words) -> str:
    """What each line ends in, moved apart where they would touch."""
    wanted = [
        (up.at(last.by_8_in_10.toordinal()), words.eight_in_ten.format(date=words.day(last.by_8_in_10)), "accent"),
        (up.at(last.likely.toordinal()), words.likely.format(date=words.day(last.likely)), "text"),
        (up.at(last.due.toordinal()), words.due.format(date=words.day(last.due)), "text2"),
    ]
    out, reached = [], 0.0
    for y, label, colour in sorted(wanted):
        reached = max(y + 3.5, reached + 14)
        size = 11 if width_of(label, 11) <= _RIGHT - 10 else 9
        out.append(text(width - _RIGHT + 9, reached, label, theme[colour], Face(size, 500)))
    return "".join(out)


def _told(days: Sequence[ForecastDay], words: Words) -> str:
    """Some of the days, evenly apart, the last one among them."""
    step = -(-len(days) // _SPOKEN)
    picked = [*reversed(days[::-1][::step])]
    return "; ".join(words.reading.format(date=words.day(one.on), value=_outlook(one, words)) for one in picked)


def _outlook(one: ForecastDay, words: Words) -> str:
    parts = (
        words.likely.format(date=words.day(one.likely)),
        words.eight_in_ten.format(date=words.day(one.by_8_in_10)),
        words.due.format(date=words.day(one.due)),
    )
    return ", ".join(parts)


def index_line(
    readings: Sequence[Reading],
    *,
    title: str,
    uid: str = "index",
    tone: str = "accent",
    theme: Theme = WEB,
    width: float = 420,
    height: float = 120,
    words: Words = ENGLISH,
) -> str:
    """A number by day whose par is 1, such as SPI(t): the dashed line is par."""
    known = [one for one in readings if isfinite(one.value)]
    if not known:
        nothing = text(width / 2, height / 2, words.nothing, theme["text3"], Face(13, 400, "middle"))
        return picture(nothing, width, height, uid=uid, title=title, desc=words.nothing)
    across = Days.between(known[0].on, known[-1].on, 34, width - 14)
    up = Values.over([1.0, 0.5, *(min(one.value, 2.0) for one in known)], 12, height - 24)
    points = [(across.at(one.on), up.at(min(one.value, 2.0))) for one in known]
    body = ""
    for mark in (one for one in (0.0, 0.5, 1.0, 1.5, 2.0) if up.low <= one <= up.high):
        line = theme["text2"] if mark == 1 else theme["line"]
        body += path(f"M34 {up.at(mark):.1f}H{width - 8:g}", line, 1, dashes("4 3") if mark == 1 else "")
        label = words.number(int(mark) if mark.is_integer() else mark)
        body += text(28, up.at(mark) + 3.5, label, theme["text3"], Face(10.5, 400, "end"))
    body += path(polyline(points), theme[tone], 2, _ROUND) + end_dot(points[-1], 4, theme[tone], theme)
    for day, anchor in ((known[0].on, "start"), (known[-1].on, "end")):
        body += text(across.at(day), height - 6, words.day(day), theme["text3"], Face(10.5, 400, anchor))
    step = -(-len(known) // _SPOKEN)
    picked = [*reversed(known[::-1][::step])]
    said = "; ".join(words.reading.format(date=words.day(one.on), value=words.number(one.value)) for one in picked)
    return picture(body, width, height, uid=uid, title=title, desc=said)

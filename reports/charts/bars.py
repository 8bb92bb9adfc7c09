"""Small bars: progress in days, load by week, a score against its threshold, what drives a delay."""

from collections.abc import Sequence

from accounts.glyphs import shape_of
from reports.charts.scale import Days
from reports.charts.svg import dashes, path, picture, rect
from reports.charts.theme import WEB, Theme
from reports.charts.types import ENGLISH, LoadWeek, Outlook, Words

FULL = 100
LOAD_TOP = 140
# A cause as small as it may be is still seen.
SEEN = 3.0


def tone_of(state: str) -> str:
    """The theme's colour for a bar in this state: accent while all is well."""
    tone = shape_of(state)[1]
    return tone if tone in {"warn", "bad"} else "done"


def progress(
    day: int,
    ends: Sequence[int] = (30, 60, 90),
    *,
    state: str = "on_track",
    theme: Theme = WEB,
    width: float = 112,
    label: str = "",
    uid: str = "day",
) -> str:
    """Days gone as one bar a milestone; `ends` are their last days. Hidden from readers without a label."""
    gap, starts = 3.0, (0, *ends[:-1])
    each = (width - gap * (len(ends) - 1)) / max(len(ends), 1)
    out = []
    for i, (first, last) in enumerate(zip(starts, ends, strict=True)):
        x = i * (each + gap)
        share = min(max((day - first) / max(last - first, 1), 0.0), 1.0)
        out.append(rect(x, 0, each, 5, theme["idle_soft"], 2.5))
        if share:
            out.append(rect(x, 0, max(each * share, 5), 5, theme[tone_of(state)], 2.5))
    return picture("".join(out), width, 5, uid=uid, title=label, stretch=True)


def meter(
    value: float, needs: float | None = None, *, theme: Theme = WEB, width: float = 280, failed: bool = False
) -> str:
    """A score of 0 to 1 with the tick of what it needs; the figure stands beside it as text."""
    share = min(max(value, 0.0), 1.0)
    bar = rect(0, 3, width, 5, theme["idle_soft"], 2.5)
    bar += rect(0, 3, width * share, 5, theme["bad" if failed else "done"], 2.5)
    if needs is not None:
        x = width * min(max(needs, 0.0), 1.0)
        bar += path(f"M{x:.1f} 1v9", theme["text2"], 1.75, ' stroke-linecap="round"')
    return picture(bar, width, 11, stretch=True)


def driver(days: float, most: float, *, theme: Theme = WEB) -> str:
    """One cause of a delay: to the right what costs days, to the left what gains them; 32 by 8."""
    wide = 16 * min(abs(days) / most, 1.0) if most else 0.0
    wide = max(wide, SEEN) if wide else 0.0
    if days < 0:
        return picture(rect(16 - wide, 1, wide, 6, theme["ok"], 2), 32, 8)
    return picture(rect(16, 1, wide, 6, theme["warn"], 2), 32, 8)


def outlook(row: Outlook, *, theme: Theme = WEB, width: float = 112) -> str:
    """One row's forecast: from today to likely as a bar, to 8 in 10 as a line, and the tick of the due date."""
    days_shown = [row.today, row.due, row.likely, row.by_8_in_10]
    first, last = min(days_shown), max(days_shown)
    days = Days.between(first, last, 2, width - 3)
    colour = theme[tone_of(row.state)]
    a, b, far, due = (days.at(d) for d in (row.today, row.likely, row.by_8_in_10, row.due))
    body = path(f"M{b:.1f} 7H{far:.1f}M{far:.1f} 4v6", colour, 1.5, ' stroke-linecap="round"') if far > b else ""
    body += rect(min(a, b), 4, max(abs(b - a), 3), 6, colour, 3)
    body += path(f"M{due:.1f} 1v12", theme["text2"], 1.75, ' stroke-linecap="round"')
    return picture(body, width, 14)


def _load_bar(week: LoadWeek, x: float, wide: float, theme: Theme) -> str:
    def height(percent: float) -> float:
        return 40 * min(percent, LOAD_TOP) / LOAD_TOP

    elsewhere = max(week.elsewhere, 0)
    total = elsewhere + max(week.here, 0)
    out = rect(x, 42 - height(elsewhere), wide, height(elsewhere), theme["line2"], 1.5) if elsewhere else ""
    low, high = min(elsewhere, FULL), min(total, FULL)
    if high > low:
        out += rect(
            x, 42 - height(high), wide, max(height(high) - height(low) - (0.8 if low else 0), 1), theme["done"], 1.5
        )
    if total > FULL:
        out += rect(x, 42 - height(total), wide, max(height(total) - height(FULL) - 0.8, 1.5), theme["bad"], 1.5)
    return out


def load(
    name: str,
    weeks: Sequence[LoadWeek],
    *,
    uid: str = "load",
    theme: Theme = WEB,
    width: float = 280,
    words: Words = ENGLISH,
) -> str:
    """A specialist's weeks in percent: elsewhere below, here above, red beyond 100; the dashed line is 100."""
    step = width / max(len(weeks), 1)
    wide = max(min(step - 4, 40), 1.5)
    body = path(f"M0 {42 - 40 * FULL / LOAD_TOP:.1f}H{width:g}", theme["base"], 1, dashes("2 3"))
    body += "".join(_load_bar(week, i * step + (step - wide) / 2, wide, theme) for i, week in enumerate(weeks))
    said = "; ".join(words.load.format(date=words.day(w.monday), here=w.here, elsewhere=w.elsewhere) for w in weeks)
    return picture(body, width, 44, uid=uid, title=name, desc=said or words.nothing)

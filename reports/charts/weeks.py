"""Health by week: a row of squares, each with the shape of its state."""

from collections.abc import Sequence

from reports.charts.svg import Face, picture, rect, text
from reports.charts.theme import WEB, Theme
from reports.charts.types import ENGLISH, Words

_FILL = {"on_track": "ok", "at_risk": "warn", "off_track": "bad"}
_GAP = 3.0


def _mark(state: str, x: float, theme: Theme) -> str:
    """Triangle or square in the ground's colour, so that the row reads without colour."""
    if state == "at_risk":
        return f'<path d="M{x:.1f} 6.5l4.4 8h-8.8z" fill="{theme["surface"]}"/>'
    if state == "off_track":
        return rect(x - 3.5, 7.5, 7, 7, theme["surface"], 1)
    return ""


def health_by_week(
    weeks: Sequence[str | None],
    *,
    title: str,
    uid: str = "weeks",
    theme: Theme = WEB,
    width: float = 296,
    words: Words = ENGLISH,
) -> str:
    """One square a week: on_track, at_risk, off_track, or None for a week to come."""
    wide = max((width - _GAP * (len(weeks) - 1)) / max(len(weeks), 1), 2.0)
    every = max(4, -(-len(weeks) // 6))
    out, said = [], []
    for i, state in enumerate(weeks):
        x = i * (wide + _GAP)
        out.append(rect(x, 0, wide, 22, theme[_FILL.get(state or "", "idle_soft")], min(4.0, wide / 3)))
        out.append(_mark(state or "", x + wide / 2, theme))
        if i % every == 0 or (i == len(weeks) - 1 and i % every > every // 2 - 1):
            anchor = "start" if i == 0 else "end" if i == len(weeks) - 1 else "middle"
            at = {"start": x, "end": x + wide, "middle": x + wide / 2}[anchor]
            out.append(text(at, 36, words.week.format(n=i + 1), theme["text3"], Face(10.5, 400, anchor)))
        said.append(words.week_is.format(n=i + 1, state=words.state(state) if state else words.to_come))
    return picture("".join(out), width, 40, uid=uid, title=title, desc="; ".join(said) or words.nothing)

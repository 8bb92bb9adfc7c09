"""How chances came true: each tenth of what was said against the share that happened, with its likely range."""

from collections.abc import Sequence
from math import sqrt

from reports.charts.svg import Face, dashes, path, picture, text
from reports.charts.theme import WEB, Theme
from reports.charts.types import ENGLISH, Share, Words

_LEFT, _TOP, _BELOW, _RIGHT = 40.0, 10.0, 36.0, 12.0
_MARKS = (0, 25, 50, 75, 100)


def reliability(
    shares: Sequence[Share],
    *,
    title: str,
    across: str,
    uid: str = "reliability",
    theme: Theme = WEB,
    side: float = 360,
    words: Words = ENGLISH,
) -> str:
    """On the dashed line what was said came true; above it more did. A dot's area is how often it was said.

    `across` names the axis of what was said.
    """
    if not shares:
        nothing = text(side / 2, side / 2, words.nothing, theme["text3"], Face(13, 400, "middle"))
        return picture(nothing, side, side, uid=uid, title=title, desc=words.nothing)
    most = max(one.count for one in shares)
    body = _axes(side, across, theme)
    body += path(f"M{_x(0, side):.1f} {_y(0, side):.1f}L{_x(1, side):.1f} {_y(1, side):.1f}", theme["text2"], 1.25,
                 dashes("4 3"))  # fmt: skip
    body += "".join(_mark(one, most, side, theme) for one in shares)
    said = "; ".join(
        words.bin.format(said=round(one.said * 100), true=round(one.true * 100), n=one.count) for one in shares
    )
    return picture(body, side, side, uid=uid, title=title, desc=said)


def _x(share: float, side: float) -> float:
    return _LEFT + (side - _LEFT - _RIGHT) * share


def _y(share: float, side: float) -> float:
    return side - _BELOW - (side - _TOP - _BELOW) * share


def _axes(side: float, across: str, theme: Theme) -> str:
    out = []
    for mark in _MARKS:
        x, y = _x(mark / 100, side), _y(mark / 100, side)
        out.append(path(f"M{_LEFT:g} {y:.1f}H{side - _RIGHT:g}M{x:.1f} {_TOP:g}V{side - _BELOW:g}", theme["line"]))
        out.append(text(_LEFT - 6, y + 3.5, f"{mark}%", theme["text3"], Face(10.5, 400, "end")))
        anchor = "middle" if mark < _MARKS[-1] else "end"
        out.append(text(x, side - _BELOW + 15, f"{mark}%", theme["text3"], Face(10.5, 400, anchor)))
    out.append(text(_x(0.5, side), side - 4, across, theme["text3"], Face(10.5, 400, "middle")))
    return "".join(out)


def _mark(one: Share, most: int, side: float, theme: Theme) -> str:
    x, y = _x(one.said, side), _y(one.true, side)
    radius = 3 + 5 * sqrt(one.count / most)
    whisker = path(f"M{x:.1f} {_y(one.low, side):.1f}V{_y(one.high, side):.1f}", theme["accent"], 1.25)
    dot = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{theme["accent"]}" stroke="{theme["surface"]}"/>'
    return whisker + dot

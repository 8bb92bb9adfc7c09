"""A picture of how chances held: for each file, share late against chance, ten bins of equal count."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from milestones.forecasting.risk.backtest import Backtest
from milestones.forecasting.risk.features import Floats
from milestones.forecasting.risk.measures import calibration_error, reliability

SIDE, LEFT, TOP, GAP = 300.0, 46.0, 40.0, 70.0
COLOURS = ("#1b5e8a", "#b4541a", "#3c7a3c", "#7a3c78", "#8a7a1b", "#2a7d7d")
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def picture(tests: Sequence[Backtest]) -> str:
    """SVG with two panels: the prior as it ships, and online."""
    height = TOP + SIDE + 62 + 18 * len(tests)
    width = 2 * (LEFT + SIDE) + GAP
    panels = [
        _panel(LEFT, "The prior, before any outcome", [(one, one.prior) for one in tests]),
        _panel(2 * LEFT + SIDE + GAP / 2, "With the outcomes known by each day", [(one, one.online) for one in tests]),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" font-family="sans-serif" font-size="12" fill="#222" role="img">\n'
        "<title>Share of issues that were late, by the chance that was given</title>\n"
        f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>\n' + "\n".join(panels) + "\n</svg>\n"
    )


def _panel(x: float, title: str, lines: Sequence[tuple[Backtest, Floats]]) -> str:
    parts = [f'<g transform="translate({x:g} {TOP:g})">', f'<text y="-14" font-weight="bold">{escape(title)}</text>']
    parts += [_axes()]
    for i, (one, chances) in enumerate(lines):
        parts += _line(one, chances, COLOURS[i % len(COLOURS)], SIDE + 62 + 18 * i)
    return "\n".join([*parts, "</g>"])


def _axes() -> str:
    grid = [
        f'<path d="M0 {_y(at)}H{SIDE:g}M{_x(at)} 0V{SIDE:g}" stroke="#e3e3e3" fill="none"/>'
        f'<text x="-6" y="{_y(at)}" dy="4" text-anchor="end">{at:.0%}</text>'
        f'<text x="{_x(at)}" y="{SIDE + 16:g}" text-anchor="middle">{at:.0%}</text>'
        for at in TICKS
    ]
    diagonal = f'<path d="M0 {SIDE:g}L{SIDE:g} 0" stroke="#999" stroke-dasharray="4 4" fill="none"/>'
    name = f'<text x="{SIDE / 2:g}" y="{SIDE + 34:g}" text-anchor="middle">chance given (up: share late)</text>'
    return "\n".join([*grid, diagonal, name])


def _line(one: Backtest, chances: Floats, colour: str, legend: float) -> list[str]:
    late = one.history.late
    points = [(_x(chance), _y(share)) for chance, share, _ in reliability(chances, late)]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    error = calibration_error(chances, late)
    return [
        f'<path d="{path}" stroke="{colour}" stroke-width="1.5" fill="none"/>',
        *(f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in points),
        f'<path d="M0 {legend - 4:g}H20" stroke="{colour}" stroke-width="3"/>',
        f'<text x="28" y="{legend:g}">{escape(one.history.name)}: error {error:.3f}, {np.mean(late):.0%} late</text>',
    ]


def _x(share: float) -> str:
    return f"{share * SIDE:.1f}"


def _y(share: float) -> str:
    return f"{(1 - share) * SIDE:.1f}"

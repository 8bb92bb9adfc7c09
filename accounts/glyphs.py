"""Status shapes as SVG text, one set for pages, charts, mail pictures and prints.

Colour is never the only sign of a status: each has a shape of its own. No Django here, so that the pure
chart functions draw the very same shapes.
"""

from collections.abc import Callable, Mapping
from typing import Final

Palette = Mapping[str, str]

# What the web fills in: the page's own tokens, so a picture follows light and dark by itself.
WEB: Final[Palette] = {
    "ok": "var(--ok-g)",
    "warn": "var(--warn-g)",
    "bad": "var(--bad-g)",
    "idle": "var(--idle-g)",
    "now": "var(--accent-fill)",
    "surface": "var(--surface)",
}

# Every state that is ever shown -> (shape, tone).
SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "on_track": ("check", "ok"),
    "at_risk": ("triangle", "warn"),
    "off_track": ("square", "bad"),
    "starting": ("ring", "now"),
    "planned": ("ring", "idle"),
    "in_progress": ("dot_ring", "now"),
    "in_review": ("check_ring", "now"),
    "to_sign_off": ("check_ring", "now"),
    "accepted": ("check", "ok"),
    "met": ("check", "ok"),
    "sent_back": ("back", "warn"),
    "dropped": ("dash", "idle"),
    "late": ("square", "bad"),
    "stalled": ("triangle", "warn"),
    "waiting": ("pause", "warn"),
    "waiting_on_client": ("pause", "warn"),
    "draft": ("ring", "idle"),
    "active": ("dot_ring", "now"),
    "on_hold": ("pause", "idle"),
    "completed": ("check", "ok"),
    "ended_early": ("dash", "idle"),
    "extended": ("dot_ring", "now"),
    "archived": ("dash", "idle"),
    "queued": ("ring", "idle"),
    "running": ("dot_ring", "now"),
    "done": ("check", "ok"),
    "failed": ("square", "bad"),
}
UNKNOWN: Final = ("ring", "idle")


def shape_of(state: str) -> tuple[str, str]:
    """Shape and tone of a state; a state that nobody drew yet is a hollow grey ring."""
    return SHAPES.get(state, UNKNOWN)


def _stroke(path: str, colour: str, width: float = 1.6) -> str:
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}"'
        ' stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _circle(x: float, y: float, r: float, c: Palette, colour: str) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r - 0.8:.1f}" fill="{c["surface"]}"'
        f' stroke="{colour}" stroke-width="1.6"/>'
    )


def _check(x: float, y: float, r: float, c: Palette, colour: str) -> str:
    disc = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:g}" fill="{colour}"/>'
    return disc + _stroke(f"M{x - 2.6:.1f} {y + 0.2:.1f}l1.9 1.9 3.4-3.9", c["surface"])


def _triangle(x: float, y: float, r: float, c: Palette, colour: str) -> str:
    body = (
        f'<path d="M{x:.1f} {y - r:.1f}L{x + r + 0.4:.1f} {y + r - 1:.1f}H{x - r - 0.4:.1f}Z" fill="{colour}"'
        f' stroke="{colour}" stroke-width="1.4" stroke-linejoin="round"/>'
    )
    return body + _stroke(f"M{x:.1f} {y - 2.4:.1f}v3.2M{x:.1f} {y + 3:.1f}v.01", c["surface"], 1.5)


def _square(x: float, y: float, r: float, c: Palette, colour: str) -> str:
    side = 2 * r - 1
    body = (
        f'<rect x="{x - r + 0.5:.1f}" y="{y - r + 0.5:.1f}" width="{side:g}" height="{side:g}" rx="2.5"'
        f' fill="{colour}"/>'
    )
    return body + _stroke(f"M{x - 2:.1f} {y - 2:.1f}l4 4m0-4l-4 4", c["surface"], 1.5)


def _check_ring(x: float, y: float, r: float, c: Palette, colour: str) -> str:
    return _circle(x, y, r, c, colour) + _stroke(f"M{x - 2.4:.1f} {y + 0.2:.1f}l1.7 1.7 3.1-3.5", colour)


def _dot_ring(x: float, y: float, r: float, c: Palette, colour: str) -> str:
    return _circle(x, y, r, c, colour) + f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{colour}"/>'


def _back(x: float, y: float, r: float, c: Palette, colour: str) -> str:
    arrow = f"M{x - 0.4:.1f} {y - 2.4:.1f}l-2.2 2.2 2.2 2.2M{x - 2.4:.1f} {y - 0.2:.1f}h2.6a2 2 0 0 1 2 2.2"
    return _circle(x, y, r, c, colour) + _stroke(arrow, colour, 1.4)


def _pause(x: float, y: float, r: float, c: Palette, colour: str) -> str:
    return _circle(x, y, r, c, colour) + _stroke(
        f"M{x - 1.3:.1f} {y - 1.8:.1f}v3.6M{x + 1.3:.1f} {y - 1.8:.1f}v3.6", colour, 1.5
    )


def _dash(x: float, y: float, r: float, c: Palette, colour: str) -> str:
    return _circle(x, y, r, c, colour) + _stroke(f"M{x - 2:.1f} {y:.1f}h4", colour, 1.5)


_DRAW: Final[Mapping[str, Callable[[float, float, float, Palette, str], str]]] = {
    "check": _check,
    "triangle": _triangle,
    "square": _square,
    "check_ring": _check_ring,
    "dot_ring": _dot_ring,
    "ring": _circle,
    "back": _back,
    "pause": _pause,
    "dash": _dash,
}


def glyph(state: str, x: float, y: float, palette: Palette = WEB, radius: float = 6) -> str:
    """SVG elements of a state's shape around (x, y), in user units; about 2 * radius wide."""
    shape, tone = shape_of(state)
    return _DRAW[shape](x, y, radius, palette, palette[tone])


# The same shapes inside a pill: 12 by 12, in the colour of the pill's text.
PILL_SHAPES: Final[Mapping[str, str]] = {
    "check": _stroke("M2.5 6.3 5 8.8l4.6-5.4", "currentColor", 1.8),
    "triangle": '<path d="M6 1.6 11 10.4H1Z" fill="currentColor"/>',
    "square": '<rect x="1.8" y="1.8" width="8.4" height="8.4" rx="2" fill="currentColor"/>',
    "ring": '<circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="2"/>',
    "dot_ring": (
        '<circle cx="6" cy="6" r="5" fill="none" stroke="currentColor" stroke-width="1.4"/>'
        '<circle cx="6" cy="6" r="2.2" fill="currentColor"/>'
    ),
    "check_ring": (
        '<circle cx="6" cy="6" r="5" fill="none" stroke="currentColor" stroke-width="1.4"/>'
        + _stroke("M3.8 6.2 5.4 7.8l2.8-3.3", "currentColor", 1.4)
    ),
    "back": _stroke("M4.8 2.6 2 5.4l2.8 2.8M2.2 5.4h5a2.6 2.6 0 0 1 2.6 2.6v1", "currentColor"),
    "pause": _stroke("M4 2.6v6.8M8 2.6v6.8", "currentColor", 1.8),
    "dash": _stroke("M2.4 6h7.2", "currentColor", 1.8),
}


def pill_shape(state: str) -> str:
    """SVG elements for a 12 by 12 box in `currentColor`."""
    return PILL_SHAPES[shape_of(state)[0]]

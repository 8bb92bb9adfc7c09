"""The few SVG elements the charts are made of; text is always escaped and always fits."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import escape

# Characters XML 1.0 does not know: control characters, lone surrogates, two non-characters.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WIDE = frozenset("WF")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
# Advances of Inter semi-bold in em, rounded up to tenths, so that a text never turns out wider than reckoned.
_ADVANCES = {
    0.3: " Iijl",
    0.4: "!'(),./:;[\\]`frt|",
    0.5: "-1^_{}",
    0.6: '"*7?FJLaceksvxyz',
    0.7: "#$&+02345689<=>BEPRSTZbdghnopqu~",
    0.8: "ACDGHKNOQUVXY",
    0.9: "w",
    1.0: "@Mm…",
    1.1: "%W",
}
_ADVANCE = {char: em - 0.03 for em, chars in _ADVANCES.items() for char in chars}
FONT = "Inter, sans-serif"


def clean(text: str) -> str:
    """Text without what XML cannot hold, white space folded."""
    return " ".join(_NOT_XML.sub("", text).split())


@lru_cache(maxsize=8192)
def spoken(text: str, most: int = 120) -> str:
    """A name inside a sentence: cut, and kept apart where it runs from right to left."""
    short = clean(text[: most * 4])
    short = short if len(short) <= most else short[: most - 1] + "…"
    if not short.isascii() and any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in short):
        return f"\u2068{short}\u2069"
    return short


@lru_cache(maxsize=8192)
def width_of(text: str, size: float) -> float:
    """About how wide text is, in user units."""
    return size * sum(_ADVANCE.get(char) or _other_advance(char) for char in text)


def _other_advance(char: str) -> float:
    """A full em for the wide scripts of East Asia, a capital's width for the rest."""
    return 1.0 if unicodedata.east_asian_width(char) in _WIDE else 0.72


@lru_cache(maxsize=8192)
def fit(text: str, room: float, size: float) -> str:
    """As much of a text as fits, ending in an ellipsis where something is left out."""
    short = clean(text[:400])
    if width_of(short, size) <= room:
        return short
    while short and width_of(short + "…", size) > room:
        short = short[:-1]
    return short.rstrip() + "…" if short else ""


@dataclass(frozen=True, slots=True)
class Face:
    """How a text is set: size in user units, weight in hundreds (WeasyPrint knows no others)."""

    size: float = 12
    weight: int = 400
    anchor: str = "start"
    halo: str = ""


PLAIN = Face()


def text(x: float, y: float, words: str, fill: str, face: Face = PLAIN) -> str:
    """A line of text; its halo is a second, stroked text below it, since not every renderer orders paint."""
    if not words:
        return ""
    where = f'x="{x:.1f}" y="{y:.1f}" font-size="{face.size:g}" font-weight="{face.weight}" text-anchor="{face.anchor}"'
    line = escape(clean(words))
    under = (
        f'<text {where} fill="{face.halo}" stroke="{face.halo}" stroke-width="4" stroke-linejoin="round">{line}</text>'
        if face.halo
        else ""
    )
    return f'{under}<text {where} fill="{fill}">{line}</text>'


def rect(x: float, y: float, width: float, height: float, fill: str, radius: float = 0, *, more: str = "") -> str:
    """A rectangle; `more` is raw attributes."""
    rounded = f' rx="{radius:g}"' if radius else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}"'
        f'{rounded} fill="{fill}"{more}/>'
    )


def path(d: str, stroke: str, width: float = 1, more: str = "") -> str:
    """A stroked path without fill; `more` is raw attributes."""
    return f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width:g}"{more}/>'


def dashes(pattern: str) -> str:
    """Raw attribute for `path`."""
    return f' stroke-dasharray="{pattern}"'


def picture(
    body: str, width: float, height: float, *, uid: str = "", title: str = "", desc: str = "", stretch: bool = False
) -> str:
    """The svg element: named and described when a title is given, else hidden from screen readers.

    `uid` makes the ids of title and description unique on the page; `stretch` lets CSS change the proportions.
    """
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    ratio = ' preserveAspectRatio="none"' if stretch else ""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}{ratio} font-family="{FONT}"'
    if not title:
        return f'{head} aria-hidden="true">{body}</svg>'
    key = re.sub(r"[^\w-]", "-", uid) or "chart"
    named = f'<title id="{key}-t">{escape(clean(title))}</title><desc id="{key}-d">{escape(clean(desc))}</desc>'
    return f'{head} role="img" aria-labelledby="{key}-t {key}-d">{named}{body}</svg>'

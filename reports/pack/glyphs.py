"""Which characters no font shows: a name that is printed as boxes is missing content, and is said as such."""

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont
from weasyprint.text.ffi import ffi, gobject, pango, pangoft2

ffi.cdef("int pango_layout_get_unknown_glyphs_count(PangoLayout *layout);")

FACE: Final = "fonts/Inter-Regular.ttf"
# Never drawn by themselves: controls, formats, surrogates, marks (they sit on a letter), separators.
UNDRAWN: Final = ("C", "M", "Z")
PRIVATE: Final = "Co"


@lru_cache(maxsize=1)
def _own() -> frozenset[int]:
    """Return the code points of our own font."""
    path = finders.find(FACE)
    if not isinstance(path, str):
        return frozenset()
    with TTFont(Path(path), lazy=True) as font:
        return frozenset(font.getBestCmap())


def unshown(text: str) -> list[str]:
    """Return the characters of a text that neither our own font nor any installed one has, in order of code point."""
    asked = sorted(char for char in set(text) if _is_drawn(char) and ord(char) not in _own())
    layout = _layout() if asked else None
    return [char for char in asked if not _installed(char, layout)]


def in_our_font(text: str) -> str:
    """Return what of a text our own font can draw: the mail's picture has no other."""
    return " ".join("".join(char for char in text if char.isspace() or ord(char) in _own()).split())


def _is_drawn(char: str) -> bool:
    category = unicodedata.category(char)
    return category == PRIVATE or not category.startswith(UNDRAWN)


def _installed(char: str, layout: Any) -> bool:
    """Ask Pango, which WeasyPrint draws with, whether any font on this machine has the character."""
    raw = char.encode()
    pango.pango_layout_set_text(layout, ffi.new("char[]", raw), len(raw))
    return int(pango.pango_layout_get_unknown_glyphs_count(layout)) == 0


def _layout() -> Any:
    fonts = ffi.gc(pangoft2.pango_ft2_font_map_new(), gobject.g_object_unref)
    context = ffi.gc(pango.pango_font_map_create_context(fonts), gobject.g_object_unref)
    return ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)

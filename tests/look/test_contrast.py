"""Pairs of tokens that meet on a page, in light and dark: axe sees neither hover states nor text in SVG."""

import pytest

from tests.look.css import contrast, tokens

TOKENS = tokens()
GROUNDS = ("canvas", "surface", "raised", "sunken", "hover")
TEXTS = ("text", "text-2", "text-3", "accent", "ok", "warn", "bad", "idle")

TEXT_PAIRS = [
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    *((tone, f"{tone}-soft") for tone in ("ok", "warn", "bad", "idle")),
    *((text, f"{tone}-soft") for text in ("text", "text-2") for tone in ("ok", "warn", "bad", "idle", "accent")),
    ("accent", "accent-soft"),
    ("on-accent", "accent-fill"),
    ("on-accent", "accent-fill-hover"),
    ("on-inverse", "inverse"),
    ("on-inverse-2", "inverse"),
    *((text, band) for text in ("text", "text-2", "text-3", "ok", "warn", "bad") for band in ("band-a", "band-b")),
]
GRAPHIC_PAIRS = [
    *((graphic, ground) for graphic in ("ok-g", "warn-g", "bad-g", "idle-g", "accent") for ground in ("surface",)),
    *((graphic, band) for graphic in ("bar-done", "base-mark", "warn-g", "bad-g") for band in ("band-a", "band-b")),
    ("control", "surface"),
    ("accent-fill", "surface"),
    ("accent-fill", "band-a"),
    ("accent-fill", "band-b"),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable_on_its_ground(text, ground, theme):
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("graphic", "ground"), GRAPHIC_PAIRS)
def test_shapes_stand_out_from_their_ground(graphic, ground, theme):
    assert contrast(TOKENS[graphic][theme], TOKENS[ground][theme]) >= 3


def test_black_on_white_is_the_greatest_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)

"""Two maps of the same colours: CSS variables for the page, plain hex where no style sheet is read.

The hex values are the light theme of `static/css/app.css`; a test holds them together.
"""

from collections.abc import Mapping
from typing import Final

Theme = Mapping[str, str]

# name in a chart -> token of the style sheet
TOKENS: Final[Mapping[str, str]] = {
    "text": "text",
    "text2": "text-2",
    "text3": "text-3",
    "line": "line",
    "line2": "line-2",
    "surface": "surface",
    "band_a": "band-a",
    "band_b": "band-b",
    "done": "bar-done",
    "rest": "bar-rest",
    "base": "base-mark",
    "ok": "ok-g",
    "warn": "warn-g",
    "bad": "bad-g",
    "idle": "idle-g",
    "ok_text": "ok",
    "warn_text": "warn",
    "bad_text": "bad",
    "idle_text": "text-3",
    "now_text": "accent",
    "ok_soft": "ok-soft",
    "warn_soft": "warn-soft",
    "bad_soft": "bad-soft",
    "idle_soft": "idle-soft",
    "accent": "accent",
    "now": "accent-fill",
    "on_now": "on-accent",
}

WEB: Final[Theme] = {name: f"var(--{token})" for name, token in TOKENS.items()}

PRINT: Final[Theme] = {
    "text": "#14151c",
    "text2": "#4d4f5e",
    "text3": "#6a6c7b",
    "line": "#e8e8ee",
    "line2": "#d8d9e2",
    "surface": "#ffffff",
    "band_a": "#fafafc",
    "band_b": "#f3f3f8",
    "done": "#5450d6",
    "rest": "#d9d8f7",
    "base": "#868898",
    "ok": "#1f9d66",
    "warn": "#c07a00",
    "bad": "#d93a48",
    "idle": "#8c8e9d",
    "ok_text": "#15734a",
    "warn_text": "#8a5300",
    "bad_text": "#bb2533",
    "idle_text": "#6a6c7b",
    "now_text": "#5450d6",
    "ok_soft": "#e6f6ee",
    "warn_soft": "#fdf2da",
    "bad_soft": "#fdecee",
    "idle_soft": "#efeff3",
    "accent": "#5450d6",
    "now": "#5450d6",
    "on_now": "#ffffff",
}

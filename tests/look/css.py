"""Reads the design tokens out of the style sheet itself."""

import re
from pathlib import Path

CSS = (Path(__file__).resolve().parents[2] / "static" / "css" / "app.css").read_text(encoding="utf-8")

_HEX = "#[0-9a-fA-F]{6}"
_TOKEN = re.compile(rf"--([\w-]+):\s*(light-dark\(\s*({_HEX}),\s*({_HEX})\s*\)|{_HEX})\s*;")


def tokens(css: str = CSS) -> dict[str, tuple[str, str]]:
    """Every colour token as (light, dark)."""
    return {name: (light or whole, dark or whole) for name, whole, light, dark in _TOKEN.findall(css)}


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG 2.2, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)

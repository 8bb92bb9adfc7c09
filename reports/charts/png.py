"""SVG to PNG for mail, where no program draws SVG: our own font only, so that every machine draws alike."""

from pathlib import Path

import resvg_py

FONTS = Path(__file__).resolve().parents[2] / "static" / "fonts"
FACES = ("Inter-Regular.ttf", "Inter-Medium.ttf", "Inter-SemiBold.ttf", "Inter-Bold.ttf")


def png(svg: str, width: int) -> bytes:
    """Render an SVG drawn in the print theme, `width` pixels wide, on white.

    Raises ValueError where the SVG is not well-formed or names no size.
    """
    picture: bytes = resvg_py.svg_to_bytes(
        svg_string=svg,
        width=width,
        background="#ffffff",
        skip_system_fonts=True,
        font_files=[str(FONTS / face) for face in FACES],
        font_family="Inter",
        sans_serif_family="Inter",
    )
    return bytes(picture)

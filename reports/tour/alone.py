"""A page as one file that can be read without its server: styles, fonts and icon inside, scripts left out."""

import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

from django.conf import settings
from django.contrib.staticfiles import finders

SCRIPT: Final = re.compile(r"<script\b[^>]*>.*?</script>\s*", re.DOTALL)
LINK: Final = re.compile(r'<link rel="(stylesheet|icon)" href="([^"]+)"[^>]*>')
# A reference of a stylesheet to a file beside it.
IN_STYLES: Final = re.compile(r'url\("(\.\./[^"]+)"\)')
TYPES: Final = {".woff2": "font/woff2", ".svg": "image/svg+xml"}


def alone(page: str, address: str) -> str:
    """Return the page as one file; `address` of the server is put before its links. Raises FileNotFoundError."""
    page = LINK.sub(_linked, SCRIPT.sub("", page))
    return re.sub(r'(href|action)="/(?!/)', rf'\1="{address}/', page)


def _linked(link: re.Match[str]) -> str:
    name = link[2].removeprefix(settings.STATIC_URL)
    if link[1] == "icon":
        return f'<link rel="icon" href="{_data(name)}">'
    return f"<style>{IN_STYLES.sub(_beside(name), _file(name).read_text(encoding='utf-8'))}</style>"


def _beside(styles: str) -> Callable[[re.Match[str]], str]:
    folder = PurePosixPath(styles).parent.parent
    return lambda found: f'url("{_data(str(folder / found[1].removeprefix("../")))}")'


def _data(name: str) -> str:
    file = _file(name)
    return f"data:{TYPES[file.suffix]};base64,{b64encode(file.read_bytes()).decode()}"


def _file(name: str) -> Path:
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(name)
    return Path(found)

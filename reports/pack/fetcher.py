"""What a PDF may fetch: our own files, by name, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

SCHEME: Final = "emplace:"
STATIC: Final[Mapping[str, tuple[str, str]]] = {
    "emplace:pack.css": ("css/pack.css", "text/css"),
    "emplace:inter-400.ttf": ("fonts/Inter-Regular.ttf", "font/ttf"),
    "emplace:inter-500.ttf": ("fonts/Inter-Medium.ttf", "font/ttf"),
    "emplace:inter-600.ttf": ("fonts/Inter-SemiBold.ttf", "font/ttf"),
    "emplace:inter-700.ttf": ("fonts/Inter-Bold.ttf", "font/ttf"),
}


class MissingAssetError(FatalURLFetchingError):
    """One of our own files is not there; WeasyPrint would leave it out without a word, so it stops instead."""


@dataclass(frozen=True)
class Asset:
    """Bytes that a document may name, and their type."""

    body: bytes
    content_type: str


def static_asset(address: str) -> Asset:
    """Read one of our own files. Raises MissingAssetError where the installation lacks it."""
    name, content_type = STATIC[address]
    path = finders.find(name)
    if not isinstance(path, str):
        raise MissingAssetError(f"{name} is missing from this installation, so no PDF can be made.")
    return Asset(Path(path).read_bytes(), content_type)


class AllowList(URLFetcher):
    """Serves the files named here from memory; asked for anything else, it refuses without a look.

    A refused address is kept in `refused`: our own templates name none, so one there is somebody's text at work.
    """

    def __init__(self, extra: Mapping[str, Asset] | None = None) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._extra = dict(extra or {})
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return one of our files. Raises ValueError for everything else, which WeasyPrint leaves out."""
        del headers
        asset = self._extra.get(url) or (static_asset(url) if url in STATIC else None)
        if asset is None:
            self.refused.append(url)
            raise ValueError(f"A PDF may not fetch {url[:80]}.")
        return URLFetcherResponse(url, asset.body, {"Content-Type": asset.content_type})

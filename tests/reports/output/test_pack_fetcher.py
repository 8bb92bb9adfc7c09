"""A PDF fetches our own files and nothing else, whatever somebody wrote."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from weasyprint import HTML

from accounts.db import as_firm
from engagements.models import Engagement
from reports.charts import png
from reports.pack import render
from reports.pack.fetcher import AllowList, MissingAssetError, static_asset
from reports.pack.read import read
from tests.reports.output.world import World

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="2" viewBox="0 0 2 2"></svg>'
PNG = png(PICTURE, 2)


class Canary:
    """A server that remembers every address it was asked for."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        hits = self.hits

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hits.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(PNG)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def canary() -> Iterator[Canary]:
    one = Canary()
    thread = threading.Thread(target=one.server.serve_forever, daemon=True)
    thread.start()
    yield one
    one.server.shutdown()
    thread.join()
    one.server.server_close()


def page(address: str) -> str:
    return f"""<!doctype html><html lang=en><head><title>x</title>
    <link rel=stylesheet href="{address}/link.css"><link rel=attachment href="{address}/attached">
    <style>@import url("{address}/import.css"); p {{ background: url("{address}/background.png") }}
    @font-face {{ font-family: X; src: url("{address}/font.ttf") }} p {{ font-family: X }}
    li {{ list-style-image: url("{address}/list.png") }} p::before {{ content: url("{address}/content.png") }}</style>
    </head><body><p>text<img src="{address}/img.png" alt=x><object data="{address}/object.svg"></object>
    <embed src="{address}/embed.svg"><li>x<a rel=attachment href="{address}/a">a</a>
    <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width=9 height=9>
    <image href="{address}/svg.png" width=9 height=9 /><image xlink:href="{address}/xlink.png" width=9 height=9 />
    <use href="{address}/use.svg#x" /></svg></body></html>"""


def drawn_with(address: str) -> tuple[bytes, AllowList]:
    fetcher = AllowList()
    body = HTML(string=page(address), url_fetcher=fetcher).write_pdf(pdf_variant=render.VARIANT)
    return body, fetcher


def test_no_server_is_asked(canary: Canary) -> None:
    _body, fetcher = drawn_with(canary.url)
    assert canary.hits == []
    assert len(fetcher.refused) >= 8


def test_the_canary_would_have_sung(canary: Canary) -> None:
    HTML(string=page(canary.url)).write_pdf()
    assert len(canary.hits) >= 8


def test_no_file_is_read(tmp_path: Path) -> None:
    for name in ("attached", "a"):
        (tmp_path / name).write_bytes(b"canary-of-the-file")
    body, _fetcher = drawn_with(f"file://{tmp_path}")
    assert b"canary-of-the-file" not in body
    assert b"EmbeddedFile" not in body


def test_what_people_wrote_reaches_nothing(world: World, canary: Canary) -> None:
    with as_firm():
        Engagement.objects.filter(pk=world.engagement.pk).update(
            name=f'<img src="{canary.url}/name.png">', goal=page(canary.url)
        )
        pack = read(Engagement.objects.select_related("client", "manager").get(pk=world.engagement.pk))
    render.draw(render.lay_out(render.html(pack, 1)), render.attachments(pack))
    assert canary.hits == []


def test_our_own_missing_file_stops_the_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finders, "find", lambda _name: None)
    with pytest.raises(MissingAssetError, match=r"css/pack.css is missing"):
        static_asset("emplace:pack.css")
    with pytest.raises(MissingAssetError):
        render.lay_out('<link rel="stylesheet" href="emplace:pack.css">')

"""Showing a mail inside a page: its HTML in a frame of its own, where nothing can run or reach out."""

import base64
from collections.abc import Callable
from functools import wraps

from csp.decorators import csp_replace, csp_update
from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin

from reports.mail import PICTURE_ID

View = Callable[..., HttpResponseBase]
MAIL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
}
NO_POLICY = {
    "script-src": None, "font-src": None, "connect-src": None, "manifest-src": None,
}  # fmt: skip


def framed(view: View) -> View:
    """Give a view that answers with a mail's HTML the mail's own policy: inline styles and data pictures, no more."""
    return wraps(view)(xframe_options_sameorigin(csp_replace({**NO_POLICY, **MAIL_POLICY})(view)))


def frames(view: View) -> View:
    """Let a page hold a frame of ours."""
    return wraps(view)(csp_update({"frame-src": ["'self'"]})(view))


def mail_body(html: str, pictures: dict[str, tuple[str, bytes]] | None = None) -> HttpResponse:
    """Return a mail's HTML with the pictures that it names by Content-ID written into it; links open a new page."""
    for name, (kind, raw) in (pictures or {}).items():
        html = html.replace(f"cid:{name}", f"data:{kind};base64,{base64.b64encode(raw).decode()}")
    return HttpResponse(html.replace("<head>", '<head><base target="_blank">', 1))


def timeline(raw: bytes) -> dict[str, tuple[str, bytes]]:
    """Return the one picture of a digest by its Content-ID."""
    return {PICTURE_ID: ("image/png", raw)} if raw else {}

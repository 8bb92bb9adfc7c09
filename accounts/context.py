"""What every page's shell may need; nothing here asks the database."""

from typing import TypedDict

from django.conf import settings
from django.http import HttpRequest


class Shell(TypedDict):
    """Names for templates."""

    firm_name: str
    theme_now: str
    has_mail_catcher: bool
    csrf_cookie: str


def shell(request: HttpRequest) -> Shell:
    """Return the firm's name, the reader's theme, whether the demo's mails can be read here, and a cookie's name."""
    return {
        "firm_name": settings.FIRM_NAME,
        "theme_now": getattr(request, "theme", "auto"),
        "has_mail_catcher": bool(settings.MAIL_CATCHER_DIR),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
    }

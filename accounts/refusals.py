"""Refusals: what no address can name, and one line in the log for what we refuse ourselves."""

import logging
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase


class OneLine(logging.Filter):
    """Takes the traceback off where nothing failed: somebody was told 403 or 404."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record; those of our refusals without their exception."""
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied | Http404):
            record.exc_info = record.exc_text = None
        return True


class NulMiddleware:
    """An address with a NUL names nothing: PostgreSQL stores none, and would fail where it is asked for one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 404."""
        if "\0" in request.path_info:
            raise Http404
        return self.get_response(request)

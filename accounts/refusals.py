"""Refused pages in the log: one line each, without the traceback of a refusal that we raised ourselves."""

import logging

from django.core.exceptions import PermissionDenied
from django.http import Http404


class OneLine(logging.Filter):
    """Takes the traceback off where nothing failed: somebody was told 403 or 404."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record; those of our refusals without their exception."""
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied | Http404):
            record.exc_info = record.exc_text = None
        return True

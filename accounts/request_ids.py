"""The id that ties a request's log lines, events and trail entries together."""

import logging
import re
import uuid
from contextvars import ContextVar
from typing import Final

_current: ContextVar[str] = ContextVar("request_id", default="")
# What a proxy may hand us; anything else is not worth a place in the trail.
ACCEPTABLE: Final = re.compile(r"[A-Za-z0-9-]{8,36}")


def current() -> str:
    """Return the id of the request or job at hand, or ''."""
    return _current.get()


def begin(offered: str = "") -> str:
    """Take up an offered id where it is acceptable, else a new UUID; returns it. Lasts until the next begin."""
    value = offered if ACCEPTABLE.fullmatch(offered) else str(uuid.uuid4())
    _current.set(value)
    return value


def end() -> None:
    """Forget the id: what comes next on this thread is not part of the request."""
    _current.set("")


class Filter(logging.Filter):
    """Puts the id on every log record as `request_id` ('-' outside of requests and jobs)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record."""
        record.request_id = current() or "-"
        return True

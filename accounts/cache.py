"""A cache on Redis that goes on without it.

While Redis is away each process remembers for itself. So sign-in's rate limits still hold (by process, not by
installation), and no page waits for a server that does not answer.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, Final

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django_redis.cache import RedisCache
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

AWAY: Final = (ConnectionInterrupted, RedisError, OSError)
# How long Redis is left alone after it did not answer.
PAUSE_SECONDS: Final = 5.0

# Server and monotonic time until which it is left alone; shared by the threads of a process.
_away_until: dict[str, float] = {}


class SteadyCache(RedisCache):
    """Redis, or this process's memory while it is away."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        """`params` are Django's; failures must reach us, so IGNORE_EXCEPTIONS stays off."""
        super().__init__(server, params)
        self._place = str(server)
        self._memory = LocMemCache(f"steady {server}", params)

    def _steadily(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= _away_until.get(self._place, 0.0):
            try:
                answer = getattr(super(), name)(*args, **kwargs)
            except AWAY as error:
                self._leave_alone(error)
            else:
                self._welcome_back()
                return answer
        return getattr(self._memory, name)(*args, **kwargs)

    def _leave_alone(self, error: Exception) -> None:
        if self._place not in _away_until:
            logger.warning("Redis does not answer (%s). Caches and rate limits are kept by process for now.", error)
        _away_until[self._place] = time.monotonic() + PAUSE_SECONDS

    def _welcome_back(self) -> None:
        if _away_until.pop(self._place, None) is not None:
            self._memory.clear()
            logger.info("Redis answers again.")


def _steady(name: str) -> Callable[..., Any]:
    def method(self: SteadyCache, *args: Any, **kwargs: Any) -> Any:
        return self._steadily(name, *args, **kwargs)

    method.__name__ = name
    method.__doc__ = getattr(BaseCache, name).__doc__
    return method


for _name in (
    "add", "get", "set", "touch", "delete", "has_key", "incr", "decr",
    "get_many", "set_many", "delete_many", "clear",
):  # fmt: skip
    setattr(SteadyCache, _name, _steady(_name))

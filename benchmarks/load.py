"""A small client for load: one thread and one kept connection each, one request after the other."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import Barrier
from typing import Final

ADDRESS: Final = "127.0.0.1"
WARM_UP: Final = 4
TIMEOUT: Final = 60.0

Before = Callable[["Target"], None]


class MeasureError(Exception):
    """What was to be measured did not happen, so no number stands for it."""


@dataclass(frozen=True)
class Target:
    """A page as one reader asks for it: `contains` must be in the answer, or it is another page."""

    path: str
    cookie: str
    contains: str
    engagement: int = 0


@dataclass(frozen=True)
class Load:
    """What came of it: requests/s over all connections, and times of single answers in milliseconds."""

    connections: int
    requests: int
    per_second: float
    p50: float
    p95: float


def measure(port: int, targets: Sequence[Target], seconds: float, before: Before | None = None) -> Load:
    """Ask for `seconds` over one connection a target; `before` runs ahead of each request, outside of its time.

    Raises MeasureError for an answer that is not the page asked for.
    """
    barrier = Barrier(len(targets))
    with ThreadPoolExecutor(len(targets)) as pool:
        runs = [pool.submit(_run, port, target, seconds, barrier, before) for target in targets]
        found = [run.result() for run in runs]
    taken = sorted(one for part, _seconds in found for one in part)
    whole = max(part for _taken, part in found)
    return Load(len(targets), len(taken), len(taken) / whole, *(quantile(taken, share) * 1000 for share in (0.5, 0.95)))


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value that `share` of the ordered values do not exceed (nearest rank)."""
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def _run(
    port: int, target: Target, seconds: float, barrier: Barrier, before: Before | None
) -> tuple[list[float], float]:
    """Return the seconds of each answer and of the whole run."""
    line = HTTPConnection(ADDRESS, port, timeout=TIMEOUT)
    try:
        for _ in range(WARM_UP):
            _ask(line, port, target, before)
        barrier.wait(TIMEOUT)
        taken, begin = [], time.perf_counter()
        while time.perf_counter() - begin < seconds:
            taken.append(_ask(line, port, target, before))
        return taken, time.perf_counter() - begin
    except BaseException:
        barrier.abort()
        raise
    finally:
        line.close()


def _ask(line: HTTPConnection, port: int, target: Target, before: Before | None) -> float:
    """Return the seconds until the whole answer was here."""
    if before is not None:
        before(target)
    headers = {"Host": f"localhost:{port}", "Cookie": target.cookie, "Accept": "text/html"}
    begin = time.perf_counter()
    line.request("GET", target.path, headers=headers)
    answer = line.getresponse()
    body = answer.read()
    taken = time.perf_counter() - begin
    if answer.status != 200 or target.contains.encode() not in body:
        raise MeasureError(f"{target.path} answered {answer.status} without {target.contains!r}.")
    return taken

"""The whole run, from data to numbers, and how they are shown."""

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from benchmarks import jobs, pages, servers
from benchmarks.data import FEW, Size, World, build
from benchmarks.jobs import JobResult
from benchmarks.pages import PageResult, QueryResult
from benchmarks.table import number, table, times

ZONE: Final = "Europe/Helsinki"
OTHER_ZONE: Final = "Europe/London"  # the few rows' own, so that the night's job leaves them alone
# Dashboard and portfolio ask no more than this; what grows with the rows is a fault on every page.
MOST_QUERIES: Final = {"Client dashboard, drawn": 12, "Client dashboard, kept": 12, "Portfolio": 12}


@dataclass(frozen=True)
class Report:
    """Everything measured in one run."""

    size: Size
    pages: list[PageResult]
    queries: list[QueryResult]
    jobs: list[JobResult]
    seconds: float

    def plain(self) -> dict[str, object]:
        """Return the report as JSON knows it."""
        machine = {"python": platform.python_version(), "cores": os.cpu_count(), "machine": platform.machine()}
        web = {"workers": servers.WORKERS, "threads": servers.THREADS}
        done = [{**asdict(one), "times_floor": one.times_floor} for one in self.jobs]
        return {**asdict(self), "jobs": done, "machine": machine, "web": web, "load": os.getloadavg()}


@contextmanager
def _step(words: str) -> Iterator[None]:
    begin = time.perf_counter()
    print(f"{words} ...", flush=True)
    yield
    print(f"  {time.perf_counter() - begin:.1f} s", flush=True)


def run(size: Size, seconds: float, folder: Path) -> Report:
    """Measure everything; `seconds` is how long each page is asked at each number of connections."""
    begin = time.perf_counter()
    few = build(FEW, "F", OTHER_ZONE)
    jobs.forecast(OTHER_ZONE, "first")  # a page without a forecast asks less
    before = pages.counts(few)
    with _step(f"Data: {size.engagements} engagements of {size.deliverables} deliverables"):
        world = build(size, "B", ZONE)
    found = list(_jobs(world))
    queries = pages.compared(before, pages.counts(world))
    with _step("Pages"), servers.web(folder) as port:
        answers = pages.measured(port, world, seconds, lambda words: print(f"  {words}", flush=True))
    return Report(size, answers, queries, found, time.perf_counter() - begin)


def _jobs(world: World) -> Iterator[JobResult]:
    steps: list[tuple[str, Callable[[], list[JobResult]]]] = [
        ("Forecasts", jobs.forecasts),
        ("Slip job", lambda: jobs.slips(world, ZONE)),
        ("Handoff PDF", lambda: [jobs.pack(world)]),
        ("Digest", lambda: jobs.digests(world)),
        ("Trail", lambda: [jobs.trail(world)]),
    ]
    for words, measure in steps:
        with _step(words):
            yield from measure()


def faults(report: Report) -> list[str]:
    """Return a sentence for each page that asks more queries than it may."""
    grown = [
        f"{one.name}: {one.few} queries with few rows, {one.all} with all."
        for one in report.queries
        if one.all > one.few
    ]
    many = [
        f"{one.name}: {one.all} queries, and {MOST_QUERIES[one.name]} are allowed."
        for one in report.queries
        if one.all > MOST_QUERIES.get(one.name, one.all)
    ]
    return grown + many


def shown(report: Report) -> str:
    """Return the three tables."""
    return "\n\n".join([_pages_table(report.pages), _queries_table(report.queries), _jobs_table(report.jobs)])


def _pages_table(results: list[PageResult]) -> str:
    head = ["Page, signed in"]
    for count in pages.CONNECTIONS:
        head += [f"requests/s at {count}", "p50 ms", "p95 ms", "x empty"]
    rows = []
    for one in results:
        row = [one.name]
        for load, ratio in zip(one.loads, one.times_floor, strict=True):
            row += [number(load.per_second), number(load.p50), number(load.p95), times(ratio)]
        rows.append(row)
    return table(head, rows)


def _queries_table(results: list[QueryResult]) -> str:
    head = ["Queries of a page", f"{FEW.engagements} x {FEW.deliverables}", "all", "at most"]
    rows = ([one.name, str(one.few), str(one.all), str(MOST_QUERIES.get(one.name, "constant"))] for one in results)
    return table(head, rows)


def _jobs_table(results: list[JobResult]) -> str:
    head = ["Job", "of", "seconds", "a second", "ms each", "x floor", "floor"]
    return table(head, (_job_row(one) for one in results))


def _job_row(one: JobResult) -> list[str]:
    each = one.seconds / one.count
    done = f"{one.count} {one.unit}"
    return [
        one.name,
        done,
        number(one.seconds),
        number(1 / each),
        number(each * 1000),
        times(one.times_floor),
        one.floor,
    ]

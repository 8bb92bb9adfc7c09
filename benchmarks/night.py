"""`python -m benchmarks.night [--engagements N]`: a whole night's forecasts by one worker and by two, and their memory.

Run it on a migrated database that may be thrown away afterwards: `python -m config.embedded.run --migrate python -m
benchmarks.night`. Workers are processes of their own that run the night's jobs as Celery's do. Between the two nights
everything they wrote is taken away, so that both do the same work; the floor is the forecasts alone, in one process.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from math import ceil
from string import ascii_uppercase
from typing import Any, Final

DELIVERABLES: Final = 60
LOT: Final = 200
ZONE: Final = "Europe/Helsinki"
# What is promised: megabytes a worker, one worker's time by two's, and the job's time by the forecasts' alone.
MOST_MEGABYTES: Final = 400
LEAST_GAIN: Final = 1.7
MOST_TIMES: Final = 2.0


def main(arguments: list[str]) -> int:
    """Measure and print; 1 where a promise is not kept."""
    wanted = argparse.ArgumentParser(prog="python -m benchmarks.night", description="Measure the nightly job.")
    wanted.add_argument("--engagements", type=int, default=1000, help="of 60 deliverables each (default 1000)")
    wanted.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    wanted.add_argument("--floor", action="store_true", help=argparse.SUPPRESS)
    chosen = wanted.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    import django

    django.setup()
    if chosen.work or chosen.floor:
        print(json.dumps(_worked() if chosen.work else _floor()))
        return 0
    return _measured(chosen.engagements)


def _measured(engagements: int) -> int:
    _build(engagements)
    _night(2)  # the first night of all also warms the database
    nights = {workers: _night(workers) for workers in (1, 2)}
    (floor,) = _children(["--floor"], 1)
    alone = nights[1]["seconds"]
    gain, times = alone / nights[2]["seconds"], nights[1]["forecasting"] / floor["seconds"]
    megabytes = max(one["megabytes"] for one in nights.values())
    print(f"\n{engagements} engagements of {DELIVERABLES} deliverables; load {os.getloadavg()[0]:.1f}")
    for workers, one in nights.items():
        print(f"  {workers} worker(s): {one['seconds']:.1f} s, of it planning {one['planning']:.1f} s")
    print(f"  the forecasts alone: {floor['seconds']:.1f} s; the job takes {times:.2f} times that (processor time)")
    print(f"  two workers are {gain:.2f} times one; at most {megabytes:.0f} MB a worker")
    kept = megabytes < MOST_MEGABYTES and gain >= LEAST_GAIN and times <= MOST_TIMES
    print(
        f"  promised: under {MOST_MEGABYTES} MB, at least {LEAST_GAIN} times, within {MOST_TIMES:g} times:",
        "kept" if kept else "not kept",
    )
    return 0 if kept else 1


def _build(engagements: int) -> None:
    from benchmarks.data import Size, build

    # A lot's mark is one letter.
    lot = max(LOT, ceil(engagements / len(ascii_uppercase)))
    for mark, first in zip(ascii_uppercase, range(0, engagements, lot), strict=False):
        build(Size(min(lot, engagements - first), DELIVERABLES), mark, ZONE)
        print(f"  {min(first + lot, engagements)} engagements made", flush=True)


def _night(workers: int) -> dict[str, float]:
    """One night as first: its seconds, the processor seconds of the work, the megabytes of the largest worker."""
    from accounts import jobs
    from accounts.db import as_firm
    from config.celery import app

    app.loader.import_default_modules()
    _forget()
    begin = time.perf_counter()
    with as_firm():
        job = jobs.request(kind="slip_nightly", key=f"bench:{workers}", args={"time_zone": ZONE}, by=None)
    jobs.run(job.pk)
    planning = time.perf_counter() - begin
    found = _children(["--work"], workers)
    # A worker that runs has its modules loaded: starting it is no part of the night.
    return {
        "seconds": planning + max(one["seconds"] for one in found),
        "planning": planning,
        "forecasting": sum(one["processor"] for one in found),
        "megabytes": max(one["megabytes"] for one in found),
    }


def _forget() -> None:
    from accounts.db import as_firm
    from accounts.models import Job
    from milestones.models import ForecastRun, Plan, Prediction, SlipFlag, SlipSnapshot

    with as_firm():
        for rows in (SlipFlag.objects, SlipSnapshot.objects, Prediction.objects, ForecastRun.objects):
            rows.all().delete()
        Plan.objects.update(health="", client_health="", worse_at=None, worse_on=None)
        Job.objects.filter(kind__startswith="slip").delete()


def _children(arguments: list[str], count: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "benchmarks.night", *arguments]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    return [json.loads(one.communicate()[0].splitlines()[-1]) for one in started]


def _worked() -> dict[str, float]:
    """Run parts of the night until none is left."""
    from accounts import jobs
    from accounts.db import as_firm
    from accounts.models import Job
    from accounts.states import JobState
    from config.celery import app

    app.loader.import_default_modules()

    def waiting() -> Iterator[int]:
        while True:
            with as_firm():
                rows = Job.objects.filter(kind="slip_part", state=JobState.QUEUED).order_by("pk")
                found = list(rows.values_list("pk", flat=True))
            if not found:
                return
            # Each worker begins elsewhere, so that two do not ask for the same one all the time.
            yield found[os.getpid() % len(found)]

    begin, processor = time.perf_counter(), time.process_time()
    for pk in waiting():
        jobs.run(pk)
    return _taken(begin, processor)


def _taken(begin: float, processor: float) -> dict[str, float]:
    return {
        "seconds": time.perf_counter() - begin,
        "processor": time.process_time() - processor,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _floor() -> dict[str, float]:
    """Processor seconds of the forecasts alone, whatever reading their plans takes."""
    from accounts.db import as_firm
    from engagements.models import Engagement
    from milestones import forecasting
    from milestones.plan_inputs import load, read_firm
    from milestones.tasks import CHUNK

    seconds = 0.0
    with as_firm():
        ids = list(Engagement.objects.order_by("pk").values_list("pk", flat=True))
        firm = read_firm()
        for first in range(0, len(ids), CHUNK):
            rows = Engagement.objects.select_related("client").filter(pk__in=ids[first : first + CHUNK])
            inputs = [one.input for one in load(list(rows), firm=firm)]
            begin = time.process_time()
            for one in inputs:
                forecasting.forecast(one)
            seconds += time.process_time() - begin
    return {"seconds": seconds}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

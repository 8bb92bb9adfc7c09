"""How fast a forecast is, against numpy drawing as many lognormals and taking the same percentiles."""

import time
import tracemalloc
from typing import Final

import numpy as np

from benchmarks.forecasts.plans import plan
from benchmarks.forecasts.view import CALENDAR, DAYS
from milestones.forecasting import MilestoneDue, PlanInput, Work, forecast

DELIVERABLES: Final = 60
DRAWS: Final = 2000
ROUNDS: Final = 25
MANY: Final = 1000


def one_plan(seed: int = 1, count: int = DELIVERABLES) -> PlanInput:
    """A plan with dependencies in its third week, a few days of which are done."""
    items = plan(count, np.random.default_rng(seed))
    today = DAYS[11]
    works = []
    for one in items:
        more: dict[str, object] = {}
        if one.due < 9:
            more = {"state": "accepted", "started_on": DAYS[one.start], "finished_on": DAYS[one.due]}
        elif one.start < 11 and not one.before:
            more = {"state": "in_progress", "started_on": DAYS[one.start]}
        works.append(
            Work(one.id, one.milestone, DAYS[one.start], DAYS[one.due], one.effort, owner=one.owner,
                 predecessors=one.before, **more)  # type: ignore[arg-type]
        )  # fmt: skip
    dues = tuple(MilestoneDue(key, max(work.due_on for work in works if work.milestone == key)) for key in (30, 60, 90))
    return PlanInput(f"speed {seed}", today, tuple(works), dues, CALENDAR)


def against_numpy() -> tuple[float, float]:
    """Seconds of one forecast, and of its floor: the medians of rounds that alternate."""
    given = one_plan()
    rng = np.random.default_rng(1)
    ours: list[float] = []
    floor: list[float] = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        forecast(given, DRAWS)
        between = time.perf_counter()
        drawn = rng.lognormal(0.2, 0.5, (len(given.works), DRAWS))
        # The percentiles that pages show: of each deliverable, of each milestone, of the whole.
        np.percentile(drawn, [50, 80], axis=1)
        np.percentile(drawn[: len(given.milestones) + 1], [50, 80], axis=1)
        floor.append(time.perf_counter() - between)
        ours.append(between - begin)
    return float(np.median(ours[3:])), float(np.median(floor[3:]))


def many(count: int = MANY) -> tuple[float, float]:
    """Seconds for the forecasts of so many engagements of 60, and the most megabytes that they took."""
    plans = [one_plan(seed) for seed in range(20)]
    tracemalloc.start()
    forecast(plans[0])
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    begin = time.perf_counter()
    for number in range(count):
        given = plans[number % len(plans)]
        forecast(PlanInput(f"many {number}", given.today, given.works, given.milestones, CALENDAR))
    return time.perf_counter() - begin, peak

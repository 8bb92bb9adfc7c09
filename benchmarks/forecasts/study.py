"""Every method on every simulated engagement: how far off, how often it held, how wide."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.forecasts.methods import METHODS, Dates, Method
from benchmarks.forecasts.view import known
from benchmarks.forecasts.world import SCENARIOS, Scenario, World
from benchmarks.table import table

COUNTS: Final = (20, 40, 60)
AFTER: Final = (30, 60)
HELD: Final = (0.75, 0.88)  # where the share of 8-in-10 dates that held belongs
JUDGING: Final = 3_000_000  # no seed from here on was looked at while the model was made


@dataclass(frozen=True)
class Score:
    """Mean absolute error of the likely date, share of 8-in-10 dates that held, mean days between the two."""

    error: float
    held: float
    width: float
    bias: float


@dataclass(frozen=True)
class Cell:
    """One scenario at one size on one day: a score for each method, over so many engagements still open then."""

    scenario: str
    count: int
    after: int
    engagements: int
    scores: dict[str, Score]

    @property
    def best(self) -> str:
        return min(self.scores, key=lambda name: self.scores[name].error)


def run(
    engagements: int,
    first: int = JUDGING,
    say: Callable[[str], None] = lambda _words: None,
    methods: dict[str, Method] = METHODS,
) -> Iterator[Cell]:
    """Score the methods on so many engagements a scenario and size, with seeds from `first` on."""
    for scenario in SCENARIOS:
        for count in COUNTS:
            say(f"{scenario.name}, {count} deliverables")
            yield from _cells(scenario, count, range(first, first + engagements), methods)


def _cells(scenario: Scenario, count: int, seeds: range, methods: dict[str, Method]) -> Iterator[Cell]:
    found: dict[int, list[tuple[int, list[Dates]]]] = {after: [] for after in AFTER}
    for seed in seeds:
        world = World(scenario, count, seed)
        for after in AFTER:
            plan, now = known(world, after, f"{scenario.name} {count} {seed}")
            if world.end >= now:
                found[after].append((world.end, [method(plan, now) for method in methods.values()]))
    for after, rows in found.items():
        ends = np.array([end for end, _dates in rows], dtype=np.float64)
        dates = np.array([dates for _end, dates in rows], dtype=np.float64)
        scores = {name: _score(ends, dates[:, place]) for place, name in enumerate(methods)}
        yield Cell(scenario.name, count, after, len(rows), scores)


def _score(ends: np.ndarray, dates: np.ndarray) -> Score:
    likely, eight = dates[:, 0], dates[:, 1]
    return Score(
        float(np.abs(likely - ends).mean()),
        float((ends <= eight).mean()),
        float((eight - likely).mean()),
        float((likely - ends).mean()),
    )


def shown(cells: list[Cell]) -> str:
    """Return three tables: error, coverage, width."""
    return "\n\n".join(
        [
            "Mean error of the final date, working days\n\n" + _table(cells, lambda one: f"{one.error:.1f}"),
            "8-in-10 dates that held, %\n\n" + _table(cells, lambda one: f"{100 * one.held:.0f}"),
            "From likely to 8-in-10 date, working days\n\n" + _table(cells, lambda one: f"{one.width:.1f}"),
        ]
    )


def _table(cells: list[Cell], value: Callable[[Score], str]) -> str:
    names = list(cells[0].scores)
    rows = ([_name(one), *(value(one.scores[name]) for name in names)] for one in cells)
    return table(["Engagements", *names], rows)


def _name(cell: Cell) -> str:
    return f"{cell.scenario}, {cell.count}, day {cell.after}"


def faults(cells: list[Cell]) -> list[str]:
    """Return a sentence for each cell where ours is not the best, or its 8-in-10 dates hold too seldom or too often."""
    low, high = HELD
    worse = [
        f"{_name(one)}: {one.best} is closer ({one.scores[one.best].error:.1f} to {one.scores['ours'].error:.1f} days)."
        for one in cells
        if one.best != "ours"
    ]
    off = [
        f"{_name(one)}: the 8-in-10 date held {100 * one.scores['ours'].held:.1f} % of the time."
        for one in cells
        if not low <= one.scores["ours"].held <= high
    ]
    return worse + off

"""The one order of time in which the demo's history is told, over all engagements at once."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from accounts.clock import as_of


@dataclass(order=True)
class Step:
    """One thing that happened, at a moment."""

    at: datetime
    turn: int
    do: Callable[[], object] = field(compare=False)


@dataclass
class Timeline:
    """Steps from the first on, none after `until`; a step may add further ones."""

    until: datetime
    reached: datetime | None = None
    steps: list[Step] = field(default_factory=list)
    turns: int = 0

    def add(self, at: datetime, do: Callable[[], object]) -> None:
        """Add a step; those of one moment keep the order they were added in.

        What is added late falls on the moment that is reached: nothing happens before what made it possible, such as
        a reading at an engagement that nobody has logged yet. What would be in the future falls on `until`.
        """
        at = max(at, self.reached or at)
        heapq.heappush(self.steps, Step(min(at, self.until), self.turns, do))
        self.turns += 1

    def tell(self) -> None:
        """Go through all steps, each as of its moment."""
        while self.steps:
            step = heapq.heappop(self.steps)
            self.reached = step.at
            with as_of(step.at):
                step.do()

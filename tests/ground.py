"""The ground that tests stand on: rows that many begin with are written once, and each test is a savepoint above them.

A fixture that `begins_with` a part hands out what the part's writer returned, copied for each test. The rows stay,
uncommitted, while the tests that follow begin alike, and are undone before one that begins otherwise. A test that
commits has no ground: its parts are written for it alone, where its fixtures ask for them.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
import time_machine
from django.db import connection, transaction

F = TypeVar("F", bound=Callable[..., Any])

# Noon in Helsinki, where most people of the tests are.
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@dataclass(frozen=True, eq=False)
class Part:
    """Rows that many tests begin with.

    write: makes them, standing as the firm, and returns what is of interest of them; given the value of `on`.
    on: the part that must be there before.
    at: when they are written; None is the present.
    """

    write: Callable[..., Any]
    on: "Part | None" = None
    at: datetime | None = MONDAY

    @property
    def chain(self) -> tuple["Part", ...]:
        """This part and all below it, the lowest first."""
        return (*(self.on.chain if self.on else ()), self)

    def written(self, below: Any) -> Any:
        """Write the rows as the firm."""
        from accounts.db import as_firm

        with as_firm():
            return self.write(below) if self.on else self.write()


@dataclass(frozen=True)
class Layer:
    """A part that is written, in an open transaction or savepoint of its own."""

    part: Part
    value: Any
    block: transaction.Atomic
    until: datetime

    def undo(self) -> None:
        """Roll back to what was before it."""
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


class Ground:
    """The layers of one worker; every test stands on as many of them as its fixtures ask for."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.handed: dict[Part, Any] = {}

    @property
    def now(self) -> datetime:
        """The moment at which the tests of that Monday begin: when the last of their rows was written."""
        return self.layers[-1].until if self.layers else MONDAY

    def sink_to(self, chain: Sequence[Part]) -> None:
        """End a test: undo the layers that do not carry a test of this chain."""
        self.handed = {}
        if self.layers and (connection.closed_in_transaction or not connection.in_atomic_block):
            self._lose()
        while self.layers and tuple(one.part for one in self.layers) != tuple(chain[: len(self.layers)]):
            self.layers.pop().undo()

    def rise_to(self, chain: Sequence[Part]) -> None:
        """Write the layers that a test of this chain lacks."""
        for part in chain[len(self.layers) :]:
            self.layers.append(self._layer(part))

    def _lose(self) -> None:
        """Forget layers whose connection has gone, and all their rows with it."""
        while self.layers:
            self.layers.pop().block.__exit__(None, None, None)

    def _layer(self, part: Part) -> Layer:
        below = self.layers[-1].value if self.layers else None
        with _written_in_a_block() as block, _clock(self.now if part.at else None):
            value = part.written(copy.deepcopy(below))
            # What is checked at the commit is checked now: no test has to do it again.
            connection.check_constraints()
            until = datetime.now(UTC) if part.at else self.now
        return Layer(part, value, block, until)

    def of(self, part: Part) -> Any:
        """Return the part's value for this test: a copy of what stands, or written now for a test that commits."""
        if part not in self.handed:
            standing = next((one for one in self.layers if one.part is part), None)
            self.handed[part] = copy.deepcopy(standing.value) if standing else self._alone(part)
        return self.handed[part]

    def _alone(self, part: Part) -> Any:
        return part.written(self.of(part.on) if part.on else None)


@contextmanager
def _written_in_a_block() -> Iterator[transaction.Atomic]:
    """Enter a block that outlives this one, unless something goes wrong in it."""
    block = transaction.atomic()
    # A block of the product's that must be the outermost may stand in it, as in any test's transaction.
    setattr(block, "_from_testcase", True)  # noqa: B010
    block.__enter__()
    try:
        yield block
    except BaseException as error:
        block.__exit__(type(error), error, error.__traceback__)
        raise


@contextmanager
def _clock(moment: datetime | None) -> Iterator[None]:
    if moment is None:
        yield
        return
    with time_machine.travel(moment, tick=True):
        yield


def begins_with(part: Part) -> Callable[[F], F]:
    """Mark a fixture whose value is `ground.of(part)`, so that its tests stand on that part."""

    def marked(function: F) -> F:
        setattr(function, "part", part)  # noqa: B010
        return function

    return marked


def chain_of(item: pytest.Item) -> tuple[Part, ...]:
    """Return the parts that a test stands on, the lowest first; none where it commits or needs no database."""
    names = set(getattr(item, "fixturenames", ()))
    if names & {"transactional_db", "live_server", "django_db_serialized_rollback"}:
        return ()
    chains = sorted({part.chain for part in _parts(item)}, key=len)
    longest = chains[-1] if chains else ()
    return longest if all(longest[: len(one)] == one for one in chains) else ()


def _parts(item: pytest.Item) -> Iterator[Part]:
    for found in item._fixtureinfo.name2fixturedefs.values():  # type: ignore[attr-defined]
        part = getattr(found[-1].func, "part", None)
        if isinstance(part, Part):
            yield part


def in_order(items: list[pytest.Item]) -> None:
    """Let tests that begin alike follow each other, in the places that such tests have; the others stay in theirs."""
    chains = [chain_of(item) for item in items]
    first = {chain: place for place, chain in reversed(list(enumerate(chains)))}
    places = [place for place, chain in enumerate(chains) if chain]
    for place, item in zip(
        places, sorted((items[i] for i in places), key=lambda one: first[chain_of(one)]), strict=True
    ):
        items[place] = item

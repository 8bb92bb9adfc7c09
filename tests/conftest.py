"""The cast, the day, and the firm's role. The database and the servers come from tests/db.py and tests/servers.py."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
import time_machine
from django.db import connections

from accounts.db import as_firm
from engagements.models import Engagement
from tests import factories
from tests.ground import Ground, Part, begins_with

T = TypeVar("T")


CAST = Part(factories.cast)
ENGAGEMENT = Part(factories.active, on=CAST)


@pytest.fixture
def monday(ground: Ground) -> Iterator[time_machine.Traveller]:
    """Stand on Monday 23 November 2026, noon in Helsinki; the value moves the clock further."""
    with time_machine.travel(ground.now, tick=True) as clock:
        yield clock


@pytest.fixture
def firm(monday: time_machine.Traveller, db: None) -> Iterator[None]:
    """Stand as the firm for the whole test, on that Monday."""
    with as_firm():
        yield


@pytest.fixture
@begins_with(CAST)
def cast(firm: None, ground: Ground) -> factories.Cast:
    """Everybody, for a test that stands as the firm."""
    return ground.of(CAST)


@pytest.fixture
@begins_with(ENGAGEMENT)
def engagement(cast: factories.Cast, ground: Ground) -> Engagement:
    """An active engagement of Meridian Health with deliverables A and B, which need sign-off."""
    return ground.of(ENGAGEMENT)


def at_once(calls: list[Callable[[], T]]) -> list[T | Exception]:
    """Run calls in threads that start together, each on its own connection; returns results or what was raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Exception:
        barrier.wait()
        try:
            with as_firm():
                return call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def really(monday: time_machine.Traveller, transactional_db: None) -> None:
    """A test that commits for real, so that threads see each other; on that Monday."""

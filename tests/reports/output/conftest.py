"""A world for these tests; `world` inside the test's transaction, `kept_world` committed for other processes."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from accounts.db import as_firm
from reports import tasks
from tests.ground import Ground, Part, begins_with
from tests.reports.output.world import World, build


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Issued files go to a folder of the test's own."""
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("media"))


# Importing it registers the handlers, as a worker does.
assert tasks.PERIODIC


@pytest.fixture
def as_the_firm() -> Iterator[None]:
    """Stand as the firm for the whole test."""
    with as_firm():
        yield


def begun(world: World) -> World:
    """Bring the work to the middle of the plan."""
    for number in (1, 2, 3):
        world.accept(number)
    world.submit(4)
    world.wait(5, "A test account for the console")
    world.forecast()
    return world


WORLD = Part(lambda: begun(build()), at=None)


@pytest.fixture
@begins_with(WORLD)
def world(db: None, ground: Ground) -> World:
    """One running engagement: deliverables 1 to 3 accepted, 4 waits for a sign-off."""
    return ground.of(WORLD)

"""A client with an engagement at work, read through its portal."""

from dataclasses import dataclass
from datetime import date

import pytest
import time_machine
from django.test import Client as Browser

from accounts.models import User
from engagements.actions.metrics import record_reading
from engagements.models import Engagement
from milestones.actions import evidence, waits
from milestones.models import Deliverable, Wait
from tests import factories
from tests.conftest import CAST
from tests.ground import Ground, Part, begins_with


@dataclass(frozen=True)
class World:
    """Meridian Health with A and C to sign off at day 60, B in progress and waiting on the client."""

    people: factories.Cast
    engagement: Engagement
    a: Deliverable
    b: Deliverable
    c: Deliverable
    wait: Wait

    def url(self, rest: str = "") -> str:
        """An address of the engagement's pages."""
        return f"/portal/{self.engagement.code}/{rest}"

    def of(self, one: Deliverable) -> str:
        """The page of a deliverable."""
        return self.url(f"d/{one.public_id}/")


def _world(people: factories.Cast) -> World:
    lines = [factories.line(ref) for ref in "ABC"]
    hidden = factories.line("Internal", needs_sign_off=False, shared=False)
    engagement = factories.active(people, [*lines, hidden])
    a, b, c = (factories.deliverable(engagement, ref) for ref in "ABC")
    for one in (a, c):
        factories.in_review(people.specialist, one)
    factories.ready(people.specialist, b)
    wait = waits.open_wait(
        by=people.manager, deliverable=b, on="client", what="Test account", opened_on=date(2026, 11, 13)
    )
    evidence.add_file(by=people.manager, deliverable=b, kind="document", title="Evaluation", upload=factories.upload())
    metric = engagement.metrics.get()
    record_reading(by=people.manager, metric=metric, on=date(2026, 11, 20), value=metric.start + 10)
    return World(people, engagement, a, b, c, wait)


WORLD = Part(_world, on=CAST)


@pytest.fixture
@begins_with(WORLD)
def world(monday: time_machine.Traveller, db: None, ground: Ground) -> World:
    """A client's engagement; the test itself stands as nobody."""
    return ground.of(WORLD)


def signed_in(user: User) -> Browser:
    """A browser in which somebody is signed in."""
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def signer(world: World) -> Browser:
    """The browser of a signer."""
    return signed_in(world.people.signer)


@pytest.fixture
def viewer(world: World) -> Browser:
    """The browser of a viewer."""
    return signed_in(world.people.viewer)

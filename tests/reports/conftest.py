"""An engagement at work, as the firm's people see it in a browser."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from engagements.models import Engagement
from milestones import slips
from milestones.actions import waits
from milestones.models import Deliverable, Wait
from tests import factories
from tests.conftest import CAST
from tests.ground import Ground, Part, begins_with

Counted = Callable[[Browser, str], int]


@dataclass(frozen=True)
class Firm:
    """Meridian Health with A to sign off, B in progress and waiting on the client, C planned, forecast today."""

    people: factories.Cast
    engagement: Engagement
    a: Deliverable
    b: Deliverable
    c: Deliverable
    wait: Wait

    def url(self, rest: str = "") -> str:
        """An address of the engagement's pages."""
        return f"/engagements/{self.engagement.code}/{rest}"


def signed_in(user: User) -> Browser:
    """A browser in which somebody is signed in."""
    browser = Browser()
    browser.force_login(user)
    return browser


def _at_work(people: factories.Cast) -> Firm:
    engagement = factories.active(people, [factories.line(ref) for ref in "ABC"])
    a, b, c = (factories.deliverable(engagement, ref) for ref in "ABC")
    factories.in_review(people.specialist, a)
    factories.ready(people.specialist, b)
    wait = waits.open_wait(
        by=people.manager, deliverable=b, on="client", what="A test account", opened_on=date(2026, 11, 13)
    )
    slips.recompute(engagement)
    return Firm(people, engagement, a, b, c, wait)


AT_WORK = Part(_at_work, on=CAST)


@pytest.fixture
@begins_with(AT_WORK)
def at_work(monday: time_machine.Traveller, db: None, ground: Ground) -> Firm:
    """An engagement at work; the test itself stands as nobody."""
    return ground.of(AT_WORK)


@pytest.fixture
def manager(at_work: Firm) -> Browser:
    """The account manager of the engagement."""
    return signed_in(at_work.people.manager)


@pytest.fixture
def specialist(at_work: Firm) -> Browser:
    """Who is placed there and owns every deliverable."""
    return signed_in(at_work.people.specialist)


@pytest.fixture
def counted() -> Counted:
    """How many statements a page takes; savepoints exist only because a test is one transaction."""

    def count(browser: Browser, url: str) -> int:
        browser.get(url)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(url).status_code == 200
        return sum("SAVEPOINT" not in query["sql"] for query in asked.captured_queries)

    return count


HTMX = {"HX-Request": "true"}

"""Pages over HTTP, signed in, beside an empty page; and how many queries each asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from benchmarks.data import World
from benchmarks.load import Before, Load, MeasureError, Target, measure

CONNECTIONS: Final = (1, 8)
KEPT: Final = "portal:*"
TRANSACTION_WORDS: Final = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True)
class Page:
    """A page, the empty page that it is held against, and what it shows, for one reader a connection."""

    name: str
    floor: str
    targets: Sequence[Target]
    # Whether the dashboard must be drawn for each request (True), never (False), or is not asked for (None).
    drawn: bool | None = None


@dataclass(frozen=True)
class PageResult:
    """A page's loads in the order of CONNECTIONS, each with how many times the floor it takes."""

    name: str
    loads: list[Load]
    times_floor: list[float]


@dataclass(frozen=True)
class QueryResult:
    """Queries of a page with few rows and with all of them."""

    name: str
    few: int
    all: int


def session_key(user: User) -> str:
    """Sign somebody in and return the session's key."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def pages(world: World) -> list[Page]:
    """Return the pages, the floors first; each connection has an engagement and a reader of its own."""
    most = max(CONNECTIONS)
    manager = f"{settings.SESSION_COOKIE_NAME}={session_key(world.manager)}"
    signed = zip(world.engagements[:most], world.signers[:most], strict=True)
    readers = [(one, f"{settings.SESSION_COOKIE_NAME}={session_key(signer.user)}") for one, signer in signed]
    boards = [Target(reverse("portal_engagement", args=[one.code]), who, one.name, one.pk) for one, who in readers]
    plans = [Target(reverse("engagement", args=[one.code]), manager, one.name) for one, _who in readers]
    empty, portfolio = reverse("floor"), [Target(reverse("portfolio"), manager, "Programme")] * most
    return [
        Page("Empty page, contact", "", [Target(empty, who, "Floor") for _one, who in readers]),
        Page("Empty page, manager", "", [Target(empty, manager, "Floor")] * most),
        Page("Client dashboard, drawn", "Empty page, contact", boards, drawn=True),
        Page("Client dashboard, kept", "Empty page, contact", boards, drawn=False),
        Page("Portfolio", "Empty page, manager", portfolio),
        Page("Engagement page", "Empty page, manager", plans),
    ]


def measured(port: int, world: World, seconds: float, say: Callable[[str], None]) -> list[PageResult]:
    """Measure every page at each number of connections. Raises MeasureError."""
    floors: dict[str, list[Load]] = {}
    results = []
    for page in pages(world):
        say(page.name)
        loads = [_load(port, page, count, seconds) for count in CONNECTIONS]
        beneath = floors.setdefault(page.floor or page.name, loads)
        ratios = [floor.per_second / load.per_second for floor, load in zip(beneath, loads, strict=True)]
        results.append(PageResult(page.name, loads, ratios))
    return results


def _load(port: int, page: Page, count: int, seconds: float) -> Load:
    """Measure one page, and hold it to what it says of being drawn: the cache's keys tell."""
    targets = page.targets[:count]
    if page.drawn is None:
        return measure(port, targets, seconds)
    before: Before | None = _change if page.drawn else None
    known = _kept()
    load = measure(port, targets, seconds, before)
    drawn = _kept() - known
    if page.drawn and drawn < load.requests:
        raise MeasureError(f"{page.name}: {load.requests} requests drew {drawn} pages. Is Redis up?")
    if not page.drawn and drawn > count:
        raise MeasureError(f"{page.name}: {drawn} pages were drawn, and none should have been.")
    return load


def _kept() -> int:
    found: Any = cache.keys(KEPT)  # type: ignore[attr-defined]
    return len(found)


def _change(target: Target) -> None:
    """Move the plan's version, as every action does, past the actions: as the owner, in one statement."""
    with connections["owner"].cursor() as cursor:
        sql = "UPDATE milestones_plan SET version = version + 1 WHERE engagement_id = %s"
        cursor.execute(sql, [target.engagement])


# --- queries -------------------------------------------------------------------------------------------------


def counts(world: World) -> dict[str, int]:
    """Count the queries of each page as they stand now, without those that open and close transactions."""
    one, signer = world.engagements[0], world.signers[0]
    board = reverse("portal_engagement", args=[one.code])
    cache.delete_pattern(KEPT)  # type: ignore[attr-defined]
    return {
        "Client dashboard, drawn": _count(signer.user, board),
        "Client dashboard, kept": _count(signer.user, board),
        "Portfolio": _count(world.manager, reverse("portfolio")),
        "Engagement page": _count(world.manager, reverse("engagement", args=[one.code])),
    }


def _count(user: User, path: str) -> int:
    browser = Browser(SERVER_NAME="localhost")
    browser.cookies[settings.SESSION_COOKIE_NAME] = session_key(user)
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(path)
    if answer.status_code != 200:
        raise MeasureError(f"{path} answered {answer.status_code}.")
    return sum(not query["sql"].startswith(TRANSACTION_WORDS) for query in asked.captured_queries)


def compared(few: dict[str, int], every: dict[str, int]) -> list[QueryResult]:
    """Return both counts of each page."""
    return [QueryResult(name, few[name], every[name]) for name in few]

"""What the firm's side bar shows beside its links: how much waits, and the reader's own engagements."""

from collections import Counter
from typing import TypedDict

from django.utils.functional import SimpleLazyObject

from accounts.models import User
from reports.figures import Counts, counts_for
from reports.needs import needs_of
from reports.pages.lights import Light, answered_for, lights

PINS = 5


class NavCounts(TypedDict):
    """Numbers beside the links; an empty string shows none."""

    needs_you: int | str
    deliverables: int | str
    specialists: int | str
    clients: int | str
    handoffs: int | str


class Pin(TypedDict):
    """One of the reader's engagements in the side bar."""

    url: str
    name: str
    state: str


def nav_counts(counts: Counts, needs: int) -> NavCounts:
    """Numbers for the side bar; nought is left out."""
    return {
        "needs_you": needs or "",
        "deliverables": counts.due_soon + counts.late or "",
        "specialists": counts.specialists or "",
        "clients": counts.clients or "",
        "handoffs": counts.packs or "",
    }


def pins_of(user: User, rows: list[Light]) -> list[Pin]:
    """The reader's live engagements, the worst first."""
    own = [row for row in answered_for(rows, user) if row.is_live] if user.manages else rows
    shown = own[:PINS]
    clients = Counter(row.client for row in shown)
    # A client that stands there twice would not say which is meant.
    return [
        Pin(url=row.url, name=row.client if clients[row.client] == 1 else row.name, state=row.health) for row in shown
    ]


def read(user: User) -> tuple[NavCounts, list[Pin]]:
    """The side bar's numbers and pins on a page that has not counted yet: three queries."""
    rows = lights(user)
    waiting = len(needs_of(user, answered_for(rows, user))) if user.manages else 0
    return nav_counts(counts_for(user), waiting), pins_of(user, rows)


def lazily(user: User) -> dict[str, object]:
    """The same, read once and only where a page's shell asks for it."""
    both = SimpleLazyObject(lambda: read(user))
    return {"nav_counts": SimpleLazyObject(lambda: both[0]), "pinned": SimpleLazyObject(lambda: both[1])}

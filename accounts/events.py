"""Writing events: what happened, told for people."""

import re
from collections.abc import Mapping
from typing import Final

from accounts import request_ids
from accounts.models import Event, User

# Where a clause ends: never within a number ("1,250", "9:30"), whose marks no space follows.
CLAUSE: Final = re.compile(r"[.;:,!?](?=\s)")


def record(
    *,
    by: User | None,
    verb: str,
    message: str,
    params: Mapping[str, object] | None = None,
    client_id: int | None = None,
    engagement_id: int | None = None,
    deliverable_id: int | None = None,
    shared: bool = False,
) -> Event:
    """Write the one event of an action and return it.

    `message` is an English sentence marked with `gettext_noop`, with named places (`%(actor)s accepted %(title)s`);
    `actor` is filled from `by`. Only what is `shared` is ever seen by the client.
    """
    filled = {"actor": by.name if by is not None else "Emplace", **(params or {})}
    return Event.objects.create(
        actor=by,
        verb=verb,
        message=message,
        params={name: str(value) for name, value in filled.items()},
        client_id=client_id,
        engagement_id=engagement_id,
        deliverable_id=deliverable_id,
        shared=shared,
        request_id=request_ids.current(),
    )


def excerpt(text: str, most: int) -> str:
    """Return a text for an event's sentence, of `most` characters at most: cut where a clause ends, else at a word."""
    if len(text) <= most:
        return text
    start = text[: most - 1]
    clauses = [found.end() for found in CLAUSE.finditer(text, 0, most) if found.end() > most // 3]
    kept = start[: clauses[-1]] if clauses else start.rpartition(" ")[0] or start
    return f"{kept.rstrip(' ,;:.')}…"

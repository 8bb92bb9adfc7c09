"""Checking that nobody rewrote the trail.

Both hashes of an entry are computed again by the database: the digest over what changed, and the link over the link
before, the entry's facts and its digest. An entry whose personal data was erased has no salt; its digest then
stands for what it was.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

DIGEST_HOLDS: Final = """
    (e.digest = trail_digest(e.salt, e.before, e.after) OR e.salt IS NULL AND e.before IS NULL AND e.after IS NULL)
"""
# The first link, in the chain's own order, that is not what it should be.
BROKEN_SQL: Final = f"""
    SELECT l.entry_id
    FROM (SELECT id, entry_id, hash, lag(hash) OVER (ORDER BY id) AS before_it FROM accounts_traillink) l
    LEFT JOIN accounts_trailentry e ON e.id = l.entry_id
    WHERE (l.hash = sha256(coalesce(l.before_it, '') || trail_facts(e) || e.digest) AND {DIGEST_HOLDS}) IS NOT TRUE
    ORDER BY l.id LIMIT 1
"""  # noqa: S608 - a constant
LOOSE_SQL: Final = f"""
    SELECT count(*), min(e.id) FILTER (WHERE {DIGEST_HOLDS} IS NOT TRUE) FROM accounts_trailentry e
    WHERE NOT EXISTS (SELECT FROM accounts_traillink l WHERE l.entry_id = e.id)
"""  # noqa: S608 - a constant
LINKED_SQL: Final = """
    SELECT count(*), (SELECT encode(hash, 'hex') FROM accounts_traillink ORDER BY id DESC LIMIT 1),
        coalesce(bool_or(encode(hash, 'hex') = %s), false)
    FROM accounts_traillink
"""


@dataclass(frozen=True)
class Verdict:
    """What a check found. `head` is the last link's hash in hex, '' for an empty chain."""

    linked: int
    loose: int
    head: str
    broken: int | None
    knows_head: bool

    @property
    def sound(self) -> bool:
        """Whether nothing was altered and the head kept elsewhere, if one was given, is in the chain."""
        return self.broken is None and self.knows_head


def verify(kept_head: str = "") -> Verdict:
    """Compute the whole chain again. `kept_head`: a head printed earlier and kept elsewhere, in hex.

    Run it as the firm. A superuser of the database could rewrite the whole chain: only a head kept elsewhere shows.
    """
    linked, head, holds = _one(LINKED_SQL, [kept_head.lower()])
    broken = _one(BROKEN_SQL)
    loose, broken_loose = _one(LOOSE_SQL)
    return Verdict(
        linked=linked,
        loose=loose,
        head=head or "",
        broken=broken[0] if broken else broken_loose,
        knows_head=holds or not kept_head,
    )


def _one(statement: str, params: list[str] | None = None) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return tuple(cursor.fetchone() or ())

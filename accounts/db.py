"""Taking a database role for one transaction.

The login role by itself reaches sign-in's tables only. Everything else happens inside one of these context managers:
`WallMiddleware` enters one for each request, jobs and commands enter `as_firm` themselves.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from psycopg.pq import TransactionStatus

from accounts import request_ids
from accounts.models import User


class BrokenTransactionError(Exception):
    """A database error was swallowed inside the transaction, so nothing of it can be kept."""


@dataclass(frozen=True)
class Standing:
    """As what the database sees us until the transaction ends. Values are those of PostgreSQL's settings."""

    role: str
    clients: str = ""
    actor: str = ""
    request_id: str = ""


BARE: Final = Standing(role="none")
_standing: ContextVar[Standing] = ContextVar("standing", default=BARE)

TAKE_SQL: Final = (
    "SELECT set_config('role', %s, true), set_config('app.clients', %s, true),"
    " set_config('app.actor', %s, true), set_config('app.request_id', %s, true)"
)
READ_ONLY_SQL: Final = ", set_config('transaction_read_only', 'on', true)"


def standing() -> Standing:
    """Return the role and identity now taken; BARE outside of every context manager."""
    return _standing.get()


def _take(wanted: Standing, *, read_only: bool = False) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE_SQL + READ_ONLY_SQL if read_only else TAKE_SQL,
            [wanted.role, wanted.clients, wanted.actor, wanted.request_id],
        )


def _refuse_broken() -> None:
    """Raise where PostgreSQL has given the transaction up: its COMMIT would roll back without a word."""
    native = connection.connection
    if native is not None and native.info.transaction_status == TransactionStatus.INERROR:
        raise BrokenTransactionError("A database error was swallowed; the transaction cannot be kept.")


@contextmanager
def _entered(wanted: Standing, *, read_only: bool) -> Iterator[None]:
    """Open a transaction (or a savepoint) and stand as `wanted` in it.

    However the block ends, the standing before is back: a rolled back (sub)transaction restores its settings by
    itself, a kept one is restored by a second statement, a committed outermost one has none left. What is read-only
    is always rolled back, so nothing of it outlives the block even inside the outer transaction of a test.
    """
    before = standing()
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        token = _standing.set(wanted)
        try:
            _take(wanted, read_only=read_only)
            yield
        finally:
            _standing.reset(token)
        if read_only:
            transaction.set_rollback(True)
        elif not connection.needs_rollback:
            _refuse_broken()
            if not outermost:
                _take(before)


def _wanted(role: str, clients: str, by: User | None, request_id: str) -> Standing:
    actor = str(by.pk) if by is not None else standing().actor
    return Standing(role, clients, actor, request_id or request_ids.current() or standing().request_id)


@contextmanager
def as_firm(by: User | None = None, *, request_id: str = "", read_only: bool = False) -> Iterator[None]:
    """Stand as the firm for a transaction. `by` is the trail's actor (else the one of the block around, else nobody).

    `read_only` refuses writing and rolls back at the end.
    """
    with _entered(_wanted(settings.DATABASE_FIRM_ROLE, "", by, request_id), read_only=read_only):
        yield


@contextmanager
def as_portal(
    client_ids: Iterable[int], by: User | None = None, *, request_id: str = "", read_only: bool = False
) -> Iterator[None]:
    """Stand as a contact of these clients for a transaction: what the portal's policies let through, to read only."""
    clients = "{" + ",".join(str(int(client_id)) for client_id in client_ids) + "}"
    with _entered(_wanted(settings.DATABASE_PORTAL_ROLE, clients, by, request_id), read_only=read_only):
        yield


@contextmanager
def as_login() -> Iterator[None]:
    """Stand as the bare login role inside a block that took another, for what only sign-in may touch."""
    with _entered(Standing("none", "", standing().actor, standing().request_id), read_only=False):
        yield

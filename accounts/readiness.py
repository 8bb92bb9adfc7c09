"""Whether this process can serve: database, migrations, and what is only reported."""

from dataclasses import asdict, dataclass
from functools import cache
from typing import Final

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django_redis import get_redis_connection
from redis.exceptions import RedisError

UNREACHABLE: Final = (DatabaseError, OSError)


@dataclass(frozen=True)
class Readiness:
    """What /readyz tells. Redis may be down: pages work, and jobs wait."""

    database: bool
    migrations: bool
    redis: bool

    @property
    def ready(self) -> bool:
        """Whether requests can be served."""
        return self.database and self.migrations

    def as_json(self) -> dict[str, bool]:
        """Return the answer's body."""
        return {"ready": self.ready, **asdict(self)}


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except UNREACHABLE:
        return False
    return True


@cache
def _wanted() -> frozenset[tuple[str, str]]:
    """Return the migrations that this code brings; they do not change while the process lives."""
    return frozenset(MigrationLoader(None).disk_migrations or {})


_applied_once = False


def _migrations_applied() -> bool:
    """Whether all of them are in the database; once they are, that is remembered."""
    global _applied_once  # noqa: PLW0603 - a fact of this process that only ever turns true
    if not _applied_once:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            _applied_once = set(cursor.fetchall()) >= _wanted()
    return _applied_once


def _redis_answers() -> bool:
    try:
        return bool(get_redis_connection("default").ping())
    except (RedisError, OSError):
        return False


def readiness() -> Readiness:
    """Ask everything; takes a few milliseconds, or the timeouts of what is down."""
    database = _database_answers()
    try:
        migrations = database and _migrations_applied()
    except UNREACHABLE:
        migrations = False
    return Readiness(database=database, migrations=migrations, redis=_redis_answers())

"""Turns the walls that models declare into grants, policies and triggers; run as the owner after each migrate.

Everything here can run any number of times. A table of which nothing is known keeps no rights at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.apps import apps
from django.conf import settings
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ProgrammingError
from psycopg import sql
from psycopg.errors import UndefinedTable

from accounts.outside import OUTSIDE
from accounts.walls import Wall

TRAIL_SQL: Final = Path(__file__).parent / "sql" / "trail.sql"
# A scalar subquery, so that the setting is read once a statement and the column keeps its index.
CLIENTS: Final = "(SELECT coalesce(nullif(current_setting('app.clients', true), '')::bigint[], '{}'))::bigint[]"
TRIGGER: Final = "trail_writes"


@dataclass(frozen=True)
class Roles:
    """Names of the three roles that reach tables; the fourth is their owner, who needs no grant."""

    login: str
    firm: str
    portal: str

    @classmethod
    def from_settings(cls) -> "Roles":
        """Return the roles of this installation."""
        return cls(
            login=str(settings.DATABASES["default"]["USER"]),
            firm=settings.DATABASE_FIRM_ROLE,
            portal=settings.DATABASE_PORTAL_ROLE,
        )


def all_models() -> list[type[models.Model]]:
    """Return every model that owns a table, with the tables Django makes for many-to-many fields."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]  # noqa: SLF001


def wall_of(model: type[models.Model]) -> Wall | None:
    """Return the wall that a model declares itself, or that accounts/outside.py declares for it."""
    wall = OUTSIDE.get(model._meta.db_table) or getattr(model, "wall", None)  # noqa: SLF001
    return wall if isinstance(wall, Wall) else None


def walls() -> dict[str, Wall]:
    """Return the wall of each table by the table's name."""
    found = {model._meta.db_table: wall_of(model) for model in all_models()}  # noqa: SLF001
    own = {table: wall for table, wall in found.items() if wall is not None}
    return {"django_migrations": OUTSIDE["django_migrations"], **own}


def _grants(table: sql.Identifier, wall: Wall, roles: Roles) -> Iterator[sql.Composable]:
    everyone = sql.SQL(", ").join(sql.Identifier(role) for role in (roles.login, roles.firm, roles.portal))
    yield sql.SQL("REVOKE ALL ON {} FROM PUBLIC, {}").format(table, everyone)
    for role, rights in ((roles.login, wall.login), (roles.firm, wall.firm), (roles.portal, _portal_rights(wall))):
        if rights:
            yield sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), table, sql.Identifier(role))
    if "INSERT" in wall.login and "SELECT" not in wall.login:
        # Django reads the new row's id back.
        yield sql.SQL("GRANT SELECT (id) ON {} TO {}").format(table, sql.Identifier(roles.login))


def _portal_rights(wall: Wall) -> str:
    if wall.portal is None:
        return ""
    columns = ", ".join(wall.portal_columns)
    return f"SELECT ({columns})" if columns else "SELECT"


def _policy(
    table: sql.Identifier, name: str, role: str, command: str, condition: str | None
) -> Iterator[sql.Composable]:
    yield sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(sql.Identifier(name), table)
    if condition is not None:
        yield sql.SQL("CREATE POLICY {} ON {} FOR {} TO {} USING ({})").format(
            sql.Identifier(name), table, sql.SQL(command), sql.Identifier(role), sql.SQL(condition)
        )


def _walls_up(table: sql.Identifier, wall: Wall, roles: Roles) -> Iterator[sql.Composable]:
    yield sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(table)
    yield from _policy(table, "wall_firm", roles.firm, "ALL", "true" if wall.firm else None)
    yield from _policy(table, "wall_login", roles.login, "ALL", "true" if wall.login else None)
    yield from _policy(table, "wall_portal", roles.portal, "SELECT", None)


def _portal_policy(table: sql.Identifier, wall: Wall, roles: Roles) -> Iterator[sql.Composable]:
    if wall.portal is not None:
        condition = wall.portal.replace("{clients}", CLIENTS)
        yield from _policy(table, "wall_portal", roles.portal, "SELECT", condition)


def _trigger(table: sql.Identifier, wall: Wall) -> sql.Composable:
    if not wall.trail:
        return sql.SQL("DROP TRIGGER IF EXISTS {} ON {}").format(sql.Identifier(TRIGGER), table)
    arguments = sql.SQL(", ").join(sql.Literal(text) for text in (wall.client_column or "", *wall.trail_without))
    return sql.SQL(
        "CREATE OR REPLACE TRIGGER {} AFTER INSERT OR UPDATE OR DELETE ON {}"
        " FOR EACH ROW EXECUTE FUNCTION public.trail_write({})"
    ).format(sql.Identifier(TRIGGER), table, arguments)


def _run(connection: BaseDatabaseWrapper, statements: Iterator[sql.Composable]) -> None:
    script = sql.SQL(";\n").join(list(statements))
    if not script._obj:  # noqa: SLF001
        return
    with connection.cursor() as cursor:
        cursor.execute(script)


def _apply_table(connection: BaseDatabaseWrapper, name: str, wall: Wall, roles: Roles) -> bool:
    """Build one table's wall in one transaction. False where its portal policy names a table that is not there yet."""
    table = sql.Identifier("public", name)
    with transaction.atomic(using=connection.alias):
        _run(connection, _grants(table, wall, roles))
        _run(connection, _walls_up(table, wall, roles))
        _run(connection, iter([_trigger(table, wall)]))
        try:
            with transaction.atomic(using=connection.alias):
                _run(connection, _portal_policy(table, wall, roles))
        except ProgrammingError as error:
            if not isinstance(error.__cause__, UndefinedTable):
                raise
            return False
    return True


def _apply_common(connection: BaseDatabaseWrapper, roles: Roles) -> None:
    names = sql.SQL(", ").join(sql.Identifier(role) for role in (roles.login, roles.firm, roles.portal))
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(names))
        cursor.execute(TRAIL_SQL.read_text(encoding="utf-8"))
        cursor.execute(
            sql.SQL(
                "GRANT EXECUTE ON FUNCTION public.trail_digest(bytea, jsonb, jsonb),"
                " public.trail_facts(public.accounts_trailentry), public.trail_chain(boolean) TO {}"
            ).format(sql.Identifier(roles.firm))
        )


def apply(using: str = "owner") -> list[str]:
    """Build every wall of the tables that exist; returns tables that stay hidden from the portal until more exist.

    Raises ProgrammingError where the connection's user does not own the tables.
    """
    connection = connections[using]
    roles = Roles.from_settings()
    tables = set(connection.introspection.table_names())
    if not {"accounts_trailentry", "accounts_traillink"} <= tables:
        return []
    _apply_common(connection, roles)
    return [
        table for table, wall in walls().items() if table in tables and not _apply_table(connection, table, wall, roles)
    ]

"""Checks at start: no table without a wall, and a login role that the walls hold."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from accounts.ddl import all_models, wall_of


@register(Tags.models)
def every_table_has_a_wall(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a model of which nobody said who may see and change it."""
    del app_configs, kwargs
    return [
        Error(
            f"The table of {model._meta.label} has no wall.",  # noqa: SLF001
            hint="Give the model a `wall` (accounts/walls.py), a many-to-many field an own `through` model, "
            "and a table of another package a line in accounts/outside.py.",
            obj=model,
            id="accounts.E001",
        )
        for model in all_models()
        if wall_of(model) is None
    ]


LOGIN_SQL = """
    SELECT r.rolsuper, r.rolbypassrls,
           EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind = 'r')
           OR EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database() AND d.datdba = r.oid)
    FROM pg_roles r WHERE r.rolname = session_user
"""


@register(Tags.database, deploy=True)
def login_is_held_by_the_walls(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Refuse a login role whom row-level security does not bind."""
    del app_configs, kwargs
    if "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(LOGIN_SQL)
        row = cursor.fetchone() or (True, True, True)
    faults = ("is a superuser", "has BYPASSRLS", "owns tables or the database")
    return [
        Error(
            f"The database role of DATABASE_URL {fault}, so row-level security does not bind it.",
            hint="Run `manage.py setup_database` and give DATABASE_URL the login role that it makes.",
            id=f"accounts.E01{number}",
        )
        for number, (fault, there) in enumerate(zip(faults, row, strict=True))
        if there
    ]

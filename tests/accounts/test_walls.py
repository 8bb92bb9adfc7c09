"""Every table has its wall, in the database and not only in its model."""

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, models
from django.test.utils import isolate_apps

from accounts import ddl
from accounts.checks import every_table_has_a_wall, login_is_held_by_the_walls
from accounts.outside import OUTSIDE
from accounts.walls import OWN, Wall

pytestmark = pytest.mark.django_db

CLIENT_TABLES = sorted(table for table, wall in ddl.walls().items() if wall.client_column)
ALL_TABLES = sorted(ddl.walls())


def one(sql: str, *params: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone() or ()


def server_version() -> int:
    return int(one("SHOW server_version_num")[0])


def policies_of(table: str) -> dict[str, tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT policyname, cmd, qual FROM pg_policies WHERE tablename = %s", [table])
        return {name: (command, condition) for name, command, condition in cursor.fetchall()}


def test_there_are_client_tables():
    assert {"accounts_event", "accounts_user", "engagements_engagement", "milestones_deliverable"} <= {*CLIENT_TABLES}


def test_each_column_called_client_id_is_declared():
    columns = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.column == "client_id"
    }
    assert columns <= {*CLIENT_TABLES}


@pytest.mark.parametrize("table", CLIENT_TABLES)
def test_client_table_has_row_security_and_says_what_the_portal_sees(table):
    wall = ddl.walls()[table]
    enabled, forced_off = one("SELECT relrowsecurity, NOT relforcerowsecurity FROM pg_class WHERE relname = %s", table)
    assert enabled
    assert forced_off
    found = policies_of(table)
    assert ("wall_portal" in found) == (wall.portal is not None)
    if wall.portal:
        command, condition = found["wall_portal"]
        assert command == "SELECT"
        assert "app.clients" in condition or "engagement" in condition


@pytest.mark.parametrize("table", CLIENT_TABLES)
def test_client_table_is_kept_in_the_trail_unless_it_says_otherwise(table):
    definition = one(
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE tgrelid = %s::regclass AND tgname = %s AND tgenabled = 'O'",
        table,
        ddl.TRIGGER,
    )
    wall = ddl.walls()[table]
    assert bool(definition) == wall.trail
    if wall.trail:
        assert "AFTER INSERT OR DELETE OR UPDATE" in definition[0]
        assert f"trail_write('{wall.client_column}'" in definition[0]


@pytest.mark.parametrize("table", ALL_TABLES)
def test_the_portal_reads_and_nothing_else(table):
    rights = one(
        "SELECT has_any_column_privilege(%(role)s, %(table)s, 'INSERT, UPDATE, REFERENCES')"
        " OR has_table_privilege(%(role)s, %(table)s, 'DELETE, TRUNCATE, TRIGGER'),"
        " has_any_column_privilege(%(role)s, %(table)s, 'SELECT')".replace("%(role)s", "%s").replace("%(table)s", "%s"),
        *([settings.DATABASE_PORTAL_ROLE, table] * 3),
    )
    assert rights == (False, ddl.walls()[table].portal is not None)


@pytest.mark.parametrize("table", ALL_TABLES)
def test_the_firm_cannot_go_past_the_trail(table):
    (may,) = one(
        "SELECT has_table_privilege(%s, %s, 'TRUNCATE, TRIGGER, REFERENCES, MAINTAIN')"
        if server_version() >= 170000
        else "SELECT has_table_privilege(%s, %s, 'TRUNCATE, TRIGGER, REFERENCES')",
        settings.DATABASE_FIRM_ROLE,
        table,
    )
    assert may is False


def test_what_sign_in_reaches_by_itself_is_a_short_list():
    reached = {table: wall.login for table, wall in ddl.walls().items() if wall.login and table not in OUTSIDE}
    assert reached == {
        "accounts_user": "SELECT, UPDATE (password, last_login, email)",
        "accounts_accessentry": "INSERT",
        # Whoever holds a pack may check by its fingerprint whether it is genuine, without signing in.
        "reports_handoffpack": "SELECT (sha256, number, issued_at)",
    }


def test_no_table_is_unknown():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert {name for (name,) in cursor.fetchall()} == {*ALL_TABLES}


@isolate_apps("accounts")
def test_a_model_without_a_wall_is_refused(monkeypatch):
    class Naked(models.Model):
        class Meta:
            app_label = "accounts"

        def __str__(self) -> str:
            return "naked"

    monkeypatch.setattr("accounts.checks.all_models", lambda: [Naked])
    (error,) = every_table_has_a_wall(None)
    assert error.id == "accounts.E001"
    monkeypatch.setattr(Naked, "wall", Wall(), raising=False)
    assert every_table_has_a_wall(None) == []


def test_every_model_of_the_product_passes_that_check():
    assert every_table_has_a_wall(None) == []


def test_login_role_passes_its_check_and_the_owner_would_not(monkeypatch):
    assert login_is_held_by_the_walls(None, databases=["default"]) == []
    assert login_is_held_by_the_walls(None, databases=None) == []


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_owner_in_place_of_the_login_role_is_refused(monkeypatch):
    monkeypatch.setattr("accounts.checks.connections", {"default": connections["owner"]})
    assert [error.id for error in login_is_held_by_the_walls(None, databases=["default"])] == ["accounts.E012"]


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_walls_can_be_built_again_and_a_policy_put_right():
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER POLICY wall_portal ON accounts_event USING (true)")
        cursor.execute("GRANT DELETE ON accounts_trailentry TO PUBLIC")
    call_command("migrate", verbosity=0, skip_checks=True)
    assert "app.clients" in policies_of("accounts_event")["wall_portal"][1]
    assert one("SELECT has_table_privilege(%s, 'accounts_trailentry', 'DELETE')", settings.DATABASE_FIRM_ROLE) == (
        False,
    )


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_right_that_was_given_once_and_is_not_needed_goes_with_the_next_migrate():
    login = str(settings.DATABASES["default"]["USER"])
    asked = "SELECT has_table_privilege(%s, 'accounts_event', 'INSERT'), has_any_column_privilege(%s, %s, 'SELECT')"
    with connections["owner"].cursor() as cursor:
        cursor.execute(f'GRANT INSERT, SELECT (id) ON accounts_event TO "{login}"')
        cursor.execute(f'CREATE POLICY wall_login ON accounts_event TO "{login}" USING (true)')
    assert one(asked, login, login, "accounts_event") == (True, True)
    call_command("migrate", verbosity=0, skip_checks=True)
    assert one(asked, login, login, "accounts_event") == (False, False)
    assert "wall_login" not in policies_of("accounts_event")


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_policy_that_names_a_missing_table_leaves_the_table_closed(monkeypatch):
    wall = Wall(portal=f"{OWN} AND id IN (SELECT id FROM nowhere)", client_column="client_id", firm="SELECT, INSERT")
    monkeypatch.setattr("accounts.ddl.walls", lambda: {"accounts_event": wall})
    try:
        assert ddl.apply() == ["accounts_event"]
        assert "wall_portal" not in policies_of("accounts_event")
    finally:
        monkeypatch.undo()
        assert ddl.apply() == []

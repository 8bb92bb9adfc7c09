"""Making the database and its roles, as a superuser and as a managed server's administrator."""

import secrets
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from accounts import roles_db
from accounts.roles_db import Plan, SetupError, set_up
from config.embedded.addresses import replaced
from tests.db import Run


def plan_of(name: str) -> Plan:
    return Plan(
        database=name,
        owner=f"{name}_owner",
        owner_password="owner-secret",
        login=f"{name}_login",
        login_password="login-secret",
        firm=f"{name}_firm",
        portal=f"{name}_portal",
    )


@pytest.fixture
def plan(test_run: Run, django_db_setup: None) -> Iterator[Plan]:
    """A plan for names of its own; what it made is removed."""
    made = plan_of(f"setup_{secrets.token_hex(4)}")
    yield made
    with psycopg.connect(test_run.template.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(made.database)))
        for role in (made.login, made.firm, made.portal, made.owner, f"{made.database}_admin"):
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


@pytest.fixture
def admin_url(test_run: Run) -> str:
    """The address of the server's superuser."""
    return test_run.template.admin_url


@pytest.fixture
def managed_url(admin_url: str, plan: Plan) -> Iterator[str]:
    """The address of an administrator who is no superuser, as managed servers give."""
    name = f"{plan.database}_admin"
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEROLE CREATEDB PASSWORD 'secret'").format(sql.Identifier(name))
        )
    yield replaced(admin_url, user=name, password="secret")
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(plan.database)))
        for role in (plan.login, plan.firm, plan.portal, plan.owner):
            connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(role)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def asked(url: str, text: str, *params: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(text, params).fetchall()


@pytest.mark.parametrize("who", ["superuser", "managed"])
def test_everything_is_made_once_and_can_be_repeated(request, plan, who):
    url = request.getfixturevalue("admin_url" if who == "superuser" else "managed_url")
    made = set_up(url, plan)
    assert len(made) == 5
    assert set_up(url, plan) == []
    inside = replaced(url, name=plan.database)
    attributes = asked(
        inside,
        "SELECT rolname, rolcanlogin, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles"
        " WHERE rolname = ANY (%s)",
        [plan.owner, plan.login, plan.firm, plan.portal],
    )
    assert sorted(attributes) == [
        (plan.firm, False, False), (plan.login, True, False), (plan.owner, True, False), (plan.portal, False, False),
    ]  # fmt: skip
    assert asked(inside, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()") == [
        (plan.owner,)
    ]


def test_login_takes_both_roles_and_inherits_neither(admin_url, plan):
    set_up(admin_url, plan)
    granted = asked(
        admin_url,
        "SELECT roleid::regrole::text, inherit_option, set_option, admin_option FROM pg_auth_members"
        " WHERE member = %s::regrole",
        plan.login,
    )
    assert sorted(granted) == [(plan.firm, False, True, False), (plan.portal, False, True, False)]


def test_nobody_else_may_connect_nor_make_temporary_tables(admin_url, plan):
    set_up(admin_url, plan)
    inside = replaced(admin_url, name=plan.database)
    ((connects, temporary, public),) = asked(
        inside,
        "SELECT has_database_privilege(%(l)s, current_database(), 'CONNECT'),"
        " has_database_privilege(%(l)s, current_database(), 'TEMPORARY'),"
        " has_database_privilege('pg_read_all_stats', current_database(), 'CONNECT')".replace("%(l)s", "%s"),
        plan.login,
        plan.login,
    )
    assert (connects, temporary, public) == (True, False, False)


def test_passwords_reach_the_server_hashed(admin_url, plan):
    set_up(admin_url, plan)
    (stored,) = asked(admin_url, "SELECT rolpassword FROM pg_authid WHERE rolname = %s", plan.login)
    assert stored[0].startswith("SCRAM-SHA-256$")


def test_a_database_of_somebody_else_is_handed_to_the_owner(admin_url, plan):
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(plan.database)))
    assert f"Database {plan.database} now belongs to {plan.owner}." in set_up(admin_url, plan)


def test_a_powerful_login_role_is_refused(admin_url, plan):
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN BYPASSRLS").format(sql.Identifier(plan.login)))
    with pytest.raises(SetupError, match="neither superuser nor BYPASSRLS"):
        set_up(admin_url, plan)


def test_an_old_server_is_refused_with_a_sentence(admin_url, plan, monkeypatch):
    monkeypatch.setattr(roles_db, "LEAST_VERSION", 990000)
    with pytest.raises(SetupError, match="Emplace needs 16 or newer"):
        set_up(admin_url, plan)


@pytest.mark.parametrize("same", ["login", "firm", "portal"])
def test_two_roles_of_one_name_are_refused(same):
    names = {"owner": "a", "login": "b", "firm": "c", "portal": "d", same: "a"}
    with pytest.raises(SetupError, match="four different database roles"):
        Plan(database="x", owner_password="", login_password="", **names)

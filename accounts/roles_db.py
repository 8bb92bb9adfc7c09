"""Makes the database and its four roles; works as a superuser and as a managed server's administrator.

The owner owns the tables and migrates. The login role is what web, worker and beat sign in as; by itself it reaches
sign-in's tables only, and takes the firm's or the portal's role for a transaction.
"""

from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import sql

LEAST_VERSION: Final = 160000  # GRANT ... WITH INHERIT FALSE, SET TRUE
LOCK: Final = "emplace setup"


class SetupError(Exception):
    """The database cannot be set up; the message says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """What is to exist. Empty passwords are left as the server has them (peer or trust sign-in)."""

    database: str
    owner: str
    owner_password: str
    login: str
    login_password: str
    firm: str
    portal: str

    def __post_init__(self) -> None:
        names = (self.owner, self.login, self.firm, self.portal)
        if not all(names) or len(set(names)) < len(names):
            raise SetupError(
                "Owner, login, firm and portal must be four different database roles. Check DATABASE_OWNER_URL, "
                "DATABASE_URL, DATABASE_FIRM_ROLE and DATABASE_PORTAL_ROLE."
            )


def set_up(admin_url: str, plan: Plan) -> list[str]:
    """Create what is missing and put right what differs; returns a sentence for each thing made.

    `admin_url` is a PostgreSQL address of a role with CREATEROLE and CREATEDB. Raises SetupError.
    """
    with psycopg.connect(admin_url, autocommit=True) as connection:
        _refuse_old(connection)
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [LOCK])
        done = _roles(connection, plan)
        done += _database(connection, plan)
    return done


def _refuse_old(connection: psycopg.Connection) -> None:
    version = connection.info.server_version
    if version < LEAST_VERSION:
        raise SetupError(
            f"This server is PostgreSQL {version // 10000}. Emplace needs 16 or newer: its roles rest on "
            "GRANT ... WITH INHERIT FALSE. Use a newer server."
        )


def _roles(connection: psycopg.Connection, plan: Plan) -> list[str]:
    made = [
        sentence
        for name, password in ((plan.owner, plan.owner_password), (plan.login, plan.login_password))
        for sentence in _role(connection, name, login=True, password=password)
    ]
    for name in (plan.firm, plan.portal):
        made += _role(connection, name, login=False, password="")
    _refuse_powerful(connection, plan)
    for name in (plan.firm, plan.portal):
        _execute(connection, "GRANT {} TO {} WITH INHERIT FALSE, SET TRUE", name, plan.login)
    return made


def _role(connection: psycopg.Connection, name: str, *, login: bool, password: str) -> list[str]:
    exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).fetchone() is not None
    verb = "ALTER" if exists else "CREATE"
    _execute(connection, f"{verb} ROLE {{}} {'LOGIN' if login else 'NOLOGIN'}", name)
    if password:
        _set_password(connection, name, password)
    return [] if exists else [f"Role {name} created."]


def _set_password(connection: psycopg.Connection, name: str, password: str) -> None:
    # Hashed here, so that the server's statement log never holds the password itself.
    hashed = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(hashed)))


def _refuse_powerful(connection: psycopg.Connection, plan: Plan) -> None:
    powerful = connection.execute(
        "SELECT rolname FROM pg_roles WHERE (rolsuper OR rolbypassrls) AND rolname = ANY (%s) ORDER BY 1",
        [[plan.login, plan.firm, plan.portal]],
    ).fetchall()
    if powerful:
        names = ", ".join(name for (name,) in powerful)
        raise SetupError(
            f"{names} must be neither superuser nor BYPASSRLS: row-level security would not bind it. "
            "Name another role, or have an administrator take the attribute away."
        )


def _database(connection: psycopg.Connection, plan: Plan) -> list[str]:
    made: list[str] = []
    _become_member(connection, plan.owner)
    row = connection.execute(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [plan.database]
    ).fetchone()
    if row is None:
        _execute(
            connection, "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0", plan.database, plan.owner
        )
        made.append(f"Database {plan.database} created.")
    elif row[0] != plan.owner:
        _execute(connection, "ALTER DATABASE {} OWNER TO {}", plan.database, plan.owner)
        made.append(f"Database {plan.database} now belongs to {plan.owner}.")
    _execute(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", plan.database)
    _execute(connection, "GRANT CONNECT ON DATABASE {} TO {}", plan.database, plan.login)
    return made


def _become_member(connection: psycopg.Connection, owner: str) -> None:
    """Let an administrator that is no superuser hand the database to the owner; a superuser needs no grant."""
    row = connection.execute("SELECT rolsuper, session_user FROM pg_roles WHERE rolname = session_user").fetchone()
    if row is not None and not row[0] and row[1] != owner:
        _execute(connection, "GRANT {} TO {} WITH INHERIT TRUE, SET TRUE", owner, row[1])


def _execute(connection: psycopg.Connection, template: str, *names: str) -> None:
    connection.execute(sql.SQL(template).format(*(sql.Identifier(name) for name in names)))

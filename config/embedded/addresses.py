"""Addresses of one database under its four roles, and what the environment says of them."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

from config.embedded.errors import StackError

FIRM_ROLE = "emplace_firm"
PORTAL_ROLE = "emplace_portal"


@dataclass(frozen=True)
class Database:
    """One database: the administrator who makes roles, the owner of its tables, and the web's bare login."""

    admin_url: str  # empty where an administrator is not needed: the roles are there
    owner_url: str
    login_url: str
    firm_role: str = FIRM_ROLE
    portal_role: str = PORTAL_ROLE

    @classmethod
    def below(cls, admin_url: str, name: str, passwords: Mapping[str, str], prefix: str = "emplace") -> "Database":
        """Return the database `name` on the administrator's server, with roles called `prefix`_something."""
        return cls(
            admin_url,
            replaced(admin_url, user=f"{prefix}_owner", password=passwords["owner"], name=name),
            replaced(admin_url, user=f"{prefix}_login", password=passwords["login"], name=name),
            f"{prefix}_firm",
            f"{prefix}_portal",
        )

    def called(self, name: str) -> "Database":
        """Return the same roles' addresses of another database on the same server."""
        return Database(
            self.admin_url,
            replaced(self.owner_url, name=name),
            replaced(self.login_url, name=name),
            self.firm_role,
            self.portal_role,
        )

    @property
    def name(self) -> str:
        """The database's name."""
        return urlsplit(self.login_url).path.lstrip("/")

    def environment(self) -> dict[str, str]:
        """Return the variables that the settings and `manage.py setup_database` read."""
        return {
            **({"DATABASE_ADMIN_URL": self.admin_url} if self.admin_url else {}),
            "DATABASE_OWNER_URL": self.owner_url,
            "DATABASE_URL": self.login_url,
            "DATABASE_FIRM_ROLE": self.firm_role,
            "DATABASE_PORTAL_ROLE": self.portal_role,
        }


def replaced(url: str, *, user: str | None = None, password: str | None = None, name: str | None = None) -> str:
    """Return a PostgreSQL address with another user, password or database."""
    parts = urlsplit(url)
    credentials, _, host = parts.netloc.rpartition("@")
    if user is not None:
        credentials = f"{quote(user, safe='')}:{quote(password or '', safe='')}"
    place = f"{credentials}@{host}" if credentials else host
    return urlunsplit(parts._replace(netloc=place, path=parts.path if name is None else f"/{name}"))


def given_database(
    environ: Mapping[str, str], name: str, passwords: Mapping[str, str], prefix: str = "emplace"
) -> Database | None:
    """Return the database that the environment names; None where it names none.

    With DATABASE_OWNER_URL set, both addresses are used as they are. Without it DATABASE_URL must be an
    administrator's, and the roles are made below it. Raises StackError where it is not.
    """
    url = environ.get("DATABASE_URL")
    if not url:
        return None
    firm, portal = (
        environ.get("DATABASE_FIRM_ROLE", FIRM_ROLE),
        environ.get("DATABASE_PORTAL_ROLE", PORTAL_ROLE),
    )
    owner = environ.get("DATABASE_OWNER_URL")
    if owner:
        return Database(environ.get("DATABASE_ADMIN_URL", ""), owner, url, firm, portal)
    _check_administrator(url)
    return Database.below(url, name, passwords, prefix)


MAY_MAKE_ROLES = """
SELECT current_user, rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles WHERE rolname = current_user
"""


def _check_administrator(url: str) -> None:
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            row = connection.execute(MAY_MAKE_ROLES).fetchone()
    except psycopg.OperationalError as error:
        raise StackError(f"DATABASE_URL does not answer: {error}") from error
    if row is None or not row[1]:
        raise StackError(
            f"DATABASE_URL signs in as {row[0] if row else 'nobody'}, who cannot make roles and databases. "
            "Give an administrator's address, or set DATABASE_OWNER_URL too."
        )


def kept_passwords(path: Path) -> dict[str, str]:
    """Return the roles' passwords and the secret key kept in `path`, making them at first."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(json.dumps(new_passwords()))
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def new_passwords() -> dict[str, str]:
    """Return fresh passwords for the owner and the login, and a secret key."""
    return {name: secrets.token_urlsafe(24) for name in ("owner", "login", "secret_key")}

"""What the demo keeps in its folder, and what its processes find in their environment."""

import os
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from config.embedded import stack as stacks
from config.embedded.addresses import Database, given_database, kept_passwords
from config.embedded.stack import CHECKOUT, Stack

PORTFOLIO = CHECKOUT / "reports" / "data" / "demo_portfolio.toml"
NAME = "emplace_demo"


class Place:
    """The folder `.demo` of a checkout, or the one that DEMO_DIR names."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.folder = Path(environ.get("DEMO_DIR") or CHECKOUT / ".demo").resolve()
        self.home = self.folder / "stack"
        self.logs = self.folder / "logs"
        self.mail = self.folder / "mail"
        self.notes = self.folder / "processes.json"
        self.address = self.folder / "address"

    def make(self) -> None:
        """Make the folders that are not there; 0711 lets the servers' account through, and no further."""
        self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        for folder in (self.logs, self.mail, self.folder / "media"):
            folder.mkdir(mode=0o700, exist_ok=True)

    def own_stack(self) -> Stack:
        """Own the servers that the environment does not name. Raises AlreadyRunningError."""
        wanted = [] if self.environ.get("DATABASE_URL") else ["postgres"]
        if not self.environ.get("REDIS_URL"):
            wanted.append("redis")
        return Stack.durable(self.home, tuple(wanted))

    def database(self, stack: Stack | None) -> Database | None:
        """Return the demo's database: on the server that the environment names, or on the stack's."""
        given = given_database(self.environ, NAME, self.secrets(), prefix=NAME)
        if given is not None or stack is None:
            return given
        return stack.database(NAME, self.secrets())

    def secrets(self) -> dict[str, str]:
        """Return the passwords and the secret key, made at the first start."""
        return kept_passwords(self.folder / "secrets.json")

    @property
    def firm(self) -> dict[str, str]:
        """Return the invented firm that the portfolio is about."""
        firm: dict[str, str] = tomllib.loads(PORTFOLIO.read_text(encoding="utf-8"))["firm"]
        return firm

    def environment(self, stack: Stack, port: int) -> dict[str, str]:
        """Return the environment of every process of the demo."""
        database = self.database(stack)
        assert database is not None  # noqa: S101 - there is a stack
        return {
            **os.environ,
            **database.environment(),
            "REDIS_URL": self.environ.get("REDIS_URL") or stack.redis_url(),
            "SECRET_KEY": self.secrets()["secret_key"],
            "PORT": str(port),
            "BASE_URL": f"http://localhost:{port}",
            "FIRM_NAME": self.firm["name"],
            "FIRM_TIME_ZONE": self.firm["time_zone"],
            "COOKIES_BY_PORT": "yes",
            "COOKIE_SUFFIX": f"_{port}",
            "STATIC_MANIFEST": "no",
            "MEDIA_ROOT": str(self.folder / "media"),
            "MAIL_CATCHER_DIR": str(self.mail),
            "BEAT_SCHEDULE": str(self.folder / "beat-schedule"),
            "PYTHONUNBUFFERED": "1",
        }

    def forget(self) -> None:
        """Remove everything, also on a server that the environment names. Raises AlreadyRunningError."""
        given = self.database(None) if self.folder.exists() else None
        stacks.forget(self.home)
        if given is not None and given.admin_url:
            _drop(given)
        shutil.rmtree(self.folder, ignore_errors=True)


def _drop(database: Database) -> None:
    """Drop the demo's own database and roles from a server that is not ours."""
    with psycopg.connect(database.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))
        for part in ("login", "owner", "firm", "portal"):
            role = sql.Identifier(f"{NAME}_{part}")
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))

"""The servers of a test run, loaded by `-p tests.db` before Django reads its settings.

The process that was started (xdist's controller, or pytest itself) owns one throw-away stack; whichever
worker needs a database first starts it, makes the template, and each worker clones that for itself.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

from config.embedded.addresses import Database, given_database, new_passwords, replaced
from config.embedded.errors import StackError
from config.embedded.locks import FileLock
from config.embedded.stack import CHECKOUT, Stack
from tests.ground import Ground, chain_of, in_order

HOME = "EMPLACE_TEST_HOME"
BUILD_SECONDS = 300.0
MOST_WORKERS = 5


@dataclass(frozen=True)
class Run:
    """One test run: its folder, and one worker's part of it."""

    stack: Stack
    template: Database
    redis_url: str
    worker: str

    @property
    def database(self) -> Database:
        """The addresses of this worker's own database."""
        return self.template.called(f"{self.template.name}_{self.worker}")

    @property
    def number(self) -> int:
        """0 for pytest alone and 1, 2, ... for gw0, gw1, ..."""
        return int(self.worker[2:]) + 1 if self.worker.startswith("gw") else 0

    @property
    def folder(self) -> Path:
        """A folder of this worker's own, gone with the run."""
        folder = self.stack.home / self.worker
        folder.mkdir(exist_ok=True)
        return folder

    def environment(self) -> dict[str, str]:
        """Return what the settings read, for this worker and every process that its tests start."""
        return {
            **self.database.environment(),
            "REDIS_URL": numbered(self.redis_url, self.number),
            "SECRET_KEY": "tests-" + "0123456789abcdef" * 4,
            "DEBUG": "no",
            "STATIC_MANIFEST": "no",
            "BASE_URL": "http://localhost:8000",
            "EMAIL_URL": "smtp://127.0.0.1:9",
            "MEDIA_ROOT": str(self.folder / "media"),
            "MAIL_CATCHER_DIR": str(self.folder / "mail"),
            "BEAT_SCHEDULE": str(self.folder / "beat"),
            "LOG_LEVEL": "WARNING",
        }

    def make_database(self) -> None:
        """Start the servers, make the template once a run, and clone it for this worker."""
        self.stack.ensure_started()
        with FileLock(self.stack.home / "template.lock").held(BUILD_SECONDS):
            made = self.stack.home / "template.made"
            if not made.exists():
                self._make_template()
                made.touch()
        self._clone()

    def _make_template(self) -> None:
        # `make check` runs the system checks; here they would only make every run slower.
        settings = {"DJANGO_SETTINGS_MODULE": "config.settings"}
        environment = {**os.environ, **self.environment(), **self.template.environment(), **settings}
        done = subprocess.run(
            [sys.executable, "-c", MAKE_TEMPLATE],
            cwd=CHECKOUT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.exit(f"The template could not be made:\n{done.stdout}\n{done.stderr}", returncode=3)

    def _clone(self) -> None:
        owner = self.owner_role
        with psycopg.connect(self.template.admin_url, autocommit=True) as connection:
            name = sql.Identifier(self.database.name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    name, sql.Identifier(self.template.name), sql.Identifier(owner)
                )
            )

    @property
    def owner_role(self) -> str:
        """The role that owns the tables."""
        return psycopg.conninfo.conninfo_to_dict(self.template.owner_url)["user"]  # type: ignore[return-value]

    def empty_database(self) -> None:
        """Empty every table that tests filled, past triggers and policies; what migrations wrote stays.

        A Celery worker may still be at what the test asked of it: of the two that wait for each other, this begins
        again.
        """
        for again in reversed(range(EMPTY_TRIES)):
            try:
                with psycopg.connect(replaced(self.template.admin_url, name=self.database.name)) as connection:
                    connection.execute(EMPTY)
            except psycopg.errors.DeadlockDetected:
                if not again:
                    raise
            else:
                return

    def drop_everything(self) -> None:
        """Leave a server that is not ours as it was: no databases and no roles of this run."""
        with psycopg.connect(self.template.admin_url, autocommit=True) as connection:
            like = self.template.name.replace("_", r"\_") + "%"
            for (name,) in connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [like]):
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            for (role,) in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [like]):
                connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


# One process for both: starting Django takes longer than the first, and every worker waits for it.
MAKE_TEMPLATE = """
import django
from django.core.management import call_command
django.setup()
call_command("setup_database")
call_command("migrate", skip_checks=True)
"""
EMPTY_TRIES = 5
# As the administrator and with triggers off: the trail refuses its own emptying, as it should.
# Deleting from the few tables that hold something is much quicker than truncating all of them.
EMPTY = """
SET LOCAL session_replication_role = replica;
DO $$
DECLARE
    item regclass;
    filled boolean;
BEGIN
    FOR item IN
        SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
          AND c.relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', item) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %s', item);
        END IF;
    END LOOP;
END $$
"""


def numbered(url: str, number: int) -> str:
    """Return a Redis address with a database number of this worker's own."""
    if url.startswith("unix:"):
        return f"{url}?db={number}"
    return urlunsplit(urlsplit(url)._replace(path=f"/{number}"))


def _begin() -> Run:
    """Own a new stack and write down what its workers need. Raises StackError."""
    name = f"emplace_test_{secrets.token_hex(4)}"
    passwords = new_passwords()
    given = given_database(os.environ, name, passwords, prefix=name)
    if given and not given.admin_url:
        raise StackError("The tests make databases: give an administrator's address as DATABASE_ADMIN_URL too.")
    redis_url = os.environ.get("REDIS_URL", "")
    wanted = (() if given else ("postgres",)) + (() if redis_url else ("redis",))
    stack = Stack.throwaway(wanted)
    template = given.called(name) if given else stack.database("emplace_test", passwords)
    parts = {"template": asdict(template), "redis_url": redis_url or stack.redis_url(), "given": bool(given)}
    notes = stack.home / "run.json"
    notes.touch(mode=0o600)
    notes.write_text(json.dumps(parts))
    os.environ[HOME] = str(stack.home)
    return _attached(stack)


def _attached(stack: Stack) -> Run:
    parts = json.loads((stack.home / "run.json").read_text())
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return Run(stack, Database(**parts["template"]), parts["redis_url"], worker)


def _end(run: Run) -> None:
    given = json.loads((run.stack.home / "run.json").read_text())["given"]
    try:
        if given:
            run.drop_everything()
    finally:
        run.stack.stop()


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: much of a test's time goes into waiting for servers and browsers."""
    return min(MOST_WORKERS, (os.cpu_count() or 1) + 1)


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    """Set the environment before pytest-django loads the settings."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = _attached(Stack(Path(os.environ[HOME])))
    else:
        try:
            run = _begin()
        except StackError as error:
            raise pytest.UsageError(str(error)) from error
        early_config.add_cleanup(lambda: _end(run))
    os.environ.update(run.environment())
    early_config.stash[RUN] = run
    return (yield)


RUN = pytest.StashKey[Run]()


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures after pytest-django's, so that ours are the ones in force."""
    from tests import chromium, servers

    config.pluginmanager.register(servers, "emplace-servers")
    config.pluginmanager.register(chromium, "emplace-chromium")
    config.addinivalue_line("markers", "xdist_group(name): tests of one group run on one worker")
    config.addinivalue_line("markers", "early: tests that take long, begun before the short ones")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep every test of the Celery worker on one xdist worker, so that one Celery worker serves them.

    Tests that begin with the same rows follow each other, so that these are written once. Long ones come first: begun
    last, they would keep one worker busy while the others have nothing left.
    """
    items.sort(key=lambda item: item.get_closest_marker("early") is None)
    in_order(items)
    for item in items:
        if "celery_worker" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("celery"))


GROUND = Ground()


@pytest.fixture(autouse=True)
def ground(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Ground:
    """The rows that this test begins with, there before anything else of it begins.

    It stands here because fixtures of a plugin that comes before pytest-django are the first to be made.
    """
    chain = chain_of(request.node)
    if chain:
        request.getfixturevalue("django_db_setup")
        with django_db_blocker.unblock():
            GROUND.rise_to(chain)
    return GROUND


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Undo what the next test does not begin with, before its wider fixtures are made."""
    yield
    with item.config.stash[blocking_manager_key].unblock():
        GROUND.sink_to(chain_of(nextitem) if nextitem else ())

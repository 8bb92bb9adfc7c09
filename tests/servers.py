"""Fixtures that run on real servers: database, Redis, Celery worker, mail catcher, browser."""

import email
import os
import signal
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path
from typing import Any

import pytest
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker, Settings
from whitenoise.middleware import WhiteNoiseMiddleware

from config.embedded import processes
from config.embedded.browser import find_chromium
from config.embedded.stack import CHECKOUT, Stack
from tests.db import RUN, Run


@pytest.fixture(scope="session")
def test_run(pytestconfig: pytest.Config) -> Run:
    """This worker's part of the run: its database's addresses, folder and servers."""
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def stack(test_run: Run) -> Stack:
    """The running servers; `stack.command("stop redis")` and the like are for tests of one group alone."""
    test_run.stack.ensure_started()
    return test_run.stack


@pytest.fixture(scope="session")
def django_db_setup(test_run: Run, django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Give this worker its own clone of the migrated template; the settings name it already."""
    test_run.make_database()
    # The web's role may not empty tables, so what a transactional test wrote is removed past it.
    setattr(TransactionTestCase, "_fixture_teardown", lambda _case: test_run.empty_database())  # noqa: B010
    with django_db_blocker.unblock():
        yield


@pytest.fixture(autouse=True)
def fresh_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Forget cached fragments and rate limits after a test that had a database; Celery's keys stay."""
    yield
    if "django_db_setup" in request.fixturenames:
        from django.core.cache import cache

        cache.delete_pattern("*")  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def static_files(django_test_environment: None) -> None:
    """Let every browser of this worker know the static files that the first one found: looking takes 25 ms."""
    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def add(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    setattr(WhiteNoiseMiddleware, "add_files_from_finders", add)  # noqa: B010


class Mailbox:
    """What the mail catcher received, in order of arrival."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url

    @property
    def port(self) -> int:
        """The catcher's port on 127.0.0.1."""
        return int(self.url.rpartition(":")[2])

    def messages(self) -> list[EmailMessage]:
        """Return every mail received since the last `clear`."""
        return [_parsed(path) for path in sorted(self.folder.glob("*.eml"))]

    def wait_for(self, count: int, timeout: float = 15.0) -> list[EmailMessage]:
        """Wait until at least `count` mails are there. Fails the test after `timeout` seconds."""
        end = time.monotonic() + timeout
        while len(mails := self.messages()) < count:
            if time.monotonic() > end:
                pytest.fail(f"{len(mails)} of {count} mails came within {timeout:.0f} seconds.")
            time.sleep(0.05)
        return mails

    def clear(self) -> None:
        """Remove every mail."""
        for path in self.folder.glob("*.eml"):
            path.unlink()


def _parsed(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=modern)
    assert isinstance(message, EmailMessage)
    return message


@pytest.fixture(scope="session")
def mail_catcher(test_run: Run) -> Iterator[Mailbox]:
    """A real SMTP server in a process of its own, shared by this worker's tests."""
    folder = test_run.folder / "mail"
    said = test_run.folder / "mail.log"
    with said.open("wb") as log:
        child = processes.spawn(
            [sys.executable, "-m", "config.embedded.mail", folder, "0"], cwd=CHECKOUT, env=os.environ, log=log
        )
    started = processes.wait_until(lambda: said.read_text().startswith("smtp://"), child, 20)
    assert started, said.read_text()
    yield Mailbox(folder, said.read_text().splitlines()[0])
    processes.stop(child, ((signal.SIGTERM, 5.0),))


@pytest.fixture
def mailbox(mail_catcher: Mailbox, settings: Settings) -> Mailbox:
    """An empty mailbox, and mail settings that reach it over SMTP."""
    mail_catcher.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = mail_catcher.port
    return mail_catcher


class CeleryWorker:
    """A real Celery worker process on this worker's database, Redis and mail catcher."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.log = folder / "celery.log"
        self.environment = environment
        self.child: processes.Child | None = None

    def start(self) -> None:
        """Start it, unless it runs, and wait until it takes tasks."""
        if self.child is not None and self.child.poll() is None:
            return
        self.log.unlink(missing_ok=True)
        command = [
            sys.executable, "-m", "celery", "-A", "config.celery:app", "worker", "--pool=prefork",
            "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle",
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self.child = processes.spawn(command, cwd=CHECKOUT, env=self.environment, log=log)
        ready = processes.wait_until(lambda: " ready." in self.log.read_text(), self.child, 60)
        assert ready, f"The Celery worker did not start:\n{processes.tail(self.log, 40)}"

    def kill(self) -> None:
        """End it and its pool at once, as a crash does."""
        if self.child is not None:
            processes.stop(self.child, ())
            self.child = None

    def stop(self) -> None:
        """Let it finish what it does, then end it."""
        if self.child is not None:
            processes.stop(self.child, ((signal.SIGTERM, 15.0), (signal.SIGQUIT, 5.0)))
            self.child = None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """End the Celery worker after the last test that uses it: it would take the jobs of tests that run their own."""
    worker = getattr(item, "funcargs", {}).get("celery_worker")
    yield
    if worker is not None and "celery_worker" not in getattr(nextitem, "fixturenames", ()):
        worker.stop()


@pytest.fixture(scope="session")
def _celery_worker(test_run: Run, django_db_setup: None, mail_catcher: Mailbox) -> Iterator[CeleryWorker]:
    environment = {**os.environ, "EMAIL_URL": mail_catcher.url, "LOG_LEVEL": "INFO"}
    worker = CeleryWorker(test_run.folder, environment)
    yield worker
    worker.stop()


@pytest.fixture
def celery_worker(_celery_worker: CeleryWorker) -> CeleryWorker:
    """The one Celery worker of the run, running: started again where a test before this killed it."""
    _celery_worker.start()
    return _celery_worker


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser for browser tests. Fails, never skips, where there is none."""
    found = find_chromium()
    if found is None:
        pytest.fail("There is no Chromium on this machine. Run `make chromium`.")
    return found

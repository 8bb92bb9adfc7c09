"""The container's entry points, run as they are: release, web, worker, beat and their health checks."""

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.embedded import processes
from config.embedded.stack import CHECKOUT, Stack
from tests.db import Run, numbered
from tests.embedded.helpers import eventually, free_port

HOST = "emplace.example"
# Redis has sixteen databases; those below are the workers' own.
RELEASED = 8
# Releasing takes its time; let one worker do it once.
pytestmark = pytest.mark.xdist_group("entry-points")

Starter = Callable[[str], tuple[processes.Child, Path]]


def succeed(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def environment(test_run: Run, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A production's environment on an empty database server's next database, after `release.sh`."""
    folder = tmp_path_factory.mktemp("production")
    database = test_run.template.called(f"{test_run.database.name}_released")
    environment = {
        **os.environ,
        **database.environment(),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "BASE_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST,
        "BEHIND_PROXY": "yes",
        "STATIC_MANIFEST": "yes",
        "STATIC_ROOT": str(folder / "static"),
        "MEDIA_ROOT": str(folder / "media"),
        "BEAT_SCHEDULE": str(folder / "beat"),
        "LOG_LEVEL": "INFO",
        "WEB_WORKERS": "1",
        # The tests' own Celery worker may run meanwhile, and would take what is meant for this one.
        "REDIS_URL": numbered(test_run.redis_url, RELEASED + test_run.number),
        "PORT": str(free_port()),
    }
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    for command in (["docker/release.sh"], collect):
        succeed(command, environment)
    return environment


@pytest.fixture
def entry_point(environment: dict[str, str], tmp_path: Path) -> Iterator[Starter]:
    """Start entry points that end with the test; call with a script's name for the child and its log."""
    running = []

    def start(name: str) -> tuple[processes.Child, Path]:
        log = tmp_path / f"{name}.log"
        with log.open("wb") as handle:
            # The owner's and the administrator's addresses stay with the release.
            narrow = {k: v for k, v in environment.items() if k not in {"DATABASE_ADMIN_URL", "DATABASE_OWNER_URL"}}
            child = processes.spawn([f"docker/{name}.sh"], cwd=CHECKOUT, env=narrow, log=handle)
        running.append(child)
        return child, log

    yield start
    for child in running:
        processes.stop(child, ((signal.SIGTERM, 20.0),))


def healthy(environment: dict[str, str], part: str) -> int:
    command = ["docker/healthy.sh", part] if part else ["docker/healthy.sh"]
    return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, check=False).returncode


def test_a_release_can_be_repeated(environment: dict[str, str]):
    succeed(["docker/release.sh"], environment)


def test_web_serves_behind_a_proxy_and_its_health_check_tells(environment: dict[str, str], entry_point: Starter):
    assert healthy(environment, "web") != 0
    child, log = entry_point("web")
    assert eventually(lambda: healthy(environment, "web") == 0, 60), log.read_text()
    port = environment["PORT"]
    headers = {"Host": HOST, "X-Forwarded-Proto": "https"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
        assert "max-age" in answer.headers["Strict-Transport-Security"]
    stranger = urllib.request.Request(f"http://127.0.0.1:{port}/accounts/login/", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(stranger, timeout=10)
    assert processes.stop(child, ((signal.SIGTERM, 20.0),)) in {0, -signal.SIGTERM}


def test_the_worker_is_healthy_once_it_finished_a_canary(environment: dict[str, str], entry_point: Starter):
    assert healthy(environment, "worker") != 0
    _, log = entry_point("worker")
    assert eventually(lambda: " ready." in log.read_text(), 60), log.read_text()
    succeed([sys.executable, "-m", "celery", "-A", "config.celery:app", "call", "accounts.canary"], environment)
    assert eventually(lambda: healthy(environment, "worker") == 0, 60), log.read_text()


def test_beat_starts_and_stays(environment: dict[str, str], entry_point: Starter):
    child, log = entry_point("beat")
    assert eventually(lambda: "beat: Starting" in log.read_text(), 60), log.read_text()
    assert child.poll() is None


def test_a_health_check_without_a_part_is_refused(environment: dict[str, str]):
    assert healthy(environment, "") == 64


def test_compose_keeps_the_strong_addresses_with_the_release_alone():
    compose = (CHECKOUT / "docker-compose.yml").read_text()
    release = re.search(r"^  release:\n(.*?)^  web:", compose, re.DOTALL | re.MULTILINE)
    assert release is not None
    for name in ("DATABASE_ADMIN_URL", "DATABASE_OWNER_URL"):
        assert compose.count(f"{name}:") == release.group(1).count(f"{name}:") == 1


def test_every_secret_of_compose_stands_in_the_example():
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (CHECKOUT / "docker-compose.yml").read_text()))
    given = set(re.findall(r"^([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE))
    assert asked
    assert asked <= given

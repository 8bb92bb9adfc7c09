"""`make drill`: break a running demo of its own on purpose, and measure until it serves again.

Each fault is something that happens: a crash, a restart, a broker that is down. What should go on without
the broken part is asked while it is broken.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.demo.place import Place
from config.demo.ports import ADDRESS, is_free
from config.demo.supervisor import running_services
from config.embedded.errors import StackError
from config.embedded.stack import CHECKOUT, Stack

START_SECONDS = 240.0
LIMIT_SECONDS = 60.0


class Target:
    """A demo in a folder of its own, seen from outside."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        # Its servers will be stopped and killed, so they are its own whatever the environment names.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_"))}
        self.environment = {**inherited, "DEMO_DIR": str(folder), "PORT": str(port)}
        self.place = Place(self.environment)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it serves. Raises StackError."""
        self.process = subprocess.Popen([sys.executable, "-m", "config.demo"], cwd=CHECKOUT, env=self.environment)
        self.wait(self.place.address.exists, START_SECONDS)

    def wait(self, condition: Callable[[], bool], limit: float = LIMIT_SECONDS) -> float:
        """Wait until a condition holds, and return the seconds that it took. Raises StackError."""
        begin = time.monotonic()
        while not condition():
            if time.monotonic() - begin > limit:
                raise StackError(f"It did not come back within {limit:.0f} seconds.")
            if self.process is None or self.process.poll() is not None:
                raise StackError("The demo has ended.")
            time.sleep(0.05)
        return time.monotonic() - begin

    def readiness(self) -> dict[str, bool]:
        """Return what the readiness page says; empty where nobody answers."""
        request = urllib.request.Request(f"http://{ADDRESS}:{self.port}/readyz", headers={"Host": "localhost"})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - our own address
                said: dict[str, bool] = json.loads(answer.read())
        except (OSError, ValueError, urllib.error.URLError):
            return {}
        return said

    def serves(self) -> bool:
        """Say whether pages are served."""
        return self.readiness().get("ready", False)

    def pid(self, name: str) -> int:
        """Return a service's pid now, 0 while it is down."""
        try:
            return running_services(self.place.notes).get(name, 0)
        except (OSError, ValueError):
            return 0

    def command(self, text: str) -> None:
        """Have the keeper of its servers do something."""
        Stack(self.place.home).command(text)

    def stop(self) -> float:
        """Stop it as a system does, and return the seconds until nothing of it was left."""
        if self.process is None:
            return 0.0
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(LIMIT_SECONDS)
        return time.monotonic() - begin


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong, and how to see that it is over; `strike` returns the seconds it took."""

    title: str
    strike: Callable[[Target], float]


def _kill_service(name: str) -> Callable[[Target], float]:
    def strike(target: Target) -> float:
        before = target.pid(name)
        psutil.Process(before).kill()
        return target.wait(lambda: target.pid(name) not in {0, before} and target.serves())

    return strike


def _without_redis(target: Target) -> float:
    target.command("stop redis")
    if not target.serves():
        raise StackError("Pages stopped with Redis; they should go on.")
    target.command("start redis")
    return target.wait(lambda: target.readiness().get("redis", False))


def _command(text: str) -> Callable[[Target], float]:
    def strike(target: Target) -> float:
        begin = time.monotonic()
        target.command(text)
        target.wait(target.serves)
        return time.monotonic() - begin

    return strike


def _kill_postgres(target: Target) -> float:
    target.command("crash postgres")
    return target.wait(target.serves)


FAULTS = (
    Fault("The web server is killed", _kill_service("web")),
    Fault("The Celery worker is killed", _kill_service("worker")),
    Fault("Beat is killed", _kill_service("beat")),
    Fault("The mail catcher is killed", _kill_service("mail catcher")),
    Fault("Redis is stopped; pages go on; Redis is started", _without_redis),
    Fault("PostgreSQL is restarted", _command("restart postgres")),
    Fault("PostgreSQL is killed", _kill_postgres),
)


def strike_all(target: Target) -> int:
    """Strike each fault in turn and print a line for each; return how many were not survived."""
    failed = 0
    for fault in FAULTS:
        try:
            outcome = f"serves again after {fault.strike(target):.1f} s"
        except (StackError, psutil.Error, OSError) as error:
            failed += 1
            outcome = f"FAILED: {error}"
        print(f"  {fault.title:<50} {outcome}", flush=True)
    return failed


def main() -> int:
    """Run the drill on a demo of its own and return the exit code."""
    with tempfile.TemporaryDirectory(prefix="emplace-drill-") as folder:
        target = Target(Path(folder), next(port for port in range(8400, 8600) if is_free(port)))
        try:
            target.start()
            print("\nThe drill:", flush=True)
            failed = strike_all(target)
        finally:
            seconds = target.stop()
            target.place.forget()
    print(f"  {'The demo is stopped with SIGTERM':<50} nothing is left after {seconds:.1f} s")
    return 1 if failed else 0

"""The demo's command: `python -m config.demo` starts; `reset` after it starts over, `drill` breaks things."""

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from config.demo import drill, prepare
from config.demo.place import Place
from config.demo.ports import ADDRESS, choose_port
from config.demo.progress import Steps
from config.demo.supervisor import Service, Supervisor, stop_leftovers
from config.embedded import processes
from config.embedded.errors import AlreadyRunningError, StackError
from config.embedded.keeper import KEEPER_LOCK
from config.embedded.locks import is_held
from config.embedded.stack import CHECKOUT, Stack

Command = list[str | Path]
READY_SECONDS = 90.0
STEPS = 3 + len(prepare.STEPS)


class StoppedError(Exception):
    """Somebody asked the demo to stop while it was starting."""


class Stop:
    """Remembers that Ctrl-C, SIGTERM or a closed terminal asked us to stop."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._remember)

    def _remember(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True

    def check(self) -> None:
        """Raise StoppedError once somebody asked."""
        if self.asked:
            raise StoppedError


class Demo:
    """One run of the demo, from the servers to the table of sign-ins."""

    def __init__(self, place: Place, port: int, stop: Stop) -> None:
        self.place = place
        self.port = port
        self.stop = stop
        self.steps = Steps(STEPS)
        self.supervisor = Supervisor(place.notes, lambda: stop.asked)
        self.environment: dict[str, str] = {}

    def run(self, stack: Stack) -> None:
        """Start everything, say where it is, and wait until asked to stop. Raises StackError."""
        with self.steps.step("PostgreSQL and Redis"):
            stop_leftovers(self.place.notes)
            stack.ensure_started()
        self.stop.check()
        self.environment = self.place.environment(stack, self.port)
        # The web server loads while the database is brought up to date; it says that it is not ready until then.
        self._start_mail()
        self._start_services("web")
        self._prepare()
        with self.steps.step("First page"):
            self._await_ready()
        with self.steps.step("Celery worker and beat"):
            self._start_services("worker", "beat")
        self._welcome()
        self.supervisor.watch(self.environment, lambda: _lives(stack))

    def _prepare(self) -> None:
        """Run the commands of `prepare` in a process of their own. Raises StackError where one fails."""
        numbers = [str(self.steps.total), str(self.steps.done)]
        log = self.place.logs / "prepare.log"
        command: Command = [sys.executable, "-m", "config.demo.prepare", self.place.folder, *numbers]
        with log.open("wb") as handle:
            child = processes.spawn(command, cwd=CHECKOUT, env=self.environment, log=handle, stdout=sys.stdout.fileno())
        while child.poll() is None:
            if self.stop.asked:
                processes.stop(child, ((signal.SIGTERM, 5.0),))
                raise StoppedError
            time.sleep(0.05)
        if child.returncode != 0:
            raise StackError(f"The database could not be prepared:\n{processes.tail(log)}")
        self.steps.done += len(prepare.STEPS)

    def _start_mail(self) -> None:
        """Start the mail catcher on a free port and tell the others its address."""
        log = self.place.logs / "mail.log"
        log.write_bytes(b"")
        command: Command = [sys.executable, "-m", "config.embedded.mail", self.place.mail, "0"]
        mail = Service("mail catcher", command, log)
        self.supervisor.start(mail, self.environment)
        assert mail.child is not None  # noqa: S101 - it was started just now
        if not processes.wait_until(lambda: b"\n" in log.read_bytes(), mail.child, 20):
            raise StackError(f"The mail catcher did not start:\n{processes.tail(log)}")
        url = log.read_text().splitlines()[0]
        # Started again, it must come back where the others look for it.
        mail.command = [*command[:-1], url.rpartition(":")[2]]
        self.environment["EMAIL_URL"] = url

    def _start_services(self, *names: str) -> None:
        for name in names:
            log = self.place.logs / f"{name}.log"
            log.write_bytes(b"")
            self.supervisor.start(Service(name, commands(self.port)[name], log), self.environment)

    def _await_ready(self) -> None:
        """Ask the readiness page until it says yes. Raises StackError, StoppedError."""
        end = time.monotonic() + READY_SECONDS
        while not _ready(self.port):
            self.stop.check()
            self.supervisor.revive(self.environment)
            if time.monotonic() > end:
                tail = processes.tail(self.place.logs / "web.log")
                raise StackError(f"The web server is not ready after {READY_SECONDS:.0f} seconds:\n{tail}")
            time.sleep(0.1)

    def _welcome(self) -> None:
        address = f"http://localhost:{self.port}"
        self.place.address.write_text(address)
        signins = (self.place.folder / "signins.txt").read_text().rstrip()
        print(f"\nEmplace is at {address}\nIts mail is at {address}/mail/\n\n{signins}\n")
        print(f"Logs are in {self.place.logs}. Ctrl-C stops everything.")
        sys.stdout.flush()


def commands(port: int) -> dict[str, Command]:
    """Return the demo's processes beside the mail catcher, by name."""
    celery: Command = [sys.executable, "-m", "celery", "-A", "config.celery:app"]
    return {
        "web": [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", ADDRESS, "--port", str(port),
            "--workers", "1", "--blocking-threads", "4", "--workers-kill-timeout", "5", "config.wsgi:application",
        ],
        "worker": [*celery, "worker", "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"],
        "beat": [*celery, "beat", "--loglevel=INFO", "--pidfile="],
    }  # fmt: skip


def _ready(port: int) -> bool:
    request = urllib.request.Request(f"http://{ADDRESS}:{port}/readyz", headers={"Host": f"localhost:{port}"})
    try:
        with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _lives(stack: Stack) -> bool:
    return not stack.spec.names or is_held(stack.home / KEEPER_LOCK)


def start(place: Place) -> int:
    """Run the demo until it is stopped. Returns the exit code."""
    stop = Stop()
    place.make()
    try:
        stack = place.own_stack()
    except AlreadyRunningError:
        where = place.address.read_text() if place.address.exists() else "its address"
        raise StackError(f"A demo runs from this checkout already, at {where}. Stop it, or use that one.") from None
    demo = None
    try:
        demo = Demo(place, choose_port(os.environ), stop)
        demo.run(stack)
    except StoppedError:
        pass
    finally:
        print("\nStopping.", flush=True)
        if demo:
            demo.supervisor.stop()
        place.address.unlink(missing_ok=True)
        stack.stop()
    return 0


def main(arguments: list[str]) -> int:
    """Start, or start over; what goes wrong is told in a sentence."""
    place = Place(os.environ)
    try:
        if arguments == ["reset"]:
            place.forget()
            print("The demo's data is gone. `make demo` starts afresh.")
            return 0
        if arguments == ["drill"]:
            return drill.main()
        return start(place)
    except AlreadyRunningError:
        print("The demo is running. Stop it first (Ctrl-C where it runs), then start over.", file=sys.stderr)
    except StackError as error:
        print(error, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

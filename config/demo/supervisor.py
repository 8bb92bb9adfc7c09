"""Runs the demo's processes: starts them, starts again what dies, stops them in order."""

import json
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from config.embedded import processes
from config.embedded.errors import StackError
from config.embedded.stack import CHECKOUT

MAX_RESTARTS = 5
FORGIVEN_AFTER = 60.0
TICK_SECONDS = 0.2
STOP_STEPS = ((signal.SIGTERM, 12.0),)


@dataclass
class Service:
    """One process of the demo."""

    name: str
    command: Sequence[str | Path]
    log: Path
    child: processes.Child | None = None
    restarts: int = 0
    started: float = field(default=0.0)


class Supervisor:
    """Starts services with one environment and keeps them running until `stopping` says so."""

    def __init__(self, notes: Path, stopping: Callable[[], bool]) -> None:
        self.notes = notes
        self.stopping = stopping
        self.services: list[Service] = []

    def start(self, service: Service, environment: Mapping[str, str]) -> None:
        """Start one service and note its pid for a run that finds us killed."""
        with service.log.open("ab") as log:
            service.child = processes.spawn(service.command, cwd=CHECKOUT, env=environment, log=log)
        service.started = time.monotonic()
        if service not in self.services:
            self.services.append(service)
        self._note()

    def watch(self, environment: Mapping[str, str], alive: Callable[[], bool]) -> None:
        """Wait until it is time to stop, starting again what dies. Raises StackError where that is no use."""
        while not self.stopping():
            if not alive():
                raise StackError("The database server has gone. Start the demo again.")
            self.revive(environment)
            time.sleep(TICK_SECONDS)

    def revive(self, environment: Mapping[str, str]) -> None:
        """Start again every service that has ended. Raises StackError after too many times."""
        for service in self.services:
            if service.child is not None and service.child.poll() is not None:
                self._restart(service, service.child, environment)

    def _restart(self, service: Service, child: processes.Child, environment: Mapping[str, str]) -> None:
        if time.monotonic() - service.started > FORGIVEN_AFTER:
            service.restarts = 0
        service.restarts += 1
        if service.restarts > MAX_RESTARTS:
            raise StackError(
                f"The {service.name} ended {service.restarts} times in a row, so everything stops. The end of "
                f"{service.log}:\n{processes.tail(service.log)}"
            )
        print(f"The {service.name} ended with code {child.returncode}; starting it again.", flush=True)
        processes.kill_group(child.pid)
        time.sleep(0.5 * (service.restarts - 1))
        self.start(service, environment)

    def stop(self) -> None:
        """Ask all to end at once, then wait for each, the last started first."""
        for service in reversed(self.services):
            if service.child is not None and service.child.poll() is None:
                service.child.terminate()
        for service in reversed(self.services):
            if service.child is not None:
                processes.stop(service.child, STOP_STEPS)
        self.services.clear()
        self.notes.unlink(missing_ok=True)

    def _note(self) -> None:
        running = {service.name: service.child.pid for service in self.services if service.child is not None}
        self.notes.write_text(json.dumps({name: [pid, _born(pid)] for name, pid in running.items()}))


def _born(pid: int) -> float:
    """Return when a process began, 0 where it has ended: with the pid it names one process for ever."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return 0.0


def running_services(notes: Path) -> dict[str, int]:
    """Return the pid of each service that a run noted and that still runs. Raises OSError, ValueError."""
    noted = json.loads(notes.read_text())
    return {name: pid for name, (pid, born) in noted.items() if born and _born(pid) == born}


def stop_leftovers(notes: Path) -> int:
    """Stop what a killed run left running, and return how many processes that were."""
    with suppress(OSError, ValueError):
        left = list(running_services(notes).values())
        running = [psutil.Process(pid) for pid in left if psutil.pid_exists(pid)]
        for process in running:
            with suppress(psutil.Error):
                process.terminate()
        psutil.wait_procs(running, timeout=10)
        for pid in left:
            processes.kill_group(pid)
        return len(left)
    return 0

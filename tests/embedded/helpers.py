"""Looking at processes from outside: what runs in a folder, and whether it is gone."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from config.demo.ports import is_free
from config.embedded.stack import CHECKOUT

# A shell's background jobs ignore SIGINT, and so would their children: `make test &` is a test run, too.
OWNER = """
import signal
import sys
from pathlib import Path
from config.embedded.stack import Stack
signal.signal(signal.SIGINT, signal.default_int_handler)
stack = Stack.durable(Path(sys.argv[1])) if len(sys.argv) > 1 else Stack.throwaway()
stack.ensure_started()
print(stack.home, flush=True)
sys.stdin.read()
"""


def start_owner(*arguments: str) -> tuple[subprocess.Popen[str], Path]:
    """Start a process that owns a stack and waits; return it and the stack's folder."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, *arguments],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    return owner, Path(owner.stdout.readline().strip())


def processes_of(folder: Path) -> list[psutil.Process]:
    """Return every process that works in `folder`, or was started with it on its command line."""
    found = []
    for process in psutil.process_iter():
        try:
            mine = str(folder) in " ".join(process.cmdline()) or process.cwd().startswith(str(folder))
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def keeper_process(folder: Path) -> psutil.Process:
    """Return the keeper of the stack in `folder`."""
    [keeper] = [p for p in processes_of(folder) if p.cmdline()[1:3] == ["-m", "config.embedded.keeper"]]
    return keeper


def server_process(folder: Path, name: str) -> psutil.Process:
    """Return a server, "postgres" or "redis": the keeper's own child."""
    wants_postgres = name == "postgres"
    servers = [p for p in keeper_process(folder).children() if (p.name() == "postgres") == wants_postgres]
    assert len(servers) == 1, servers
    return servers[0]


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait until a condition holds; False where it did not within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def free_port() -> int:
    """Return a port below the kernel's own range that nobody else in this run is about to take.

    A first free port is everybody's first free port: workers that look at the same time would name the same one.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 20000 + 1000 * (worker % 10)
    return next(port for port in random.sample(range(first, first + 1000), 1000) if is_free(port))

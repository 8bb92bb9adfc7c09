"""The processes that are measured: granian as in production, and the mail catcher of the demo."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.load import ADDRESS, MeasureError
from config.embedded import processes
from config.embedded.stack import CHECKOUT

START_SECONDS: Final = 60.0
# As docker/web.sh does by itself.
WORKERS: Final = os.environ.get("WEB_WORKERS", "2")
THREADS: Final = os.environ.get("WEB_THREADS", "4")


@contextmanager
def _process(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as handle:
        child = processes.spawn([sys.executable, "-m", *command], cwd=CHECKOUT, env=os.environ, log=handle)
    try:
        yield child
    finally:
        processes.stop(child, ((signal.SIGTERM, 10.0),))


@contextmanager
def web(folder: Path) -> Iterator[int]:
    """Serve the product and yield its port. Raises MeasureError where it does not start."""
    port, log = _free_port(), folder / "web.log"
    command = [
        "granian", "--interface", "wsgi", "--host", ADDRESS, "--port", str(port), "--workers", WORKERS,
        "--blocking-threads", THREADS, "--workers-kill-timeout", "5", "config.wsgi:application",
    ]  # fmt: skip
    with _process(command, log) as child:
        if not processes.wait_until(lambda: _answers(port), child, START_SECONDS):
            raise MeasureError(f"The web server did not start:\n{processes.tail(log)}")
        yield port


@contextmanager
def mail_catcher(folder: Path) -> Iterator[str]:
    """Serve SMTP and yield its address. Raises MeasureError where it does not start."""
    log = folder / "mail.log"
    with _process(["config.embedded.mail", str(folder / "mail"), "0"], log) as child:
        if not processes.wait_until(lambda: log.read_text().startswith("smtp://"), child, START_SECONDS):
            raise MeasureError(f"The mail catcher did not start:\n{processes.tail(log)}")
        yield log.read_text().splitlines()[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    request = urllib.request.Request(f"http://{ADDRESS}:{port}/readyz", headers={"Host": "localhost"})
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False

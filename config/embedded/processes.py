"""Starting children that do not outlive us, stopping them in order, and finding what a killed run left."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

from config.embedded.account import Account

PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec must not import or allocate much.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

Child = subprocess.Popen[bytes]


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """Return a hook for a child: the kernel signals it when its parent dies, even by SIGKILL (Linux only)."""
    if _libc is None:
        return None
    parent, prctl = os.getpid(), _libc.prctl

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask_kernel


def spawn(  # one place decides how every child starts
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    log: IO[bytes] | int,
    account: Account | None = None,
    last_signal: signal.Signals = signal.SIGTERM,
    stdout: IO[bytes] | int | None = None,
) -> Child:
    """Start a child in a session of its own, so that Ctrl-C reaches us alone and we stop it in order."""
    return subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=log if stdout is None else stdout,
        stderr=log,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        umask=0o077 if account else -1,
        # The callers have no threads of their own, and the hook neither allocates nor locks.
        preexec_fn=die_with_parent(last_signal),  # noqa: PLW1509
    )


def stop(child: Child, steps: Sequence[tuple[signal.Signals, float]]) -> int:
    """Send each signal and wait its seconds until the child ends; SIGKILL to its whole group at last."""
    for number, seconds in steps:
        if child.poll() is not None:
            break
        _send(child.pid, number)
        _wait(child, seconds)
    kill_group(child.pid)
    return child.wait()


def kill_group(pid: int) -> None:
    """End whatever is left of the session that `pid` led."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _wait(child: Child, seconds: float) -> None:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def stop_orphan(pid_file: Path, folder: Path, steps: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Stop a server that a killed run left working in `folder`; True where there was one.

    The number in a pid file may belong to a stranger by now, so a process counts only if it works in
    `folder`, which the servers do and strangers do not.
    """
    orphan = _process_in(pid_file, folder)
    if orphan is None:
        return False
    for number, seconds in (*steps, (signal.SIGKILL, 5.0)):
        _send(orphan.pid, number)
        if psutil.wait_procs([orphan], timeout=seconds)[0]:
            break
    return True


def _process_in(pid_file: Path, folder: Path) -> psutil.Process | None:
    try:
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        works_here = Path(process.cwd()) == folder.resolve()
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    return process if works_here and process.status() != psutil.STATUS_ZOMBIE else None


def wait_until(ready: Callable[[], bool], child: Child, timeout: float) -> bool:
    """Ask `ready` until it says yes (True), the child ends or `timeout` seconds pass (False)."""
    end = time.monotonic() + timeout
    while time.monotonic() < end and child.poll() is None:
        if ready():
            return True
        time.sleep(0.01)
    return False


def tail(path: Path, lines: int = 12) -> str:
    """Return the last lines of a log for a message; empty where there is none."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""

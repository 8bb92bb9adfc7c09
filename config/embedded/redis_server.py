"""A private Redis-compatible server: a socket only, append-only file, refuses writes rather than evicts."""

import os
import signal
import socket
from pathlib import Path

from config.embedded import processes, programs
from config.embedded.account import Account, private_folder
from config.embedded.errors import StackError

STOP_STEPS = ((signal.SIGTERM, 10.0),)
START_SECONDS = 30.0


class RedisServer:
    """One server with its data in `folder` and its socket in `sockets`."""

    name = "redis"

    def __init__(self, folder: Path, sockets: Path, *, account: Account | None) -> None:
        self.folder = folder
        self.log = folder / "redis.log"
        self.pid_file = folder / "redis.pid"
        self.socket = sockets / "redis.sock"
        self.account = account

    def start(self) -> processes.Child:
        """Start the server without waiting for it. Raises StackError where no program is found."""
        private_folder(self.folder, self.account)
        program = programs.redis_program(self.account)
        if processes.stop_orphan(self.pid_file, self.folder, STOP_STEPS):
            print("Stopped a Redis that an earlier run had left behind.", flush=True)
        with self.log.open("ab") as log:
            return processes.spawn(
                [program, *self._options()],
                cwd=self.folder,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                log=log,
                account=self.account,
            )

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "pidfile": str(self.pid_file),
            "daemonize": "no",
            "databases": "64",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            # Messages are never thrown away to make room: a full broker must say so.
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        return [part for key, value in options.items() for part in (f"--{key}", value)]

    def wait(self, child: processes.Child) -> None:
        """Wait until the server answers. Raises StackError with the end of its log."""
        if not processes.wait_until(self._answers, child, START_SECONDS):
            raise StackError(f"Redis did not start. Its log ends with:\n{processes.tail(self.log)}")

    def _answers(self) -> bool:
        """Ask for a PONG; while the append-only file loads the answer is -LOADING."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            try:
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith(b"+PONG")
            except OSError:
                return False

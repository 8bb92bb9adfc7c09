"""A private PostgreSQL: no TCP port, a socket in a folder of ours, passwords even so."""

import os
import signal
import subprocess
from pathlib import Path

from config.embedded import processes, programs
from config.embedded.account import Account, private_folder
from config.embedded.errors import StackError

ADMIN = "emplace_admin"
# Fast shutdown rolls open transactions back; immediate needs recovery at the next start.
STOP_STEPS = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
START_SECONDS = 60.0
# Throw-away data needs no flush to disk: nobody reads it after a crash.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum_naptime": "15s"}


class Postgres:
    """One cluster in `folder`; `sockets` is short enough for a socket's path."""

    name = "postgres"

    def __init__(self, folder: Path, sockets: Path, *, password: str, durable: bool, account: Account | None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self.sockets = sockets
        self.password = password
        self.durable = durable
        self.account = account

    def start(self) -> processes.Child:
        """Make the cluster where there is none, and start its server without waiting for it.

        Raises StackError with the end of the log.
        """
        private_folder(self.folder, self.account)
        bin_folder = programs.postgres_programs(self.account)
        if processes.stop_orphan(self.data / "postmaster.pid", self.data, STOP_STEPS):
            print("Stopped a PostgreSQL that an earlier run had left behind.", flush=True)
        if not (self.data / "PG_VERSION").exists():
            self._create(bin_folder)
        # The server checks this number by itself, but would trust a stranger who has it by now.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        return self._spawn(bin_folder)

    def wait(self, child: processes.Child) -> None:
        """Wait until the server takes connections. Raises StackError with the end of its log."""
        if not processes.wait_until(lambda: self._is_ready(child.pid), child, START_SECONDS):
            raise StackError(f"PostgreSQL did not start. Its log ends with:\n{processes.tail(self.log)}")

    def _is_ready(self, pid: int) -> bool:
        """Read what the server says of itself; the first line is its pid, the eighth its state."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def _spawn(self, bin_folder: Path) -> processes.Child:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "log_min_messages": "warning",
            "log_line_prefix": "%m [%p] %u@%d ",
            **({} if self.durable else FAST),
        }
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        with self.log.open("ab") as log:
            return processes.spawn(
                [bin_folder / "postgres", "-D", self.data, *settings],
                cwd=self.folder,
                env=_environment(),
                log=log,
                account=self.account,
                last_signal=signal.SIGINT,
            )

    def _create(self, bin_folder: Path) -> None:
        """Run initdb; its half-made folder is its own to remove when it fails."""
        secret = self.folder / "initial-password"
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        if self.account:
            os.chown(secret, self.account.uid, self.account.gid)
        try:
            self._initdb(bin_folder, secret)
        finally:
            secret.unlink()

    def _initdb(self, bin_folder: Path, secret: Path) -> None:
        command = [
            bin_folder / "initdb", f"--pgdata={self.data}", f"--username={ADMIN}", f"--pwfile={secret}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--no-instructions", *([] if self.durable else ["--no-sync"]),
        ]  # fmt: skip
        done = subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            check=False,
            text=True,
            cwd=self.folder,
            env=_environment(),
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
        )
        if done.returncode != 0:
            raise StackError(f"PostgreSQL's folder {self.data} could not be made:\n{done.stderr.strip()}")


def _environment() -> dict[str, str]:
    """Return a bare environment: PGDATA, PGPORT or a locale of the caller's must not reach the server."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

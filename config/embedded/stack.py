"""What the demo and the tests call: own a stack, start it, ask for its addresses, stop it."""

import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from config.embedded import account as accounts, programs
from config.embedded.addresses import Database
from config.embedded.errors import AlreadyRunningError, StackError
from config.embedded.keeper import KEEPER_LOCK, OWNER_LOCK, Spec
from config.embedded.leftovers import sweep
from config.embedded.locks import FileLock, is_held
from config.embedded.postgres import ADMIN

CHECKOUT = Path(__file__).resolve().parents[2]
# A socket's path holds about 100 bytes; the longest name that we put in a folder takes 18.
LONGEST_FOLDER = 80
PREFIX = "emplace-"
EVERY_SERVER = ("postgres", "redis")
START_SECONDS = 120.0
STOP_SECONDS = 60.0


class Stack:
    """The servers whose state is in `home`; any process may start them, the owner's end stops them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._owner = FileLock(home / OWNER_LOCK)

    @classmethod
    def throwaway(cls, names: tuple[str, ...] = EVERY_SERVER) -> "Stack":
        """Own a stack in a new short folder; its data goes when it stops."""
        home = short_folder(PREFIX)
        sweep(home.parent, PREFIX)
        stack = cls(home)
        stack._own()
        stack._claim(Spec(str(home / "servers"), str(home), secrets.token_urlsafe(18), names, durable=False))
        return stack

    @classmethod
    def durable(cls, home: Path, names: tuple[str, ...] = EVERY_SERVER) -> "Stack":
        """Own the stack kept in `home`, making it at first. Raises AlreadyRunningError."""
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        stack = cls(home)
        stack._own()
        old = stack._spec_or_none()
        if old is not None:
            shutil.rmtree(old.run, ignore_errors=True)
        password = old.password if old else secrets.token_urlsafe(18)
        run = str(short_folder(PREFIX))
        stack._claim(Spec(str(servers_folder(home)), run, password, names, durable=True))
        return stack

    @property
    def spec(self) -> Spec:
        """What this stack runs. Raises OSError where nobody has claimed it yet."""
        return Spec.read(self.home)

    def ensure_started(self) -> None:
        """Start the servers unless they run; one of several callers does it. Raises StackError."""
        with FileLock(self.home / "start.lock").held(START_SECONDS):
            if self.spec.names and not is_held(self.home / KEEPER_LOCK):
                self._start_keeper()

    def stop(self) -> None:
        """Let go, and wait until the servers have stopped and what was to be thrown away is gone."""
        if not self.home.exists():
            self._owner.release()
            return
        # Opened now: the keeper may remove the file, but holds its lock until it has ended.
        keeper = FileLock(self.home / KEEPER_LOCK)
        with keeper.opened():
            self._owner.release()
            if not keeper.acquire(STOP_SECONDS):
                raise StackError(f"The servers of {self.home} did not stop within {STOP_SECONDS:.0f} seconds.")
        self._remove_unstarted()

    def command(self, text: str) -> None:
        """Have the keeper do something, for example "stop redis". Raises StackError."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(START_SECONDS)
            line.connect(str(self.spec.control))
            line.sendall(text.encode())
            answer = line.recv(200).decode()
        if answer != "ok":
            raise StackError(f"The keeper answered: {answer or 'nothing; see keeper.log'}.")

    def database(self, name: str, passwords: dict[str, str]) -> Database:
        """Return the addresses of one database of the private PostgreSQL."""
        spec = self.spec
        admin = f"postgresql://{ADMIN}:{spec.password}@/postgres?host={spec.sockets}"
        return Database.below(admin, name, passwords)

    def redis_url(self) -> str:
        """Return the private Redis server's address, without a database number."""
        return f"unix://{self.spec.sockets}/redis.sock"

    def _own(self) -> None:
        """Take the owner's lock, waiting for the keeper of an owner that was killed to finish."""
        end = time.monotonic() + STOP_SECONDS
        while True:
            if not self._owner.acquire(1.0):
                raise AlreadyRunningError(f"Somebody is running the servers of {self.home} already.")
            if not is_held(self.home / KEEPER_LOCK):
                return
            self._owner.release()
            if time.monotonic() > end:
                raise StackError(f"The servers of an earlier run in {self.home} do not stop.")
            time.sleep(0.2)

    def _claim(self, spec: Spec) -> None:
        """Make the folders and write down what runs in them."""
        Path(spec.servers).mkdir(mode=0o711, parents=True, exist_ok=True)
        accounts.private_folder(spec.sockets, accounts.server_account())
        spec.write(self.home)

    def _spec_or_none(self) -> Spec | None:
        try:
            return self.spec
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _start_keeper(self) -> None:
        with (self.home / "keeper.log").open("wb") as log:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "config.embedded.keeper", str(self.home)],
                cwd=CHECKOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        _await_ready(keeper)

    def _remove_unstarted(self) -> None:
        """Remove a throw-away folder whose servers were never started, so no keeper did it."""
        spec = self._spec_or_none()
        if spec is not None and not spec.durable:
            shutil.rmtree(self.home, ignore_errors=True)


def _await_ready(keeper: subprocess.Popen[bytes]) -> None:
    """Read what the keeper says until it is ready. Raises StackError with its words where it gives up."""
    said: list[str] = []
    assert keeper.stdout is not None  # noqa: S101 - it was opened as a pipe
    with keeper.stdout as lines:
        for line in lines:
            said.append(line.decode(errors="replace").rstrip())
            if said[-1] == "ready":
                return
    keeper.wait()
    raise StackError("\n".join(said) or "The servers did not start, and said nothing.")


def short_folder(prefix: str) -> Path:
    """Make a private folder whose path leaves room for a socket's name and that the servers can enter."""
    account = accounts.server_account()
    for base in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108
        if len(str(base)) < LONGEST_FOLDER and base.is_dir() and accounts.can_enter(base, account):
            folder = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
            folder.chmod(0o711 if account else 0o700)
            return folder
    raise StackError("There is no temporary folder with a short path. Set TMPDIR to one, for example /tmp.")


def servers_folder(home: Path) -> Path:
    """Return where the servers keep their data: in `home`, or aside where their account cannot reach it."""
    account = accounts.server_account()
    if accounts.can_enter(home, account):
        return home / "servers"
    mark = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    return programs.SHARED / mark


def forget(home: Path) -> None:
    """Remove a durable stack and its data. Raises AlreadyRunningError while it runs."""
    if not home.exists():
        return
    stack = Stack(home)
    stack._own()  # noqa: SLF001 - same module
    spec = stack._spec_or_none()  # noqa: SLF001
    for folder in (servers_folder(home), Path(spec.run) if spec else home, home):
        shutil.rmtree(folder, ignore_errors=True)
    stack._owner.release()  # noqa: SLF001

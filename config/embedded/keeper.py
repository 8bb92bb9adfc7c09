"""The keeper: parent of the servers. Runs as `python -m config.embedded.keeper FOLDER`.

It stops the servers when it is told to, and when its owner is gone: the owner holds a file lock, which the
kernel lets go of however the owner died. Should the keeper itself be killed, the kernel signals the servers
(Linux), and the next start stops whatever is left.
"""

import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

from config.embedded import postgres, processes, redis_server
from config.embedded.account import server_account
from config.embedded.errors import StackError
from config.embedded.locks import FileLock, is_held

OWNER_LOCK = "owner.lock"
KEEPER_LOCK = "keeper.lock"
SPEC = "stack.json"
TICK_SECONDS = 0.1
MAX_RESTARTS = 5

Server = postgres.Postgres | redis_server.RedisServer


@dataclass(frozen=True)
class Spec:
    """What to run and where; kept as JSON that only its owner can read, since it holds a password."""

    servers: str  # folder with the servers' data
    run: str  # short folder with sockets, removed at the end
    password: str
    names: tuple[str, ...]  # "postgres", "redis"
    durable: bool  # False: data is thrown away at the end

    @classmethod
    def read(cls, folder: Path) -> "Spec":
        """Read the spec in `folder`. Raises OSError or ValueError."""
        values = json.loads((folder / SPEC).read_text())
        return cls(**{**values, "names": tuple(values["names"])})

    def write(self, folder: Path) -> None:
        """Write the spec whole or not at all."""
        fresh = folder / f"{SPEC}.new"
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(asdict(self)))
        fresh.replace(folder / SPEC)

    @property
    def sockets(self) -> Path:
        """The folder of the servers' sockets, private to the account that they run as."""
        return Path(self.run, "s")

    @property
    def control(self) -> Path:
        """The socket that takes the keeper's commands."""
        return Path(self.run, "control")


def make_servers(spec: Spec) -> dict[str, Server]:
    """Return the servers of a spec, not yet started."""
    account = server_account()
    folder = Path(spec.servers)
    every: dict[str, Server] = {
        "postgres": postgres.Postgres(
            folder / "postgres", spec.sockets, password=spec.password, durable=spec.durable, account=account
        ),
        "redis": redis_server.RedisServer(folder / "redis", spec.sockets, account=account),
    }
    return {name: every[name] for name in spec.names}


class Keeper:
    """Starts, watches, restarts and stops the servers of one spec."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spec = Spec.read(folder)
        self.servers = make_servers(self.spec)
        self.children: dict[str, processes.Child] = {}
        self.restarts = 0
        self.stopping = False

    def start(self, names: Sequence[str]) -> None:
        """Start servers side by side, then wait for each. Raises StackError."""
        for name in names:
            if name not in self.children:
                self.children[name] = self.servers[name].start()
        for name in names:
            self.servers[name].wait(self.children[name])

    def stop(self, names: Sequence[str]) -> None:
        """Stop servers, the last started first."""
        for name in reversed(names):
            child = self.children.pop(name, None)
            if child is not None:
                processes.stop(child, STOP_STEPS[name])

    def tick(self) -> None:
        """Start again what died by itself, a bounded number of times; go when the owner has gone."""
        if not is_held(self.folder / OWNER_LOCK):
            self.stopping = True
            return
        for name, child in list(self.children.items()):
            if child.poll() is not None:
                self._restart(name, child)

    def _restart(self, name: str, child: processes.Child) -> None:
        self.restarts += 1
        if self.restarts > MAX_RESTARTS:
            raise StackError(f"{name} stopped {self.restarts} times; see its log in {self.spec.servers}.")
        print(f"{name} ended with {child.returncode}; starting it again.", flush=True)
        del self.children[name]
        processes.kill_group(child.pid)
        time.sleep(0.2 * self.restarts)
        self.start([name])

    def obey(self, command: str) -> str:
        """Do one command ("stop redis", "start redis", "restart postgres", "crash postgres", "stop")."""
        verb, _, name = command.partition(" ")
        if verb == "stop" and not name:
            self.stopping = True
        elif name not in self.servers or verb not in {"start", "stop", "restart", "crash"}:
            return f"unknown command {command!r}"
        else:
            self._turn(verb, name)
        return "ok"

    def _turn(self, verb: str, name: str) -> None:
        if verb == "crash" and name in self.children:
            self.children[name].kill()
            self.children[name].wait()  # `tick` finds it dead, as after any crash
        if verb in {"stop", "restart"}:
            self.stop([name])
        if verb in {"start", "restart"}:
            self.start([name])

    def serve(self) -> None:
        """Watch and obey until told to stop or left alone."""
        with socket.socket(socket.AF_UNIX) as line:
            line.bind(str(self.spec.control))
            line.listen(8)
            line.settimeout(TICK_SECONDS)
            print("ready", flush=True)
            _let_go_of_output(self.folder)
            while not self.stopping:
                self._answer_one(line)
                self.tick()

    def _answer_one(self, line: socket.socket) -> None:
        try:
            caller, _ = line.accept()
        except TimeoutError:
            return
        with caller:
            caller.settimeout(5)
            caller.sendall(self.obey(caller.recv(200).decode()).encode())

    def clean(self) -> None:
        """Stop everything and remove the sockets, and the data too where it was to be thrown away."""
        self.stop(list(self.children))
        shutil.rmtree(self.spec.run, ignore_errors=True)
        if not self.spec.durable:
            shutil.rmtree(self.spec.servers, ignore_errors=True)
            shutil.rmtree(self.folder, ignore_errors=True)


STOP_STEPS = {"postgres": postgres.STOP_STEPS, "redis": redis_server.STOP_STEPS}


def _let_go_of_output(folder: Path) -> None:
    """Move our output from the starter's pipe to a log: the starter reads one line and goes on."""
    log = os.open(folder / "keeper.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def _stop_on_signals(keeper: Keeper) -> None:
    def remember(_number: int, _frame: FrameType | None) -> None:
        keeper.stopping = True

    signal.signal(signal.SIGTERM, remember)
    signal.signal(signal.SIGINT, remember)


def main(folder: Path) -> int:
    """Run until stopped. Returns the exit code; what went wrong is the last thing printed."""
    lock = FileLock(folder / KEEPER_LOCK)
    if not lock.try_acquire():
        print("Another keeper runs these servers.")
        return 1
    keeper = Keeper(folder)
    _stop_on_signals(keeper)
    try:
        keeper.start(keeper.spec.names)
        keeper.serve()
    except (StackError, OSError) as error:
        print(error, flush=True)
        return 1
    finally:
        keeper.clean()  # the lock stays until this process has ended: others wait for that
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

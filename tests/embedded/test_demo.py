"""The demo's command: what it starts it watches, what it started it stops, and what it kept it finds again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.demo.drill import Target
from config.demo.place import Place
from config.demo.ports import choose_port, is_free
from config.demo.supervisor import Service, Supervisor, running_services, stop_leftovers
from config.embedded.errors import StackError
from config.embedded.stack import CHECKOUT
from tests.embedded.helpers import eventually, free_port, processes_of

ENDS_AT_ONCE = [sys.executable, "-c", "print('no such luck'); raise SystemExit(3)"]
STAYS = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    watcher = Supervisor(tmp_path / "processes.json", lambda: False)
    yield watcher
    watcher.stop()


def pid_of(service: Service) -> int:
    assert service.child is not None
    return service.child.pid


def test_a_service_that_dies_is_started_again(supervisor: Supervisor, tmp_path: Path, capsys):
    service = Service("clerk", STAYS, tmp_path / "log")
    supervisor.start(service, os.environ)
    first = pid_of(service)
    psutil.Process(first).kill()

    def is_another() -> bool:
        supervisor.revive(os.environ)
        return pid_of(service) != first

    assert eventually(is_another)
    assert "The clerk ended with code -9; starting it again." in capsys.readouterr().out


def test_a_service_that_keeps_dying_stops_everything_with_its_last_words(supervisor: Supervisor, tmp_path: Path):
    supervisor.start(Service("clerk", ENDS_AT_ONCE, tmp_path / "log"), os.environ)
    with pytest.raises(StackError, match="The clerk ended 6 times in a row") as caught:
        supervisor.watch(os.environ, lambda: True)
    assert "no such luck" in str(caught.value)


def test_the_database_servers_end_stops_everything(supervisor: Supervisor):
    with pytest.raises(StackError, match="database server has gone"):
        supervisor.watch(os.environ, lambda: False)


def test_stopping_ends_every_service(supervisor: Supervisor, tmp_path: Path):
    services = [Service(name, STAYS, tmp_path / name) for name in ("one", "two")]
    for service in services:
        supervisor.start(service, os.environ)
    pids = [pid_of(service) for service in services]
    supervisor.stop()
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not supervisor.notes.exists()


def test_what_a_killed_run_left_is_stopped_and_strangers_are_not(supervisor: Supervisor, tmp_path: Path):
    service = Service("clerk", STAYS, tmp_path / "log")
    supervisor.start(service, os.environ)
    stranger = subprocess.Popen(STAYS)
    noted = json.loads(supervisor.notes.read_text())
    noted["a number used again"] = [stranger.pid, 1.0]
    supervisor.notes.write_text(json.dumps(noted))
    assert stop_leftovers(supervisor.notes) == 1
    assert not psutil.pid_exists(pid_of(service))
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_named_port_that_is_taken_or_no_port_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert not is_free(port)
        with pytest.raises(StackError, match=f"Port {port} is taken"):
            choose_port({"PORT": str(port)})
    for nonsense in ("http", "0", "65536", "-1"):
        with pytest.raises(StackError, match="Give a number from 1 to 65535"):
            choose_port({"PORT": nonsense})


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A demo of our own in a new folder, started and loaded."""
    demo = Target(tmp_path_factory.mktemp("demo"), free_port())
    demo.start()
    yield demo
    if demo.process is not None and demo.process.poll() is None:
        demo.stop()
    demo.place.forget()


def demo_processes(target: Target) -> list[psutil.Process]:
    """Return the demo's own processes and its servers'."""
    folder = target.place.folder
    return [process for process in processes_of(folder) if process.pid != os.getpid()]


@pytest.mark.xdist_group("demo")
class TestRunningDemo:
    """In order, on one demo: it is slow to load."""

    def test_it_serves_and_says_who_can_sign_in(self, target: Target):
        assert target.serves()
        signins = (target.place.folder / "signins.txt").read_text()
        for person in ("manager", "Specialist", "signer", "viewer", "Administrator"):
            assert person in signins

    def test_a_second_one_of_the_same_checkout_is_refused_with_its_address(self, target: Target):
        command = [sys.executable, "-m", "config.demo"]
        done = subprocess.run(
            command, cwd=CHECKOUT, env=target.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert f"runs from this checkout already, at http://localhost:{target.port}" in done.stderr
        assert target.serves()

    def test_starting_over_is_refused_while_it_runs(self, target: Target):
        command = [sys.executable, "-m", "config.demo", "reset"]
        done = subprocess.run(
            command, cwd=CHECKOUT, env=target.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert "Stop it first" in done.stderr

    def test_sigterm_leaves_no_process(self, target: Target):
        services = list(running_services(target.place.notes).values())
        assert len(services) == 4
        target.stop()
        assert target.process is not None
        assert target.process.returncode == 0
        assert demo_processes(target) == []
        assert not any(psutil.pid_exists(pid) for pid in services)

    def test_a_second_start_keeps_the_data_and_is_quick(self, target: Target):
        kept = (target.place.folder / "secrets.json").read_text()
        begin = time.monotonic()
        target.start()
        seconds = time.monotonic() - begin
        assert target.serves()
        assert (target.place.folder / "secrets.json").read_text() == kept
        # Ten seconds on two free cores; other tests run beside this one.
        assert seconds < 30

    def test_killing_it_leaves_no_process_either(self, target: Target):
        services = list(running_services(target.place.notes).values())
        assert target.process is not None
        target.process.send_signal(signal.SIGKILL)
        target.process.wait()
        assert eventually(lambda: demo_processes(target) == [], 40), demo_processes(target)
        assert eventually(lambda: not any(psutil.pid_exists(pid) for pid in services), 40)


def test_starting_over_removes_the_folder(tmp_path: Path):
    place = Place({"DEMO_DIR": str(tmp_path / "demo")})
    place.make()
    place.secrets()
    place.forget()
    assert not place.folder.exists()

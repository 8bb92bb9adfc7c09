"""The embedded servers: private, two side by side, and never left behind."""

import os
import pwd
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config.embedded.account import can_enter, server_account
from config.embedded.addresses import new_passwords
from config.embedded.errors import AlreadyRunningError, StackError
from config.embedded.stack import Stack, forget
from tests.embedded.helpers import eventually, keeper_process, processes_of, server_process, start_owner

# Most stand on one stack: one worker starts it.
pytestmark = pytest.mark.xdist_group("stack")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals children of a killed parent")


@pytest.fixture(scope="module")
def running() -> Iterator[Stack]:
    """One stack for the tests that leave it as it was."""
    stack = Stack.throwaway()
    stack.ensure_started()
    yield stack
    stack.stop()


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for a durable stack, where the servers' account can reach it or not: both must do."""
    folder = tmp_path_factory.mktemp("home") / "stack"
    yield folder
    forget(folder)


def answer(stack: Stack, question: str) -> object:
    url = stack.database("emplace", new_passwords()).admin_url
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(question)
        return cursor.fetchone() if cursor.description else None


def redis_of(stack: Stack) -> redis.Redis:
    return redis.Redis.from_url(stack.redis_url())


def test_servers_answer_on_sockets_and_listen_on_no_port(running: Stack):
    assert answer(running, "SELECT current_setting('server_version_num')::int >= 160000") == (True,)
    client = redis_of(running)
    assert client.ping()
    assert client.config_get("maxmemory-policy", "appendonly") == {
        "maxmemory-policy": "noeviction",
        "appendonly": "yes",
    }
    listening = [c for p in processes_of(running.home) for c in p.net_connections("inet") if c.status == "LISTEN"]
    assert listening == []


def test_a_password_is_asked_even_on_the_private_socket(running: Stack):
    url = running.database("emplace", new_passwords()).admin_url
    wrong = url.replace(running.spec.password, "wrong")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_folders_are_closed_to_everybody_else(running: Stack):
    spec = running.spec
    for folder in (spec.sockets, Path(spec.servers, "postgres"), Path(spec.servers, "redis")):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((running.home / "stack.json").stat().st_mode) == 0o600


def test_stopping_leaves_neither_process_nor_folder():
    stack = Stack.throwaway()
    stack.ensure_started()
    stack.stop()
    assert processes_of(stack.home) == []
    assert not stack.home.exists()


def test_a_stack_that_was_never_started_leaves_nothing():
    stack = Stack.throwaway()
    stack.stop()
    assert not stack.home.exists()


def test_two_stand_side_by_side(running: Stack):
    other = Stack.throwaway()
    try:
        other.ensure_started()
        answer(other, "CREATE DATABASE only_here")
        count = "SELECT count(*) FROM pg_database WHERE datname = 'only_here'"
        assert (answer(other, count), answer(running, count)) == ((1,), (0,))
    finally:
        other.stop()
    assert answer(running, "SELECT 1") == (1,)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_servers_end_with_their_owner_however_it_ends(number: signal.Signals):
    owner, folder = start_owner()
    assert len(processes_of(folder)) >= 3
    owner.send_signal(number)
    owner.wait(10)
    assert eventually(lambda: processes_of(folder) == []), processes_of(folder)
    assert not folder.exists()


@on_linux
def test_servers_end_when_their_keeper_is_killed():
    owner, folder = start_owner()
    keeper_process(folder).kill()
    assert eventually(lambda: processes_of(folder) == []), processes_of(folder)
    owner.communicate()
    Stack.throwaway().stop()
    assert not folder.exists(), "the next start clears up what nobody could"


def test_a_killed_predecessor_is_survived_and_its_data_kept(home: Path):
    owner, _ = start_owner(str(home))
    answer(Stack(home), "CREATE DATABASE kept")
    keeper_process(home).kill()
    owner.kill()
    owner.wait()
    stack = Stack.durable(home)
    stack.ensure_started()
    assert answer(stack, "SELECT count(*) FROM pg_database WHERE datname = 'kept'") == (1,)
    stack.stop()


def test_a_stale_pid_file_with_a_strangers_number_is_survived(home: Path):
    stack = Stack.durable(home)
    stack.ensure_started()
    data = Path(stack.spec.servers, "postgres", "data")
    stack.stop()
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n0\n0\n/nowhere\n\n0 0\nready\n")
    again = Stack.durable(home)
    again.ensure_started()
    assert answer(again, "SELECT 1") == (1,)
    again.stop()


def test_data_and_password_are_kept_from_one_start_to_the_next(home: Path):
    first = Stack.durable(home)
    first.ensure_started()
    redis_of(first).set("kept", "yes")
    password = first.spec.password
    first.stop()
    second = Stack.durable(home)
    second.ensure_started()
    assert redis_of(second).get("kept") == b"yes"
    assert second.spec.password == password
    second.stop()


def test_a_second_owner_is_refused(home: Path):
    first = Stack.durable(home)
    with pytest.raises(AlreadyRunningError, match="running the servers"):
        Stack.durable(home)
    first.stop()


def test_starting_over_forgets_everything(home: Path):
    stack = Stack.durable(home)
    stack.ensure_started()
    servers = Path(stack.spec.servers)
    stack.stop()
    forget(home)
    assert not home.exists()
    assert not servers.exists()


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_server_that_dies_is_started_again(running: Stack, name: str):
    victim = server_process(running.home, name)
    victim.kill()
    psutil.wait_procs([victim], timeout=10)
    assert eventually(lambda: _answers(running, name))
    assert server_process(running.home, name).pid != victim.pid


def _answers(stack: Stack, name: str) -> bool:
    try:
        return bool(answer(stack, "SELECT 1") if name == "postgres" else redis_of(stack).ping())
    except (psycopg.OperationalError, redis.ConnectionError):
        return False


def test_commands_stop_and_start_one_server(running: Stack):
    client = redis_of(running)
    running.command("stop redis")
    with pytest.raises(redis.ConnectionError):
        client.ping()
    running.command("start redis")
    assert client.ping()
    running.command("restart postgres")
    assert answer(running, "SELECT 1") == (1,)
    with pytest.raises(StackError, match="unknown command"):
        running.command("start oracle")


@needs_root
def test_root_drops_privileges_and_adds_no_account(running: Stack):
    before = {entry.pw_name for entry in pwd.getpwall()}
    account = server_account()
    assert account is not None
    servers = [p for p in processes_of(running.home) if "keeper" not in " ".join(p.cmdline())]
    assert {p.uids().effective for p in servers} == {account.uid}
    assert {p.gids().effective for p in servers} == {account.gid}
    assert all(psutil.Process(p.pid).uids().saved == account.uid for p in servers)
    assert {entry.pw_name for entry in pwd.getpwall()} == before


@needs_root
def test_root_keeps_data_aside_where_the_account_cannot_enter(tmp_path: Path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert not can_enter(closed, server_account())
    stack = Stack.durable(closed / "stack")
    try:
        stack.ensure_started()
        assert closed not in Path(stack.spec.servers).parents
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert answer(stack, "SELECT 1") == (1,)
    finally:
        stack.stop()
        forget(closed / "stack")

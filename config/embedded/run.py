"""Run a command on throw-away servers: `python -m config.embedded.run [--migrate] COMMAND ...`.

DATABASE_URL and REDIS_URL are used instead where they are set. What the environment sets already is kept.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from config.embedded.addresses import given_database, new_passwords
from config.embedded.errors import StackError
from config.embedded.stack import CHECKOUT, Stack

NAME = "emplace"
PREPARING = (["setup_database", "--verbosity=0"], ["migrate", "--verbosity=0"])


def environment(stack: Stack, folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what the settings need, below whatever `environ` says already."""
    passwords = new_passwords()
    database = given_database(environ, NAME, passwords) or stack.database(NAME, passwords)
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "STATIC_MANIFEST": "no",
        "MEDIA_ROOT": str(folder / "media"),
        "BEAT_SCHEDULE": str(folder / "beat"),
        "REDIS_URL": stack.redis_url(),
        **environ,
        **database.environment(),
    }


def manage(arguments: list[str], environ: Mapping[str, str]) -> int:
    """Run one manage.py command and return its exit code."""
    return subprocess.run([sys.executable, "manage.py", *arguments], cwd=CHECKOUT, env=environ, check=False).returncode


def run(command: list[str], *, migrate: bool) -> int:
    """Run the command on servers of its own and return its exit code. Raises StackError."""
    names = [] if os.environ.get("DATABASE_URL") else ["postgres"]
    names += [] if os.environ.get("REDIS_URL") else ["redis"]
    stack = Stack.throwaway(tuple(names))
    try:
        stack.ensure_started()
        with tempfile.TemporaryDirectory(prefix="emplace-run-") as folder:
            environ = environment(stack, Path(folder), os.environ)
            failed = migrate and any(manage(step, environ) for step in PREPARING)
            return 1 if failed else subprocess.run(command, env=environ, check=False).returncode
    finally:
        stack.stop()


def main(arguments: list[str]) -> int:
    """Read `--migrate` and the command, and run it."""
    migrate = arguments[:1] == ["--migrate"]
    try:
        return run(arguments[1:] if migrate else arguments, migrate=migrate)
    except StackError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

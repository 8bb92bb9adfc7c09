"""Which system account the servers run as: PostgreSQL refuses root, and neither server needs it."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR

from config.embedded.errors import StackError


@dataclass(frozen=True)
class Account:
    """An unprivileged account that exists already; none is ever added to the system."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """Return the account to drop to when started as root; None where we are unprivileged already."""
    if os.geteuid() != 0:
        return None
    name = os.environ.get("EMBEDDED_ACCOUNT", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise StackError(
            f"The servers cannot run as root, and there is no account {name!r} on this machine. "
            "Set EMBEDDED_ACCOUNT to the name of an unprivileged account."
        ) from None
    if entry.pw_uid == 0:
        raise StackError("EMBEDDED_ACCOUNT is root. Name an unprivileged account.")
    return Account(name, entry.pw_uid, entry.pw_gid)


def can_enter(folder: Path, account: Account | None) -> bool:
    """Say whether `account` may pass through `folder` and every folder above it (permission bits only)."""
    if account is None:
        return os.access(folder, os.X_OK)
    return all(_may_pass(step, account) for step in (folder, *folder.parents))


def _may_pass(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & 0o100)
    if status.st_gid == account.gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def private_folder(folder: Path, account: Account | None) -> Path:
    """Make `folder` (or check that it is) a real folder of the account's own that nobody else can open."""
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if not S_ISDIR(status.st_mode):
        raise StackError(f"{folder} is not a folder. Move it away and start again.")
    wanted = account.uid if account else os.geteuid()
    if status.st_uid != wanted:
        _take_over(folder, status.st_uid, account)
    folder.chmod(0o700)
    return folder


def _take_over(folder: Path, owner: int, account: Account | None) -> None:
    """Give a fresh folder of root's to the account; a folder of anybody else is left alone."""
    if account is None or owner != 0 or any(folder.iterdir()):
        raise StackError(
            f"{folder} belongs to another account. Start as the account that made it, or start over with "
            "`make demo-reset`."
        )
    os.chown(folder, account.uid, account.gid)

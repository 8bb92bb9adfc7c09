"""File locks that the kernel lets go of when their holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.02


class FileLock:
    """An exclusive lock on a file; children started with subprocess do not inherit it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it. Raises OSError where its folder is gone."""
        handle = self._open()
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if handle != self._handle:
                os.close(handle)
            return False
        self._handle = handle
        return True

    def _open(self) -> int:
        if self._handle is not None:
            return self._handle
        return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def acquire(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for the lock; False where it stayed taken."""
        end = time.monotonic() + timeout
        while not self.try_acquire():
            if time.monotonic() > end:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def release(self) -> None:
        """Let go; does nothing where the lock is not held here."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep the file open for a block, so that its lock can be waited for after the file is removed."""
        self._handle = self._open()
        try:
            yield
        finally:
            self.release()

    @contextmanager
    def held(self, timeout: float) -> Iterator[None]:
        """Hold the lock for a block. Raises TimeoutError after `timeout` seconds."""
        if not self.acquire(timeout):
            raise TimeoutError(f"{self.path} stayed locked for {timeout:.0f} seconds.")
        try:
            yield
        finally:
            self.release()


def is_held(path: Path) -> bool:
    """Say whether some process holds the lock at `path` now."""
    lock = FileLock(path)
    if lock.try_acquire():
        lock.release()
        return False
    return True

"""A line for each step, with the time that it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Steps:
    """Numbers steps from `done` + 1 to `total`; processes that share the work pass the numbers on."""

    def __init__(self, total: int, done: int = 0) -> None:
        self.total = total
        self.done = done

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Print the title, then the seconds that the block took."""
        self.done += 1
        begin = time.monotonic()
        print(f"[{self.done}/{self.total}] {title} ", end="", flush=True)
        try:
            yield
        except BaseException:
            print(flush=True)
            raise
        print(f"({time.monotonic() - begin:.1f} s)", flush=True)

"""Files of the public delay format, named on a command line."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from django.core.management.base import CommandError

from milestones.forecasting.risk.history import History, HistoryError, read

TOLD = 5  # rows left out that are told one by one


def read_files(files: Sequence[Path], warn: Callable[[str], object]) -> list[History]:
    """Read each, and tell which rows are left out; two files of one name are told apart by their paths."""
    named = Counter(one.name for one in files)
    histories = []
    for file in files:
        name = file.name if named[file.name] == 1 else str(file)
        try:
            history = read(file.read_bytes(), name)
        except (HistoryError, OSError) as error:
            raise CommandError(str(error)) from error
        histories.append(history)
        _tell(history, warn)
    return histories


def _tell(history: History, warn: Callable[[str], object]) -> None:
    for problem in history.problems[:TOLD]:
        warn(f"{history.name}, left out: {problem}")
    more = len(history.problems) - TOLD
    if more > 0:
        warn(f"{history.name}: {more} more rows are left out.")

"""Whether jobs are really being done: a canary task writes a row, and its age tells.

A worker that looks alive but takes nothing, after Redis came back for example, shows here and nowhere else.
"""

from datetime import timedelta
from typing import Final

from accounts.clock import now
from accounts.db import as_firm
from accounts.models import Period

CANARY: Final = "canary"
PATIENCE: Final = timedelta(minutes=3)


def sing() -> None:
    """Note that a task was finished just now."""
    with as_firm():
        Period.objects.update_or_create(name=CANARY, period="last", defaults={"at": now()})


def worker_is_alive() -> bool:
    """Whether a canary task was finished in the last three minutes."""
    with as_firm(read_only=True):
        return Period.objects.filter(name=CANARY, period="last", at__gte=now() - PATIENCE).exists()

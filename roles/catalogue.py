"""The catalogue that ships, and loading it. Rows that people changed in the admin stay as they are."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from roles.models import CatalogueRow, FailureMode, Pillar, Role, ServiceLine

SHIPPED: Final = Path(__file__).parent / "data" / "catalogue.toml"
TABLES: Final[dict[str, type[CatalogueRow]]] = {
    "roles": Role,
    "failure_modes": FailureMode,
    "pillars": Pillar,
    "service_lines": ServiceLine,
}


@lru_cache(maxsize=1)
def shipped() -> dict[str, Any]:
    """Return the file's content: a list of tables for each of TABLES, and `milestones`."""
    return tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


def milestone_names() -> dict[int, str]:
    """Map each milestone's day to its name, in the language of the data."""
    return {int(row["day"]): str(row["name"]) for row in shipped()["milestones"]}


@transaction.atomic
def load(*, restore: bool = False) -> int:
    """Add what is missing and return how many rows that were; `restore` also brings shipped texts back.

    A row that still has a name that it shipped with earlier gets its present one.
    """
    return sum(
        _load_row(model, position, row, restore=restore)
        for table, model in TABLES.items()
        for position, row in enumerate(shipped()[table])
    )


def _load_row(model: type[CatalogueRow], position: int, row: dict[str, Any], *, restore: bool) -> int:
    fields = {**row, "position": position}
    key, earlier = fields.pop("key"), fields.pop("was", [])
    if restore:
        _found, created = model._default_manager.update_or_create(key=key, defaults=fields)  # noqa: SLF001
    else:
        _found, created = model._default_manager.get_or_create(key=key, defaults=fields)  # noqa: SLF001
        model._default_manager.filter(key=key, name__in=earlier).update(name=fields["name"])  # noqa: SLF001
    return int(created)

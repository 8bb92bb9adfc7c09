"""What was typed in a step of logging an engagement: taken from a form, rows added and removed, two versions joined."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.http import QueryDict

from milestones.draft import rows_in

# What a form carries besides what was typed.
CONTROLS: Final = frozenset(
    {"csrfmiddlewaretoken", "version", "autosave", "add", "remove", "go", "lower", "stale", "take"}
)
MINE: Final = "mine."
MAX_FIELDS: Final = 600


def typed_in(post: QueryDict) -> dict[str, str]:
    """Return the fields of a form as they were typed."""
    names = [name for name in post if name not in CONTROLS and not name.startswith(MINE)]
    return {name: str(post[name]) for name in names[:MAX_FIELDS]}


def number_in(post: QueryDict, name: str) -> int:
    """Return a small whole number of a form; -1 for anything else."""
    raw = post.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1


def with_row(typed: Mapping[str, str], prefix: str, fields: Mapping[str, str]) -> dict[str, str]:
    """Add a row to a list."""
    number = rows_in(typed, prefix)
    return {**typed, **{f"{prefix}-{number}-{name}": value for name, value in fields.items()}}


def without_row(typed: Mapping[str, str], prefix: str, number: int) -> dict[str, str]:
    """Take a row out of a list; those behind it move up."""
    kept: dict[str, str] = {}
    for key, value in typed.items():
        parts = key.split("-", 2)
        if parts[0] != prefix or len(parts) != 3 or not parts[1].isdigit():
            kept[key] = value
            continue
        row = int(parts[1])
        if row != number:
            kept[f"{prefix}-{row - (row > number)}-{parts[2]}"] = value
    return kept


def rows_of(typed: Mapping[str, str], prefix: str) -> list[dict[str, str]]:
    """Return a list's rows as they were typed."""
    rows: list[dict[str, str]] = [{} for _row in range(rows_in(typed, prefix))]
    for key, value in typed.items():
        parts = key.split("-", 2)
        if parts[0] == prefix and len(parts) == 3 and parts[1].isdigit():
            rows[int(parts[1])][parts[2]] = value
    return rows


def joined(post: QueryDict, theirs: Mapping[str, str]) -> dict[str, str]:
    """Return one version out of two: what was chosen line by line in the page about a stale edit."""
    mine = {name.removeprefix(MINE): str(post[name]) for name in post if name.startswith(MINE)}
    if post.get("take") == "theirs":
        return dict(theirs)
    names: Iterable[str] = dict.fromkeys([*theirs, *mine])
    return {name: (theirs if post.get(name) == "theirs" else mine).get(name, "") for name in names}

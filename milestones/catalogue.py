"""Playbooks as data of the project: read from CSV, kept in versions."""

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _, gettext_noop

from accounts.errors import DomainError
from milestones.lines import find_circle
from milestones.models import Playbook, PlaybookItem, PlaybookVersion
from roles.models import FailureMode, Role

DATA: Final = Path(__file__).parent / "data"
LIST: Final = ";"
DONE_LIST: Final = "|"


@dataclass(frozen=True)
class Shipped:
    """A playbook that comes with the product."""

    key: str
    name: str
    summary: str
    file: str


SHIPPED: Final = (
    Shipped(
        "short",
        gettext_noop("30/60/90 fix plan, short"),
        gettext_noop("Twelve deliverables for a small team: what a stalled programme needs first."),
        "playbook_short.csv",
    ),
    Shipped(
        "full",
        gettext_noop("30/60/90 fix plan, full"),
        gettext_noop("Forty deliverables for all four roles, from stable foundations to a handed-over operation."),
        "playbook_full.csv",
    ),
)


@dataclass(frozen=True)
class Item:
    """One row of a playbook file; days count from the engagement's start."""

    code: str
    milestone: int
    role: str
    title: str
    summary: str
    done_lines: tuple[str, ...]
    evidence_kinds: tuple[str, ...]
    start_day: int
    due_day: int
    effort_days: int
    predecessors: tuple[str, ...]
    failure_mode: str
    shared: bool
    needs_sign_off: bool
    suggested_metric: str
    readiness_items: tuple[str, ...]


def read_items(path: Path) -> list[Item]:
    """Return the rows of a playbook file. Raises ValueError for one that does not hold together."""
    with path.open(encoding="utf-8", newline="") as file:
        items = [_item(row) for row in csv.DictReader(file)]
    _check_items(items)
    return items


def _item(row: Mapping[str, str]) -> Item:
    return Item(
        code=row["code"],
        milestone=int(row["milestone"]),
        role=row["role"],
        title=row["title"],
        summary=row["summary"],
        done_lines=_list(row["definition_of_done"], DONE_LIST),
        evidence_kinds=_list(row["evidence_kinds"]),
        start_day=int(row["start_day"]),
        due_day=int(row["due_day"]),
        effort_days=int(row["effort_days"]),
        predecessors=_list(row["predecessors"]),
        failure_mode=row["failure_mode"],
        shared=row["shared"] == "yes",
        needs_sign_off=row["needs_sign_off"] == "yes",
        suggested_metric=row["suggested_metric"],
        readiness_items=_list(row["readiness_items"]),
    )


def _list(text: str, separator: str = LIST) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator) if part.strip())


def _check_items(items: Sequence[Item]) -> None:
    codes = {item.code for item in items}
    if len(codes) != len(items):
        raise ValueError("Two rows of the playbook have the same code.")
    if circle := find_circle({item.code: item.predecessors for item in items}):
        raise ValueError(f"The playbook's rows wait for each other in a circle: {' → '.join(circle)}.")
    for item in items:
        if not set(item.predecessors) <= codes:
            raise ValueError(f"{item.code} waits for a row that is not there.")


def items_hash(items: Sequence[Item]) -> str:
    """Return SHA-256, in hex, over the items in their order."""
    canonical = json.dumps([asdict(item) for item in items], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


@transaction.atomic
def load_playbook(shipped: Shipped) -> PlaybookVersion | None:
    """Make a version of the shipped playbook, unless one with the same items is there (then return None)."""
    items = read_items(DATA / shipped.file)
    playbook, _created = Playbook.objects.get_or_create(
        key=shipped.key,
        defaults={"name": shipped.name, "summary": shipped.summary, "position": SHIPPED.index(shipped)},
    )
    Playbook.objects.select_for_update().get(pk=playbook.pk)
    digest = items_hash(items)
    if playbook.versions.filter(content_hash=digest).exists():
        return None
    return add_version(playbook, items, note=gettext_noop("Shipped with the product"))


def add_version(playbook: Playbook, items: Sequence[Item], *, note: str = "") -> PlaybookVersion:
    """Add the next version of a playbook with these items."""
    last = playbook.versions.aggregate(last=Max("number"))["last"] or 0
    version = PlaybookVersion.objects.create(
        playbook=playbook, number=last + 1, content_hash=items_hash(items), note=note
    )
    roles = {role.key: role for role in Role.objects.all()}
    modes = {mode.key: mode for mode in FailureMode.objects.all()}
    PlaybookItem.objects.bulk_create(_row(version, position, item, roles, modes) for position, item in enumerate(items))
    return version


def _row(
    version: PlaybookVersion, position: int, item: Item, roles: Mapping[str, Role], modes: Mapping[str, FailureMode]
) -> PlaybookItem:
    if item.role not in roles or item.failure_mode not in modes:
        raise DomainError(_("%(code)s names a role or a failure mode that is not there.") % {"code": item.code})
    plain = asdict(item) | {"role": roles[item.role], "failure_mode": modes[item.failure_mode]}
    lists = {name: list(value) for name, value in plain.items() if isinstance(value, tuple)}
    return PlaybookItem(version=version, position=position, **(plain | lists))


def items_of(version: PlaybookVersion) -> list[Item]:
    """Return the rows of a version as items."""
    return [_plain(row) for row in version.items.select_related("role", "failure_mode")]


def _plain(row: PlaybookItem) -> Item:
    return Item(
        code=row.code,
        milestone=row.milestone,
        role=row.role.key,
        title=row.title,
        summary=row.summary,
        done_lines=tuple(row.done_lines),
        evidence_kinds=tuple(row.evidence_kinds),
        start_day=row.start_day,
        due_day=row.due_day,
        effort_days=row.effort_days,
        predecessors=tuple(row.predecessors),
        failure_mode=row.failure_mode.key,
        shared=row.shared,
        needs_sign_off=row.needs_sign_off,
        suggested_metric=row.suggested_metric,
        readiness_items=tuple(row.readiness_items),
    )


def current_version(key: str) -> PlaybookVersion | None:
    """Return the newest version of a playbook."""
    return PlaybookVersion.objects.filter(playbook__key=key).select_related("playbook").first()


def current_versions() -> list[PlaybookVersion]:
    """Return the newest version of every playbook, in the playbooks' order."""
    rows = PlaybookVersion.objects.select_related("playbook").order_by("playbook__position", "playbook_id", "-number")
    return list(rows.distinct("playbook__position", "playbook_id"))

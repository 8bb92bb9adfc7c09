"""Which column is what: by name, whatever the order, the case or the punctuation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from milestones.importing.types import Column

# The first name of each is the one that sentences show; where two columns fit, the earlier name wins.
NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("Title", "Summary", "Task name", "Task", "Deliverable", "Name", "Issue", "Subject", "Work item"),
    "due": ("Due", "Due date", "Deadline", "Finish", "End", "End date", "Finish date", "Target date", "Due on"),
    "start": ("Start", "Start date", "Start on", "Begin", "Begins", "From", "Planned start"),
    "milestone": ("Milestone", "Phase", "Sprint", "Stage", "Iteration", "Fix version"),
    "role": ("Role", "Discipline", "Function", "Team role"),
    "owner": ("Owner", "Assignee", "Assigned to", "Responsible", "Owner e-mail", "Email", "Resource names"),
    "metric": ("Metric", "Business metric", "KPI", "Measure"),
    "depends_on": ("Depends on", "Dependencies", "Predecessors", "Blocked by", "After", "Dependency"),
    "status": ("Status", "State", "Progress"),
    "done_on": ("Done on", "Done", "Completed", "Completed on", "Finished on", "Resolved", "Actual finish", "Closed"),
    "started_on": ("Started on", "Started", "Actual start"),
    "effort_days": ("Effort", "Effort days", "Estimate", "Person days", "Work"),
    "description": ("Description", "Details", "Notes", "Comment"),
    "code": ("Code", "ID", "Key", "Issue key", "WBS", "Number", "No", "#"),
}
REQUIRED = ("title", "due")


def plain(name: str) -> str:
    """A name for comparing: lower case, words only; "#" stays."""
    kept = re.sub(r"[^\w#]+", " ", name.casefold().replace("e-mail", "email").replace("_", " "))
    return " ".join(kept.split())


_RANKS = {plain(name): (field, rank) for field, names in NAMES.items() for rank, name in enumerate(names)}


def match(header: Sequence[str]) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """Columns understood, in the order of the file, and the names of those that are not."""
    best: dict[str, tuple[int, int]] = {}
    for position, name in enumerate(header):
        field, rank = _RANKS.get(plain(name), ("", 0))
        if field and (field not in best or rank < best[field][0]):
            best[field] = (rank, position)
    fields = {position: field for field, (_, position) in best.items()}
    columns = tuple(Column(at, header[at].strip(), fields[at]) for at in sorted(fields))
    ignored = tuple(name.strip() for at, name in enumerate(header) if at not in fields and name.strip())
    return columns, ignored


def looks_like_header(cells: Sequence[str]) -> bool:
    """Two names that are known, one of them for the title or the due date."""
    fields = {column.field for column in match(cells)[0]}
    return len(fields) >= 2 and bool(fields & set(REQUIRED))

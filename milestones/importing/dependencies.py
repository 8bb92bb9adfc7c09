"""Which line waits on which: by title, code or line number, and never in a circle."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from milestones.importing.columns import plain
from milestones.importing.messages import Problem, shown
from milestones.importing.types import PlanRow

_SEPARATORS = re.compile(r"[;,|\n]")
_LINE = re.compile(r"(?:line|row|#)? ?#?(\d{1,6})(?: ?fs)?", re.IGNORECASE)


@dataclass
class Directory:
    """Every line of the file, also those that have problems of their own, by what others may call it."""

    titles: dict[str, list[int]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    lines: dict[int, str] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)

    def add(self, line: int, title: str, code: str, *, dropped: bool) -> None:
        self.titles.setdefault(plain(title), []).append(line)
        self.lines[line] = title
        if code:
            self.codes.setdefault(code.casefold(), line)
        if dropped:
            self.dropped.add(line)

    def find(self, name: str) -> list[int]:
        """Lines that the name may mean: a code before a title before a line number."""
        by_code = self.codes.get(name.strip().casefold())
        if by_code is not None:
            return [by_code]
        if found := self.titles.get(plain(name)):
            return found
        match = _LINE.fullmatch(name.strip())
        return [int(match[1])] if match and int(match[1]) in self.lines else []


@dataclass
class Links:
    """Rows with their dependencies resolved, and what was wrong with them."""

    rows: list[PlanRow]
    problems: list[Problem]
    notes: list[Problem]


def link(rows: Sequence[PlanRow], cells: Mapping[int, str], directory: Directory, column: str) -> Links:
    """`cells` are the texts of the column "Depends on" by line."""
    links = Links([], [], [])
    for row in rows:
        found = _resolve(row.line, cells.get(row.line, ""), directory, column, links)
        links.rows.append(replace(row, depends_on=tuple(dict.fromkeys(found))))
    links.problems += _circles(links.rows, directory, column)
    return links


def _resolve(line: int, cell: str, directory: Directory, column: str, links: Links) -> list[int]:
    kept = []
    for name in _names(cell, directory):
        found = directory.find(name)
        problem = _problem(line, name, found)
        if problem:
            links.problems.append(replace(problem, line=line, column=column))
        elif found[0] in directory.dropped:
            links.notes.append(Problem("depends_dropped", line, column, {"value": shown(name)}))
        else:
            kept.append(found[0])
    return kept


def _names(cell: str, directory: Directory) -> list[str]:
    """A title may itself hold a comma: the whole cell comes first."""
    if not cell or directory.find(cell):
        return [cell] if cell else []
    by_semicolon = [part.strip() for part in re.split(r"[;|\n]", cell) if part.strip()]
    if all(directory.find(part) for part in by_semicolon):
        return by_semicolon
    return [part.strip() for part in _SEPARATORS.split(cell) if part.strip()]


def _problem(line: int, name: str, found: Sequence[int]) -> Problem | None:
    if not found:
        return Problem("depends_unknown", params={"value": shown(name)})
    if len(found) > 1:
        lines = ", ".join(str(one) for one in found[:10])
        return Problem("depends_many", params={"value": shown(name), "lines": lines})
    return Problem("depends_self") if found[0] == line else None


def _circles(rows: Sequence[PlanRow], directory: Directory, column: str) -> list[Problem]:
    before = {row.line: [one for one in row.depends_on if one != row.line] for row in rows}
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        circle = [int(line) for line in error.args[1]]
        spelled = " → ".join(f"{shown(directory.lines[line])} (line {line})" for line in circle)
        return [Problem("circle", circle[0], column, {"circle": spelled})]
    return []

"""The whole way from a file's bytes to typed rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from milestones.importing.columns import NAMES, REQUIRED, looks_like_header, match
from milestones.importing.dates import order_shown_by, read_date, slashed
from milestones.importing.decoding import Record, decode, delimiter_name, delimiter_of, records
from milestones.importing.dependencies import Directory, link
from milestones.importing.lines import DATE_FIELDS, Line, read_row
from milestones.importing.messages import BadValueError, Problem, shown
from milestones.importing.types import Ambiguity, Column, DateOrder, PlanFile, PlanRow
from milestones.importing.values import DROPPED, read_status

MAX_BYTES = 5 * 1024 * 1024
MAX_LINES = 5_000
_HEADER_WITHIN = 5  # lines; a title or an empty line may stand above the names
_FROM_A_READING = {"date_impossible", "due_before_start", "done_before_start"}


def read_plan(data: bytes, *, date_order: DateOrder | None = None) -> PlanFile:
    """Reads a plan; never raises for what a file holds. `date_order` answers an earlier `ambiguous`."""
    try:
        text, encoding = _text(data)
        delimiter, text = delimiter_of(text)
        file = PlanFile(encoding=encoding, delimiter=delimiter_name(delimiter))
        table = _limited(records(text, delimiter))
        return _read(replace(file, date_order=date_order), table)
    except BadValueError as error:
        return PlanFile(problems=(Problem(error.code, params=error.params),))


def _text(data: bytes) -> tuple[str, str]:
    if len(data) > MAX_BYTES:
        megabytes = f"{len(data) / 1024 / 1024:.1f}"
        raise BadValueError("too_big", megabytes=megabytes, limit=MAX_BYTES // 1024 // 1024)
    text, encoding = decode(data)
    if not text.strip("\0 \r\n\t"):
        raise BadValueError("empty")
    return text, encoding


def _limited(found: Iterator[Record]) -> list[Record]:
    table = list(found)
    if len(table) > MAX_LINES + 1:
        raise BadValueError("too_many_lines", lines=len(table), limit=MAX_LINES)
    return table


def _read(file: PlanFile, table: Sequence[Record]) -> PlanFile:
    at = next((i for i, one in enumerate(table[:_HEADER_WITHIN]) if looks_like_header(one.cells)), None)
    if at is None:
        raise BadValueError("no_header", needed=_listed(REQUIRED), known=_listed(NAMES.keys() - set(REQUIRED)))
    columns, ignored = match(table[at].cells)
    file = replace(file, columns=columns, ignored=ignored)
    missing = [field for field in REQUIRED if field not in {column.field for column in columns}]
    if missing:
        params = {"needed": NAMES[missing[0]][0], "example": NAMES[missing[0]][1]}
        return replace(file, problems=(Problem("missing_column", table[at].line, params=params),))
    lines = [Line(record, columns) for record in table[at + 1 :]]
    return _read_lines(file, lines) if lines else replace(file, problems=(Problem("no_rows"),))


def _listed(fields: object) -> str:
    chosen = [names[0] for field, names in NAMES.items() if field in fields]  # type: ignore[operator]
    return ", ".join(chosen)


def _read_lines(file: PlanFile, lines: Sequence[Line]) -> PlanFile:
    order, ambiguous = _date_order(lines, file.date_order)
    rows: list[PlanRow] = []
    problems: list[Problem] = []
    notes: list[Problem] = []
    for line in lines:
        if _is_dropped(line):
            notes.append(line.problem("dropped", "status", value=shown(line.cell("status"))))
            continue
        row = read_row(line, order, problems, notes)
        if row:
            rows.append(row)
    column = next((one.header for one in file.columns if one.field == "depends_on"), "")
    links = link(rows, {one.number: one.cell("depends_on") for one in lines}, _directory(lines), column)
    problems += links.problems
    return replace(
        file,
        rows=tuple(links.rows),
        problems=_sorted(_either_way(lines, problems) if ambiguous else problems),
        notes=_sorted([*notes, *links.notes]),
        ambiguous=ambiguous,
        date_order=order,
    )


def _either_way(lines: Sequence[Line], problems: Sequence[Problem]) -> list[Problem]:
    """While the order of dates is asked, what may follow from a wrong reading is held against a line in both alone."""
    otherwise: list[Problem] = []
    by_number = {line.number: line for line in lines}
    for number in {one.line for one in problems if one.code in _FROM_A_READING and one.line}:
        read_row(by_number[number], "mdy", otherwise, [])
    same = {(one.line, one.column, one.code): one for one in otherwise}
    kept = []
    for one in problems:
        other = same.get((one.line, one.column, one.code))
        if one.code not in _FROM_A_READING:
            kept.append(one)
        elif other is not None:
            kept.append(one if one.params == other.params else _as_written(by_number[one.line or 0], one))
    return kept


def _as_written(line: Line, problem: Problem) -> Problem:
    """A problem that stands with either order, with the days as the file writes them: neither reading is ours yet."""
    cells = {"due": "due", "done": "done_on", "start": "start" if problem.code == "due_before_start" else "started_on"}
    return replace(problem, params={name: shown(line.cell(cells[name])) for name in problem.params})


def _sorted(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda one: one.line or 0))


def _is_dropped(line: Line) -> bool:
    try:
        return read_status(line.cell("status")) == DROPPED
    except BadValueError:
        return False


def _directory(lines: Sequence[Line]) -> Directory:
    directory = Directory()
    for line in lines:
        directory.add(line.number, line.cell("title"), line.cell("code"), dropped=_is_dropped(line))
    return directory


def _date_order(lines: Sequence[Line], asked: DateOrder | None) -> tuple[DateOrder | None, Ambiguity | None]:
    """One file is written in one order: a single day above 12 decides for all, else somebody must say."""
    if asked:
        return asked, None
    open_question: Ambiguity | None = None
    orders: set[DateOrder] = set()
    for line, column, value in _slashed_cells(lines):
        if order := order_shown_by(value):
            orders.add(order)
        open_question = open_question or _two_readings(line, column, value)
    if len(orders) == 1:
        return orders.pop(), None
    return None, open_question


def _slashed_cells(lines: Sequence[Line]) -> Iterator[tuple[Line, Column, str]]:
    for line in lines:
        for column in line.columns:
            value = line.at(column)
            if column.field in DATE_FIELDS and slashed(value):
                yield line, column, value


def _two_readings(line: Line, column: Column, value: str) -> Ambiguity | None:
    try:
        dmy, mdy = read_date(value, "dmy"), read_date(value, "mdy")
    except BadValueError:
        return None
    return Ambiguity(line.number, column.header, shown(value), dmy, mdy) if dmy != mdy else None

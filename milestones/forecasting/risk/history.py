"""Finished work with due dates, read from CSV files of the public format, as it was known at the time.

One row is one issue: opened on `openeddate`, looked at `ProgressTime` days later, due `RemainingDay` days after that,
resolved `delaydays` late. Whether it was late is known from the day after it was due, never before: on that day it is
finished or it is late.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.risk.alike import Asked, Outcomes, alike_share
from milestones.forecasting.risk.features import POOLED_AS, USUAL_SHARE, Floats, Table

Ints = NDArray[np.int64]

REQUIRED = ("delaydays", "openeddate", "ProgressTime", "RemainingDay")
# Column of the file: feature of the product. Absent columns and empty fields count as nothing seen.
OPTIONAL = {
    "perofdelay": "record",
    "workload": "load",
    "no_blocking": "blocks",
    "no_blockedby": "blocked_by",
    "no_des_change": "rescoped",
    "repetition": "sent_back",
    "no_comment": "comments",
}
_DAYS_AT_MOST = 100_000
_FIRM_RECORD = 100  # outcomes that a firm's record looks back on
_ENGAGEMENT_RECORD = 50


class HistoryError(ValueError):
    """A file that cannot be read at all; its text says why and what to do."""


@dataclass(frozen=True)
class History:
    """Columns of features, shape (n,); `late` 0 or 1; `asked` and `due` are ordinals of days.

    `engagement`: numbers that tell them apart. `problems` tell the rows that were left out, by their line in the file.
    """

    name: str
    columns: Table
    late: Floats
    asked: Ints
    due: Ints
    engagement: Ints
    problems: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.late)

    @property
    def known_on(self) -> Ints:
        """The day after it was due: the first on which lateness is a fact."""
        return self.due + 1


@dataclass(frozen=True)
class _Row:
    engagement: str
    opened: int
    age: float
    left: float
    late: float
    seen: Mapping[str, float]


def read(data: bytes, name: str) -> History:
    """Read one file. Raises HistoryError where it is no such file or has no usable row."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise HistoryError(f"{name} is not UTF-8 text. Save it as CSV in UTF-8.") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    _check_columns(reader, name)
    rows, problems = _rows(reader)
    if not rows:
        said = f" The first trouble: {problems[0]}" if problems else ""
        raise HistoryError(f"{name} has no row that can be used.{said}")
    return _history(name, rows, problems)


def _check_columns(reader: csv.DictReader[str], name: str) -> None:
    try:
        there = set(reader.fieldnames or ())
    except csv.Error as error:
        raise HistoryError(f"{name} is no CSV: {error}.") from error
    missing = [one for one in REQUIRED if one not in there]
    if missing:
        raise HistoryError(f"{name} lacks the columns {', '.join(missing)}. Give a file of the public delay format.")


def _rows(reader: csv.DictReader[str]) -> tuple[list[_Row], list[str]]:
    rows: list[_Row] = []
    problems: list[str] = []
    while True:
        try:
            raw = next(reader)
            rows.append(_row(raw))
        except StopIteration:
            return rows, problems
        except (ValueError, csv.Error) as error:
            problems.append(f"Line {reader.line_num}: {error}")


def _row(raw: Mapping[str, str | None]) -> _Row:
    key = (raw.get("issuekey") or "").strip()
    seen = {name: _number(raw, column, 0.0) for column, name in OPTIONAL.items()}
    seen["record"] /= 100
    return _Row(
        engagement=key.rpartition("-")[0],
        opened=_day(raw),
        age=_number(raw, "ProgressTime"),
        left=_number(raw, "RemainingDay"),
        late=float(_number(raw, "delaydays", least=-math.inf) > 0),
        seen=seen,
    )


def _day(raw: Mapping[str, str | None]) -> int:
    text = (raw.get("openeddate") or "").strip()
    try:
        return date.fromisoformat(text[:10]).toordinal()
    except ValueError:
        raise ValueError(f"openeddate is “{text[:30]}”, not a date such as 2014-03-31.") from None


def _number(raw: Mapping[str, str | None], column: str, default: float | None = None, least: float = 0.0) -> float:
    text = (raw.get(column) or "").strip()
    if not text and default is not None:
        return default
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{column} is “{text[:30]}”, not a number.") from None
    if not (math.isfinite(value) and least <= value <= _DAYS_AT_MOST):
        raise ValueError(f"{column} is {text[:30]}, outside of what it can be.")
    return value


def _history(name: str, rows: Sequence[_Row], problems: Sequence[str]) -> History:
    age = np.array([row.age for row in rows])
    left = np.array([row.left for row in rows])
    late = np.array([row.late for row in rows])
    asked = np.array([row.opened for row in rows]) + np.floor(age).astype(np.int64)
    due = asked + np.floor(left).astype(np.int64)
    engagement = np.unique([row.engagement for row in rows], return_inverse=True)[1].astype(np.int64)
    columns = {key: np.array([row.seen[key] for row in rows]) for key in OPTIONAL.values()}
    columns |= {"age": age, "days_left": left} | _company(engagement, asked, due)
    columns["engagement_record"] = _engagement_record(engagement, asked, due, late)
    columns["alike"] = _alike(Asked(left, columns["record"], engagement), asked, due, late)
    return History(name, columns, late, asked, due, engagement, tuple(problems))


def _company(engagement: Ints, asked: Ints, due: Ints) -> dict[str, Floats]:
    """What is due with it, as known on the day asked."""
    together = np.unique(np.stack([engagement, due]), axis=1, return_inverse=True)[1].ravel()
    at_once = np.unique(np.stack([together, asked]), axis=1, return_inverse=True)[1].ravel()
    order = np.lexsort((asked, together))
    begins = np.searchsorted(together[order], together, side="left")
    known = _rank(together[order], asked[order], together, asked, side="right")
    return {
        "due_together": (known - begins).astype(np.float64),
        "set_together": np.bincount(at_once)[at_once].astype(np.float64),
        "due_set_days": (asked - asked[order][begins]).astype(np.float64),
    }


def _rank(groups: Ints, values: Ints, group: Ints, value: Ints, *, side: str) -> Ints:
    """Place of (group, value) among rows sorted by both."""
    low = min(int(values.min()), int(value.min()))
    width = max(int(values.max()), int(value.max())) - low + 1
    keys, key = groups * width + (values - low), group * width + (value - low)
    return np.searchsorted(keys, key, side="right" if side == "right" else "left").astype(np.int64)


def _engagement_record(engagement: Ints, asked: Ints, due: Ints, late: Floats) -> Floats:
    """Share late of the last that fell due before the day asked, pooled towards the firm's, pooled towards a usual."""
    everything = np.zeros_like(engagement)
    firm = _record(everything, asked, due, late, np.full(len(late), USUAL_SHARE), _FIRM_RECORD)
    return _record(engagement, asked, due, late, firm, _ENGAGEMENT_RECORD)


def _record(group: Ints, asked: Ints, due: Ints, late: Floats, towards: Floats, last: int) -> Floats:
    order = np.lexsort((due, group))
    sums = np.concatenate([[0.0], np.cumsum(late[order])])
    known = _rank(group[order], due[order], group, asked, side="left")
    first = np.maximum(known - last, np.searchsorted(group[order], group, side="left"))
    return np.asarray((sums[known] - sums[first] + POOLED_AS * towards) / (known - first + POOLED_AS))


def _alike(every: Asked, asked: Ints, due: Ints, late: Floats) -> Floats:
    """How work like each came out, by what fell due before the day asked; all of one day at once."""
    in_order = np.argsort(due, kind="stable")
    outcomes = Outcomes(every[in_order], late[in_order])
    by_day = np.argsort(asked, kind="stable")
    days, starts = np.unique(asked[by_day], return_index=True)
    found = np.empty(len(late))
    for gone, rows in zip(np.searchsorted(due[in_order], days), np.split(by_day, starts[1:]), strict=True):
        found[rows] = alike_share(outcomes.until(int(gone)), every[rows])
    return found

"""A manager's own plan, read from the CSV that spreadsheets write: pure logic, nothing is stored.

`read_plan(data)` says what it understood and, line by line, what it did not.
"""

from milestones.importing.messages import MESSAGES, Problem
from milestones.importing.reader import MAX_BYTES, MAX_LINES, read_plan
from milestones.importing.types import Ambiguity, Column, DateOrder, PlanFile, PlanRow

__all__ = [
    "MAX_BYTES",
    "MAX_LINES",
    "MESSAGES",
    "Ambiguity",
    "Column",
    "DateOrder",
    "PlanFile",
    "PlanRow",
    "Problem",
    "read_plan",
]

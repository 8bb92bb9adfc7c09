"""What can be wrong with a file, as English templates by code; pages translate the template, then fill it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

SHOWN = 60  # characters of a value that a sentence repeats


def gettext_noop(message: str) -> str:
    """Mark a sentence for translators. This package knows no Django; makemessages goes by the name alone."""
    return message


MESSAGES: Mapping[str, str] = {
    # The file as a whole
    "empty": gettext_noop("The file is empty. Export the plan again and check that it has lines."),
    "too_big": gettext_noop("The file has {megabytes} MB; up to {limit} MB can be read. Send the plan's columns only."),
    "too_many_lines": gettext_noop(
        "The file has {lines} lines; up to {limit} can be read. Split it, or remove finished work."
    ),
    "not_csv": gettext_noop(
        "This is a {kind} file, not a CSV. Open it in your spreadsheet and save it as CSV (UTF-8)."
    ),
    "not_text": gettext_noop(
        "The text cannot be read from line {line} on. Save the file as CSV with the encoding UTF-8."
    ),
    "broken_csv": gettext_noop(
        "The quotes do not close, or a field is longer than 100,000 characters. Export the file again."
    ),
    "no_header": gettext_noop(
        "No line names the columns. The first line needs at least {needed}; also understood: {known}."
    ),
    "missing_column": gettext_noop("There is no column for {needed}. Add one, named for example “{example}”."),
    "no_rows": gettext_noop("There are column names but no lines below them. Add the deliverables."),
    # One value
    "missing": gettext_noop("A value is needed here."),
    "too_long": gettext_noop("The text has {length} characters; up to {limit} fit. Shorten it."),
    "control_character": gettext_noop("There is a character that cannot be stored (NUL). Type the text again."),
    "turning": gettext_noop("There is an invisible mark that turns the letters after it around. Type the text again."),
    "date_unknown": gettext_noop("“{value}” is not a date that can be read. Write it as 2026-10-06."),
    "date_impossible": gettext_noop("“{value}” is a day that does not exist. Check day, month and year."),
    "date_far": gettext_noop("“{value}” is outside the years {first} to {last}. Check the year."),
    "status_unknown": gettext_noop("“{value}” is not a status that is known. Use one of: {known}."),
    "role_unknown": gettext_noop("“{value}” is not a role that is known. Use one of: {known}."),
    "owner_not_email": gettext_noop("“{value}” is not an e-mail address. Write the owner's e-mail, or leave it empty."),
    "effort_unknown": gettext_noop("“{value}” is not a number of days. Write it as 4 or 2.5, up to {limit}."),
    # Values that do not go together
    "due_before_start": gettext_noop("The due date {due} is before the start {start}. Exchange or correct them."),
    "done_without_date": gettext_noop("It is done, but no day is given. Fill “Done on”."),
    "done_but_open": gettext_noop("It has a “Done on”, but its status is “{value}”. Correct one of them."),
    "done_before_start": gettext_noop("It was done on {done}, before its start {start}. Correct one of them."),
    "depends_unknown": gettext_noop("“{value}” is no title, code or line of this file. Correct or remove it."),
    "depends_many": gettext_noop("“{value}” is the title of several lines ({lines}). Name the line by its number."),
    "depends_self": gettext_noop("The deliverable depends on itself. Remove that."),
    "circle": gettext_noop("These depend on each other in a circle: {circle}. Remove one of the dependencies."),
    # Notes: nothing is wrong, but somebody may wonder
    "milestone_by_date": gettext_noop("“{value}” is no milestone; the due date decides which it belongs to."),
    "dropped": gettext_noop("Left out, because its status is “{value}”."),
    "depends_dropped": gettext_noop("Depends on “{value}”, which was left out; that dependency is left out too."),
}


@dataclass(frozen=True)
class Problem:
    """`line` is the line of the file (the first is 1), None for the whole file; `column` is the file's own name.

    Days among `params` are dates: whoever shows the sentence writes them as its page does.
    """

    code: str
    line: int | None = None
    column: str = ""
    params: Mapping[str, str | int | date] = field(default_factory=dict)

    def sentence(self, template: str | None = None) -> str:
        """The reason in words: in English, or in the language of a translated template."""
        return (template or MESSAGES[self.code]).format(**self.params)


class BadValueError(ValueError):
    """A value that cannot be read; the code is one of MESSAGES."""

    def __init__(self, code: str, **params: str | int) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


def shown(value: str) -> str:
    """A value as a sentence repeats it."""
    plain = " ".join(value.replace("\0", "").split())
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + "…"

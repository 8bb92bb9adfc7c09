"""Lists as CSV files that a spreadsheet cannot be made to run."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from django.http import HttpResponse

from accounts.http import safe_file_name

# What a spreadsheet would take for a formula, or what hides one.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\0")


def safe_cell(value: object) -> str:
    """Return the value as text; a leading `'` keeps what looks like a formula from running."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(RISKY) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text[0] in "-0123456789."


def csv_response(name: str, head: Sequence[object], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return the rows as a CSV file (RFC 4180, UTF-8 with a mark so that Excel reads it as such)."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(cell) for cell in head])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{safe_file_name(name)}.csv"'
    return response

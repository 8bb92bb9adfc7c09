"""From bytes to records: encodings and delimiters that spreadsheets write."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from milestones.importing.messages import BadValueError

DELIMITERS = (",", ";", "\t")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}
_MAGIC = {b"PK\x03\x04": "workbook or ZIP", b"%PDF": "PDF", b"\xd0\xcf\x11\xe0": "old Excel", b"\x89PNG": "PNG"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Record:
    """One line of the table; a quoted field may run over several lines of the file, `line` is the first."""

    line: int
    cells: tuple[str, ...]


def decode(data: bytes) -> tuple[str, str]:
    """Text and name of the encoding. Raises BadValueError: not_csv, not_text."""
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            raise BadValueError("not_csv", kind=kind)
    bom, encoding = next((pair for pair in _BOMS if data.startswith(pair[0])), (b"", _guess(data)))
    body = data[len(bom) :]
    try:
        return body.decode(encoding), encoding
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise BadValueError("not_text", line=line) from error


def _guess(data: bytes) -> str:
    """UTF-16 without its mark shows in zero bytes on every other place of Latin text."""
    head = data[:400]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if odd > len(head) // 4 and even < odd // 4:
        return "utf-16-le"
    if even > len(head) // 4 and odd < even // 4:
        return "utf-16-be"
    return "utf-8"


def delimiter_of(text: str) -> tuple[str, str]:
    """The delimiter, and the text without Excel's own "sep=;" line (its place is kept for the line numbers)."""
    first, _, rest = text.partition("\n")
    said = first.strip().strip('"').lower()
    if said.startswith("sep=") and said[4:5] in DELIMITERS:
        return said[4], "\n" + rest
    return max(DELIMITERS, key=lambda one: _steadiness(text, one)), text


def _steadiness(text: str, delimiter: str) -> tuple[int, int]:
    """How many of the first records have as many cells as the widest of them, if that is more than one."""
    head = StringIO(text[:20_000], newline="")
    try:
        widths = [len(row) for _, row in zip(range(12), csv.reader(head, delimiter=delimiter), strict=False)]
    except csv.Error:
        return 0, 0
    widest = max(widths, default=0)
    return (widths.count(widest), widest) if widest > 1 else (0, 0)


def delimiter_name(delimiter: str) -> str:
    return _NAMES[delimiter]


def records(text: str, delimiter: str) -> Iterator[Record]:
    """Every record that has something in it. Raises BadValueError: broken_csv."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield Record(before + 1, tuple(row))
            before = reader.line_num
    except csv.Error as error:
        raise BadValueError("broken_csv") from error

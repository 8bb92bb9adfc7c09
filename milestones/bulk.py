"""Writes many rows in one statement, as one JSON document that PostgreSQL takes apart.

Django sends many rows as one array for each column. Where a column is JSON itself, every quotation mark in it is then
escaped one by one in Python, which took a night longer than making what is written. A row is a mapping of columns
(`engagement_id`, not `engagement`) to values, and all rows of a call have the same ones; what a model gives by default
and a row leaves out is not filled in.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models

Row = Mapping[str, object]


def save(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Insert those of one model's rows that are new, and write these columns of the others.

    Raises IntegrityError where a new one is there already.
    """
    new, stale = ([row for row in rows if (row.pk is None) == wanted] for wanted in (True, False))
    if new:
        ids = _insert(type(new[0]), [_columns(row) for row in new], "RETURNING id")
        for row, pk in zip(new, ids, strict=True):
            row.pk, row._state.adding = pk, False  # noqa: SLF001 - as Django's own bulk_create
    if stale:
        update(type(stale[0]), [{name: getattr(row, name) for name in ("id", *names)} for row in stale])


def insert_missing(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Insert the rows, those left out that are there already."""
    _insert(model, rows, "ON CONFLICT DO NOTHING")


def update(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Write the columns that the rows have besides their `id`."""
    if rows:
        changes = ", ".join(f"{name} = new.{name}" for name in _names(rows) if name != '"id"')
        table = _table(model)
        _run(f"UPDATE {table} AS old SET {changes} FROM {_read(table)} AS new WHERE old.id = new.id", rows)  # noqa: S608


def _columns(row: models.Model) -> Row:
    fields = row._meta.concrete_fields  # noqa: SLF001 - documented by Django
    return {field.attname: getattr(row, field.attname) for field in fields if not field.primary_key}


def _insert(model: type[models.Model], rows: Sequence[Row], ending: str) -> list[int]:
    if not rows:
        return []
    names, table = ", ".join(_names(rows)), _table(model)
    return _run(f"INSERT INTO {table} ({names}) SELECT {names} FROM {_read(table)} {ending}", rows)  # noqa: S608


def _read(table: str) -> str:
    """The document as rows of the table's own type."""
    return f"jsonb_populate_recordset(NULL::{table}, %s::jsonb)"


def _run(sql: str, rows: Sequence[Row]) -> list[int]:
    # Dates, moments and decimals read in PostgreSQL as they are written by str.
    document = json.dumps(rows, default=str, ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(sql, [document])
        answers: list[tuple[Any, ...]] = cursor.fetchall() if cursor.description else []
    return [int(one[0]) for one in answers]


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - documented by Django


def _names(rows: Sequence[Row]) -> list[str]:
    return [connection.ops.quote_name(name) for name in rows[0]]

"""All constraints of a row in one question to the database.

Django asks for each check constraint by itself, between a savepoint and its release: three statements for each. Here
they are one statement, put together once for each table. It only says whether all hold; where one does not, Django's
own way finds out which.
"""

from functools import lru_cache
from typing import Any, Final

from django.core.exceptions import FieldError, ValidationError
from django.db import connection, models
from django.db.models import BooleanField, CheckConstraint, Q, Value
from django.db.models.functions import Coalesce
from django.db.models.sql import Query

from accounts.prepared import Given, given

# Tables times the sets of fields that callers leave out.
KEPT: Final = 256


def hold(row: models.Model, exclude: set[str]) -> bool:
    """Return whether every constraint that can be told without the fields `exclude` holds for a row."""
    try:
        for model, constraints in row.get_constraints():
            for one in constraints:
                if not isinstance(one, CheckConstraint):
                    one.validate(model, row, exclude=exclude)
    except ValidationError:
        return False
    return _checks_hold(row, frozenset(exclude))


def _checks_hold(row: models.Model, exclude: frozenset[str]) -> bool:
    if not any(isinstance(one, CheckConstraint) for one in row._meta.constraints):  # noqa: SLF001 - documented by Django
        return True
    sql, places = _statement(type(row), exclude)
    with connection.cursor() as cursor:
        cursor.execute(sql, [_value(row, one) if isinstance(one, Given) else one for one in places])
        return cursor.fetchone() is not None


def _value(row: models.Model, place: Given) -> Any:
    return place.output_field.get_db_prep_value(getattr(row, place.name), connection)


@lru_cache(maxsize=KEPT)
def _statement(model: type[models.Model], exclude: frozenset[str]) -> tuple[str, tuple[Any, ...]]:
    """Return a statement that answers with a row where all hold, and its values or the places for them."""
    query = Query(None)
    for field in model._meta.local_concrete_fields:  # noqa: SLF001 - documented by Django
        if field.name not in exclude:
            query.add_annotation(given(field.attname, field), field.name, select=False)
    query.add_annotation(Value(1), "holds")
    for one in model._meta.constraints:  # noqa: SLF001 - documented by Django
        if isinstance(one, CheckConstraint):
            _add(query, one)
    sql, places = query.get_compiler(connection=connection).as_sql()
    return sql, tuple(places)


def _add(query: Query, constraint: CheckConstraint) -> None:
    """Add a constraint; what is unknown for want of a value holds, as in the database."""
    try:
        query.add_q(Q(Coalesce(constraint.condition, True, output_field=BooleanField())))
    except FieldError:
        return  # it speaks of a field that is left out

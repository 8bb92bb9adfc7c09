"""Queries that are built and compiled once a process and then asked with other values.

Putting a wide QuerySet together and compiling it takes Django many times what PostgreSQL takes to answer it. The pages
that are asked most therefore write such a query with places for its values (`given`), once:

    PLACED = Prepared(lambda: Placement.objects.filter(engagement=given("engagement", BigIntegerField())))
    PLACED(engagement=7)

What is kept is the statement alone, never a row: it is asked in the transaction, and under the database role, of
whoever calls. A value goes to the database as it is given, so it must have the type that its place names.
"""

from collections.abc import Callable
from copy import copy
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ObjectDoesNotExist
from django.db import connections
from django.db.models import BigIntegerField, Expression, Field, Lookup, Model, QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

M = TypeVar("M", bound=Model)
R = TypeVar("R")

# A statement names the reader's time zone where it turns moments into days: so many are kept of each query.
ZONES: Final = 32
# Rows fetched at once; a page shows fewer, so that one fetch takes them all.
CHUNK: Final = 2000


class Given(Expression):
    """A place in a query for a value that is filled in when it is asked."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        """`output_field` says the type that the database casts the value to."""
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, _compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Return a cast of the place; the place itself stands among the parameters."""
        return f"%s::{self.output_field.cast_db_type(connection)}", [self]


def given(name: str, field: "Field[Any, Any] | None" = None) -> Any:
    """Return a place for a value: an id, unless `field` says otherwise. Any: filters want the value's own type."""
    return Given(name, field or BigIntegerField())


if TYPE_CHECKING:
    ManyToOne = Lookup[Any]
else:
    ManyToOne = Lookup


class AnyOf(ManyToOne):
    """`lhs = ANY(array)`: as `IN`, with one parameter however many values there are."""

    lookup_name = "any_of"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Return the comparison."""
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", [*left_values, *right_values]


def any_of(column: Any, name: str) -> AnyOf:
    """Return the condition that a column of ids is among those given as a list under this name."""
    return AnyOf(column, given(name, ArrayField(BigIntegerField())))


class Prepared(Generic[R]):
    """A query with places; calling it with their values returns its rows as a list.

    `build` returns a QuerySet of models, `values()` or `values_list()`, without prefetches.
    """

    def __init__(self, build: "Callable[[], QuerySet[Any, R]]") -> None:
        self._compiled = lru_cache(maxsize=ZONES)(lambda _zone: _compile(build()))

    def __call__(self, **values: object) -> list[R]:
        """Ask the database. Raises KeyError where a place got no value."""
        rows, compiler, sql, places = self._compiled(timezone.get_current_timezone_name())
        filled = tuple(values[one.name] if isinstance(one, Given) else one for one in places)
        asked = _Asked(rows.query, _with_answers(compiler, rows.db, sql, filled))
        source: Any = SimpleNamespace(query=asked, db=rows.db, model=rows.model, _known_related_objects={})
        made: Any = rows._iterable_class(source, chunk_size=CHUNK)  # noqa: SLF001 - see _Asked
        return list(made)

    def one(self, **values: object) -> R | None:
        """Return the first row, or nothing."""
        return next(iter(self(**values)), None)

    def refresh(self, row: Model) -> None:
        """Read a row afresh where it stands, with what the query (which has a place `pk`) joins to it.

        As `refresh_from_db`, what hung on the row and is not joined is forgotten. Raises ObjectDoesNotExist.
        """
        fresh = self.one(pk=row.pk)
        if fresh is None:
            raise ObjectDoesNotExist(f"This {row._meta.verbose_name} is gone.")  # noqa: SLF001 - documented by Django
        vars(row).update(vars(fresh), _prefetched_objects_cache={})


class _Asked:
    """What Django's row iterables read of a query, with a compiler that knows its statement already."""

    def __init__(self, query: Query, compiler: SQLCompiler) -> None:
        self._query, self._compiler = query, compiler

    def get_compiler(self, *_args: Any, **_kwargs: Any) -> SQLCompiler:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)


def _compile(rows: "QuerySet[Any, Any]") -> "tuple[QuerySet[Any, Any], SQLCompiler, str, tuple[Any, ...]]":
    if rows._prefetch_related_lookups:  # type: ignore[attr-defined] # noqa: SLF001 - refused, not used
        raise TypeError("A prepared query cannot prefetch: prepare what it would fetch, too.")
    compiler = rows.query.get_compiler(using=rows.db)
    sql, places = compiler.as_sql()
    return rows, compiler, sql, tuple(places)


def _with_answers(compiler: SQLCompiler, using: str, sql: str, filled: tuple[Any, ...]) -> SQLCompiler:
    """Return the compiler for this thread's connection, with the statement and its values in place of its work."""
    asked = copy(compiler)
    asked.connection = connections[using]
    asked.as_sql = lambda *_args, **_kwargs: (sql, filled)  # type: ignore[method-assign]
    return asked

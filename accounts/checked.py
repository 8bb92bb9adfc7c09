"""Checking a row before it is written, with every refusal as a sentence."""

from collections.abc import Iterable
from typing import TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from accounts import conditions
from accounts.errors import DomainError
from accounts.turning import turns

M = TypeVar("M", bound=models.Model)


def checked(row: M, *, exclude: Iterable[str] = ()) -> M:
    """Return `row` if its fields and constraints hold; raise DomainError with the first sentence and its field."""
    _refuse_text_in(row)
    try:
        _clean(row, set(exclude))
    except ValidationError as error:
        raise refusal(error) from error
    return row


def _clean(row: models.Model, exclude: set[str]) -> None:
    """Do what `full_clean` does up to its first refusal, with fewer questions to the database."""
    # What was loaded is there; its constraint holds it without a look-up.
    loaded = {name for name, found in row._state.fields_cache.items() if found is not None}  # noqa: SLF001
    row.clean_fields(exclude=exclude | loaded)
    row.clean()
    # Ids that we draw by chance are not looked up beforehand; their constraint is there all the same.
    row.validate_unique(exclude=exclude | {field.name for field in row._meta.fields if not field.editable})  # noqa: SLF001
    if not conditions.hold(row, exclude):
        row.validate_constraints(exclude=exclude)


def checked_fields(row: M, *, exclude: Iterable[str] = ()) -> M:
    """Like `checked`, for many rows at once: fields alone, without the query that each constraint costs."""
    _refuse_text_in(row)
    try:
        row.clean_fields(exclude=set(exclude))
    except ValidationError as error:
        raise refusal(error) from error
    return row


def _refuse_text_in(row: models.Model) -> None:
    for field in row._meta.concrete_fields:  # noqa: SLF001 - Django documents it under this name
        refuse_text(getattr(row, field.attname), field.name)
        if isinstance(field, models.TextField):
            _refuse_too_long(getattr(row, field.attname), field)


def _refuse_too_long(value: object, field: "models.TextField[str, str]") -> None:
    """Hold long texts to their limit: Django's models hold only short ones to it."""
    if field.max_length and isinstance(value, str) and len(value) > field.max_length:
        sentence = _("Keep this under %(limit)s characters; it has %(n)s.")
        raise DomainError(sentence % {"limit": field.max_length, "n": len(value)}, field=field.name)


def refuse_text(value: object, field: str | None = None) -> None:
    """Raise DomainError for text with a NUL, which PostgreSQL does not store, or that turns what follows it around."""
    if not isinstance(value, str):
        return
    if "\x00" in value:
        raise DomainError(_("The text holds a character that cannot be stored. Type it again."), field=field)
    if turns(value):
        raise DomainError(turned(), field=field)


def turned() -> str:
    """The sentence for such text."""
    return _("The text holds an invisible mark that turns the letters after it around. Type it again, without copying.")


def refusal(error: ValidationError) -> DomainError:
    """Turn Django's errors into ours: the first sentence, and the field that it belongs to."""
    if not hasattr(error, "error_dict"):
        return DomainError(" ".join(error.messages))
    field, sentences = next(iter(error.message_dict.items()))
    return DomainError(" ".join(sentences), field=None if field == NON_FIELD_ERRORS else field)

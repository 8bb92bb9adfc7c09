"""Remembering what is said again and again: a page of sixty rows says the same few dates and words hundreds of times.

Only for functions whose answer depends on their arguments and the reader's language alone, never on who asks.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Final, ParamSpec, TypeVar

from django.utils.translation import get_language

P = ParamSpec("P")
T = TypeVar("T")

# Answers kept of each function; they are short texts.
MOST: Final = 4096


def by_language(function: Callable[P, T]) -> Callable[P, T]:
    """Remember what a function says to these arguments, which are hashable, in each language."""

    # By type, too: safe markup is equal to the same text that is none, and one is escaped and the other not.
    @lru_cache(maxsize=MOST, typed=True)
    def said(_language: str | None, *arguments: P.args, **named: P.kwargs) -> T:
        return function(*arguments, **named)

    @wraps(function)
    def remembered(*arguments: P.args, **named: P.kwargs) -> T:
        return said(get_language(), *arguments, **named)  # type: ignore[arg-type] # hashable, as the docstring asks

    return remembered

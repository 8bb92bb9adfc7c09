"""Invisible marks that turn the reading direction of what follows them."""

from typing import Final

# Embeddings, overrides and isolates of Unicode's bidirectional algorithm. Right-to-left letters do without.
TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def turns(text: str) -> bool:
    """Whether text holds such a mark: its effect does not end where the text does."""
    return not TURNING.isdisjoint(text)

"""Random numbers by name: draw d of deliverable i of an engagement on a day is always the same.

Streams are hashes of a counter by the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), so that any row
can be made alone, and adding or dropping a deliverable leaves the draws of all others as they were. Sixteen bits make
one uniform number: four come out of each hash, and quantile functions are tables of 65,536 entries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from milestones.forecasting.days import Days

Words = NDArray[np.uint64]
Levels = NDArray[np.uint16]

LEVELS = 1 << 16
PIECE = 8192  # numbers that stay in a core's own cache
_A, _B, _STEP = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15)


def seed_of(engagement: str, today: date) -> int:
    text = f"{engagement} {today.isoformat()}"
    return int.from_bytes(sha256(text.encode()).digest()[:8], "big")


def words(seed: int, names: Sequence[int], stream: int, draws: int) -> Words:
    """One hash for each name (row) and draw (column)."""
    rows = _mix(_mix(np.array([seed], dtype=np.uint64)) ^ np.array(names, dtype=np.int64).astype(np.uint64))
    rows = _mix(rows + np.uint64((stream * int(_STEP)) % (1 << 64)))
    columns = np.arange(1, draws + 1, dtype=np.uint64) * _STEP
    return _mix(rows[:, None] + columns[None, :])


def further(hashed: Words) -> Words:
    """Another hash for each, where four numbers are not enough."""
    return _mix(hashed ^ _STEP)


def _mix(fresh: Words) -> Words:
    """Mix numbers in place, a piece at a time: nine passes over all of them would each wait for the memory."""
    flat = fresh.ravel(order="K")
    for begin in range(0, len(flat), PIECE):
        mixed = flat[begin : begin + PIECE]
        shifted = mixed >> np.uint64(30)
        mixed ^= shifted
        mixed *= _A
        mixed ^= np.right_shift(mixed, np.uint64(27), out=shifted)
        mixed *= _B
        mixed ^= np.right_shift(mixed, np.uint64(31), out=shifted)
    return fresh


def pick(kind: str, levels: Levels) -> Days:
    """The quantiles of levels; no level is outside the table, and of the ways to treat such "clip" is the fastest."""
    return quantiles(kind).take(levels, mode="clip")


def level(hashed: Words, part: int) -> Levels:
    """The part (0 to 3) of a hash that picks an entry of a table."""
    return hashed.view(np.uint16)[..., part::4]


def uniform(hashed: Words, part: int) -> Days:
    """A number between 0 and 1, neither included."""
    numbers = level(hashed, part).astype(np.float32)
    numbers += np.float32(0.5)
    numbers *= np.float32(1 / LEVELS)
    return numbers


@lru_cache(maxsize=8)
def quantiles(kind: str) -> Days:
    """The quantile function "normal" or "exponential" (of mean 1) at the middle of each level."""
    makers: dict[str, Callable[[], NDArray[np.float64]]] = {"normal": _normal, "exponential": _exponential}
    return makers[kind]().astype(np.float32)


def _normal() -> NDArray[np.float64]:
    inverse = NormalDist().inv_cdf
    half = np.array([inverse((n + 0.5) / LEVELS) for n in range(LEVELS // 2)])
    return np.concatenate((half, -half[::-1]))


def _exponential() -> NDArray[np.float64]:
    return -np.log(1 - (np.arange(LEVELS) + 0.5) / LEVELS)


def stratified(draws: int) -> NDArray[np.float64]:
    """Uniform numbers in rising order, one from the middle of each of as many equal parts."""
    return (np.arange(draws) + 0.5) / draws

"""The prior as a file: JSON that people can read, checked when it is loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from milestones.forecasting.risk.features import Features, Floats
from milestones.forecasting.risk.scorecard import Scorecard, Term

SHIPPED = Path(__file__).parents[2] / "data" / "slip_prior.json"
FORMAT = 1
DIGITS = 3
_KNOWN = frozenset(one.name for one in fields(Features))
_MAKE_IT = "Make it again with manage.py fit_slip_prior, or take the one that ships with this version."


class PriorError(ValueError):
    """The prior cannot be used; its text says why and what to do."""


@lru_cache(maxsize=1)
def shipped_prior() -> Scorecard:
    """Load the prior that ships, once a process. Raises PriorError."""
    return load_prior(SHIPPED)


def load_prior(path: Path = SHIPPED) -> Scorecard:
    """Read and check a prior. Raises PriorError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PriorError(f"The prior of slip risk, {path}, cannot be read. {_MAKE_IT}") from error
    try:
        return _scorecard(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise PriorError(f"The prior of slip risk, {path}, is damaged ({_said(error)}). {_MAKE_IT}") from error


def _said(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)


def _scorecard(raw: Any) -> Scorecard:
    if raw["format"] != FORMAT:
        raise ValueError(f"format {raw['format']}, where {FORMAT} is read")
    terms = tuple(_term(one) for one in raw["terms"])
    if not terms:
        raise ValueError("it has no terms")
    base = float(raw["base"])
    if not isfinite(base):
        raise ValueError("its base is no number")
    return Scorecard(base, terms, dict(raw["made_from"]))


def _term(raw: Mapping[str, Any]) -> Term:
    kind, features = str(raw["kind"]), tuple(str(one) for one in raw["features"])
    strange = {kind, *features} - _KNOWN
    if strange:
        raise ValueError(f"it looks at {', '.join(sorted(strange))}, which is not known here")
    edges = tuple(tuple(float(edge) for edge in one) for one in raw["edges"])
    if len(edges) != len(features) or any(b <= a for one in edges for a, b in pairwise(one)):
        raise ValueError(f"the edges of {kind} do not rise")
    shape = tuple(len(one) + 1 for one in edges)
    shares = _numbers(raw["shares"], shape, kind) if "shares" in raw else None
    return Term(kind, features, edges, _numbers(raw["points"], shape, kind), shares)


def _numbers(raw: Any, shape: tuple[int, ...], kind: str) -> Floats:
    points = np.array(raw, dtype=np.float64)
    if points.shape != shape or not np.isfinite(points).all():
        raise ValueError(f"the numbers of {kind} do not fit its edges")
    return points


def written(card: Scorecard) -> str:
    """The file's text, with numbers to DIGITS decimals."""
    terms = ",\n".join(_written_term(one) for one in card.terms)
    head = {"format": FORMAT, "made_from": card.made_from, "base": round(card.base, DIGITS)}
    return json.dumps(head, indent=1)[:-2] + f',\n "terms": [\n{terms}\n ]\n}}\n'


def _written_term(term: Term) -> str:
    edges = [[int(edge) if edge == int(edge) else edge for edge in one] for one in term.edges]
    parts: dict[str, Any] = {"kind": term.kind, "features": term.features, "edges": edges}
    if term.shares is not None:
        parts["shares"] = np.round(term.shares, 4).tolist()
    head = json.dumps(parts)[:-1]
    # Adding 0 turns -0.0 into 0.0.
    points = (np.round(term.points, DIGITS) + 0.0).tolist()
    return f'  {head},\n   "points": {json.dumps(points)}}}'

"""What the scorecard finds on deliverables, and the opinion that the forecast pools with its cascade."""

from collections.abc import Mapping
from dataclasses import dataclass

from milestones.forecasting import Opinion
from milestones.forecasting.risk import NAMES, table
from milestones.risk_model import Model
from milestones.risk_signs import Known


@dataclass(frozen=True)
class Scored:
    """One deliverable: what is known of it, and what each kind of driver adds, in log-odds."""

    known: Known
    parts: Mapping[str, float]

    @property
    def signs(self) -> dict[str, float | None]:
        """The features by name, as they are kept."""
        return {name: getattr(self.known.features, name) for name in NAMES}


def scored(model: Model, known: Mapping[int, Known]) -> dict[int, Scored]:
    """Score all deliverables in one pass."""
    if not known:
        return {}
    card = model.pool.card
    found = card.drivers(table([one.features for one in known.values()])).tolist()
    return {
        key: Scored(one, dict(zip(card.kinds, points, strict=True)))
        for (key, one), points in zip(known.items(), found, strict=True)
    }


def opinion_of(model: Model, scores: Mapping[int, Scored]) -> Opinion:
    """Everything but the cascade, by deliverable."""
    base = model.pool.card.base
    log_odds = {key: base + sum(one.parts.values()) for key, one in scores.items()}
    return Opinion(log_odds, model.pool.cascade, model.pool.usual)

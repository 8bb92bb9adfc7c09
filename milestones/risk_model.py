"""The slip risk's model in force: the prior that ships, as the firm's last calibration has moved it."""

import json
import logging
from dataclasses import dataclass
from functools import lru_cache

from milestones.forecasting.risk import PooledCard, Recalibration, pooled_card, shipped_prior
from milestones.models import SlipCalibration

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Model:
    """A pool of scorecard and cascade; `version` is its calibration's, "" where there is none yet."""

    pool: PooledCard
    version: str = ""

    @property
    def name(self) -> str:
        """What a forecast is signed with."""
        return f"pool-1 {self.version or 'prior'}"


def model_in_force() -> Model:
    """One query, and another one where the calibration is new to this process. Raises PriorError."""
    found = SlipCalibration.objects.values_list("number", "version").first()
    return _calibrated(*found) if found else _shipped()


@lru_cache(maxsize=1)
def _shipped() -> Model:
    return Model(pooled_card(shipped_prior()))


@lru_cache(maxsize=4)
def _calibrated(number: int, version: str) -> Model:
    """The number finds it, the version tells two databases apart."""
    row = SlipCalibration.objects.get(number=number, version=version)
    try:
        return Model(pooled_card(shipped_prior(), Recalibration.from_json(json.dumps(row.numbers))), version)
    except ValueError:
        # Another version of the product brought another prior; the next night learns anew on it.
        logger.warning("Calibration %s was made with another prior and is left aside until the next night.", number)
        return _shipped()

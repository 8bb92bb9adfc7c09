"""When deliverables and milestones will be done, and why: pure logic, no database.

`forecast(plan)` is the one entry. It fills the protocol `Forecaster`, as any better forecast may.
"""

from milestones.forecasting.monte_carlo import forecast
from milestones.forecasting.order import CircularPlanError
from milestones.forecasting.prior import COLD_START, Prior
from milestones.forecasting.types import (
    Driver,
    Forecaster,
    MilestoneDue,
    MilestoneForecast,
    Outlook,
    PlanForecast,
    PlanInput,
    Wait,
    Work,
    WorkForecast,
)

__all__ = [
    "COLD_START",
    "CircularPlanError",
    "Driver",
    "Forecaster",
    "MilestoneDue",
    "MilestoneForecast",
    "Outlook",
    "PlanForecast",
    "PlanInput",
    "Prior",
    "Wait",
    "Work",
    "WorkForecast",
    "forecast",
]

"""When deliverables and milestones will be done, and why: pure logic, no database.

`forecast(plan)` is the one entry. It fills the protocol `Forecaster`, as any better forecast may. `Comparison` says
what a change of the plan would do, and `earned_schedule` where the plan stands.
"""

from milestones.forecasting.earned_schedule import EarnedDay, EarnedSchedule, earned_schedule
from milestones.forecasting.monte_carlo import forecast
from milestones.forecasting.opinion import Opinion
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
from milestones.forecasting.what_if import Comparison, Effect

__all__ = [
    "COLD_START",
    "CircularPlanError",
    "Comparison",
    "Driver",
    "EarnedDay",
    "EarnedSchedule",
    "Effect",
    "Forecaster",
    "MilestoneDue",
    "MilestoneForecast",
    "Opinion",
    "Outlook",
    "PlanForecast",
    "PlanInput",
    "Prior",
    "Wait",
    "Work",
    "WorkForecast",
    "earned_schedule",
    "forecast",
]

"""What has to be right before the app serves: told at the start, not at midnight."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from milestones.forecasting.risk import PriorError, load_prior


@register
def slip_prior_can_be_used(app_configs: Sequence[AppConfig] | None, **_kwargs: Any) -> list[CheckMessage]:
    """The prior of slip risk is there and whole."""
    del app_configs
    try:
        load_prior()
    except PriorError as error:
        return [Error(str(error), id="milestones.E001")]
    return []

"""The sentence at the head of an engagement says why its pill has its colour."""

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from milestones.models import ForecastRun
from tests.reports.conftest import Firm


@pytest.mark.parametrize(
    ("likely", "chance", "health", "said"),
    [
        ("2026-12-01", 0.91, "on_track", "Day 60 is likely done on 1 Dec, in time for"),
        ("2026-12-01", 0.63, "at_risk", "Day 60 is likely done on 1 Dec, but its chance of"),
        ("2026-12-01", 0.63, "at_risk", "is only 63%."),
        ("2026-12-18", 0.1, "off_track", "late."),
    ],
)
def test_an_early_date_with_a_poor_chance_is_not_called_in_time(
    at_work: Firm, manager: Browser, likely: str, chance: float, health: str, said: str
) -> None:
    with as_firm():
        run = ForecastRun.objects.get(engagement=at_work.engagement)
        for facts in run.milestones.values():
            facts |= {"likely": likely, "chance": chance, "health": health}
        run.save(update_fields=["milestones"])
    assert said in manager.get(at_work.url()).text

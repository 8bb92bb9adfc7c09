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


@pytest.mark.parametrize(
    ("chance", "health", "said"), [(0.7951, "at_risk", "79%"), (0.4999, "off_track", "49%"), (0.8, "on_track", "80%")]
)
def test_a_chance_is_never_rounded_across_the_scale(
    at_work: Firm, manager: Browser, chance: float, health: str, said: str
) -> None:
    with as_firm():
        run = ForecastRun.objects.get(engagement=at_work.engagement)
        for facts in (*run.milestones.values(), *run.works.values()):
            facts |= {"chance": chance, "health": health}
        run.save(update_fields=["milestones", "works"])
    page = manager.get(at_work.url()).text
    assert f'class="p-chance"><span>{said}</span>' in page
    assert str(round(100 * chance)) + "%" in said or f"{round(100 * chance)}%" not in page

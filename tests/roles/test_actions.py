"""Specialists and absences."""

from datetime import date
from typing import Any

import pytest

from accounts.errors import DomainError, NotAllowed
from roles.actions import add_absence, change_specialist, create_specialist, remove_absence
from roles.models import Role, Specialist
from tests.factories import Cast


def sam(cast: Cast) -> Specialist:
    """The placed specialist."""
    return Specialist.objects.get(user=cast.specialist)


@pytest.mark.parametrize("capacity", [0, 101, -1])
def test_capacity_is_a_share_of_a_week(cast: Cast, capacity: int) -> None:
    with pytest.raises(DomainError):
        change_specialist(
            by=cast.manager, specialist=sam(cast), role=Role.objects.get(key="data_scientist"), capacity=capacity
        )


def test_only_somebody_who_signs_in_as_one_becomes_a_specialist(cast: Cast) -> None:
    with pytest.raises(DomainError):
        create_specialist(by=cast.administrator, user=cast.manager, role=Role.objects.get(key="ml_engineer"))


def test_specialists_note_their_own_absences_alone(cast: Cast) -> None:
    days: dict[str, Any] = {"starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 4)}
    absence = add_absence(by=cast.specialist, person=cast.specialist, why="Course", **days)
    with pytest.raises(NotAllowed):
        add_absence(by=cast.unplaced, person=cast.specialist, **days)
    with pytest.raises(NotAllowed):
        remove_absence(by=cast.unplaced, absence=absence)
    with pytest.raises(DomainError):
        add_absence(by=cast.manager, person=cast.specialist, starts_on=days["ends_on"], ends_on=days["starts_on"])
    remove_absence(by=cast.manager, absence=absence)
    assert not cast.specialist.absences.exists()

"""Rows are checked before they are written, all their constraints in one question."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import CheckConstraint
from django.test.utils import CaptureQueriesContext

from accounts import conditions
from accounts.checked import checked
from accounts.errors import DomainError
from engagements.models import Engagement, Placement
from milestones.models import Deliverable
from tests import factories

POINTERS = {"engagement", "client", "milestone", "role", "owner", "metric", "failure_mode", "accepted_by", "sign_off"}
# What breaks a constraint of a planned deliverable, and the constraint's name.
BROKEN: dict[str, dict[str, Any]] = {
    "deliverable_state_known": {"state": "gone"},
    "deliverable_due_after_start": {"due_on": date(2026, 1, 1)},
    "deliverable_in_our_time": {"due_on": date(2200, 1, 1)},
    "deliverable_effort_1_to_400": {"effort_days": 401},
    "deliverable_signed_is_shared": {"needs_sign_off": True, "shared": False},
    "deliverable_work_has_start": {"state": "in_progress"},
    "deliverable_review_has_day": {"state": "in_review", "started_on": date(2026, 11, 1)},
    "deliverable_accepted_has_day": {"accepted_on": date(2026, 11, 1)},
}


def broken(one: Deliverable, constraint: str) -> Deliverable:
    for name, value in BROKEN[constraint].items():
        setattr(one, name, value)
    return one


def test_a_row_as_it_is_stored_holds(cast: factories.Cast, engagement: Engagement) -> None:
    assert conditions.hold(factories.deliverable(engagement), set())
    assert conditions.hold(engagement, set())
    assert conditions.hold(factories.placement(cast.manager, engagement, cast.unplaced), set())


@pytest.mark.parametrize("name", BROKEN)
def test_what_django_refuses_one_by_one_does_not_hold_as_a_whole(engagement: Engagement, name: str) -> None:
    one = broken(factories.deliverable(engagement), name)
    (constraint,) = (found for found in Deliverable._meta.constraints if found.name == name)
    with pytest.raises(ValidationError):
        constraint.validate(Deliverable, one)
    assert not conditions.hold(one, set())


def test_a_constraint_of_a_field_that_is_left_out_is_not_asked(engagement: Engagement) -> None:
    one = broken(factories.deliverable(engagement), "deliverable_effort_1_to_400")
    assert conditions.hold(one, {"effort_days"})
    assert not conditions.hold(one, {"state"})


def test_what_is_unknown_for_want_of_a_value_holds_as_in_the_database(engagement: Engagement) -> None:
    one = factories.deliverable(engagement)
    one.effort_days = None  # type: ignore[assignment]
    assert conditions.hold(one, set())


def test_a_number_that_is_taken_does_not_hold(engagement: Engagement) -> None:
    one = factories.deliverable(engagement)
    assert not conditions.hold(Deliverable(engagement=engagement, number=one.number), {"state", "start_on", "due_on"})


def test_a_refusal_says_the_sentence_of_its_constraint(engagement: Engagement) -> None:
    one = broken(factories.deliverable(engagement), "deliverable_due_after_start")
    with pytest.raises(DomainError, match="The due date is before the start"):
        checked(one, exclude=POINTERS)


def test_all_conditions_of_a_row_are_one_question(cast: factories.Cast, engagement: Engagement) -> None:
    one = Placement.objects.get(engagement=engagement, user=cast.specialist)
    assert sum(isinstance(found, CheckConstraint) for found in Placement._meta.constraints) > 1
    with CaptureQueriesContext(connection) as asked:
        checked(one, exclude={"engagement", "client", "specialist", "user", "role"})
    assert sum("COALESCE" in query["sql"] for query in asked.captured_queries) == 1
    assert not any(query["sql"].startswith("SAVEPOINT") for query in asked.captured_queries)


def test_what_was_loaded_is_not_looked_up_and_what_was_not_is(cast: factories.Cast, engagement: Engagement) -> None:
    one = Placement.objects.select_related("role", "engagement").get(engagement=engagement, user=cast.specialist)
    with CaptureQueriesContext(connection) as asked:
        checked(one)
    looked_up = [query["sql"] for query in asked.captured_queries if "COALESCE" not in query["sql"]]
    assert not any('FROM "roles_role"' in sql or 'FROM "engagements_engagement"' in sql for sql in looked_up)
    assert any('FROM "engagements_client"' in sql for sql in looked_up)
    one.role_id = 0
    with pytest.raises(DomainError) as refused:
        checked(one)
    assert refused.value.field == "role"

"""Days away on a page, and a deputy who stands in for a manager."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from accounts.db import as_firm
from accounts.errors import DomainError
from accounts.models import Job
from accounts.states import JobState
from milestones import slips
from milestones.actions import absences
from milestones.models import Plan
from reports.cover import addresses_of
from roles.actions import add_absence
from roles.models import Absence
from tests.factories import Cast
from tests.reports.conftest import Counted, Firm, signed_in

DAYS: dict[str, Any] = {"starts_on": date(2026, 11, 23), "ends_on": date(2026, 12, 4)}


@pytest.fixture
def deputy(at_work: Firm) -> Browser:
    """Max Manager, who stands in for Mia until 4 December."""
    with as_firm():
        people = at_work.people
        add_absence(by=people.manager, person=people.manager, deputy=people.other_manager, **DAYS)
    return signed_in(at_work.people.other_manager)


def test_a_specialist_notes_own_days_and_takes_them_back(at_work: Firm, specialist: Browser) -> None:
    data = {"starts_on": "2026-12-01", "ends_on": "2026-12-04", "why": "Course"}
    assert "1 Dec to 4 Dec · Course" in specialist.post("/away/", data, follow=True).text
    with as_firm():
        row = Absence.objects.get(user=at_work.people.specialist)
    specialist.post(f"/away/{row.public_id}/remove/")
    assert "Nobody is away" in specialist.get("/away/").text


def test_a_specialist_notes_for_nobody_else_and_sees_nobody_elses(at_work: Firm, specialist: Browser) -> None:
    with as_firm():
        people = at_work.people
        other = add_absence(by=people.manager, person=people.unplaced, why="Surgery", **DAYS)
    data = {"person": people.unplaced.public_id, "starts_on": "2026-12-01", "ends_on": "2026-12-04"}
    specialist.post("/away/", data)
    with as_firm():
        assert Absence.objects.filter(user=people.specialist).count() == 1
        assert Absence.objects.filter(user=people.unplaced).count() == 1
    assert "Surgery" not in specialist.get("/away/").text
    assert specialist.post(f"/away/{other.public_id}/remove/").status_code == 404


def test_a_manager_notes_days_with_a_deputy(at_work: Firm, manager: Browser) -> None:
    people = at_work.people
    data = {"person": people.manager.public_id, "deputy": people.other_manager.public_id}
    page = manager.post("/away/", {**data, "starts_on": "2026-11-30", "ends_on": "2026-12-04"}, follow=True).text
    assert "30 Nov to 4 Dec · Max Manager stands in" in page


def test_what_is_refused_is_said_beside_its_field(at_work: Firm, manager: Browser) -> None:
    people = at_work.people
    data = {"person": people.manager.public_id, "deputy": people.manager.public_id}
    answer = manager.post("/away/", {**data, "starts_on": "2026-11-30", "ends_on": "2026-12-04"})
    assert answer.status_code == 422
    assert "Nobody stands in for themselves." in answer.text
    early = manager.post("/away/", {**data, "starts_on": "2026-11-30", "ends_on": "2026-11-04"})
    assert "The absence ends before it starts." in early.text


def test_days_are_noted_once(at_work: Firm, specialist: Browser) -> None:
    data = {"starts_on": "2026-12-01", "ends_on": "2026-12-04", "why": "Course"}
    specialist.post("/away/", data)
    twice = specialist.post("/away/", data)
    assert twice.status_code == 422
    said = "is away from 1 Dec to 4 Dec already. Take those days back first, or choose others."
    assert f"{at_work.people.specialist.name} {said}" in twice.text
    assert said in specialist.post("/away/", {"starts_on": "2026-12-04", "ends_on": "2026-12-07"}).text
    specialist.post("/away/", {"starts_on": "2026-12-05", "ends_on": "2026-12-05"})
    one = specialist.post("/away/", {"starts_on": "2026-12-05", "ends_on": "2026-12-08"})
    assert "is away on 5 Dec already. Take that day back first, or choose others." in one.text
    with as_firm():
        assert Absence.objects.filter(user=at_work.people.specialist).count() == 2


def test_the_database_keeps_each_day_once(cast: Cast) -> None:
    add_absence(by=cast.manager, person=cast.manager, **DAYS)
    Absence.objects.create(user=cast.other_manager, **DAYS)
    with pytest.raises(IntegrityError, match="absence_of_a_day_once"), transaction.atomic():
        Absence.objects.create(user=cast.manager, starts_on=DAYS["ends_on"], ends_on=DAYS["ends_on"])


def test_specialists_have_no_deputy_and_specialists_are_none(cast: Cast) -> None:
    with pytest.raises(DomainError, match="Only a manager has a deputy"):
        add_absence(by=cast.manager, person=cast.specialist, deputy=cast.other_manager, **DAYS)
    with pytest.raises(DomainError, match="another manager"):
        add_absence(by=cast.manager, person=cast.manager, deputy=cast.specialist, **DAYS)
    with pytest.raises(DomainError, match="firm’s own people"):
        add_absence(by=cast.manager, person=cast.signer, **DAYS)


def test_what_waits_for_an_absent_manager_waits_for_the_deputy(deputy: Browser) -> None:
    page = deputy.get("/needs/").text
    assert "has kept “Deliverable B” waiting" in page
    assert "for Mia Manager until 4 Dec" in page
    assert "for Mia Manager until 4 Dec" in deputy.get("/").text


def test_the_manager_sees_own_needs_unmarked(deputy: Browser, manager: Browser) -> None:
    assert deputy is not manager
    page = manager.get("/needs/").text
    assert "has kept “Deliverable B” waiting" in page
    assert "for Mia Manager" not in page


def test_after_the_last_day_the_deputy_sees_nothing_of_it(deputy: Browser, monday: time_machine.Traveller) -> None:
    monday.shift(12 * 86_400)
    assert "Deliverable B" not in deputy.get("/needs/").text


def test_nobody_elses_needs_come_without_an_absence(at_work: Firm) -> None:
    assert "Nothing needs you" in signed_in(at_work.people.other_manager).get("/needs/").text


def test_standing_in_takes_no_more_queries(at_work: Firm, manager: Browser, deputy: Browser, counted: Counted) -> None:
    assert counted(deputy, "/") <= counted(manager, "/")


def test_replies_reach_the_deputy_too(at_work: Firm, deputy: Browser) -> None:
    with as_firm():
        assert addresses_of(at_work.engagement) == ("mia@firm.example", "max@firm.example")


def test_replies_reach_the_manager_alone_otherwise(at_work: Firm) -> None:
    with as_firm():
        assert addresses_of(at_work.engagement) == ("mia@firm.example",)


def test_days_away_renew_the_forecasts_that_they_touch(at_work: Firm) -> None:
    with as_firm():
        people, engagement = at_work.people, at_work.engagement
        before = Plan.objects.get(engagement=engagement).version
        run = slips.recompute(engagement)
        Job.objects.filter(kind="slip_engagement").update(state=JobState.DONE)
        away = absences.note(
            by=people.specialist, person=people.specialist, starts_on=date(2026, 11, 24), ends_on=date(2026, 12, 18)
        )
        assert Job.objects.filter(kind="slip_engagement", key=f"{engagement.pk}:{before + 1}").exists()
        later = slips.recompute(engagement)
        assert run is not None
        assert later is not None
        assert later.works[at_work.b.public_id]["likely"] > run.works[at_work.b.public_id]["likely"]
        Job.objects.filter(kind="slip_engagement").update(state=JobState.DONE)
        absences.take_back(by=people.specialist, absence=away)
        assert Job.objects.filter(kind="slip_engagement", key=f"{engagement.pk}:{before + 2}").exists()

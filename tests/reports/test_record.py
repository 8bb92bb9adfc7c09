"""The firm's forecast record, with outcomes that are known."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from milestones.models import Deliverable, Prediction
from reports import record
from reports.record import Held
from tests.reports.conftest import Counted, Firm, signed_in

TODAY = date(2026, 11, 23)
DUE = date(2026, 11, 10)


def said(
    at_work: Firm, number: int, *, far: int = 0, likely: int = -5, chance: float = 0.75, done: int | None = -6,
    horizon: int = 14, void: bool = False,
) -> None:  # fmt: skip
    """Keep a prediction about a deliverable of its own; days count from DUE, None is not finished."""
    like = at_work.a
    one = Deliverable.objects.create(
        engagement=like.engagement, client_id=like.client_id, milestone=like.milestone, number=100 + number,
        title=f"Past {number}", start_on=DUE - timedelta(days=20), due_on=DUE,
    )  # fmt: skip
    Prediction.objects.create(
        engagement=like.engagement,
        client_id=like.client_id,
        deliverable=one,
        horizon=horizon,
        said_on=DUE - timedelta(days=horizon),
        due_on=DUE,
        likely=DUE + timedelta(days=likely),
        eight_in_ten=DUE + timedelta(days=far),
        chance=chance,
        finished_on=None if done is None else DUE + timedelta(days=done),
        void=void,
    )


@pytest.fixture
def forty(at_work: Firm) -> Firm:
    """Forty predictions: 30 held early, 4 by the 8-in-10 date alone, 3 late, 3 not finished yet."""
    with as_firm():
        for number in range(40):
            done = -6 if number < 30 else -1 if number < 34 else 4 if number < 37 else None
            said(at_work, number, done=done, chance=0.92 if number < 20 else 0.75)
    return at_work


def test_known_outcomes_are_counted_as_they_were(forty: Firm) -> None:
    with as_firm():
        found = record.read(TODAY)
    assert found.far() == Held(34, 40)
    assert found.likely() == Held(30, 40)
    assert [(one.tenth, one.held.true, one.held.count) for one in found.bins] == [(7, 14, 20), (9, 20, 20)]
    assert found.bins[0].said == pytest.approx(0.75)
    assert found.gap == pytest.approx((abs(0.75 - 0.7) + abs(0.92 - 1.0)) / 2)


def test_what_is_not_over_yet_counts_nowhere_and_void_never(forty: Firm) -> None:
    with as_firm():
        said(forty, 50, far=60, likely=50, done=-6)
        said(forty, 51, done=4, void=True)
        found = record.read(TODAY)
    assert found.far() == Held(34, 40)
    assert found.likely() == Held(30, 40)
    # Its due date is over, so its chance is decided.
    assert found.chances() == Held(35, 41)


def test_horizons_are_counted_apart(forty: Firm) -> None:
    with as_firm():
        said(forty, 60, horizon=30, done=9)
        assert record.read(TODAY, 30).far() == Held(0, 1)
        assert record.read(TODAY, 14).far() == Held(34, 40)


@pytest.mark.parametrize(
    ("true", "count", "low", "high"), [(0, 10, 0.0, 0.278), (8, 10, 0.490, 0.943), (82, 100, 0.733, 0.883)]
)
def test_the_range_is_wilsons(true: int, count: int, low: float, high: float) -> None:
    assert Held(true, count).range == pytest.approx((low, high), abs=0.001)


def test_the_page_says_it_in_one_sentence(forty: Firm, manager: Browser) -> None:
    page = manager.get("/forecasts/record/").content.decode()
    assert "Our 8-in-10 dates held 85% of 40 times, said 14 days before the due date" in page
    assert "That agrees with the 80% that they promise." in page
    assert "By its likely date work was done 75% of 40 times" in page
    assert 'role="img"' in page
    assert "said 75%, came true 70% of 20" in page


@pytest.mark.parametrize(("late", "words"), [(20, "promise too much"), (0, "too careful")])
def test_it_says_which_way_they_were_wrong(at_work: Firm, manager: Browser, late: int, words: str) -> None:
    with as_firm():
        for number in range(40):
            said(at_work, number, done=3 if number < late else -8)
    assert words in manager.get("/forecasts/record/").content.decode()


def test_too_few_make_no_record(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        for number in range(29):
            said(at_work, number)
    page = manager.get("/forecasts/record/").content.decode()
    assert "Not enough history yet: 29 dates said 14 days ahead are over, 30 make a record." in page
    assert 'role="img"' not in page
    assert "held 100%" not in page


def test_nothing_at_all_is_no_fault(at_work: Firm, manager: Browser) -> None:
    page = manager.get("/forecasts/record/?days=7").content.decode()
    assert "Not enough history yet: 0 dates said 7 days ahead are over" in page


def test_only_managers_see_it(at_work: Firm, specialist: Browser) -> None:
    assert specialist.get("/forecasts/record/").status_code == 403
    assert specialist.get("/forecasts/record.csv").status_code == 403
    assert signed_in(at_work.people.signer).get("/forecasts/record/").status_code in {302, 403, 404}


def test_the_list_has_every_prediction_of_the_horizon(forty: Firm, manager: Browser) -> None:
    rows = list(csv.reader(io.StringIO(manager.get("/forecasts/record.csv?days=14").content.decode("utf-8-sig"))))
    assert len(rows) == 41
    assert rows[1][2:] == [
        "Past 0", "14", "2026-10-27", "2026-11-10", "2026-11-05", "2026-11-10", "0.92", "2026-11-04"
    ]  # fmt: skip
    assert len(list(csv.reader(io.StringIO(manager.get("/forecasts/record.csv?days=7").content.decode())))) == 1


def test_its_queries_are_fixed(forty: Firm, manager: Browser, counted: Counted) -> None:
    before = counted(manager, "/forecasts/record/")
    with as_firm():
        for number in range(70, 90):
            said(forty, number)
    assert counted(manager, "/forecasts/record/") == before

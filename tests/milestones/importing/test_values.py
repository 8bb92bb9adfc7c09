"""Single cells."""

from __future__ import annotations

from datetime import date

import pytest

from milestones.importing.dates import read_date
from milestones.importing.messages import BadValueError
from milestones.importing.values import read_effort, read_milestone, read_owner, read_role, read_status

SIXTH = date(2026, 10, 6)


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-06",
        "2026/10/6",
        "2026-10-06 00:00:00",
        "2026-10-06T09:30:00Z",
        "20261006",
        "06.10.2026",
        "6.10.26",
        "6/10/2026",
        "06-10-2026",
        "6 Oct 2026",
        "6-Oct-26",
        "Oct 6, 2026",
        "October 6th, 2026",
        "Tue, 6 Oct 2026",
        "6. Oktober 2026",
        "6 octobre 2026",
        "6. lokakuuta 2026",
        "46301",
    ],
)
def test_forms_that_spreadsheets_write(text):
    assert read_date(text, "dmy") == SIXTH


@pytest.mark.parametrize("text", ["10/6/2026", "10/6/26", "10-6-2026"])
def test_month_first_when_told_so(text):
    assert read_date(text, "mdy") == SIXTH


def test_dots_put_the_day_first_whatever_was_told():
    assert read_date("06.10.2026", "mdy") == SIXTH


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("Jan", 1),
        ("févr", 2),
        ("helmikuuta", 2),
        ("Mär", 3),
        ("mars", 3),
        ("huhtikuuta", 4),
        ("Mai", 5),
        ("mayo", 5),
        ("kesäkuuta", 6),
        ("juin", 6),
        ("juillet", 7),
        ("août", 8),
        ("Sept", 9),
        ("Okt", 10),
        ("marraskuuta", 11),
        ("Dez", 12),
        ("décembre", 12),
    ],
)
def test_months_of_other_languages(name, month):
    assert read_date(f"5 {name} 2026", None) == date(2026, month, 5)


@pytest.mark.parametrize("text", ["29.2.2028", "2028-02-29"])
def test_leap_days(text):
    assert read_date(text, None) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-02-29", "date_impossible"),
        ("31.4.2026", "date_impossible"),
        ("2026-13-01", "date_impossible"),
        ("0000-01-01", "date_far"),
        ("9999-12-31", "date_far"),
        ("2201-01-01", "date_far"),
        ("soon", "date_unknown"),
        ("Q4 2026", "date_unknown"),
        ("6 Octember", "date_unknown"),
        ("12", "date_unknown"),
        ("99999", "date_unknown"),
        ("1e9", "date_unknown"),
        ("٦/١٠/٢٠٢٦ x", "date_unknown"),
        ("x" * 10_000, "date_unknown"),
    ],
)
def test_what_is_no_date(text, code):
    with pytest.raises(BadValueError) as caught:
        read_date(text, "dmy")
    assert caught.value.code == code
    assert len(str(caught.value.params["value"])) <= 60


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", "planned"),
        ("To do", "planned"),
        ("TO-DO", "planned"),
        ("Not started", "planned"),
        ("In_Progress", "in_progress"),
        ("In Review", "in_review"),
        ("Done", "accepted"),
        ("Blocked", "blocked"),
        ("On hold", "blocked"),
        ("Won't do", "dropped"),
        ("0%", "planned"),
        ("40 %", "in_progress"),
        ("100%", "accepted"),
    ],
)
def test_statuses_in_many_words(text, status):
    assert read_status(text) == status


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("30", 30),
        ("Day 60", 60),
        ("D90", 90),
        ("120 days", 120),
        ("Phase 1", 30),
        ("M3", 90),
        ("2", 60),
        ("Build the production path", 60),
        ("3 Operationalize", 90),
        ("Sprint 4", None),
        ("45", None),
        ("", None),
    ],
)
def test_milestones(text, day):
    assert read_milestone(text) == day


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Data Scientist", "data_scientist"),
        ("MLOps / AIOps Engineer", "mlops_engineer"),
        ("MLOps/AIOps engineer", "mlops_engineer"),
        ("machine-learning engineer", "ml_engineer"),
        ("data engineer", "data_engineer"),
        ("", ""),
    ],
)
def test_roles(text, role):
    assert read_role(text) == role


@pytest.mark.parametrize("text", ["Mei", "a@b", "a@b.example, c@d.example", "@", "a b@"])
def test_owners_that_are_no_address(text):
    with pytest.raises(BadValueError):
        read_owner(text)


@pytest.mark.parametrize(("text", "days"), [("4", 4.0), ("2,5", 2.5), ("3d", 3.0), ("2 days?", 2.0), ("", None)])
def test_effort(text, days):
    assert read_effort(text) == days


@pytest.mark.parametrize("text", ["0", "-5", "1e9", "251", "nan", "many"])
def test_effort_out_of_range(text):
    with pytest.raises(BadValueError):
        read_effort(text)

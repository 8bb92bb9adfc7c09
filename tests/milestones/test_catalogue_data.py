"""The data that ships: whole, consistent, and true to the article that the product is built on."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from milestones.calendar import WorkCalendar

ROOT = Path(__file__).parents[2]
DATA = ROOT / "milestones" / "data"
MONDAY = date(2026, 9, 7)
WEEKENDS = WorkCalendar()
EVIDENCE = {"document", "runbook", "walkthrough", "dashboard", "code", "model_card", "record"}

# Phrases of the article that are not names in the catalogue itself, word for word.
ROWS_OF_PLAN = (
    "problem framing and metrics confirmed; data quality baselined; model lifecycle defined; "
    "governance and access patterns established; pipelines; model packaging; CI/CD gates; versioning; "
    "monitoring of drift, performance and data; runbooks; retraining triggers; incident workflows; "
    "cost controls; clear ownership across teams"
)
ROWS_OF_PILLARS = (
    "30/60/90-day deliverables tied to business metrics; same backlog; same release controls; "
    "same definition of done as the client; monitoring; drift detection; retraining plan; incident playbooks; "
    "access controls; PII handling; audit trails; model governance; docs; runbooks; walkthroughs; ownership handoff"
)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def listed(cell: str, mark: str = ";") -> list[str]:
    return [part.strip() for part in cell.split(mark) if part.strip()]


CATALOGUE = tomllib.loads((ROOT / "roles" / "data" / "catalogue.toml").read_text(encoding="utf-8"))
BOOKS = {"full": rows("playbook_full.csv"), "short": rows("playbook_short.csv")}
READINESS = {row["code"]: row for row in rows("readiness_items.csv")}
ASSESSMENT = {row["code"]: row for row in rows("assessment.csv")}
MAP = rows("article_map.csv")
KEYS = {
    kind: [one["key"] for one in CATALOGUE[kind]] for kind in ("roles", "failure_modes", "pillars", "service_lines")
}


def day(start: date, n: int) -> date:
    return WEEKENDS.next_working(start + timedelta(days=n))


def test_the_catalogue_has_what_the_article_names():
    assert KEYS["roles"] == ["data_scientist", "ml_engineer", "mlops_engineer", "data_engineer"]
    assert KEYS["failure_modes"] == ["data", "path", "drift", "security", "ownership"]
    assert len(KEYS["pillars"]) == 5
    assert KEYS["service_lines"] == ["data_science_ml", "mlops_enablement", "data_foundations", "security_compliance"]
    assert {one["day"]: one["name"] for one in CATALOGUE["milestones"]} == {
        30: "Stabilize foundations",
        60: "Build the production path",
        90: "Operationalize",
    }
    assert all(len(role["responsibilities"]) == 3 for role in CATALOGUE["roles"])
    assert all(one["seen"] for one in CATALOGUE["failure_modes"])


def test_every_row_of_the_article_is_mapped_and_nothing_else_is():
    expected = {
        "roles": {line.casefold() for role in CATALOGUE["roles"] for line in role["responsibilities"]},
        "plan": {line.casefold() for line in listed(ROWS_OF_PLAN)},
        "pillars": {line.casefold() for line in listed(ROWS_OF_PILLARS)},
        "failure_modes": {one["name"].casefold() for one in CATALOGUE["failure_modes"]},
        "service_lines": {one["name"].casefold() for one in CATALOGUE["service_lines"]},
    }
    mapped: dict[str, set[str]] = {}
    for row in MAP:
        mapped.setdefault(row["source"], set()).add(row["row"].casefold())
    assert mapped == expected
    assert len({(row["source"], row["row"]) for row in MAP}) == len(MAP)


@pytest.mark.parametrize("row", MAP, ids=lambda row: f"{row['source']}: {row['row']}")
def test_the_map_names_codes_that_exist(row):
    full = {one["code"] for one in BOOKS["full"]}
    codes = [listed(row[column]) for column in ("playbook_codes", "readiness_codes", "assessment_codes")]
    assert all(codes)
    for found, known in zip(codes, (full, READINESS.keys(), ASSESSMENT.keys()), strict=True):
        assert set(found) <= set(known)


@pytest.mark.parametrize("kind", ["playbook_codes", "readiness_codes", "assessment_codes"])
def test_nothing_in_the_data_lies_outside_the_article(kind):
    known = {"playbook_codes": {one["code"] for one in BOOKS["full"]}, "readiness_codes": set(READINESS)}
    mapped = {code for row in MAP for code in listed(row[kind])}
    assert mapped == known.get(kind, set(ASSESSMENT))


def test_a_failure_mode_is_mapped_to_the_deliverables_that_carry_it():
    names = {one["name"]: one["key"] for one in CATALOGUE["failure_modes"]}
    for row in MAP:
        if row["source"] == "failure_modes":
            carry = {one["code"] for one in BOOKS["full"] if one["failure_mode"] == names[row["row"]]}
            assert set(listed(row["playbook_codes"])) == carry


@pytest.mark.parametrize(("name", "least"), [("full", 36), ("short", 12)])
def test_a_playbook_is_whole(name, least):
    book = BOOKS[name]
    assert len(book) >= least
    assert len({row["code"] for row in book}) == len({row["title"] for row in book}) == len(book)
    for row in book:
        assert row["role"] in KEYS["roles"]
        assert row["failure_mode"] in KEYS["failure_modes"]
        assert {row["shared"], row["needs_sign_off"]} <= {"yes", "no"}
        assert (row["shared"], row["needs_sign_off"]) != ("no", "yes"), "nobody signs what they cannot see"
        assert set(listed(row["evidence_kinds"])) <= EVIDENCE
        assert 3 <= len(listed(row["definition_of_done"], "|")) <= 5
        assert all((row["title"], row["summary"], row["evidence_kinds"]))
        assert set(listed(row["readiness_items"])) <= READINESS.keys()


def test_the_full_playbook_serves_every_readiness_item():
    served = {code for row in BOOKS["full"] for code in listed(row["readiness_items"])}
    assert served == set(READINESS)


@pytest.mark.parametrize("name", BOOKS)
def test_a_playbook_runs_in_order(name):
    book = {row["code"]: row for row in BOOKS[name]}
    for row in book.values():
        start, due, milestone = int(row["start_day"]), int(row["due_day"]), int(row["milestone"])
        assert 0 <= start < due <= milestone
        for before in listed(row["predecessors"]):
            assert int(book[before]["due_day"]) < start, f"{row['code']} starts before {before} is due"


@pytest.mark.parametrize("weekday", range(5))
@pytest.mark.parametrize("name", BOOKS)
def test_effort_fits_in_the_window_on_whatever_weekday_the_engagement_starts(name, weekday):
    start = MONDAY + timedelta(days=weekday)
    for row in BOOKS[name]:
        window = WEEKENDS.working_days_in(day(start, int(row["start_day"])), day(start, int(row["due_day"])))
        assert 0 < float(row["effort_days"]) <= 0.85 * window, row["code"]


@pytest.mark.parametrize("name", BOOKS)
def test_one_person_a_role_is_not_planned_over_a_full_week(name):
    load: defaultdict[tuple[str, int], float] = defaultdict(float)
    for row in BOOKS[name]:
        days = WEEKENDS.working_days(day(MONDAY, int(row["start_day"])), day(MONDAY, int(row["due_day"])))
        for one in days:
            load[row["role"], (one - MONDAY).days // 7] += float(row["effort_days"]) / len(days)
    heaviest = max(load.values())
    assert heaviest <= 5.0


def test_assessment_proposes_roles_and_items_that_exist():
    full = {row["code"] for row in BOOKS["full"]}
    for row in ASSESSMENT.values():
        assert row["failure_mode"] in KEYS["failure_modes"]
        assert row["if_no_role"] in KEYS["roles"]
        assert set(listed(row["if_no_items"])) <= full
    per_mode = Counter(row["failure_mode"] for row in ASSESSMENT.values())
    assert set(per_mode) == set(KEYS["failure_modes"])


def test_readiness_items_answer_to_somebody_at_a_milestone():
    for row in READINESS.values():
        assert row["responsible"] in {*KEYS["roles"], "client"}
        assert int(row["milestone"]) in {30, 60, 90}
        assert row["failure_mode"] in KEYS["failure_modes"]


def test_the_demo_portfolio_speaks_of_this_catalogue():
    demo = tomllib.loads((ROOT / "reports" / "data" / "demo_portfolio.toml").read_text(encoding="utf-8"))
    assert len(demo["engagements"]) == 14
    assert len(demo["clients"]) == 11
    assert len(demo["specialists"]) == 21
    assert {one["role"] for one in demo["specialists"]} == set(KEYS["roles"])
    assert {one["setup"]["service_line"] for one in demo["engagements"]} <= set(KEYS["service_lines"])

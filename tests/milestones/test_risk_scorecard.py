"""The scorecard: drivers that sum to the number, and a prior that is checked before it is used."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from django.core.checks import run_checks

from milestones import checks
from milestones.forecasting.risk import (
    NAMES,
    Features,
    PriorError,
    Scorecard,
    Term,
    load_prior,
    pooled_share,
    score,
    shipped_prior,
    table,
)
from milestones.forecasting.risk.prior_file import SHIPPED, written

PLAIN = Features(days_left=20, age=12, record=0.3, load=4, engagement_record=0.3)


def rows(n: int) -> list[Features]:
    rng = np.random.default_rng(5)
    return [
        Features(
            days_left=float(rng.integers(0, 120)),
            age=float(rng.integers(0, 90)),
            record=None if rng.random() < 0.3 else float(rng.random()),
            load=float(rng.integers(0, 30)),
            blocked_by=float(rng.integers(0, 3)),
            sent_back=float(rng.integers(0, 4)),
            comments=float(rng.integers(0, 20)),
            set_together=float(rng.integers(1, 30)),
            due_set_days=float(rng.integers(0, 300)),
            engagement_record=None if rng.random() < 0.3 else float(rng.random()),
        )
        for _ in range(n)
    ]


def test_the_drivers_sum_to_the_number():
    card = shipped_prior()
    for features in rows(200):
        risk = score(card, features)
        total = risk.base
        for driver in risk.drivers:
            total += driver.log_odds
        assert total == risk.log_odds
        assert risk.probability == pytest.approx(1 / (1 + np.exp(-risk.log_odds)))


def test_many_at_once_are_scored_as_one_by_one():
    card, many = shipped_prior(), rows(100)
    together = card.log_odds(table(many))
    assert together == pytest.approx([score(card, one).log_odds for one in many], abs=1e-12)


def test_each_kind_is_told_once_and_named_after_its_feature():
    kinds = [driver.kind for driver in score(shipped_prior(), PLAIN).drivers]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) <= set(NAMES)
    assert {"record", "engagement_record", "load", "days_left"} <= set(kinds)


def test_a_driver_names_its_number_and_an_unknown_record_names_none():
    told = {one.kind: one.params for one in score(shipped_prior(), PLAIN).drivers}
    assert told["record"] == {"record": 0.3}
    assert told["load"] == {"load": 4}
    unknown = {one.kind: one.params for one in score(shipped_prior(), replace(PLAIN, record=None)).drivers}
    assert unknown["record"] == {}


def test_the_record_moves_no_driver_but_its_own():
    """Whoever may not read a specialist's record learns nothing of it from the other drivers."""
    card = shipped_prior()
    for features in rows(60):
        for record in (None, 0.05, 0.9):
            one = {d.kind: d.log_odds for d in score(card, replace(features, record=record)).drivers}
            other = {d.kind: d.log_odds for d in score(card, features).drivers}
            assert {**one, "record": 0} == {**other, "record": 0}


@pytest.mark.parametrize(
    ("name", "values"), [("record", (0.02, 0.1, 0.3, 0.5, 0.8, 1.0)), ("engagement_record", (0.0, 0.2, 0.4, 0.6, 0.9))]
)
def test_a_worse_record_never_lowers_the_risk(name, values):
    card = shipped_prior()
    for features in rows(60):
        risks = [score(card, replace(features, **{name: value})).log_odds for value in values]
        assert risks == sorted(risks)


def test_the_risk_tells_a_bad_case_from_a_good_one():
    bad = score(shipped_prior(), replace(PLAIN, days_left=2, record=0.9, sent_back=2, engagement_record=0.7))
    good = score(shipped_prior(), replace(PLAIN, days_left=40, record=0.05, engagement_record=0.1))
    assert good.probability < 0.25 < 0.75 < bad.probability


def test_a_share_of_few_is_pulled_towards_the_wider_one():
    assert pooled_share(0, 0, 0.4) == pytest.approx(0.4)
    assert 0.4 < pooled_share(1, 1, 0.4) < pooled_share(10, 10, 0.4) < pooled_share(1000, 1000, 0.4) < 1


def test_a_written_prior_is_read_back(tmp_path):
    file = tmp_path / "prior.json"
    file.write_text(written(shipped_prior()))
    again = load_prior(file)
    assert again.log_odds(table(rows(50))) == pytest.approx(shipped_prior().log_odds(table(rows(50))), abs=1e-12)
    assert file.read_text() == SHIPPED.read_text()


def damaged(change) -> str:
    raw = json.loads(SHIPPED.read_text())
    change(raw)
    return json.dumps(raw)


def drop_a_point(raw):
    raw["terms"][0]["points"].pop()


def not_a_number(raw):
    raw["terms"][1]["points"][0] = float("nan")


def falling_edges(raw):
    raw["terms"][0]["edges"][0].reverse()


def strange_feature(raw):
    raw["terms"][0]["features"] = ["moon"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"format": 1}',
        '{"format": 9}',
        SHIPPED.read_text()[:2000],
        damaged(drop_a_point),
        damaged(not_a_number),
        damaged(falling_edges),
        damaged(strange_feature),
        damaged(lambda raw: raw["terms"].clear()),
        damaged(lambda raw: raw.pop("base")),
    ],
)
def test_a_damaged_prior_is_refused_with_a_sentence(tmp_path, text):
    file = tmp_path / "prior.json"
    file.write_text(text)
    with pytest.raises(PriorError, match=r"is damaged \(.+\)\. Make it again with manage.py fit_slip_prior"):
        load_prior(file)


def test_a_missing_prior_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(PriorError, match=r"cannot be read\. Make it again"):
        load_prior(tmp_path / "none.json")


def test_the_start_says_that_the_prior_is_damaged(tmp_path, monkeypatch):
    assert "milestones.E001" not in {one.id for one in run_checks()}

    def broken() -> Scorecard:
        return load_prior(tmp_path / "none.json")

    monkeypatch.setattr(checks, "load_prior", broken)
    (error,) = [one for one in run_checks() if one.id == "milestones.E001"]
    assert "cannot be read" in error.msg


def test_values_beyond_the_edges_fall_into_the_outer_bins():
    card = Scorecard(0.5, (Term("load", ("load",), ((2.0, 5.0),), np.array([-1.0, 0.0, 2.0])),), {})
    columns = {"load": np.array([-3.0, 1.9, 2.0, 4.9, 5.0, 1e9])}
    assert card.log_odds(columns).tolist() == [-0.5, -0.5, 0.5, 0.5, 2.5, 2.5]

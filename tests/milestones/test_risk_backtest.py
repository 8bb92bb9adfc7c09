"""Judging on finished work: nothing of the future is used, any file of the format is read, the numbers are right."""

from __future__ import annotations

import json
from datetime import date, timedelta
from io import StringIO
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from milestones.forecasting.risk import load_prior, probability, shipped_prior
from milestones.forecasting.risk.backtest import backtest
from milestones.forecasting.risk.fitting import Boosting, isotonic
from milestones.forecasting.risk.history import HistoryError, read
from milestones.forecasting.risk.measures import (
    auc,
    auc_draws,
    brier_skill,
    calibration_error,
    interval,
)
from milestones.forecasting.risk.recipe import fit_prior

HEAD = (
    "issuekey,delaydays,openeddate,type,repetition,perofdelay,workload,no_comment,"
    "no_blocking,no_blockedby,no_des_change,ProgressTime,RemainingDay"
)
START = date(2012, 1, 2)


def line(n, late, *, opened=START, record=0, load=1, age=0, left=10, comments=0, key="AB") -> str:
    return f'{key}-{n},{late},"{opened} 00:00:00",Bug,0,{record},{load},{comments},0,0,0,{age},{left}'


def made(n: int, seed: int = 1, shift: float = 0.0) -> str:
    """A project whose truth is known: the log-odds of lateness are 4 (record - 0.4) + shift, and no more."""
    rng = np.random.default_rng(seed)
    lines = []
    for i in range(n):
        record = int(rng.integers(1, 100))
        late = rng.random() < probability(np.array(4 * (record / 100 - 0.4) + shift))
        left = int(rng.integers(5, 40))
        opened = START + timedelta(days=i // 2)
        lines.append(line(i, 7 if late else 0, opened=opened, record=record, left=left))
    return "\n".join([HEAD, *lines]) + "\n"


def history(text: str, name: str = "made.csv"):
    return read(text.encode(), name)


@pytest.fixture
def file(tmp_path):
    def write(text: str, name: str = "made.csv") -> str:
        path = tmp_path / name
        path.write_bytes(text.encode())
        return str(path)

    return write


def printed(capsys, *args: str) -> dict[str, Any]:
    call_command("backtest_slip_risk", *args, "--json")
    return json.loads(capsys.readouterr().out)


def test_the_json_has_the_agreed_shape(file, capsys):
    numbers = printed(capsys, file(made(300)), file(made(200, 2), "other.csv"))
    assert set(numbers) == {"files", "mean"}
    assert set(numbers["files"]) == {"made.csv", "other.csv"}
    for one in [numbers["mean"], *numbers["files"].values()]:
        assert {"auc", "auc_low", "auc_high", "brier_skill", "ece", "ece_after_50"} <= set(one)
        assert one["auc_low"] < one["auc"] < one["auc_high"]
    both = [one["auc"] for one in numbers["files"].values()]
    assert numbers["mean"]["auc"] == pytest.approx(sum(both) / 2)


def test_a_table_is_printed_otherwise(file, capsys):
    call_command("backtest_slip_risk", file(made(200)))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("file")
    assert [one.split()[0] for one in lines[1:]] == ["made.csv", "mean"]


def test_a_known_truth_is_found_and_calibrated(file, tmp_path, capsys):
    """Two projects of one truth teach a prior, and a third is judged by it."""
    prior = tmp_path / "prior.json"
    call_command("fit_slip_prior", file(made(3000, 3), "a.csv"), file(made(3000, 4), "b.csv"), "--out", str(prior))
    capsys.readouterr()
    numbers = printed(capsys, file(made(4000, 5)), "--prior", str(prior))["mean"]
    truth = history(made(4000, 5))
    best = auc(truth.columns["record"], truth.late)
    assert best is not None
    assert numbers["auc"] > best - 0.02
    assert numbers["ece"] < 0.04
    assert numbers["ece_online"] < 0.04


def test_the_same_files_give_the_same_prior_to_the_byte(file, tmp_path):
    paths = file(made(400, 3), "a.csv"), file(made(400, 4), "b.csv")
    for out in ("one.json", "two.json"):
        call_command("fit_slip_prior", *paths, "--out", str(tmp_path / out), stdout=StringIO())
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    assert load_prior(tmp_path / "one.json").made_from["rows"] == {"a.csv": 400, "b.csv": 400}


def test_a_shifted_base_is_followed_online(file, capsys):
    numbers = printed(capsys, file(made(3000, 6, shift=2.5)))["mean"]
    assert numbers["ece_online"] < numbers["ece"] / 2
    assert numbers["brier_skill_online"] > numbers["brier_skill"]


def test_no_row_uses_its_own_or_a_later_outcome():
    """Outcomes from a day on are turned around: no chance given until that day may move."""
    text = made(400)
    plain = history(text)
    turned_day = int(np.median(plain.known_on))
    lines = text.splitlines()
    rows = [one.split(",") for one in lines[1:]]
    for row, known in zip(rows, plain.known_on, strict=True):
        if known > turned_day:
            row[1] = "0" if row[1] == "7" else "7"
    turned = history("\n".join([HEAD, *(",".join(row) for row in rows)]))
    assert (plain.late != turned.late).any()
    before = plain.asked <= turned_day
    card = shipped_prior()
    a, b = backtest(card, plain), backtest(card, turned)
    assert 0 < before.sum() < len(before)
    assert a.prior[before].tolist() == b.prior[before].tolist()
    assert a.online[before].tolist() == b.online[before].tolist()
    assert (a.online[~before] != b.online[~before]).any()


def test_the_engagements_record_counts_only_what_fell_due_before():
    opened = [START, START, START + timedelta(days=10), START + timedelta(days=11)]
    text = "\n".join([HEAD, *(line(i, 5, opened=day, left=10) for i, day in enumerate(opened))])
    record = history(text).columns["engagement_record"]
    assert record[0] == record[1] == record[2] == pytest.approx(0.35)
    assert record[3] > 0.35


def test_company_counts_what_was_known_on_the_day():
    due = START + timedelta(days=30)
    days = [0, 0, 5, 5, 5]
    rows = [line(i, 0, opened=START + timedelta(days=d), left=30 - d) for i, d in enumerate(days)]
    rows += [line(9, 0, opened=START, left=29), line(10, 0, opened=START, left=30, key="OTHER")]
    columns = history("\n".join([HEAD, *rows])).columns
    assert due == START + timedelta(days=30)
    assert columns["due_together"].tolist() == [2, 2, 5, 5, 5, 1, 1]
    assert columns["set_together"].tolist() == [2, 2, 3, 3, 3, 1, 1]
    assert columns["due_set_days"].tolist() == [0, 0, 5, 5, 5, 0, 0]


def test_a_file_without_late_ones_has_no_auc_but_an_error(file, capsys):
    text = "\n".join([HEAD, *(line(i, 0, opened=START + timedelta(days=i)) for i in range(80))])
    numbers = printed(capsys, file(text))
    one = numbers["files"]["made.csv"]
    assert one["auc"] is None
    assert one["brier_skill"] is None
    assert 0 < one["ece_online"] < one["ece"] < 1
    assert numbers["mean"]["auc"] is None


@pytest.mark.parametrize("n", [1, 2, 49, 50])
def test_a_short_file_has_nothing_after_fifty(file, capsys, n):
    one = printed(capsys, file(made(n)))["files"]["made.csv"]
    assert one["rows"] == n
    assert one["ece_after_50"] is None
    assert one["ece"] is not None


def test_absent_columns_and_a_byte_order_mark_are_no_trouble():
    text = (
        '\ufeffdelaydays,openeddate,ProgressTime,RemainingDay\r\n3,"2012-01-02 00:00:00",0,5\r\n-2,2012-01-03,1,4\r\n'
    )
    got = history(text)
    assert got.late.tolist() == [1, 0]
    assert got.columns["record"].tolist() == [0, 0]
    assert np.isfinite(shipped_prior().log_odds(got.columns)).all()


def test_rows_that_cannot_be_read_are_told_by_line(file, capsys):
    good = line(1, 0)
    bad = [line(2, 0).replace("2012-01-02", "soon"), line(3, 0, left="x"), line(4, 0, age=-1), line(5, "inf"), "AB-6,1"]
    call_command("backtest_slip_risk", file("\n".join([HEAD, good, *bad, line(7, 3), ""])), "--json")
    said = capsys.readouterr()
    assert json.loads(said.out)["files"]["made.csv"]["left_out"] == 5
    assert "Line 3: openeddate is “soon 00:00:00”, not a date" in said.err
    assert "Line 4: RemainingDay is “x”, not a number." in said.err
    assert "Line 5: ProgressTime is -1, outside" in said.err


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "lacks the columns"),
        (b"a,b\n1,2\n", "lacks the columns delaydays, openeddate, ProgressTime, RemainingDay"),
        (HEAD.encode(), "has no row that can be used"),
        (b"\xff\xfe\x00", "is not UTF-8"),
        (f"{HEAD}\n{line(1, 'many')}".encode(), "Line 2: delaydays is “many”"),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_sentence(data, said):
    with pytest.raises(HistoryError, match=said):
        read(data, "odd.csv")


def test_a_file_that_is_not_there_and_one_alone_are_refused(file, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("backtest_slip_risk", str(tmp_path / "none.csv"))
    with pytest.raises(CommandError, match="two files or more"):
        call_command("backtest_slip_risk", file(made(60)), "--leave-one-out")


def test_a_damaged_prior_is_told_by_the_command(file, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("backtest_slip_risk", file(made(60)), "--prior", str(tmp_path / "none.json"))


def test_one_left_out_is_judged_by_the_others(file, capsys, tmp_path):
    drawn = tmp_path / "held.svg"
    paths = [file(made(500, n), f"{n}.csv") for n in (1, 2)]
    numbers = printed(capsys, *paths, "--leave-one-out", "--picture", str(drawn))
    assert all(one["auc"] > 0.7 for one in numbers["files"].values())
    texts = [one.text or "" for one in ET.parse(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert sum("1.csv: error" in one for one in texts) == 2


def test_measures_of_a_case_that_can_be_counted_by_hand():
    scores, late = np.array([0.1, 0.4, 0.4, 0.8]), np.array([0.0, 1.0, 0.0, 1.0])
    assert auc(scores, late) == pytest.approx(3.5 / 4)
    assert auc(-scores, late) == pytest.approx(0.5 / 4)
    assert brier_skill(np.full(4, 0.5), late) == pytest.approx(0)
    assert calibration_error(scores, late, bins=2) == pytest.approx((0.25 + 0.1) / 2, abs=1e-9)
    assert auc(scores, np.ones(4)) is None


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    """Normal scores one apart have an AUC of 0.760."""
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(40):
        late = (rng.random(300) < 0.4).astype(float)
        low, high = interval(auc_draws(rng.normal(size=300) + late, late))
        assert low is not None
        assert high is not None
        held += low <= 0.760 <= high
    assert held >= 34


def test_isotonic_regression_pools_what_falls():
    assert isotonic(np.array([1.0, 3.0, 2.0, 4.0]), np.array([1.0, 1.0, 3.0, 1.0])).tolist() == [1, 2.25, 2.25, 4]
    assert isotonic(np.array([3.0, 2.0, 1.0]), np.ones(3)).tolist() == [2, 2, 2]


def test_projects_weigh_the_same_however_many_rows_they_have():
    """A large project that is late always and a small one that never is meet in the middle."""
    rows = [line(i, 5) for i in range(900)], [line(i, 0) for i in range(100)]
    histories = [history("\n".join([HEAD, *one]), f"{n}.csv") for n, one in enumerate(rows)]
    card = fit_prior(histories, tables=0, how=Boosting(rounds=0), look=Boosting(rounds=0))
    assert card.base == pytest.approx(0, abs=1e-6)

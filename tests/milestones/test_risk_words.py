"""The risk in words: whole percent that sum, sentences for every driver, the record for its owner alone."""

from typing import Any

import pytest

from milestones.forecasting.opinion import chance_of
from milestones.forecasting.risk import shipped_prior
from milestones.risk_words import RiskStory, risk_story

BASE = -1.045
PARTS = dict.fromkeys(shipped_prior().kinds, 0.0) | {"cascade": 0.0}


def facts(late: float | None = None, **more: Any) -> dict[str, Any]:
    """Facts as ForecastDetail keeps them; keywords that are drivers are log-odds, the others signs."""
    parts = PARTS | {name: value for name, value in more.items() if name in PARTS}
    signs = {"days_left": 9, "age": 4, "load": 6, "blocks": 2, "blocked_by": 1, "set_together": 3, "due_set_days": 40}
    return {
        "base": BASE,
        "late": chance_of(BASE + sum(parts.values())) if late is None else late,
        "parts": parts,
        "signs": signs | more.get("signs", {}),
        "record": more.get("of", [2, 5]),
        "engagement": [3, 9],
        "role": "ML engineer",
        "own_late": 0.62,
        "usual_late": 0.72,
    }


def told(given: dict[str, Any], *, own: bool = True) -> RiskStory:
    story = risk_story(given, own=own)
    assert story is not None
    assert story.usual + sum(line.points for line in story.lines) == story.percent
    return story


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("late", [None, 0.0, 0.004, 0.5, 0.996, 1.0])
def test_the_points_sum_to_the_number(late, own):
    given = facts(late, days_left=0.31, age=-0.7, record=1.3, cascade=0.55, comments=0.021, blocks=-0.26, load=0.13)
    story = told(given, own=own)
    assert story.percent == round(100 * given["late"])


def test_every_driver_of_the_prior_has_a_sentence():
    for kind in PARTS:
        (line,) = told(facts(**{kind: 1.0}, signs={"sent_back": 1, "rescoped": 2, "comments": 3})).lines
        assert line.text not in {"", "everything else"}
        assert line.points > 0


def test_every_driver_has_a_sentence_where_there_is_nothing_to_count():
    for kind in PARTS:
        given = facts(
            **{kind: -0.5}, signs=dict.fromkeys(["age", "blocks", "blocked_by", "set_together"], 0), of=[0, 0]
        )
        assert not told(given).lines[0].text.startswith("0 ")


def test_the_weightiest_comes_first_and_small_ones_are_one_line():
    lines = told(facts(cascade=1.0, days_left=-0.4, comments=0.01, age=0.02)).lines
    assert [line.text for line in lines[:2]] == [
        "reckoned from the plan it is late in 62 of 100 draws, usual work in 72",
        "9 days are left until it is due",
    ]
    assert len(lines) <= 3


def test_the_owner_reads_the_own_record_in_numbers():
    texts = [line.text for line in told(facts(record=0.8)).lines]
    assert texts == ["only you see this: 2 of your 5 finished deliverables were late"]


def test_the_owner_reads_how_work_alike_came_out():
    (line,) = told(facts(alike=0.8, signs={"alike": 0.417})).lines
    assert line.text == "of work like it that fell due lately, about 42 in 100 was late"
    (line,) = told(facts(alike=-0.5)).lines
    assert line.text == "no deliverable has been judged by its due date yet"


def test_what_no_reader_would_believe_is_left_with_everything_else():
    """A share above the usual one does not lower a risk in words, whatever the tables of two add."""
    for points, share in ((-0.8, 0.6), (0.8, 0.05)):
        assert not any("like it" in line.text for line in told(facts(alike=points, signs={"alike": share})).lines)


def test_others_read_nothing_of_it_for_it_goes_by_the_record():
    assert not any("like it" in line.text for line in told(facts(alike=0.8, signs={"alike": 0.4}), own=False).lines)


def test_others_read_role_and_load_instead():
    story = told(facts(record=0.8, load=0.2, days_left=0.5), own=False)
    texts = [line.text for line in story.lines]
    assert texts[-2:] == [
        "the ML engineer has 6 open deliverables",
        "how dates were kept here so far, and everything else",
    ]
    assert not [text for text in texts if "your" in text or "finished" in text]
    assert len(texts) == 3


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize(
    ("driver", "signs"),
    [
        ({"load": -0.8}, {"load": 11}),
        ({"sent_back": -0.8}, {"sent_back": 2}),
        ({"sent_back": 0.8}, {"sent_back": 0}),
        ({"rescoped": 0.8}, {"rescoped": 0}),
        ({"blocked_by": -0.8}, {"blocked_by": 3}),
    ],
)
def test_what_nobody_would_believe_is_no_line_of_its_own(own, driver, signs):
    story = told(facts(days_left=0.5, **driver, signs=signs), own=own)
    assert [line.text for line in story.lines[:-1]] == ["9 days are left until it is due"]
    assert "everything else" in story.lines[-1].text


def test_a_clean_record_never_raises_and_a_late_one_never_lowers():
    assert told(facts(record=0.8, of=[0, 5])).lines[0].text == "everything else"
    assert told(facts(record=-0.8, of=[5, 5])).lines[0].text == "everything else"
    assert "0 of your 5" in told(facts(record=-0.8, of=[0, 5])).lines[0].text


def test_few_open_deliverables_may_lower():
    assert (
        told(facts(load=-0.8, signs={"load": 2}), own=False).lines[0].text == "the ML engineer has 2 open deliverables"
    )


def test_the_draws_are_told_beside_those_of_usual_work():
    sentence = "reckoned from the plan it is late in 62 of 100 draws"
    assert told(facts(cascade=-0.8)).lines[0].text == f"{sentence}, usual work in 72"
    earlier = facts(cascade=-0.8)
    del earlier["usual_late"]
    assert told(earlier).lines[0].text == sentence


def test_the_folded_line_is_there_even_where_it_adds_nothing():
    assert "everything else" in told(facts(days_left=0.5), own=False).lines[-1].text


def test_what_comes_before_it_is_told_where_it_decides():
    lines = told(facts(0.97, days_left=-0.5)).lines
    assert lines[0].text == "what comes before it ends too late"
    assert lines[0].points > 60


def test_without_facts_there_is_nothing_to_tell():
    assert risk_story(None, own=True) is None
    assert risk_story({}, own=False) is None

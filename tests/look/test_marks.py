"""Initials in six hues: each readable, each name always in the same one."""

import re

import pytest

from accounts.templatetags.ui import HUES, hue, initials
from tests.look.css import CSS, contrast

_MARKS = re.findall(
    r"\.h(\d) \{ --m-b: light-dark\((#\w{6}), (#\w{6})\); --m-t: light-dark\((#\w{6}), (#\w{6})\); \}", CSS
)


def test_every_hue_has_its_colours():
    assert [int(number) for number, *_ in _MARKS] == list(range(1, HUES + 1))


@pytest.mark.parametrize("mark", _MARKS, ids=[f"h{m[0]}" for m in _MARKS])
def test_initials_are_readable_in_both_themes(mark):
    _, ground, dark_ground, text, dark_text = mark
    assert contrast(text, ground) >= 4.5
    assert contrast(dark_text, dark_ground) >= 4.5


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ines Rautio", "IR"),
        ("Sofía de la Marín", "SM"),
        ("adaeze", "A"),
        ("ines.rautio@vantage.example", "IR"),
        ("", "?"),
        ("12 34", "?"),
        ("<script>alert(1)</script>", "SS"),
        ("مريم حداد", "مح"),
    ],
)
def test_initials_are_two_letters_at_most(name, letters):
    assert initials(name) == letters


def test_a_name_keeps_its_hue_whatever_its_case():
    assert hue("Ines Rautio") == hue("INES RAUTIO")
    assert {hue(f"Person {n}") for n in range(60)} == {f"h{n}" for n in range(1, HUES + 1)}

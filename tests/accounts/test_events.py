"""What stands in an event's sentence."""

import pytest

from accounts.events import excerpt

ANSWER = (
    "87% right first time, against 71% by hand in the baseline. Page 9 of the evaluation report; the weakest group is "
    "three or more parties, 120 claims."
)


@pytest.mark.parametrize(
    ("text", "most", "said"),
    [
        ("Short.", 10, "Short."),
        (ANSWER, 140, f"{ANSWER.partition(', 120')[0]}…"),
        ("It costs 1,250,000 euros a year", 17, "It costs…"),
        ("One. Two words and a number 1,250", 30, "One. Two words and a number…"),
        ("x" * 50, 20, "x" * 19 + "…"),
    ],
)
def test_a_long_text_is_cut_between_words_and_never_within_a_number(text: str, most: int, said: str) -> None:
    assert excerpt(text, most) == said
    assert len(excerpt(text, most)) <= most

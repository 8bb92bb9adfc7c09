"""Threads and check-ins: who says what, and who sees it."""

from datetime import date

import pytest

from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import Event
from milestones.actions import talk
from milestones.models import CheckIn, Comment
from tests import factories
from tests.factories import deliverable, line


def test_the_firms_line_is_internal_unless_shared(cast, engagement):
    said = talk.say(by=cast.specialist, engagement=engagement, text="The key is missing")
    assert (said.shared, said.is_question) == (False, False)
    assert not Event.objects.filter(verb="commented", shared=True).exists()


def test_a_contacts_line_is_a_question_until_the_firm_answers_it(cast, engagement):
    asked = talk.say(by=cast.viewer, engagement=engagement, text="When is the demo?")
    assert (asked.shared, asked.is_question, asked.answered_at) == (True, True, None)
    talk.say(by=cast.manager, engagement=engagement, text="Note to self", answers=asked)
    assert Comment.objects.get(pk=asked.pk).answered_at is None
    talk.say(by=cast.manager, engagement=engagement, text="On Friday.", answers=asked, shared=True)
    assert Comment.objects.get(pk=asked.pk).answered_at is not None


def test_threads_are_two_levels_deep(cast, engagement):
    asked = talk.say(by=cast.viewer, engagement=engagement, text="When?")
    reply = talk.say(by=cast.manager, engagement=engagement, text="Friday.", answers=asked, shared=True)
    assert talk.say(by=cast.viewer, engagement=engagement, text="Thanks", answers=reply).answers == asked


def test_nothing_shared_hangs_on_what_the_client_cannot_see(cast):
    engagement = factories.active(cast, [line("A"), line("B", shared=False, needs_sign_off=False)])
    with pytest.raises(IllegalMove, match="internal"):
        talk.say(
            by=cast.manager, engagement=engagement, deliverable=deliverable(engagement, "B"), text="Hm", shared=True
        )
    note = talk.say(by=cast.manager, engagement=engagement, text="Internal")
    with pytest.raises(IllegalMove, match="thread is internal"):
        talk.say(by=cast.manager, engagement=engagement, text="Shared", answers=note, shared=True)


@pytest.mark.parametrize("who", ["stranger", "unplaced"])
def test_nobody_else_takes_part(cast, engagement, who):
    with pytest.raises(NotAllowed):
        talk.say(by=getattr(cast, who), engagement=engagement, text="Hello")


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001, "a\x00b"])
def test_bad_text_is_refused_beside_its_field(cast, engagement, text):
    with pytest.raises(DomainError) as refused:
        talk.say(by=cast.manager, engagement=engagement, text=text)
    assert refused.value.field == "text"


def test_html_is_kept_as_text(cast, engagement):
    assert talk.say(by=cast.manager, engagement=engagement, text="<b>now</b>").text == "<b>now</b>"


# --- check-ins -----------------------------------------------------------------------------------------------


def test_the_owners_word_of_a_week_is_replaced_when_said_again(cast, engagement):
    one = deliverable(engagement)
    talk.check_in(by=cast.specialist, deliverable=one, answer="fine")
    talk.check_in(by=cast.specialist, deliverable=one, answer="slips", slips_to=date(2026, 12, 9), why="Reviews")
    said = CheckIn.objects.get()
    assert (said.week, said.answer, said.slips_to) == ("2026-W48", "slips", date(2026, 12, 9))


def test_only_the_owner_says_how_it_stands(cast, engagement):
    with pytest.raises(NotAllowed):
        talk.check_in(by=cast.manager, deliverable=deliverable(engagement), answer="fine")


@pytest.mark.parametrize(
    ("answer", "more", "field"),
    [
        ("slips", {}, "slips_to"),
        ("slips", {"slips_to": date(2026, 11, 24)}, "slips_to"),
        ("slips", {"slips_to": date(9999, 1, 1)}, "slips_to"),
        ("slips", {"slips_to": date(2026, 12, 9), "why": " "}, "why"),
        ("blocked", {"why": " "}, "why"),
        ("soon", {}, "answer"),
    ],
)
def test_half_an_answer_names_what_is_missing(cast, engagement, answer, more, field):
    with pytest.raises(DomainError) as refused:
        talk.check_in(by=cast.specialist, deliverable=deliverable(engagement), answer=answer, **more)
    assert refused.value.field == field

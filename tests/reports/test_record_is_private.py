"""A specialist's record of lateness is read by that specialist alone, on the own week; nowhere else, by nobody else."""

import re
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from accounts.models import User
from engagements.models import Placement
from milestones import slips
from milestones.forecasting.opinion import chance_of
from milestones.models import Deliverable
from milestones.risk_words import risk_story
from tests import factories
from tests.reports.conftest import Firm, signed_in

# The words of the record, and what other words for it would hold.
WORDS = (
    "Only you see this", "only you see this", "within a day of their due date", "own record", "past lateness",
    "usually late", "finished deliverables were late",
)  # fmt: skip
TITLE = re.compile(r"Why \d+%\s+late")


@pytest.fixture
def recorded(at_work: Firm) -> Firm:
    """Sam has finished four deliverables, two of them late; Una is placed beside him."""
    with as_firm():
        people = at_work.people
        factories.placement(people.manager, at_work.engagement, people.unplaced)
        past = factories.active(
            people, [factories.line(ref) for ref in "DEFG"], client=people.other_client, name="Past"
        )
        for number, row in enumerate(past.deliverables.order_by("number")):
            Deliverable.objects.filter(pk=row.pk).update(
                state="accepted",
                needs_sign_off=False,
                started_on=row.start_on,
                accepted_on=row.due_on.replace(day=row.due_on.day - 10 if number < 2 else row.due_on.day),
                due_on=row.due_on.replace(day=row.due_on.day - 10),
                start_on=row.due_on.replace(day=1),
            )
        slips.recompute(at_work.engagement)
    return at_work


def pages(firm: Firm) -> list[str]:
    """Every page of the firm that tells of people or of forecasts."""
    with as_firm():
        placed = list(Placement.objects.filter(engagement=firm.engagement).values_list("public_id", flat=True))
        past = Deliverable.objects.filter(engagement__name="Past").select_related("engagement")[0].engagement
    tabs = ["", f"?open={firm.b.public_id}", f"?open={firm.a.public_id}", "?timeline=table", "team/", "activity/"]
    tabs += ["outcomes/", "waits/", "handoff/", f"owners/?pick={firm.b.public_id}"]
    tabs += [f"team/{one}/" for one in placed] + [f"team/{one}/replace/" for one in placed]
    lists = ["/", "/me/", "/needs/", "/deliverables/", "/metrics/", "/specialists/", "/endings/", "/away/", "/clients/"]
    lists += [
        f"/specialists/{firm.people.specialist.public_id}/",
        "/find/?q=Sam",
        "/portfolio.csv",
        "/deliverables.csv",
    ]
    lists += ["/specialists.csv", "/endings.csv", firm.url("waits.csv"), past.get_absolute_url()]
    return [*lists, *(firm.url(one) for one in tabs)]


def read(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code in {200, 302, 303, 403, 404}, address
    return answer.text


def test_the_specialist_reads_the_own_record(recorded: Firm) -> None:
    page = read(signed_in(recorded.people.specialist), "/me/")
    assert "Only you see this: of your last four, two were accepted within a day of their due date." in page


def test_the_specialist_reads_what_the_record_adds_to_an_own_risk(recorded: Firm) -> None:
    page = read(signed_in(recorded.people.specialist), recorded.url(f"?open={recorded.b.public_id}"))
    assert "Only you see this: 2 of your 4 finished deliverables were late" in page


def test_others_read_the_same_risk_with_the_record_folded_into_one_line(recorded: Firm) -> None:
    """The numbers are one; no line of others moves with the record alone."""
    address = recorded.url(f"?open={recorded.b.public_id}")
    own_page, page = (read(signed_in(who), address) for who in (recorded.people.specialist, recorded.people.manager))
    assert "Everything else, taken together" in page
    assert "taken together" not in own_page
    assert TITLE.findall(page) == TITLE.findall(own_page) != []


def test_the_lines_that_others_read_do_not_tell_the_record() -> None:
    """Records that add differently leave every line but the folded one as it is, to a point of rounding."""
    lines = {}
    for points in (-0.6, 0.0, 0.6):
        facts = risk_facts(record=points)
        story = risk_story(facts, own=False)
        assert story is not None
        lines[points] = [one.text for one in story.lines]
        assert story.usual + sum(one.points for one in story.lines) == story.percent
        assert "everything else" in story.lines[-1].text
    assert lines[-0.6] == lines[0.0] == lines[0.6]


def risk_facts(record: float) -> dict[str, Any]:
    parts = {"days_left": 0.4, "age": -0.3, "load": 0.2, "record": record, "engagement_record": 0.1, "cascade": 0.9}
    signs = {"days_left": 9, "age": 4, "load": 6}
    late = chance_of(-1.0 + sum(parts.values()))
    counts = {"record": [2, 4], "engagement": [1, 5], "role": "ML engineer", "own_late": 0.5}
    return {"base": -1.0, "late": late, "parts": parts, "signs": signs, **counts}


@pytest.mark.parametrize("who", ["unplaced", "manager", "administrator"])
def test_nobody_else_reads_it_anywhere(recorded: Firm, who: str) -> None:
    reader: User = getattr(recorded.people, who)
    browser = signed_in(reader)
    for address in pages(recorded):
        text = read(browser, address)
        assert not [words for words in WORDS if words in text], address


def is_own(address: str) -> bool:
    """Whether it is the specialist's own week, or one of the own deliverables opened there."""
    return address == "/me/" or "?open=" in address


def test_the_specialist_reads_it_on_the_own_week_and_deliverables_alone(recorded: Firm) -> None:
    browser = signed_in(recorded.people.specialist)
    for address in pages(recorded):
        if not is_own(address):
            assert "only you see this" not in read(browser, address).lower(), address


def test_the_client_reads_it_nowhere(recorded: Firm) -> None:
    browser = signed_in(recorded.people.signer)
    code = recorded.engagement.code
    for address in ("", "deliverables/", f"d/{recorded.a.public_id}/", "plan/", "questions/", "waits.csv"):
        text = read(browser, f"/portal/{code}/{address}")
        assert not [words for words in WORDS if words in text], address

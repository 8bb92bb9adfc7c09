"""A specialist's record of lateness is read by that specialist alone, on the own week; nowhere else, by nobody else."""

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from accounts.models import User
from engagements.models import Placement
from milestones import slips
from milestones.models import Deliverable
from tests import factories
from tests.reports.conftest import Firm, signed_in

# The words of the record, and what other words for it would hold.
WORDS = ("Only you see this", "within a day of their due date", "own record", "past lateness", "usually late")


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


@pytest.mark.parametrize("who", ["unplaced", "manager", "administrator"])
def test_nobody_else_reads_it_anywhere(recorded: Firm, who: str) -> None:
    reader: User = getattr(recorded.people, who)
    browser = signed_in(reader)
    for address in pages(recorded):
        text = read(browser, address)
        assert not [words for words in WORDS if words in text], address


def test_the_specialist_reads_it_on_the_own_week_alone(recorded: Firm) -> None:
    browser = signed_in(recorded.people.specialist)
    for address in pages(recorded):
        if address != "/me/":
            assert "Only you see this" not in read(browser, address), address


def test_the_client_reads_it_nowhere(recorded: Firm) -> None:
    browser = signed_in(recorded.people.signer)
    code = recorded.engagement.code
    for address in ("", "deliverables/", f"d/{recorded.a.public_id}/", "plan/", "questions/", "waits.csv"):
        text = read(browser, f"/portal/{code}/{address}")
        assert not [words for words in WORDS if words in text], address

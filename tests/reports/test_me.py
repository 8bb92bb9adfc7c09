"""A specialist's week: three answers, each saved by itself."""

from datetime import date

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from milestones.actions import signing, work
from milestones.models import CheckIn, Evidence, Wait
from milestones.states import Answer
from tests import factories
from tests.reports.conftest import HTMX, Counted, Firm, signed_in


def address(firm: Firm) -> str:
    return f"/me/d/{firm.b.public_id}/"


def said(firm: Firm) -> CheckIn:
    with as_firm():
        return CheckIn.objects.get(deliverable=firm.b)


def test_what_is_running_is_asked_about_and_what_is_in_review_is_not(at_work: Firm, specialist: Browser) -> None:
    text = specialist.get("/me/").text
    assert "How is Deliverable B?" in text
    assert "How is Deliverable A?" not in text
    assert "0 of 2 said" in text


def test_nobody_elses_work_is_asked_about(at_work: Firm) -> None:
    text = signed_in(at_work.people.unplaced).get("/me/").text
    assert "Nothing is asked" in text
    assert "Deliverable" not in text.split('id="main"')[1].split("Nothing is asked")[0]


def test_fine_is_saved(at_work: Firm, specialist: Browser) -> None:
    response = specialist.post(address(at_work), {"say": "fine"}, headers=HTMX)
    assert response.status_code == 200
    assert said(at_work).answer == Answer.FINE
    assert "1 of 2 said" in response.text


def test_a_slip_has_its_day_and_reason(at_work: Firm, specialist: Browser) -> None:
    data = {"say": "slip", "slips_to": "2026-12-04", "slip_why": "Two types came late"}
    response = specialist.post(address(at_work), data, headers=HTMX)
    assert "Slips to 4 Dec: Two types came late" in response.text
    assert said(at_work).slips_to == date(2026, 12, 4)


def test_a_block_opens_the_wait_once(at_work: Firm, specialist: Browser) -> None:
    data = {"say": "stop", "on": "third_party", "what": "A key from the vendor"}
    for _time in range(2):
        assert specialist.post(address(at_work), data, headers=HTMX).status_code == 200
    assert said(at_work).answer == Answer.BLOCKED
    with as_firm():
        wait = Wait.objects.get(what="A key from the vendor")
    assert wait.on == "third_party"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"say": "slip", "slip_why": "x"}, "Say to which day it slips."),
        ({"say": "slip", "slips_to": "2026-11-01", "slip_why": "x"}, "after the day it is due on"),
        ({"say": "slip", "slips_to": "9999-12-31", "slip_why": "x"}, "between 2000 and 2199"),
        ({"say": "stop"}, "Say what it waits for."),
        ({"say": "maybe"}, "not one of the choices"),
        ({"say": "stop", "what": "x" * 10_000}, "at most 500 characters"),
    ],
)
def test_a_bad_answer_is_said_and_nothing_is_lost(
    at_work: Firm, specialist: Browser, data: dict[str, str], sentence: str
) -> None:
    response = specialist.post(address(at_work), data, headers=HTMX)
    assert response.status_code == 422
    assert sentence in response.text
    if "slips_to" in data:
        assert f'value="{data["slips_to"]}"' in response.text
    with as_firm():
        assert not CheckIn.objects.exists()


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_slip_without_a_reason_is_refused_beside_its_field(
    at_work: Firm, specialist: Browser, headers: dict[str, str]
) -> None:
    data = {"say": "slip", "slips_to": "2026-12-04", "slip_why": " "}
    response = specialist.post(address(at_work), data, headers=headers)
    assert response.status_code == 422
    beside = f'id="why-{at_work.b.public_id}-refused"'
    assert f'aria-describedby="why-{at_work.b.public_id}-refused"' in response.text
    assert response.text.split(beside)[1].split("</div>")[0].endswith("<span>Say in one line why it slips.</span>")
    assert 'value="2026-12-04"' in response.text
    with as_firm():
        assert not CheckIn.objects.exists()


def test_a_word_kept_without_a_reason_ends_with_its_day(at_work: Firm, specialist: Browser) -> None:
    specialist.post(address(at_work), {"say": "slip", "slips_to": "2026-12-04", "slip_why": "x"})
    with as_firm():
        CheckIn.objects.update(why="")
    assert "<span>Slips to 4 Dec</span>" in specialist.get("/me/").text


def test_without_script_the_page_keeps_what_was_typed(at_work: Firm, specialist: Browser) -> None:
    response = specialist.post(address(at_work), {"say": "slip", "slip_why": "Two types came late"})
    assert response.status_code == 422
    assert "Say to which day it slips." in response.text
    assert 'value="Two types came late"' in response.text
    assert "How is Deliverable C?" in response.text


def test_the_rest_is_fine_answers_what_is_left_alone(at_work: Firm, specialist: Browser) -> None:
    specialist.post(address(at_work), {"say": "slip", "slips_to": "2026-12-04", "slip_why": "Late"})
    assert specialist.post("/me/rest/").status_code == 303
    assert said(at_work).answer == Answer.SLIPS
    assert "2 of 2 said" in specialist.get("/me/").text


def test_somebody_elses_deliverable_is_404(at_work: Firm, manager: Browser) -> None:
    assert manager.post(address(at_work), {"say": "fine"}).status_code == 404


def test_a_link_is_attached(at_work: Firm, specialist: Browser) -> None:
    data = {
        "deliverable": at_work.b.public_id, "title": "Pull request", "kind": "code", "url": "https://git.example/1",
    }  # fmt: skip
    assert specialist.post("/me/evidence/", data).status_code == 303
    with as_firm():
        assert Evidence.objects.filter(deliverable=at_work.b, title="Pull request").exists()


def test_a_page_named_pdf_is_refused_beside_its_field(at_work: Firm, specialist: Browser) -> None:
    upload = factories.upload(b"<html><script>1</script></html>", "report.pdf")
    data = {"deliverable": at_work.b.public_id, "title": "Report", "kind": "document", "file": upload}
    response = specialist.post("/me/evidence/", data)
    assert response.status_code == 422
    assert 'value="Report"' in response.text
    with as_firm():
        assert not Evidence.objects.filter(title="Report", deliverable=at_work.b, url="").exists()


def test_evidence_for_somebody_elses_work_is_no_choice(at_work: Firm, specialist: Browser) -> None:
    with as_firm():
        people = at_work.people
        other = factories.active(people, name="Another")
        theirs = factories.deliverable(other)
        theirs.owner = None
        theirs.save(update_fields=["owner"])
    data = {"deliverable": theirs.public_id, "title": "Mine?", "kind": "code", "url": "https://git.example/1"}
    assert specialist.post("/me/evidence/", data).status_code == 422


def test_the_own_record_is_shown_to_its_owner_alone(at_work: Firm, specialist: Browser, manager: Browser) -> None:
    with as_firm():
        signing.accept(by=at_work.people.signer, deliverable=at_work.a, content_hash=factories.seen(at_work.a))
        factories.ready(at_work.people.specialist, at_work.c)
        for one in (at_work.b, at_work.c):
            work.submit(by=at_work.people.specialist, deliverable=one)
            signing.accept(by=at_work.people.signer, deliverable=one, content_hash=factories.seen(one))
    sentence = "Only you see this: of your last three, three were accepted"
    assert sentence in specialist.get("/me/").text
    assert sentence not in manager.get("/me/").text


def test_queries_do_not_grow_with_the_work(at_work: Firm, specialist: Browser, counted: Counted) -> None:
    first = counted(specialist, "/me/")
    with as_firm():
        lines = [factories.line(f"L{n}", start=48 + n % 3) for n in range(6)]
        factories.active(at_work.people, lines, name="Another")
    assert "Deliverable L3" in specialist.get("/me/").text
    assert counted(specialist, "/me/") <= first

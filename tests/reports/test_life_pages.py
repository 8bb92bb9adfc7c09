"""The life of an engagement on the firm's pages: consequences first, a banner after, and the way back."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client as Browser

from accounts.db import as_firm
from engagements.models import Engagement
from milestones import clock
from milestones.actions import life
from milestones.catalogue import current_versions
from milestones.models import ForecastRun, PlanChange
from reports import ledger
from reports.pages.lights import lights
from tests import factories
from tests.factories import TODAY
from tests.reports.conftest import Firm, signed_in

LATER = timedelta(days=7)


def go(browser: Browser, firm: Firm, what: str, **data: str):
    return browser.post(firm.url(f"life/{what}/"), data)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("hold", "The clock stands still on day 49."),
        ("end-early", "3 deliverables stay unfinished"),
    ],
)
def test_what_it_brings_is_said_before_the_button(at_work: Firm, manager: Browser, what: str, said: str) -> None:
    text = manager.get(at_work.url(f"life/{what}/")).text
    assert said in text
    assert text.index(said) < text.index('<button class="btn btn-primary"')


def test_what_cannot_be_completed_offers_no_button(at_work: Firm, manager: Browser) -> None:
    page = manager.get(at_work.url("life/complete/")).text
    assert "3 deliverables are not accepted yet" in page
    assert "Finish what is left" in page
    assert 'type="submit">Complete' not in page
    assert go(manager, at_work, "complete").status_code == 409


def test_from_hold_to_the_shifted_dates(at_work: Firm, manager: Browser, monday: time_machine.Traveller) -> None:
    assert go(manager, at_work, "hold", why="Change freeze").status_code == 303
    page = manager.get(at_work.url())
    assert "On hold since 23 Nov." in page.text
    assert "Change freeze" in page.text
    signer = signed_in(at_work.people.signer)
    assert "The work is on hold since 23 Nov" in signer.get(f"/portal/{at_work.engagement.code}/plan/").text
    monday.shift(LATER)
    assert "5 working days until today" in manager.get(at_work.url("life/resume/")).text
    answer = go(manager, at_work, "resume")
    assert answer["Location"] == at_work.url("ask/") + "?propose=hold"
    with as_firm():
        assert ForecastRun.objects.filter(engagement=at_work.engagement, on=TODAY + LATER).exists()
    assert manager.get(answer["Location"]).context["form"].rows
    assert "On hold since" not in manager.get(at_work.url()).text


def test_days_on_hold_are_counted_as_waiting_nowhere(
    at_work: Firm, manager: Browser, monday: time_machine.Traveller
) -> None:
    def waited() -> set[int]:
        with as_firm():
            engagement = Engagement.objects.get(pk=at_work.engagement.pk)
            (row,) = [one for one in lights(at_work.people.manager) if one.id == engagement.pk]
            entries = {one.public_id: one for one in ledger.read(engagement, shared=False).entries}
            since = at_work.wait.opened_on
            between = clock.calendar_of(engagement).working_days_between(since, engagement.today())
            return {row.worked_since(since), entries[at_work.wait.public_id].days, between}

    before = waited()
    assert len(before) == 1
    go(manager, at_work, "hold", why="Change freeze")
    monday.shift(LATER)
    assert waited() == before
    go(manager, at_work, "resume")
    assert waited() == before
    monday.shift(timedelta(days=1))
    assert waited() == {before.pop() + 1}


@pytest.mark.parametrize(("what", "optional"), [("hold", 1), ("end-early", 1), ("resume", 2), ("complete", 0)])
def test_a_reason_that_is_needed_is_not_called_optional(
    at_work: Firm, manager: Browser, what: str, optional: int
) -> None:
    if what == "resume":
        go(manager, at_work, "hold", why="Change freeze")
    assert manager.get(at_work.url(f"life/{what}/")).text.count("(optional)") == optional


def test_a_hold_needs_a_reason_too(at_work: Firm, manager: Browser) -> None:
    refused = go(manager, at_work, "hold", why=" ")
    assert refused.status_code == 422
    assert "Say why it is put on hold; both sides will read it." in refused.text
    assert "On hold since" not in manager.get(at_work.url()).text


def test_ending_needs_a_reason_and_keeps_what_was_typed(at_work: Firm, manager: Browser) -> None:
    refused = go(manager, at_work, "end-early", on="2026-11-20", why=" ")
    assert refused.status_code == 422
    assert "Say why it ends early" in refused.text
    assert 'value="2026-11-20"' in refused.text


def test_an_ended_engagement_is_archived_and_brought_back(at_work: Firm, manager: Browser) -> None:
    go(manager, at_work, "end-early", why="Change freeze for six months")
    assert "Ended early on 23 Nov" in manager.get(at_work.url()).text
    assert go(manager, at_work, "archive").status_code == 303
    assert "Archived on 23 Nov" in manager.get(at_work.url()).text
    assert "Claims intake" in manager.get("/put-away/").text
    assert manager.post(at_work.url("back/")).status_code == 303
    assert "Archived on" not in manager.get(at_work.url()).text


def test_a_removed_draft_comes_back_within_thirty_days(
    at_work: Firm, manager: Browser, monday: time_machine.Traveller
) -> None:
    with as_firm():
        draft = factories.draft(at_work.people, name="Second programme")
    address = f"/engagements/{draft.code}/"
    assert manager.post(f"{address}life/remove/")["Location"] == "/put-away/"
    assert manager.get(address).status_code == 404
    assert "Second programme" in manager.get("/put-away/").text
    assert manager.post(f"{address}back/").status_code == 303
    assert manager.get(address).status_code == 200
    manager.post(f"{address}life/remove/")
    monday.shift(timedelta(days=31))
    manager = signed_in(at_work.people.manager)
    assert "Second programme" not in manager.get("/put-away/").text
    assert manager.post(f"{address}back/").status_code == 409


def test_specialists_do_not_bring_back(at_work: Firm, specialist: Browser) -> None:
    with as_firm():
        life.end_early(by=at_work.people.manager, engagement=at_work.engagement, why="Enough")
        life.archive(by=at_work.people.manager, engagement=at_work.engagement)
    assert specialist.get("/put-away/").status_code == 403
    assert specialist.post(at_work.url("back/")).status_code == 403


# --- extending ---------------------------------------------------------------------------------------------


def extension(**more: str) -> dict[str, object]:
    return {
        "day": "120", "name": "Hand over", "why": "More claims", "row": ["0"], "title_0": "Runbook drill",
        "due_0": "2027-01-25", "effort_0": "4", "done_0": "Drilled once\nWritten down", **more,
    }  # fmt: skip


def test_an_extension_is_typed_looked_at_and_asked_for(at_work: Firm, manager: Browser) -> None:
    look = manager.post(at_work.url("extend/"), extension(do="effect"))
    assert look.status_code == 200
    assert look.context["asking"].lines[-1].title == "Day 120, Hand over"
    answer = manager.post(at_work.url("extend/"), extension(do="ask", seen=look.context["asking"].seen))
    assert answer.status_code == 303
    again = manager.post(at_work.url("extend/"), extension(do="ask", seen=look.context["asking"].seen))
    assert again.status_code == 422
    assert f'href="{answer["Location"]}">Plan change 1 already asks for exactly this.</a>' in again.text
    assert "Runbook drill, due 25 Jan 2027" in manager.get(answer["Location"]).text
    with as_firm():
        assert PlanChange.objects.get().what == "Extended to day 120, Hand over: 1 deliverable"


def test_a_playbooks_milestone_is_laid_out_on_the_new_day(at_work: Firm, manager: Browser) -> None:
    call_command("load_catalogue")
    with as_firm():
        version = current_versions()[-1]
    source = f"{version.pk}-90"
    laid = manager.post(at_work.url("extend/"), {"day": "120", "name": "Hand over", "do": "lay", "source": source})
    rows = laid.context["form"].rows
    assert rows
    assert all("2027-01-03" < row.due.value() <= "2027-02-02" for row in rows)
    assert all(row.done.value() for row in rows)


def test_lines_are_added_and_taken_out_and_nothing_is_lost(at_work: Firm, manager: Browser) -> None:
    more = manager.post(at_work.url("extend/"), extension(do="line"))
    assert [row.key for row in more.context["form"].rows] == ["0", "1"]
    assert 'value="Runbook drill"' in more.text
    less = manager.post(at_work.url("extend/"), {**extension(do="out 0"), "row": ["0", "1"]})
    assert [row.key for row in less.context["form"].rows] == ["1"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"day": "90"}, "reaches to day 90"),
        ({"due_0": ""}, "Give a due date."),
        ({"due_0": "2027-02-20"}, "due after its milestone"),
        ({"due_on": "9999-01-01"}, "2000 to 2199"),
        ({"name": ""}, "required"),
    ],
)
def test_what_does_not_fit_is_said_and_stays(
    at_work: Firm, manager: Browser, more: dict[str, str], sentence: str
) -> None:
    response = manager.post(at_work.url("extend/"), extension(do="effect", **more))
    assert response.status_code == 422
    assert sentence in response.text
    assert "Runbook drill" in response.text


def test_why_somebody_may_be_more_than_full_is_asked_once_beside_its_field(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        placed = at_work.engagement.placements.get()
        other = factories.active(at_work.people, [], name="Another", start=TODAY)
        other.placements.update(percent=80, ends_on=placed.ends_on + timedelta(days=30))
    name = f"reason_{placed.public_id}"
    label = "Why more than a full week is right for Sam Specialist"
    assert label in manager.get(at_work.url("extend/")).text
    asked = extension(do="effect", stay=placed.public_id)
    refused = manager.post(at_work.url("extend/"), asked)
    assert refused.status_code == 422
    assert "up to 120% in the weeks of" in refused.text
    assert refused.text.count("Say why it is right, or untick Sam Specialist above.") == 1
    reasoned = {**asked, name: "The other one ends in January"}
    look = manager.post(at_work.url("extend/"), reasoned)
    assert look.status_code == 200
    answer = manager.post(at_work.url("extend/"), {**reasoned, "do": "ask", "seen": look.context["asking"].seen})
    assert answer.status_code == 303
    with as_firm():
        (move,) = PlanChange.objects.get().moves.all()
    assert move.added["reasons"] == {placed.public_id: "The other one ends in January"}
    assert label not in manager.post(at_work.url("extend/"), extension(do="effect")).text


def test_what_is_refused_stands_once_on_the_page(at_work: Firm, manager: Browser) -> None:
    refused = manager.post(at_work.url("extend/"), extension(do="effect", day="90"))
    assert refused.text.count("The plan reaches to day 90.") == 1


# --- details -------------------------------------------------------------------------------------------------


def details(**more: object) -> dict[str, object]:
    plain = {"name": "Claims intake", "goal": "A goal", "backlog_url": "", "release_url": "", "done_url": ""}
    return {**plain, "definition_of_done": "", "version": "2", **more}


def test_details_are_edited_and_a_stale_edit_shows_both(at_work: Firm, manager: Browser) -> None:
    address = at_work.url("details/")
    version = manager.get(address).context["form"].initial["version"]
    assert manager.post(address, details(goal="Ours", version=version)).status_code == 303
    stale = manager.post(address, details(goal="Theirs", version=version))
    assert stale.status_code == 409
    assert "Ours" in stale.text
    assert "Theirs" in stale.text
    hidden = {one["name"]: one["value"] for one in stale.context["hidden"]}
    assert manager.post(address, {**hidden, "goal": "mine"}).status_code == 303
    with as_firm():
        assert Engagement.objects.get(pk=at_work.engagement.pk).goal == "Theirs"


@pytest.mark.parametrize(
    ("more", "sentence"), [({"name": ""}, "required"), ({"backlog_url": "ftp://x"}, "begins with https")]
)
def test_details_that_make_no_sense_stay_in_the_form(
    at_work: Firm, manager: Browser, more: dict[str, str], sentence: str
) -> None:
    address = at_work.url("details/")
    version = manager.get(address).context["form"].initial["version"]
    response = manager.post(address, details(version=version, goal="Kept words", **more))
    assert response.status_code == 422
    assert sentence in response.text
    assert "Kept words" in response.text


def test_only_managers_edit_details_extend_and_end(at_work: Firm, specialist: Browser) -> None:
    for page in ("details/", "extend/", "life/hold/"):
        assert specialist.get(at_work.url(page)).status_code == 403

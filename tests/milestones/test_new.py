"""Logging an engagement in the browser: steps, drafts, two tabs, one engagement however often it is sent."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from accounts.db import as_firm
from engagements.models import Client, Engagement
from milestones.catalogue import SHIPPED, load_playbook
from milestones.draft import DONE
from milestones.models import PlanDraft
from tests import factories
from tests.conftest import CAST
from tests.factories import Cast
from tests.ground import Ground, Part, begins_with

GOAL = {
    "name": "Claims triage automation",
    "goal": "Triage in six minutes.",
    "service_line": "data_science_ml",
    "start_on": "2026-10-06",
    "metrics-0-name": "Manual triage time",
    "metrics-0-unit": "min",
    "metrics-0-start": "14",
    "metrics-0-target": "6",
}
SEAT = {
    "seats-0-key": "a1",
    "seats-0-percent": "60",
    "seats-0-starts_on": "2026-10-06",
    "seats-0-ends_on": "2027-01-04",
}


def _with_playbooks(people: Cast) -> Cast:
    for shipped in SHIPPED:
        load_playbook(shipped)
    return people


WITH_PLAYBOOKS = Part(_with_playbooks, on=CAST)


@pytest.fixture
@begins_with(WITH_PLAYBOOKS)
def cast(monday: time_machine.Traveller, db: None, ground: Ground) -> Cast:
    """Everybody, and the playbooks; the test itself stands as nobody, like a browser."""
    return ground.of(WITH_PLAYBOOKS)


@pytest.fixture
def browser(cast: Cast, client: Browser) -> Browser:
    """The manager's browser."""
    client.force_login(cast.manager)
    return client


def held() -> PlanDraft:
    """The one draft there is."""
    with as_firm():
        return PlanDraft.objects.get()


def drafts() -> int:
    """How many drafts there are."""
    with as_firm():
        return PlanDraft.objects.count()


@pytest.fixture
def send(browser: Browser) -> Callable[..., Any]:
    """Send a step's form as the newest draft's page would."""

    def send(step: str, typed: dict[str, str], *, version: int | None = None, go: bool = True):
        draft = held()
        data = {**typed, "version": str(draft.version if version is None else version)}
        return browser.post(f"/engagements/new/{draft.public_id}/{step}/", data | ({"go": "1"} if go else {}))

    return send


@pytest.fixture
def laid_out(browser: Browser, send: Callable[..., Any], cast: Cast) -> PlanDraft:
    """A draft whose first three steps hold."""
    browser.post("/engagements/new/", {"which": "existing", "client": cast.client.public_id, "go": "1"})
    send("goal", GOAL | {"manager": cast.manager.public_id})
    send("team", SEAT | {"seats-0-specialist": cast.specialist.public_id})
    return held()


def test_first_page_begins_without_a_draft(browser: Browser) -> None:
    response = browser.get("/engagements/new/")
    assert response.status_code == 200
    assert not drafts()


def test_specialist_is_refused(browser: Browser, cast: Cast) -> None:
    browser.force_login(cast.specialist)
    assert browser.get("/engagements/new/").status_code == 403
    browser.force_login(cast.signer)
    assert browser.get("/engagements/new/").status_code == 404


def test_what_was_typed_wrong_stays(browser: Browser) -> None:
    typed = {"which": "new", "name": "N" * 10_000, "mark": "<b>", "time_zone": "Mars/Olympus", "go": "1"}
    response = browser.post("/engagements/new/", typed)
    assert response.status_code == 422
    page = response.content.decode()
    assert "Mars/Olympus is no time zone we know" in page
    assert "This is needed for a new client." in page
    assert "N" * 10_000 in page
    assert held().data["client"]["mark"] == "<b>"


def test_each_step_leads_to_the_next(browser: Browser, send: Callable[..., Any], cast: Cast) -> None:
    first = browser.post("/engagements/new/", {"which": "existing", "client": cast.client.public_id, "go": "1"})
    assert first["Location"].endswith("/goal/")
    second = send("goal", GOAL | {"manager": cast.manager.public_id})
    assert second["Location"].endswith("/team/")
    third = send("team", SEAT | {"seats-0-specialist": cast.specialist.public_id})
    assert third["Location"].endswith("/plan/")
    for step in ("client", "goal", "team", "plan"):
        assert browser.get(f"/engagements/new/{held().public_id}/{step}/").status_code == 200


def test_a_later_step_waits_for_the_earlier_ones(browser: Browser, cast: Cast) -> None:
    browser.post("/engagements/new/", {"which": "existing", "client": cast.client.public_id})
    draft = held()
    assert browser.get(f"/engagements/new/{draft.public_id}/plan/")["Location"].endswith("/goal/")


def test_going_back_loses_nothing(browser: Browser, laid_out: PlanDraft) -> None:
    page = browser.get(f"/engagements/new/{laid_out.public_id}/goal/").content.decode()
    assert "Triage in six minutes." in page
    assert 'value="14"' in page
    page = browser.get(f"/engagements/new/{laid_out.public_id}/team/").content.decode()
    assert 'value="2027-01-04"' in page


def test_rows_are_added_and_removed_without_script(
    browser: Browser, send: Callable[..., Any], laid_out: PlanDraft, cast: Cast
) -> None:
    two = GOAL | {"manager": cast.manager.public_id, "metrics-1-name": "Cost per claim"}
    send("goal", two | {"remove": "0"}, go=False)
    typed = held().data["goal"]
    assert typed["metrics-0-name"] == "Cost per claim"
    assert "metrics-1-name" not in typed
    send("goal", typed | {"add": "1"}, go=False)
    page = browser.get(f"/engagements/new/{laid_out.public_id}/goal/").content.decode()
    assert "metrics-1-name" in page


def test_target_must_be_better(send: Callable[..., Any], laid_out: PlanDraft, cast: Cast) -> None:
    wrong = GOAL | {"manager": cast.manager.public_id, "metrics-0-direction": "up"}
    response = send("goal", wrong)
    assert response.status_code == 422
    assert b"The target is not better than the start value." in response.content


@pytest.mark.parametrize("start", ["9999-12-31", "2026-02-30", "1900-01-01", "soon", "0"])
def test_start_dates_out_of_our_time_are_refused_beside_the_field(
    send: Callable[..., Any], laid_out: PlanDraft, cast: Cast, start: str
) -> None:
    response = send("goal", GOAL | {"manager": cast.manager.public_id, "start_on": start})
    assert response.status_code == 422
    assert b'id="id_start_on_error"' in response.content


@pytest.mark.parametrize("percent", ["0", "-5", "1000000000", "101", "ten", ""])
def test_allocations_out_of_range_are_refused(
    send: Callable[..., Any], laid_out: PlanDraft, cast: Cast, percent: str
) -> None:
    seat = SEAT | {"seats-0-specialist": cast.specialist.public_id, "seats-0-percent": percent}
    response = send("team", seat)
    assert response.status_code == 422
    assert b'id="id_seats-0-percent_error"' in response.content


def test_more_than_a_full_week_needs_a_reason(send: Callable[..., Any], laid_out: PlanDraft, cast: Cast) -> None:
    with as_firm():
        factories.draft(cast)  # takes 40 percent
    seat = SEAT | {"seats-0-specialist": cast.specialist.public_id, "seats-0-percent": "70"}
    response = send("team", seat)
    assert response.status_code == 422
    page = response.content.decode()
    assert "Sam Specialist is at up to 110% in the weeks of" in page
    assert "40% with Meridian Health" in page
    assert "Lower to 60%" in page
    assert "say under “More than a full week?” why it is right" in page
    assert '>Why more than a full week is right <span class="opt">(optional)</span></label>' in page
    assert send("team", seat | {"seats-0-overload_reason": "Until Una is there"}).status_code == 303


def test_lowering_to_what_is_free(send: Callable[..., Any], laid_out: PlanDraft, cast: Cast) -> None:
    with as_firm():
        factories.draft(cast)
    seat = SEAT | {"seats-0-specialist": cast.specialist.public_id, "seats-0-percent": "70"}
    send("team", seat | {"lower": "a1:60"}, go=False)
    assert held().data["team"]["seats-0-percent"] == "60"


def test_second_tab_sees_both_versions(browser: Browser, laid_out: PlanDraft, cast: Cast) -> None:
    address = f"/engagements/new/{laid_out.public_id}/goal/"
    mine = GOAL | {"manager": cast.manager.public_id, "name": "Mine"}
    browser.post(address, mine | {"version": str(laid_out.version), "go": "1"})
    late = GOAL | {"manager": cast.manager.public_id, "name": "Theirs", "goal": "Other"}
    response = browser.post(address, late | {"version": str(laid_out.version), "go": "1"})
    assert response.status_code == 409
    page = response.content.decode()
    assert "Theirs" in page
    assert "Mine" in page
    assert held().data["goal"]["name"] == "Mine"
    hidden = {f"mine.{name}": value for name, value in late.items()}
    choice = hidden | {"stale": "1", "version": str(laid_out.version + 1), "name": "theirs", "goal": "mine"}
    browser.post(address, choice)
    kept = held().data["goal"]
    assert (kept["name"], kept["goal"]) == ("Mine", "Other")


def test_autosave_keeps_and_tells_the_new_version(browser: Browser, laid_out: PlanDraft) -> None:
    response = browser.post(
        f"/engagements/new/{laid_out.public_id}/client/",
        {"which": "new", "name": "Half a na", "version": str(laid_out.version), "autosave": "1"},
        headers={"HX-Request": "true"},
    )
    assert f'value="{laid_out.version + 1}"' in response.content.decode()
    assert held().data["client"]["name"] == "Half a na"


def test_autosave_of_the_first_page_goes_on_in_one_draft(browser: Browser) -> None:
    browser.post("/engagements/new/", {"which": "new", "mark": "AC", "autosave": "1"}, headers={"HX-Request": "true"})
    draft = held()
    same = {"draft": draft.public_id, "version": str(draft.version)}
    browser.post("/engagements/new/", {"which": "new", "name": "Acme", "go": "1"} | same)
    assert held().data["client"]["name"] == "Acme"


def test_drafts_are_ones_own(browser: Browser, laid_out: PlanDraft, cast: Cast) -> None:
    assert b"Claims triage automation" in browser.get("/engagements/new/").content
    browser.force_login(cast.other_manager)
    assert b"Claims triage automation" not in browser.get("/engagements/new/").content
    assert browser.get(f"/engagements/new/{laid_out.public_id}/goal/").status_code == 404


def test_preview_shows_real_dates_and_holidays(browser: Browser, laid_out: PlanDraft) -> None:
    page = browser.get(f"/engagements/new/{laid_out.public_id}/plan/").content.decode()
    assert "Independence Day" not in page  # 6 December 2026 is a Sunday
    assert "Christmas" in page
    assert "not counted" in page
    assert "Mon 7 Dec" in page  # day 60 is a Saturday
    assert "after Sat 5 Dec" in page
    assert "nobody is placed in their roles" in page


def test_lines_are_moved_handed_over_and_dropped(browser: Browser, laid_out: PlanDraft) -> None:
    address = f"/engagements/new/{laid_out.public_id}/plan/"
    line = {"line": "S30-01", "due-S30-01": "2026-10-16", "owner-S30-01": "", "version": str(laid_out.version)}
    page = browser.post(address, line | {"drop": "S30-02"}, follow=True).content.decode()
    assert "Moved by you, the playbook has" in page
    assert "Dropped by you" in page
    plan = held().data["plan"]
    assert plan["due"] == {"S30-01": "2026-10-16"}
    assert plan["owner"] == {"S30-01": ""}
    browser.post(address, {"restore": "S30-02", "version": str(laid_out.version + 1)})
    assert held().data["plan"]["dropped"] == []


def test_impossible_dates_stay_beside_their_field(browser: Browser, laid_out: PlanDraft) -> None:
    address = f"/engagements/new/{laid_out.public_id}/plan/"
    for typed in ("2026-02-30", "9999-12-31", "2026-01-01", "2027-01-01"):
        version = str(held().version)
        line = {"line": "S30-01", "due-S30-01": typed, "owner-S30-01": "a1", "version": version, "create": "1"}
        response = browser.post(address, line)
        assert response.status_code == 422, typed
        assert 'id="err-S30-01"' in response.content.decode()
    with as_firm():
        assert not Engagement.objects.exists()


def test_deliverables_are_added_by_hand(browser: Browser, laid_out: PlanDraft) -> None:
    address = f"/engagements/new/{laid_out.public_id}/plan/"
    extra = {
        "extra": "1",
        "extra-title": "Train two colleagues",
        "extra-due_on": "2026-11-20",
        "extra-owner": "a1",
        "extra-done_lines": "Both did it alone",
        "extra-needs_sign_off": "on",
        "version": str(laid_out.version),
    }
    assert "Train two colleagues" in browser.post(address, extra, follow=True).content.decode()
    wrong = browser.post(address, extra | {"extra-due_on": "2020-01-01", "version": str(laid_out.version + 1)})
    assert wrong.status_code == 422
    assert "That is before the engagement starts." in wrong.content.decode()


def test_create_writes_everything_at_once(browser: Browser, laid_out: PlanDraft, cast: Cast) -> None:
    address = f"/engagements/new/{laid_out.public_id}/plan/"
    sent = {"version": str(laid_out.version), "create": "1"}
    response = browser.post(address, sent)
    with as_firm():
        engagement = Engagement.objects.get()
        assert response["Location"] == f"/engagements/{engagement.code}/"
        assert engagement.code == "MER-01"
        assert engagement.is_draft
        assert engagement.plan.playbook_version is not None
        assert engagement.plan.playbook_version.playbook.key == "short"
        assert engagement.placements.get().user == cast.specialist
        assert engagement.metrics.get().target == 6
        assert {milestone.due_on for milestone in engagement.milestones.all()} == {
            date(2026, 11, 5),
            date(2026, 12, 7),
            date(2027, 1, 4),
        }
        assert engagement.deliverables.count() == 8  # the playbook's ML engineer's
    again = browser.post(address, sent)
    assert again["Location"] == f"/engagements/{engagement.code}/"
    with as_firm():
        assert Engagement.objects.count() == 1
    assert held().step == DONE


def test_new_client_comes_with_its_signer(browser: Browser, send: Callable[..., Any], cast: Cast) -> None:
    new = {
        "which": "new", "name": "Brightwater Retail", "mark": "br", "country": "CA", "subdivision": "ON",
        "time_zone": "America/Toronto", "contact_name": "Danielle Fortier-Roy", "contact_email": "d@bw.example",
    }  # fmt: skip
    assert browser.post("/engagements/new/", new | {"go": "1"}).status_code == 303
    send("goal", GOAL | {"manager": cast.manager.public_id})
    send("team", SEAT | {"seats-0-specialist": cast.specialist.public_id})
    send("plan", {"create": "1"})
    with as_firm():
        client = Client.objects.get(name="Brightwater Retail")
        assert client.mark == "BR"
        signer = client.contacts.get()
        assert signer.is_signer
        assert signer.user.time_zone == "America/Toronto"


def team_page(browser: Browser, draft: PlanDraft) -> str:
    return browser.get(f"/engagements/new/{draft.public_id}/team/").content.decode()


def test_proposed_placements_follow_when_the_start_moves(
    browser: Browser, send: Callable[..., Any], laid_out: PlanDraft, cast: Cast
) -> None:
    moved = GOAL | {"manager": cast.manager.public_id}
    for start in ("9999-12-31", "2026-11-30"):  # one on the way, as a date field sends it while it is typed
        send("goal", moved | {"start_on": start}, go=False)
    page = team_page(browser, laid_out)
    assert 'name="seats-0-starts_on" value="2026-11-30"' in page
    assert 'name="seats-0-ends_on" value="2027-03-01"' in page
    assert "is placed only" not in browser.get(f"/engagements/new/{laid_out.public_id}/plan/").content.decode()
    send("plan", {"create": "1"})
    with as_firm():
        placement = Engagement.objects.get().placements.get()
    assert (placement.starts_on, placement.ends_on) == (date(2026, 11, 30), date(2027, 3, 1))


def test_typed_placements_stay_and_the_plan_warns(
    browser: Browser, send: Callable[..., Any], laid_out: PlanDraft, cast: Cast
) -> None:
    typed = SEAT | {"seats-0-specialist": cast.specialist.public_id, "seats-0-starts_on": "2026-12-25"}
    send("team", typed)
    send("goal", GOAL | {"manager": cast.manager.public_id, "start_on": "2026-11-30"})
    page = team_page(browser, laid_out)
    assert 'name="seats-0-starts_on" value="2026-12-25"' in page
    assert 'name="seats-0-ends_on" value="2027-03-01"' in page
    warning = "Sam Specialist is placed only from 25 Dec"
    assert warning in browser.get(f"/engagements/new/{laid_out.public_id}/plan/").content.decode()
    code = send("plan", {"create": "1"})["Location"]
    page = browser.get(f"{code}activate/").content.decode()
    assert warning in page
    assert "falls on days on which" in page or "fall on days on which" in page


def test_what_is_wrong_in_a_list_is_told_on_top_too(send: Callable[..., Any], laid_out: PlanDraft, cast: Cast) -> None:
    goal = GOAL | {"manager": cast.manager.public_id, "metrics-0-start": "1e30"}
    page = send("goal", goal).content.decode()
    assert "One thing to put right:" in page
    assert '<a class="prose-link" href="#id_metrics-0-start">Metric 1, Now</a>' in page
    page = send("goal", goal | {"start_on": "9999-12-31", "backlog_url": "javascript:alert(1)"}).content.decode()
    assert "3 things to put right:" in page
    seat = SEAT | {"seats-0-specialist": cast.specialist.public_id, "seats-0-percent": "33.3 %"}
    page = send("goal", GOAL | {"manager": cast.manager.public_id}) and send("team", seat).content.decode()
    assert '<a class="prose-link" href="#id_seats-0-percent">Placement 1, Allocation</a>' in page
    page = send("team", {"seats-0-key": "a1"}).content.decode()
    assert '<a class="prose-link" href="#rows">Team</a>' in page


@pytest.mark.parametrize("sent", [{"go": "1"}, {"autosave": "1"}])
def test_an_empty_visit_leaves_no_draft(browser: Browser, sent: dict[str, str]) -> None:
    response = browser.post("/engagements/new/", {"which": "new", "name": " ", "draft": "", **sent})
    assert response.status_code == (422 if "go" in sent else 204)
    assert not drafts()
    if "go" in sent:
        page = response.content.decode()
        assert "This is needed for a new client." in page
        assert '<div class="switch-new"><div class="callout co-bad"' in page.replace("\n", "")


def test_draft_is_thrown_away(browser: Browser, laid_out: PlanDraft) -> None:
    browser.post(f"/engagements/new/{laid_out.public_id}/discard/")
    assert not drafts()
    assert browser.get(f"/engagements/new/{laid_out.public_id}/discard/").status_code == 405


def test_text_that_turns_the_page_around_is_refused_where_it_is_typed(browser: Browser) -> None:
    response = browser.post("/engagements/new/", {"which": "new", "name": "Acme \u202egpj", "go": "1"})
    assert response.status_code == 422
    assert b"turns the letters after it around" in response.content


def test_nul_is_kept_visible_and_harmless(browser: Browser) -> None:
    response = browser.post("/engagements/new/", {"which": "new", "name": "A\x00B", "go": "1"})
    assert response.status_code == 422
    assert held().data["client"]["name"] == "A\ufffdB"

"""An engagement's page: its tabs, a deliverable opened in place, the forms on the plan."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client as Browser

from accounts.db import as_firm
from engagements.actions.metrics import record_reading
from engagements.models import Contact, MetricReading
from milestones.actions import changes, life, talk, work
from milestones.models import Deliverable, ForecastRun, PlanChange, Wait
from milestones.states import ChangeState, Moves
from tests import factories
from tests.reports.conftest import HTMX, Counted, Firm, signed_in

TABS = ["", "outcomes/", "team/", "activity/"]


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_for_who_works_on_it(at_work: Firm, manager: Browser, specialist: Browser, tab: str) -> None:
    assert manager.get(at_work.url(tab)).status_code == 200
    assert specialist.get(at_work.url(tab)).status_code == 200


@pytest.mark.parametrize("tab", TABS)
def test_who_is_not_placed_gets_404(at_work: Firm, tab: str) -> None:
    assert signed_in(at_work.people.unplaced).get(at_work.url(tab)).status_code == 404


def test_the_head_says_how_it_stands(at_work: Firm, manager: Browser) -> None:
    text = manager.get(at_work.url()).text
    assert "Day 49 of 90" in text
    assert "“Deliverable B” has waited 6 days for the client" in text


def test_queries_do_not_grow_with_the_plan(at_work: Firm, manager: Browser, counted: Counted) -> None:
    few = counted(manager, at_work.url())
    with as_firm():
        other = factories.active(
            at_work.people, [factories.line(f"L{n}", day=30 * (1 + n % 3)) for n in range(30)], name="A long plan"
        )
    assert counted(manager, f"/engagements/{other.code}/") <= few


def test_a_plain_link_opens_a_deliverable(at_work: Firm, manager: Browser) -> None:
    text = manager.get(at_work.url(), {"open": at_work.b.public_id}).text
    assert f'id="o-{at_work.b.public_id}"' in text
    assert "It is written down" in text
    assert "A test account" in text
    assert "Report" in text


def test_htmx_opens_and_folds_one_row(at_work: Firm, manager: Browser) -> None:
    address = at_work.url(f"d/{at_work.b.public_id}/")
    opened = manager.get(address, headers=HTMX).text
    assert opened.lstrip().startswith("<tbody")
    assert f'id="o-{at_work.b.public_id}"' in opened
    assert f'id="o-{at_work.b.public_id}"' not in manager.get(address, {"fold": "1"}, headers=HTMX).text


def test_a_deliverables_address_leads_to_the_page_with_it_open(at_work: Firm, manager: Browser) -> None:
    response = manager.get(at_work.url(f"d/{at_work.b.public_id}/"))
    assert response.headers["Location"] == f"{at_work.url()}?open={at_work.b.public_id}#d-{at_work.b.public_id}"


@pytest.mark.parametrize("unknown", ["zzz", "%00", "a" * 300])
def test_an_unknown_deliverable_is_404(at_work: Firm, manager: Browser, unknown: str) -> None:
    assert manager.get(at_work.url(f"d/{unknown}/")).status_code == 404
    assert manager.get(at_work.url(f"readings/{unknown}/")).status_code == 404


def test_another_engagements_deliverable_is_404(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        other = factories.active(at_work.people, name="Another")
        public_id = factories.deliverable(other).public_id
    assert manager.get(at_work.url(f"d/{public_id}/"), headers=HTMX).status_code == 404
    assert manager.get(at_work.url(f"d/{public_id}/")).status_code == 404


def test_the_next_step_is_offered_with_what_is_missing(at_work: Firm, manager: Browser) -> None:
    planned = manager.get(at_work.url(), {"open": at_work.c.public_id}).text
    assert f"/work/{at_work.c.public_id}/start/" in planned
    with as_firm():
        work.start(by=at_work.people.specialist, deliverable=at_work.c)
    running = manager.get(at_work.url(), {"open": at_work.c.public_id}).text
    assert "2 lines of the definition of done are open." in running


def test_evidence_holds_still_while_a_signer_reads(at_work: Firm, manager: Browser) -> None:
    text = manager.get(at_work.url(), {"open": at_work.a.public_id}).text
    assert f"/work/{at_work.a.public_id}/evidence/" not in text
    assert f"/work/{at_work.a.public_id}/take-back/" in text


def test_a_form_without_script_comes_back_to_the_open_row(at_work: Firm, specialist: Browser) -> None:
    page = f"http://testserver{at_work.url()}?open={at_work.c.public_id}"
    response = specialist.post(f"/work/{at_work.c.public_id}/start/", HTTP_REFERER=page)
    assert response.status_code == 303
    assert f"open={at_work.c.public_id}" in response.headers["Location"]


def test_chips_narrow_the_rows(at_work: Firm, manager: Browser) -> None:
    text = manager.get(at_work.url(), {"show": "to_sign_off"}).text
    assert f'id="d-{at_work.a.public_id}"' in text
    assert f'id="d-{at_work.c.public_id}"' not in text


def test_a_draft_has_no_days_yet(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        draft = factories.draft(at_work.people, name="Later")
    text = manager.get(f"/engagements/{draft.code}/").text
    assert "Start planned for" in text
    assert not re.search(r"Day \d+ of", text)


def test_days_before_the_due_date_are_no_double_negative(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        run = ForecastRun.objects.get(engagement=at_work.engagement)
        run.works[at_work.b.public_id] |= {"likely": "2026-11-24", "delay": -3}
        run.save(update_fields=["works"])
    text = manager.get(at_work.url(), {"open": at_work.b.public_id}).text
    assert "Working days before the due date</span><b>3 d</b>" in text


def test_what_was_dropped_is_listed_and_not_counted(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        Deliverable.objects.filter(pk=at_work.c.pk).update(state="dropped", dropped_on=date(2026, 11, 20))
    text = manager.get(at_work.url()).text
    assert f'id="d-{at_work.c.public_id}"' in text
    assert re.search(r'aria-current="true"[^>]*>All <span class="t-3">2</span>', text)
    assert "All 2" in text  # as the timeline says
    assert ", 1 dropped" in text


def test_a_wait_of_today_has_no_days_yet(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        Wait.objects.update(opened_on=date(2026, 11, 23))
    text = manager.get(at_work.url(), {"open": at_work.b.public_id}).text
    assert re.search(r"“Deliverable [AB]” waits for the client since today\.", text)
    assert "Client, since today" in text
    assert "0 days" not in text


def test_the_timeline_has_a_table_behind_it(at_work: Firm, manager: Browser) -> None:
    text = manager.get(at_work.url(), {"timeline": "table"}).text
    assert "Working days late" in text
    assert 'role="img"' not in text


def test_late_work_says_so(at_work: Firm, manager: Browser, monday: time_machine.Traveller) -> None:
    monday.move_to(datetime(2026, 12, 4, 10, tzinfo=UTC))
    assert "three deliverables are late" in manager.get(at_work.url()).text.casefold()


def test_on_hold_nothing_is_late(at_work: Firm, manager: Browser, monday: time_machine.Traveller) -> None:
    with as_firm():
        life.hold(by=at_work.people.manager, engagement=at_work.engagement, why="The board decides")
    monday.move_to(datetime(2026, 12, 4, 10, tzinfo=UTC))
    text = manager.get(at_work.url()).text
    assert "On hold since 23 Nov. The board decides" in text
    assert "are late" not in text


def test_a_specialist_sees_no_manager_buttons(at_work: Firm, specialist: Browser) -> None:
    text = specialist.get(at_work.url(), {"open": at_work.b.public_id}).text
    assert "Write status note" not in text
    assert "/edit/" not in text
    assert "View as" not in text


def test_a_manager_can_look_as_the_client(at_work: Firm, manager: Browser) -> None:
    text = manager.get(at_work.url()).text
    assert f"/portal/as/{at_work.people.signer.public_id}/{at_work.engagement.code}/" in text


def test_hostile_words_stay_words(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        talk.say(
            by=at_work.people.manager, engagement=at_work.engagement, text="<script>alert(1)</script>",
            deliverable=at_work.b,
        )  # fmt: skip
    text = manager.get(at_work.url(), {"open": at_work.b.public_id}).text
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


# --- a plan change -----------------------------------------------------------------------------------------


def test_a_plan_change_is_asked_for_and_stands_on_the_page(at_work: Firm, manager: Browser) -> None:
    data = {"what": "B a week later", "why": "The account came late", f"due_{at_work.b.public_id}": "2026-12-09"}
    data["seen"] = manager.post(at_work.url("ask/"), {**data, "do": "effect"}).context["asking"].seen
    assert manager.post(at_work.url("ask/"), data).status_code == 303
    text = manager.get(at_work.url()).text
    assert "Plan change 1 waits for a signer: B a week later." in text
    assert "→ 9 Dec" in text
    with as_firm():
        assert Deliverable.objects.get(pk=at_work.b.pk).due_on == at_work.b.due_on


def test_what_was_typed_stays_beside_the_reason(at_work: Firm, manager: Browser) -> None:
    data = {"what": "B later", "why": "", f"due_{at_work.b.public_id}": "9999-12-31"}
    response = manager.post(at_work.url("ask/"), data)
    assert response.status_code == 422
    assert 'value="B later"' in response.text
    assert 'value="9999-12-31"' in response.text
    with as_firm():
        assert not PlanChange.objects.exists()


def test_only_managers_ask(at_work: Firm, specialist: Browser) -> None:
    assert specialist.get(at_work.url("ask/")).status_code == 403


def test_what_is_picked_stands_in_the_form(at_work: Firm, manager: Browser) -> None:
    text = manager.get(at_work.url("ask/"), {"pick": at_work.c.public_id}).text
    assert f'name="due_{at_work.c.public_id}"' in text
    assert f'name="due_{at_work.a.public_id}"' not in text


def test_a_change_can_be_withdrawn(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        move = changes.Move(Moves.DUE, deliverable=at_work.b, to_on=at_work.b.due_on + timedelta(days=7))
        change = changes.ask(
            by=at_work.people.manager, engagement=at_work.engagement, what="Later", why="Why", moves=[move]
        )
    assert manager.post(f"/changes/{change.public_id}/withdraw/").status_code == 303
    with as_firm():
        assert PlanChange.objects.get().state == ChangeState.WITHDRAWN


# --- adding ------------------------------------------------------------------------------------------------


def new_line(firm: Firm, **changed: object) -> dict[str, object]:
    milestone = firm.b.milestone_id
    line: dict[str, object] = {
        "title": "Runbook", "milestone": milestone, "start_on": "2026-11-24", "due_on": "2026-12-01",
        "effort_days": "3", "shared": "on", "done_lines": "One\n\n Two ", "after": [str(firm.b.pk)],
    }  # fmt: skip
    return {**line, **changed}


def test_a_deliverable_is_added_with_its_lines(at_work: Firm, manager: Browser) -> None:
    response = manager.post(at_work.url("add/"), new_line(at_work))
    assert response.status_code == 303
    with as_firm():
        made = Deliverable.objects.get(title="Runbook")
        assert list(made.done_lines.values_list("text", flat=True)) == ["One", "Two"]
        assert made.agreed_on is None


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"due_on": "2026-11-01"}, "The due date is before the start."),
        ({"needs_sign_off": "on", "shared": ""}, "What the client signs off must be shared with the client."),
        ({"title": "x" * 10_000}, "at most 160 characters"),
        ({"effort_days": "1000000000"}, "Use 400 or less."),
        ({"due_on": "9999-12-31"}, "2199"),
        ({"title": "A\x00B"}, "a character that cannot be kept"),
    ],
)
def test_bad_lines_are_said_beside_the_field(
    at_work: Firm, manager: Browser, changed: dict[str, object], sentence: str
) -> None:
    response = manager.post(at_work.url("add/"), new_line(at_work, **changed))
    assert response.status_code == 422
    assert sentence in response.text
    with as_firm():
        assert at_work.engagement.deliverables.count() == 3


# --- outcomes ----------------------------------------------------------------------------------------------


def reading(firm: Firm, **changed: str) -> dict[str, str]:
    prefix = firm.engagement.metrics.get().public_id
    facts = {"on": "2026-11-20", "value": "30", "source": "Export", **changed}
    return {"metric": prefix, **{f"{prefix}-{name}": value for name, value in facts.items()}}


def test_a_reading_is_added(at_work: Firm, specialist: Browser) -> None:
    with as_firm():
        data = reading(at_work)
    assert specialist.post(at_work.url("outcomes/"), data).status_code == 303
    text = specialist.get(at_work.url("outcomes/")).text
    assert "50% of the way, on 20 Nov" in text


@pytest.mark.parametrize(
    "changed", [{"value": "1e99"}, {"value": "many"}, {"on": "9999-01-01"}, {"on": "2026-12-24"}, {"on": "2026-02-29"}]
)
def test_a_bad_reading_keeps_what_was_typed(at_work: Firm, manager: Browser, changed: dict[str, str]) -> None:
    with as_firm():
        data = reading(at_work, **changed)
    response = manager.post(at_work.url("outcomes/"), data)
    assert response.status_code == 422
    assert f'value="{next(iter(changed.values()))}"' in response.text


def test_an_unknown_metric_is_404(at_work: Firm, manager: Browser) -> None:
    assert manager.post(at_work.url("outcomes/"), {"metric": "nonsense"}).status_code == 404


def test_readings_stand_in_a_table_too(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        metric = at_work.engagement.metrics.get()
        record_reading(by=at_work.people.manager, metric=metric, on=date(2026, 11, 20), value=Decimal("12.5"))
    text = manager.get(at_work.url("outcomes/")).text
    assert "Show as a table" in text
    assert '<td role="cell" data-cap="Value">12.5%</td>' in text


def recorded(firm: Firm, value: str = "12.5") -> MetricReading:
    metric = firm.engagement.metrics.get()
    by = firm.people.manager
    return record_reading(by=by, metric=metric, on=date(2026, 11, 20), value=Decimal(value))


def test_a_far_value_is_asked_once_and_keeps_what_was_typed(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        data = reading(at_work, value="-4", source="The board’s export")
    asked = manager.post(at_work.url("outcomes/"), data)
    assert asked.status_code == 422
    assert "-4% is far from the start, 10%, and from the target, 50%. Record it all the same?" in asked.text
    assert 'value="The board’s export"' in asked.text
    assert manager.post(at_work.url("outcomes/"), {**data, "sure": "-5"}).status_code == 422
    assert manager.post(at_work.url("outcomes/"), {**data, "sure": "-4"}).status_code == 303
    with as_firm():
        assert at_work.engagement.metrics.get().readings.get().value == -4


def test_a_second_reading_of_a_day_leads_to_the_first(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        first, data = recorded(at_work), reading(at_work)
    answer = manager.post(at_work.url("outcomes/"), data)
    assert answer.status_code == 422
    assert (
        f'href="{at_work.url(f"readings/{first.public_id}/")}">Change the reading of 20 Nov, 12.5%</a>' in answer.text
    )


def test_a_reading_is_put_right_on_its_page(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        url = at_work.url(f"readings/{recorded(at_work, '-4').public_id}/")
    assert url in manager.get(at_work.url("outcomes/")).text
    assert 'value="-4"' in manager.get(url).text
    typed = {"was": "-4.0000", "value": "4", "source": "Export"}
    assert manager.post(url, typed).status_code == 422
    assert manager.post(url, {**typed, "value": "4000", "why": "Typo"}).status_code == 422
    assert manager.post(url, {**typed, "why": "A typo in the sign."}).status_code == 303
    activity = manager.get(at_work.url("activity/")).text
    assert "right: 4% of claims instead of -4%" in activity or "right: 4% instead of -4%" in activity
    assert "A typo in the sign." in activity


def test_a_reading_changed_meanwhile_shows_both(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        url = at_work.url(f"readings/{recorded(at_work).public_id}/")
    typed = {"was": "12.5", "value": "14", "why": "Typo"}
    assert manager.post(url, {**typed, "value": "13"}).status_code == 303
    late = manager.post(url, typed)
    assert late.status_code == 409
    assert "Somebody changed this reading to 13" in late.text
    assert 'value="14"' in late.text
    assert manager.post(url, {**typed, "was": "13"}).status_code == 303


def test_a_reading_is_taken_back_with_why(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        url = at_work.url(f"readings/{recorded(at_work).public_id}/")
    assert manager.post(url, {"take_back": "1", "back-why": ""}).status_code == 422
    assert manager.post(url, {"take_back": "1", "back-why": "Another metric’s."}).status_code == 303
    assert manager.get(url).status_code == 404
    assert "No reading yet" in manager.get(at_work.url("outcomes/")).text


def test_a_confirmed_reading_says_what_happens_to_the_confirmation(
    at_work: Firm, manager: Browser, specialist: Browser
) -> None:
    with as_firm():
        one = recorded(at_work)
        one.confirmed_by = Contact.objects.get(user=at_work.people.signer)
        one.save(update_fields=["confirmed_by"])
        url = at_work.url(f"readings/{one.public_id}/")
    text = manager.get(url).text
    assert f"{at_work.people.signer.name} confirmed this reading." in text
    assert "it no longer holds" in text
    assert specialist.get(url).status_code == 403
    assert url not in specialist.get(at_work.url("outcomes/")).text


# --- activity ----------------------------------------------------------------------------------------------


def test_what_happened_is_told_and_narrowed(at_work: Firm, manager: Browser) -> None:
    whole = manager.get(at_work.url("activity/")).text
    assert "Sam Specialist submitted Deliverable A" in whole
    narrowed = manager.get(at_work.url("activity/"), {"deliverable": at_work.b.public_id}).text
    assert "Sam Specialist started Deliverable B" in narrowed
    assert "submitted Deliverable A" not in narrowed


def test_a_history_of_something_invisible_is_404(at_work: Firm, manager: Browser) -> None:
    assert manager.get(at_work.url("activity/"), {"deliverable": "nonsense"}).status_code == 404

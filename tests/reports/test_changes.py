"""A plan change on the firm's side: several moves in one form, their effect, the register, a signed paper."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from accounts.db import as_firm
from milestones.actions import changes, corrections, life
from milestones.models import Deliverable, DueMove, ForecastRun, PlanChange
from milestones.moves import Move
from milestones.states import ChangeState, Moves
from tests.reports.conftest import HTMX, Firm, signed_in

WORDS = {"what": "A week later", "why": "The account came late"}


def ask(browser: Browser, firm: Firm, do: str = "ask", **data: object):
    return browser.post(firm.url("ask/"), {**WORDS, **data, "do": do})


def asked(firm: Firm, *moves: Move, what: str = "A week later") -> PlanChange:
    with as_firm():
        by = firm.people.manager
        return changes.ask(by=by, engagement=firm.engagement, what=what, why="Why", moves=moves)


def later(one: Deliverable, days: int = 7) -> Move:
    return Move(Moves.DUE, deliverable=one, to_on=one.due_on + timedelta(days=days))


# --- the form ----------------------------------------------------------------------------------------------


def test_things_are_added_and_taken_out_and_nothing_typed_is_lost(at_work: Firm, manager: Browser) -> None:
    b, c = at_work.b.public_id, at_work.c.public_id
    typed = {"row": f"d-{b}", f"due_{b}": "not a date"}
    more = ask(manager, at_work, "add", add=f"d-{c}", **typed)
    assert more.status_code == 200
    assert 'value="not a date"' in more.text
    assert 'value="A week later"' in more.text
    assert f'name="due_{c}"' in more.text
    less = ask(manager, at_work, f"out d-{b}", **{**typed, "row": [f"d-{b}", f"d-{c}"]})
    assert f'name="due_{b}"' not in less.text
    assert f'name="due_{c}"' in less.text
    assert "The account came late" in less.text


def test_a_whole_change_of_four_kinds_is_asked_for(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        metric = at_work.engagement.metrics.get()
    data = {
        "milestone_60": "2026-12-11",
        f"due_{at_work.b.public_id}": "2026-12-10",
        f"drop_{at_work.c.public_id}": "on",
        f"target_{metric.public_id}": "45",
    }
    seen = ask(manager, at_work, "effect", **data).context["asking"].seen
    assert ask(manager, at_work, seen=seen, **data).status_code == 303
    with as_firm():
        kinds = PlanChange.objects.get().moves.values_list("kind", flat=True)
        assert sorted(kinds) == ["drop", "due", "milestone", "target"]


def test_the_effect_is_shown_before_anything_is_asked_and_looking_writes_nothing(
    at_work: Firm, manager: Browser
) -> None:
    with as_firm():
        before = list(ForecastRun.objects.values_list("made_at", flat=True))
    data = {f"due_{at_work.b.public_id}": "2026-12-09", "milestone_60": "2026-12-18"}
    first = ask(manager, at_work, **data)
    assert first.status_code == 200
    assert "Nothing is asked yet." in first.text
    (line,) = first.context["asking"].lines
    cells = {cell.name: cell for cell in line.cells}
    assert (cells["Due"].before, cells["Due"].after) == ("4 Dec", "18 Dec")
    assert int(cells["Chance"].after.rstrip("%")) > int(cells["Chance"].before.rstrip("%"))
    with as_firm():
        assert not PlanChange.objects.exists()
        assert list(ForecastRun.objects.values_list("made_at", flat=True)) == before
    assert ask(manager, at_work, seen=first.context["asking"].seen, **data).status_code == 303


def test_other_moves_than_those_seen_are_shown_first(at_work: Firm, manager: Browser) -> None:
    name = f"due_{at_work.b.public_id}"
    seen = ask(manager, at_work, "effect", **{name: "2026-12-09"}).context["asking"].seen
    assert ask(manager, at_work, seen=seen, **{name: "2026-12-10"}).status_code == 200
    with as_firm():
        assert not PlanChange.objects.exists()


def test_the_asked_change_keeps_the_effect_that_was_shown(at_work: Firm, manager: Browser) -> None:
    data = {"milestone_60": "2026-12-18"}
    shown = ask(manager, at_work, "effect", **data)
    ask(manager, at_work, seen=shown.context["asking"].seen, **data)
    with as_firm():
        change = PlanChange.objects.get()
    page = manager.get(f"/changes/{change.public_id}/")
    assert page.context["change"].effect == shown.context["asking"].lines


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-11-22", "would be due on a day that is gone. Choose today or a later day."),
        ("9999-12-31", "between 2000 and 2199"),
        ("31 Feb", "Write the date as year-month-day"),
    ],
)
def test_what_cannot_be_stands_beside_its_field(at_work: Firm, manager: Browser, typed: str, sentence: str) -> None:
    name = f"due_{at_work.b.public_id}"
    response = ask(manager, at_work, "effect", **{name: typed})
    assert response.status_code == 422
    beside = response.text.partition(f'id="id_{name}_error"')[2].partition("</div>")[0]
    assert sentence in beside
    assert f'value="{typed}"' in response.text


def test_milestones_stay_in_order(at_work: Firm, manager: Browser) -> None:
    response = ask(manager, at_work, "effect", milestone_60="2027-03-01")
    assert response.status_code == 422
    assert "Day 60 would be due after day 90." in response.text


def test_work_due_after_its_own_milestone_is_told_to_both_sides(at_work: Firm, manager: Browser) -> None:
    data = {f"due_{at_work.b.public_id}": "2026-12-18"}
    told = "“Deliverable B” would be due 18 Dec, after its own milestone: day 60 is due 4 Dec."
    shown = ask(manager, at_work, "effect", **data)
    assert shown.status_code == 200
    assert told in shown.text
    ask(manager, at_work, seen=shown.context["asking"].seen, **data)
    with as_firm():
        change = PlanChange.objects.get()
    signer = signed_in(at_work.people.signer)
    assert told in signer.get(f"/portal/{at_work.engagement.code}/changes/{change.public_id}/").text


def test_a_milestone_before_its_work_names_what_comes_after_it(at_work: Firm, manager: Browser) -> None:
    shown = ask(manager, at_work, "effect", milestone_60="2026-11-24")
    assert (
        "3 deliverables would be due after their own milestone, day 60, which is due 24 Nov: “Deliverable A”, "
        "“Deliverable B” and “Deliverable C”." in shown.text
    )


def test_what_is_open_already_is_said(at_work: Firm, manager: Browser) -> None:
    asked(at_work, later(at_work.b))
    response = ask(manager, at_work, "effect", **{f"due_{at_work.b.public_id}": "2026-12-20"})
    assert "Plan change 1 waits for a signer and touches “Deliverable B” too" in response.text


def test_sent_twice_it_is_asked_for_once_and_the_page_leads_there(at_work: Firm, manager: Browser) -> None:
    data = {f"due_{at_work.b.public_id}": "2026-12-09"}
    seen = ask(manager, at_work, "effect", **data).context["asking"].seen
    assert ask(manager, at_work, seen=seen, **data).status_code == 303
    again = ask(manager, at_work, seen=seen, **data)
    assert again.status_code == 422
    with as_firm():
        change = PlanChange.objects.get()
    link = f'href="/changes/{change.public_id}/">Plan change 1 already asks for exactly this.</a>'
    assert link in again.text
    assert 'value="A week later"' in again.text
    assert 'value="2026-12-09"' in again.text


def test_what_is_finished_meanwhile_is_said_to_be_gone(at_work: Firm, manager: Browser) -> None:
    row = f"d-{at_work.c.public_id}"
    assert "is finished or dropped by now" not in ask(manager, at_work, "effect", row=row).text
    dropped = asked(at_work, Move(Moves.DROP, deliverable=at_work.c))
    with as_firm():
        changes.decide(by=at_work.people.signer, change=dropped, approve=True)
    assert "is finished or dropped by now" in ask(manager, at_work, "effect", row=row).text


def test_with_htmx_a_date_shows_its_effect_alone(at_work: Firm, manager: Browser) -> None:
    data = {**WORDS, "do": "effect", "milestone_60": "2026-12-18"}
    answer = manager.post(at_work.url("ask/"), data, headers={**HTMX, "HX-Target": "effect"})
    assert answer.text.lstrip().startswith('<div class="stack-s" id="effect"')
    assert "→ 18 Dec" in " ".join(answer.text.split()).replace("→ </span>", "→ ")


def test_with_htmx_what_is_refused_is_said_with_the_effect(at_work: Firm, manager: Browser) -> None:
    data = {"what": "A week later", "why": "Why", "do": "effect", f"due_{at_work.b.public_id}": "2026-11-22"}
    answer = manager.post(at_work.url("ask/"), data, headers={**HTMX, "HX-Target": "effect"})
    assert answer.status_code == 422
    assert answer.text.count("on a day that is gone") == 1
    assert "<form" not in answer.text


def test_specialists_do_not_ask(at_work: Firm, specialist: Browser) -> None:
    assert ask(specialist, at_work).status_code == 403


# --- after a hold --------------------------------------------------------------------------------------------


def test_after_a_hold_the_shifted_dates_are_proposed_and_may_be_edited(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        by, engagement = at_work.people.manager, at_work.engagement
        life.hold(by=by, engagement=engagement, on=date(2026, 11, 16), why="Change freeze")
        life.resume(by=by, engagement=engagement)
    assert "Propose the shifted dates" in manager.get(at_work.url("ask/")).text
    page = manager.get(at_work.url("ask/"), {"propose": "hold"})
    assert "5 working days" in page.text
    # Five working days after Friday the 4th of December, past Independence Day on a Sunday.
    assert 'name="milestone_60" value="2026-12-11"' in page.text
    assert page.context["asking"].lines
    start = {
        name: str(field.value()) for name, field in ((row.value.name, row.value) for row in page.context["form"].rows)
    }
    start.pop(f"due_{at_work.c.public_id}")
    assert (
        ask(manager, at_work, seen=ask(manager, at_work, "effect", **start).context["asking"].seen, **start).status_code
        == 303
    )
    assert "Propose the shifted dates" not in manager.get(at_work.url("ask/")).text


# --- the register, and one change ------------------------------------------------------------------------------


def test_the_strip_of_an_open_change_begins_with_a_capital(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        day_60 = at_work.engagement.milestones.get(day=60)
    asked(at_work, Move(Moves.MILESTONE, milestone=day_60, to_on=date(2026, 12, 11)))
    assert "</strong> Day 60 from 4 Dec to 11 Dec." in manager.get(at_work.url()).text


def test_the_register_lists_every_change_with_its_moves(at_work: Firm, manager: Browser, specialist: Browser) -> None:
    change = asked(at_work, later(at_work.b), what="=B later")
    with as_firm():
        changes.decide(by=at_work.people.signer, change=change, approve=True, words="Fine")
    text = specialist.get(at_work.url("changes/")).text
    for said in ("=B later", "Deliverable B", "29 Nov", "6 Dec", "Priya Nair approved it", "Fine"):
        assert said in text
    lines = manager.get(at_work.url("changes.csv")).text.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("1,'=B later,Why,Approved,Moves a due date,Deliverable B,2026-11-29,2026-12-06,Mia")


def test_an_empty_register_says_what_to_do(at_work: Firm, manager: Browser) -> None:
    assert "The plan was never changed" in manager.get(at_work.url("changes/")).text


def test_a_stale_change_shows_both_and_is_asked_for_anew(at_work: Firm, manager: Browser) -> None:
    first, second = asked(at_work, later(at_work.b)), asked(at_work, later(at_work.b, 14))
    with as_firm():
        changes.decide(by=at_work.people.signer, change=first, approve=True)
    page = manager.get(f"/changes/{second.public_id}/")
    assert "Stands now" in page.text
    assert page.context["change"].moves[0].now == "6 Dec"
    again = manager.get(at_work.url("ask/"), {"again": second.public_id})
    assert f'name="due_{at_work.b.public_id}" value="2026-12-13"' in again.text


def test_a_signed_paper_approves_a_change(at_work: Firm, manager: Browser, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    change = asked(at_work, later(at_work.b))
    address = f"/changes/{change.public_id}/"
    empty = manager.post(address, {"signer_name": "", "signed_on": "2026-11-20"})
    assert empty.status_code == 422
    paper = SimpleUploadedFile("change-1.pdf", b"%PDF-1.7 signed")
    data = {"signer_name": "Priya Nair", "signed_on": "2026-11-20", "upload": paper}
    assert manager.post(address, data).status_code == 303
    with as_firm():
        change.refresh_from_db()
        assert (change.state, change.signer_name, len(change.statement_sha256)) == (
            ChangeState.APPROVED,
            "Priya Nair",
            64,
        )
        assert DueMove.objects.get().change == change
    assert "Priya Nair signed it on paper" in manager.get(address).text


def test_a_specialist_reads_a_change_and_does_not_approve_it(at_work: Firm, specialist: Browser) -> None:
    change = asked(at_work, later(at_work.b))
    assert "Attach and approve" not in specialist.get(f"/changes/{change.public_id}/").text
    assert specialist.post(f"/changes/{change.public_id}/", {}).status_code == 403


# --- the timeline against earlier dates --------------------------------------------------------------------------


def test_the_timeline_draws_the_agreed_dates_beside_those_in_force(at_work: Firm, manager: Browser) -> None:
    assert 'name="against"' not in manager.get(at_work.url()).text
    change = asked(at_work, later(at_work.b), what="B later")
    with as_firm():
        changes.decide(by=at_work.people.signer, change=change, approve=True)
    plain = manager.get(at_work.url()).text
    assert "Against the agreed dates" in plain
    assert 'class="was"' not in plain
    against = manager.get(at_work.url(), {"against": "agreed"}).text
    # The wide picture and the one for phones.
    assert against.count('class="was"') == 2
    assert "was due 29 Nov" in against
    table = manager.get(at_work.url(), {"against": "agreed", "timeline": "table"}).text
    assert "Was due" in table
    assert manager.get(at_work.url(), {"against": "99"}).text.count('class="was"') == 0


def test_earlier_due_dates_stand_in_a_deliverables_history(at_work: Firm, manager: Browser) -> None:
    change = asked(at_work, later(at_work.b), what="B later")
    by = at_work.people
    with as_firm():
        changes.decide(by=by.signer, change=change, approve=True)
        one = Deliverable.objects.select_related("engagement__client").get(pk=at_work.b.pk)
        corrections.correct_due(by=by.manager, thing=one, to_on=date(2026, 12, 7), reason="A typo: the seventh")
    text = manager.get(at_work.url(), {"open": at_work.b.public_id}).text
    assert "29 Nov, until plan change 1" in text
    assert "6 Dec, corrected by Mia Manager: A typo: the seventh" in text
    history = manager.get(at_work.url("activity/"), {"deliverable": at_work.b.public_id}).text
    assert "Mia Manager corrected the date of Deliverable B" in history

"""Another milestone for a deliverable, on the form of a plan change, and wherever such a change is told."""

from datetime import date, timedelta

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from milestones.actions import changes, signing, work
from milestones.models import Deliverable, PlanChange
from milestones.moves import Move
from milestones.states import Moves
from reports.pack import content
from reports.portal.changes import ChangePage
from tests import factories
from tests.factories import START
from tests.reports.conftest import HTMX, Firm, signed_in

WORDS = {"what": "C may wait", "why": "The account came late"}
DAY_90 = START + timedelta(days=90)


def ask(browser: Browser, firm: Firm, do: str = "effect", htmx: str = "", **data: object):
    more = {**HTMX, "HX-Target": htmx} if htmx else {}
    return browser.post(firm.url("ask/"), {**WORDS, **data, "do": do}, headers=more)


def names(one: Deliverable, *, stage: str = "90", was: str = "60", **more: str) -> dict[str, str]:
    """The fields of a deliverable's row as a browser sends them."""
    key = one.public_id
    row = {"row": f"d-{key}", f"stage_{key}": stage, f"was_{key}": was, f"due_{key}": "", f"proposed_{key}": ""}
    return {**row, **{f"{name}_{key}": value for name, value in more.items()}}


def due_of(answer, one: Deliverable) -> str:
    return str(answer.context["form"][f"due_{one.public_id}"].value() or "")


def moved(firm: Firm, one: Deliverable, what: str = "C may wait") -> PlanChange:
    with as_firm():
        stage = firm.engagement.milestones.get(day=90)
        move = Move(Moves.STAGE, deliverable=one, stage=stage, to_on=DAY_90)
        by = firm.people.manager
        return changes.ask(by=by, engagement=firm.engagement, what=what, why="Why", moves=[move])


def approve(firm: Firm, change: PlanChange) -> None:
    with as_firm():
        changes.decide(by=firm.people.signer, change=change, approve=True)


# --- the form ----------------------------------------------------------------------------------------------


def test_the_open_milestones_may_be_chosen_its_own_first(at_work: Firm, manager: Browser) -> None:
    page = manager.get(at_work.url("ask/"), {"pick": at_work.c.public_id})
    (row,) = page.context["form"].rows
    assert [value for value, _label in row.stage.field.choices] == ["60", "90"]
    assert row.stage.value() == "60"


def test_what_is_in_review_has_no_choice(at_work: Firm, manager: Browser) -> None:
    page = manager.get(at_work.url("ask/"), {"pick": at_work.a.public_id})
    (row,) = page.context["form"].rows
    assert row.stage is None


def test_choosing_one_proposes_its_day_and_shows_the_effect_on_both(at_work: Firm, manager: Browser) -> None:
    answer = ask(manager, at_work, **names(at_work.c))
    assert due_of(answer, at_work.c) == DAY_90.isoformat()
    assert "For day 90: 5 Dec to 3 Jan 2027." in answer.text
    titles = [line.title for line in answer.context["asking"].lines]
    assert titles == ["Day 60, Build the production path", "Day 90, Operationalize"]


def test_a_proposal_gives_way_and_what_was_typed_stays(at_work: Firm, manager: Browser) -> None:
    proposed = {"due": DAY_90.isoformat(), "proposed": DAY_90.isoformat()}
    assert due_of(ask(manager, at_work, **names(at_work.c, stage="60", **proposed)), at_work.c) == ""
    moved_too = ask(manager, at_work, **names(at_work.c, **proposed), milestone_90="2027-01-11")
    assert due_of(moved_too, at_work.c) == "2027-01-11"
    typed = ask(manager, at_work, **names(at_work.c, due="2026-12-21", proposed=DAY_90.isoformat()))
    assert due_of(typed, at_work.c) == "2026-12-21"


def test_it_is_asked_for_once_its_effect_was_shown(at_work: Firm, manager: Browser) -> None:
    first = ask(manager, at_work, "ask", **names(at_work.c))
    assert "Nothing is asked yet." in first.text
    again = names(at_work.c, due=due_of(first, at_work.c), proposed=due_of(first, at_work.c))
    assert ask(manager, at_work, "ask", seen=first.context["asking"].seen, **again).status_code == 303
    with as_firm():
        line = PlanChange.objects.get().moves.get()
        days = [stage.day for stage in (line.from_milestone, line.to_milestone) if stage]
        assert (line.kind, days, line.to_on) == ("stage", [60, 90], DAY_90)


def test_another_milestone_with_the_same_date_is_shown_anew(at_work: Firm, manager: Browser) -> None:
    day = {f"due_{at_work.c.public_id}": "2026-12-04"}
    seen = ask(manager, at_work, **day).context["asking"].seen
    assert ask(manager, at_work, "ask", seen=seen, **names(at_work.c, due="2026-12-20")).status_code == 200
    with as_firm():
        assert not PlanChange.objects.exists()


def test_with_script_the_date_comes_beside_the_effect_where_none_was_typed(at_work: Firm, manager: Browser) -> None:
    beside = f'id="on-{at_work.c.public_id}" data-typed hx-swap-oob="true"'
    answer = ask(manager, at_work, htmx="effect", **names(at_work.c))
    assert answer.text.lstrip().startswith('<div class="stack-s" id="effect"')
    assert f'value="{DAY_90.isoformat()}"' in answer.text.partition(beside)[2]
    typed = ask(manager, at_work, htmx="effect", **names(at_work.c, due="2026-12-21"))
    assert beside not in typed.text
    assert "For day 90: 5 Dec to 3 Jan 2027." in typed.text


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"due": "2026-12-04"}, "due", "is due from 5 Dec to 3 Jan 2027"),
        ({"stage": "30"}, "stage", "Day 30 is over"),
        ({"stage": "77"}, "stage", "Choose a milestone of this plan."),
        ({"stage": "9" * 30}, "stage", "Choose a milestone of this plan."),
    ],
)
def test_what_cannot_be_stands_beside_its_field(
    at_work: Firm, manager: Browser, fields: dict[str, str], field: str, sentence: str
) -> None:
    answer = ask(manager, at_work, **names(at_work.c, **fields))
    assert answer.status_code == 422
    name = f"{field}_{at_work.c.public_id}"
    beside = answer.text.partition(f'id="id_{name}_error"')[2].partition("</div>")[0]
    assert sentence in beside


def test_submitted_in_another_tab_meanwhile(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        work.submit(by=at_work.people.specialist, deliverable=at_work.b)
    answer = ask(manager, at_work, "ask", **names(at_work.b, due=DAY_90.isoformat()))
    assert "is submitted and in review, so it stays in its milestone." in answer.text
    with as_firm():
        assert not PlanChange.objects.exists()


def test_moved_in_another_tab_meanwhile_stays_where_it_is(at_work: Firm, manager: Browser) -> None:
    approve(at_work, moved(at_work, at_work.c))
    page = ask(manager, at_work, **names(at_work.c, stage="60"))
    assert page.context["asking"].lines == []
    assert "Nothing moves yet." in page.text


def test_the_last_deliverables_may_leave_and_it_is_said(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        one = at_work.a
        signing.accept(by=at_work.people.signer, deliverable=one, content_hash=factories.seen(one))
    both = {**WORDS, **names(at_work.b), **names(at_work.c), "do": "effect"}
    assert "Nothing would be due" not in manager.post(at_work.url("ask/"), both).text
    approve(at_work, moved(at_work, at_work.c))
    back = ask(manager, at_work, **names(at_work.c, stage="60", was="90", due="2026-12-04"))
    assert "Nothing would be due for day 90 any more." in back.text


def test_an_option_leads_to_a_drafted_change(at_work: Firm, manager: Browser) -> None:
    page = manager.get(at_work.url("ask/"), {"move": at_work.c.public_id, "to": "90"})
    assert 'value="Move “Deliverable C” to day 90"' in page.text
    assert due_of(page, at_work.c) == DAY_90.isoformat()
    assert page.context["asking"].may_ask
    for wrong in ({"move": "nothing", "to": "90"}, {"move": at_work.c.public_id, "to": "x"}, {"move": ""}):
        assert manager.get(at_work.url("ask/"), wrong).context["form"].rows == []


# --- told ----------------------------------------------------------------------------------------------------


def test_both_sides_read_from_which_milestone_to_which(at_work: Firm, manager: Browser) -> None:
    change = moved(at_work, at_work.c)
    row = manager.get(at_work.url()).text
    assert "→ day\u00a090, 3 Jan 2027" in row
    for text in (manager.get(f"/changes/{change.public_id}/").text, manager.get(at_work.url("changes/")).text):
        assert "day\u00a060, 29 Nov" in text
        assert "day\u00a090, 3 Jan 2027" in text
        assert "Moves to another milestone" in text
    portal = signed_in(at_work.people.viewer).get(f"/portal/{at_work.engagement.code}/changes/{change.public_id}/")
    page: ChangePage = portal.context["change"]
    assert (page.moves[0].before, page.moves[0].after) == ("day\u00a060, 29 Nov", "day\u00a090, 3 Jan 2027")
    assert page.moves[0].adds[0].startswith("starts ")


def test_the_export_names_both_milestones(at_work: Firm, manager: Browser) -> None:
    approve(at_work, moved(at_work, at_work.c))
    head, line = manager.get(at_work.url("changes.csv")).text.splitlines()
    assert head.endswith(",From milestone,To milestone")
    assert "Moves to another milestone,Deliverable C,2026-11-29,2027-01-03,Mia Manager" in line
    assert line.endswith(",60,90")


def test_the_pack_tells_it(at_work: Firm) -> None:
    moved(at_work, at_work.c)
    with as_firm():
        (change,) = content.changes(at_work.engagement)
    assert change.moves == ("Deliverable C: from day 60, due 29 Nov 2026, to day 90, due 3 Jan 2027",)


def test_its_history_says_for_which_milestone_it_was_due(at_work: Firm, manager: Browser) -> None:
    approve(at_work, moved(at_work, at_work.c))
    text = manager.get(at_work.url(), {"open": at_work.c.public_id}).text
    assert "29 Nov for day 60, until plan change 1" in text
    history = manager.get(at_work.url("activity/"), {"deliverable": at_work.c.public_id}).text
    assert "Priya Nair moved Deliverable C from day 60 to day 90" in history


def test_the_timeline_draws_what_went_to_another_milestone(at_work: Firm, manager: Browser) -> None:
    approve(at_work, moved(at_work, at_work.c))
    plain = manager.get(at_work.url()).context["timeline"]
    assert "Deliverable C" not in plain.wide
    against = manager.get(at_work.url(), {"against": "agreed"}).context["timeline"]
    assert "Now day 90: Deliverable C" in against.wide
    assert "was due 29 Nov" in against.wide
    table = manager.get(at_work.url(), {"against": "agreed", "timeline": "table"}).context["timeline"]
    assert [line.was for line in table.table if line.title == "Deliverable C"] == ["29 Nov, day 60"]


def test_a_stale_one_says_where_it_stands_now(at_work: Firm, manager: Browser) -> None:
    first, second = moved(at_work, at_work.c), moved(at_work, at_work.c, "C can wait")
    approve(at_work, first)
    page = manager.get(f"/changes/{second.public_id}/")
    assert page.context["change"].moves[0].now == "for day 90"
    third = moved(at_work, at_work.b)
    with as_firm():
        work.submit(by=at_work.people.specialist, deliverable=at_work.b)
    assert manager.get(f"/changes/{third.public_id}/").context["change"].moves[0].now == "In review"


def test_a_signer_reads_why_it_cannot_be_approved(at_work: Firm) -> None:
    change = moved(at_work, at_work.c)
    with as_firm():
        stage = at_work.engagement.milestones.get(day=90)
        sooner = Move(Moves.MILESTONE, milestone=stage, to_on=date(2026, 12, 30))
        by = at_work.people
        other = changes.ask(by=by.manager, engagement=at_work.engagement, what="Sooner", why="Why", moves=[sooner])
    approve(at_work, other)
    signer = signed_in(at_work.people.signer)
    answer = signer.post(f"/portal/{at_work.engagement.code}/changes/{change.public_id}/", {"decision": "approve"})
    assert answer.status_code == 409
    assert "Day 90 has moved since this change was asked for." in answer.text

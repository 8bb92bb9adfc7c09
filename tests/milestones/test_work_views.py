"""The addresses where the plan is worked on: with htmx, as plain forms, and for people who may not."""

import json
import re

import pytest
from django.http import QueryDict
from django.urls import reverse

from milestones.actions import changes, work
from milestones.change_forms import ChangeForm
from milestones.models import Comment, Deliverable, Evidence, Wait
from tests.browsers import Browser, browser_of
from tests.factories import deliverable, in_review, ready, upload

HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def browser(cast) -> Browser:
    """The placed specialist's."""
    return browser_of(cast.specialist)


@pytest.fixture
def managers(cast) -> Browser:
    """The manager's."""
    return browser_of(cast.manager)


def post(browser, name, *args, htmx=False, **data):
    return browser.post(reverse(name, args=args), data, **(HTMX if htmx else {}))


def state(one) -> str:
    return Deliverable.objects.get(pk=one.pk).state


def test_a_plain_post_leads_back_to_the_open_row(browser, engagement):
    one = deliverable(engagement)
    answer = post(browser, "work_start", one.public_id, version=one.version)
    assert (answer.status_code, state(one)) == (303, "in_progress")
    assert answer["Location"] == f"/engagements/{engagement.code}/?open={one.public_id}#d-{one.public_id}"


def test_next_leads_elsewhere_on_this_site_alone(browser, engagement):
    one = deliverable(engagement)
    assert post(browser, "work_start", one.public_id, next="/me/")["Location"] == "/me/"
    answer = post(browser, "comment_add", engagement.code, text="Hello", next="https://evil.example/")
    assert answer["Location"] == f"/engagements/{engagement.code}/"


def test_htmx_is_told_that_the_plan_changed(browser, engagement):
    one = deliverable(engagement)
    answer = post(browser, "work_start", one.public_id, htmx=True)
    assert answer.status_code == 204
    assert f'"plan-changed": {{"deliverable": "{one.public_id}"}}' in answer["HX-Trigger"]


def test_an_illegal_move_is_a_sentence_on_a_page_and_in_a_toast(browser, engagement):
    one = deliverable(engagement)
    plain = post(browser, "work_submit", one.public_id)
    assert plain.status_code == 409
    assert "was not started yet" in plain.content.decode()
    by_htmx = post(browser, "work_submit", one.public_id, htmx=True)
    assert (by_htmx.status_code, by_htmx["HX-Reswap"]) == (409, "none")
    assert state(one) == "planned"


def test_an_old_version_is_refused(browser, engagement):
    one = deliverable(engagement)
    answer = post(browser, "work_start", one.public_id, version=one.version - 1)
    assert (answer.status_code, state(one)) == (409, "planned")


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 30, "१"])
def test_a_version_that_is_no_number_is_no_crash(browser, engagement, version):
    assert post(browser, "work_start", deliverable(engagement).public_id, version=version).status_code in {303, 409}


def test_the_whole_way_to_acceptance_within_the_firm(browser, managers, cast, engagement):
    one = deliverable(engagement)
    post(browser, "work_start", one.public_id)
    for line in one.done_lines.all():
        post(browser, "done_tick", line.public_id, ticked="true", htmx=True)
    post(browser, "evidence_add", one.public_id, kind="document", title="Report", url="https://docs.example/r")
    assert post(browser, "work_submit", one.public_id).status_code == 303
    assert state(one) == "in_review"
    assert post(managers, "work_accept", one.public_id).status_code == 409
    post(browser, "work_take_back", one.public_id)
    assert state(one) == "in_progress"


def test_unticking_is_a_form_without_the_box(browser, cast, engagement):
    one = ready(cast.specialist, deliverable(engagement))
    post(browser, "done_tick", one.done_lines.all()[0].public_id)
    assert one.done_lines.filter(ticked_at__isnull=True).count() == 1


# --- forms as pages --------------------------------------------------------------------------------------------

PAGES = [
    ("done_line_add", False), ("evidence_add", False), ("wait_open", False),
    ("deliverable_edit", True), ("deliverable_correct", True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "with_code"), PAGES)
def test_every_form_is_a_page_too_and_an_empty_one_says_what_is_missing(managers, engagement, name, with_code):
    one = deliverable(engagement)
    address = reverse(name, args=[engagement.code, one.public_id] if with_code else [one.public_id])
    assert managers.get(address).status_code == 200
    answer = managers.post(address, {})
    assert answer.status_code == 422
    assert 'class="err"' in answer.content.decode()


def test_what_was_typed_stays_beside_the_sentence(managers, engagement):
    one = deliverable(engagement)
    address = reverse("deliverable_correct", args=[engagement.code, one.public_id])
    answer = managers.post(address, {"to_on": "2026-10-01", "reason": "<b>typo</b>"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "The due date is before the start." in page
    assert "&lt;b&gt;typo&lt;/b&gt;" in page


def test_htmx_gets_the_sentences_of_a_form_by_field(browser, engagement):
    answer = post(browser, "wait_open", deliverable(engagement).public_id, on="client", htmx=True)
    assert (answer.status_code, answer["HX-Reswap"]) == (422, "none")
    told = json.loads(answer["HX-Trigger"])
    assert told == {"refused": {"fields": {"what": "This is empty. Fill it in."}, "text": ""}}


def test_who_can_be_waited_for_is_told_apart(managers, cast, engagement):
    page = managers.get(f"/engagements/{engagement.code}/?open={deliverable(engagement).public_id}").content.decode()
    assert f"{cast.viewer.name}, viewer</option>" in page
    assert f"{cast.signer.name}</option>" in page
    assert '<option value="">Nobody in particular</option>' in page


def test_what_a_stale_page_sent_is_refused_and_the_page_drawn_anew(browser, managers, cast, engagement):
    one = ready(cast.specialist, deliverable(engagement))
    line = one.done_lines.all()[0]
    post(browser, "work_submit", one.public_id)
    answers = [
        post(browser, "done_tick", line.public_id, htmx=True),
        post(managers, "done_line_add", one.public_id, text="It is monitored", htmx=True),
    ]
    for answer in answers:
        assert answer.status_code == 409
        assert "is in review" in answer["HX-Trigger"]
        assert json.loads(answer["HX-Trigger"])["plan-changed"] == {"deliverable": one.public_id}


def test_a_wait_opens_and_closes(browser, cast, engagement):
    one = deliverable(engagement)
    contact = cast.viewer.contact.pk
    post(browser, "wait_open", one.public_id, on="client", contact=contact, what="Access", opened_on="2026-11-20")
    wait = Wait.objects.get()
    assert (wait.contact_id, wait.opened_on.isoformat()) == (contact, "2026-11-20")
    assert post(browser, "wait_nudge", wait.public_id, htmx=True).status_code == 204
    assert post(browser, "wait_close", wait.public_id, htmx=True).status_code == 204
    wait.refresh_from_db()
    assert wait.closed_by == cast.specialist


def test_a_contact_of_another_client_cannot_be_named(browser, cast, engagement):
    answer = post(
        browser, "wait_open", deliverable(engagement).public_id, on="client", what="x", contact=cast.stranger.contact.pk
    )
    assert answer.status_code == 422
    assert not Wait.objects.exists()


def test_a_file_goes_up_and_comes_down_as_an_attachment(browser, engagement):
    one = deliverable(engagement)
    post(browser, "evidence_add", one.public_id, kind="document", title="Report", file=upload(b"%PDF-1.7 x", "r.pdf"))
    found = Evidence.objects.get()
    answer = browser.get(reverse("evidence_file", args=[found.public_id]))
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 x"
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert answer["Content-Disposition"] == 'attachment; filename="r.pdf"'
    post(browser, "evidence_remove", found.public_id)
    assert browser.get(reverse("evidence_file", args=[found.public_id])).status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [(b"<html>", "r.pdf", "web page"), (b"", "r.pdf", "is empty"), (b"%PDF-", "r\u202efdp.exe", "not taken")],
)
def test_a_file_that_lies_is_refused_beside_its_field(browser, engagement, content, name, sentence):
    one = deliverable(engagement)
    answer = post(browser, "evidence_add", one.public_id, kind="document", title="x", file=upload(content, name))
    beside = answer.content.decode().partition('id="id_file_error"')[2].partition("</div>")[0]
    assert (answer.status_code, sentence in beside) == (422, True)
    assert not Evidence.objects.exists()


def test_a_plan_change_moves_what_was_filled_in_alone(managers, cast, engagement):
    one, other = deliverable(engagement), deliverable(engagement, "B")
    data = {
        "what": "A week more",
        "why": "The vendor is late",
        f"due_{one.public_id}": "2026-12-10",
        f"due_{other.public_id}": other.due_on.isoformat(),
        f"target_{engagement.metrics.get().public_id}": "45",
    }
    typed = QueryDict(mutable=True)
    typed.update(data)
    form = ChangeForm(engagement, typed, sent=True)
    assert form.is_valid()
    assert sorted(str(move.kind) for move in form.moves()) == ["due", "target"]
    words = {"what": data["what"], "why": data["why"]}
    change = changes.ask(by=cast.manager, engagement=engagement, moves=form.moves(), **words)
    assert post(managers, "change_withdraw", change.public_id).status_code == 303


def test_a_line_in_a_thread_of_a_deliverable(browser, engagement):
    one = deliverable(engagement)
    post(browser, "comment_add", engagement.code, text="Ready?", shared="true", deliverable=one.public_id, htmx=True)
    said = Comment.objects.get()
    assert (said.deliverable, said.shared) == (one, True)


def test_an_engagement_is_held_and_resumed(managers, engagement):
    for what, after in (("hold", "on_hold"), ("resume", "active")):
        assert managers.get(reverse("engagement_life", args=[engagement.code, what])).status_code == 200
        post(managers, "engagement_life", engagement.code, what, why="Change freeze")
        engagement.refresh_from_db()
        assert engagement.state == after
    assert post(managers, "engagement_life", engagement.code, "explode").status_code == 404


# --- the edit form, and somebody who was faster -----------------------------------------------------------------


def edit_data(one, **more):
    return {
        "version": one.version,
        "title": one.title,
        "summary": "",
        "owner": one.owner_id,
        "start_on": one.start_on.isoformat(),
        "effort_days": one.effort_days,
        "failure_mode": one.failure_mode_id,
        "shared": "on",
        "needs_sign_off": "on",
        **more,
    }


def edit(browser, one, data):
    return browser.post(reverse("deliverable_edit", args=[one.engagement.code, one.public_id]), data)


def test_an_edit_is_saved(managers, engagement):
    one, other = deliverable(engagement), deliverable(engagement, "B")
    answer = edit(managers, one, edit_data(one, title="Triage service", after=[other.pk]))
    assert answer.status_code == 303
    fresh = Deliverable.objects.get(pk=one.pk)
    assert (fresh.title, [row.predecessor for row in fresh.as_successor.all()]) == ("Triage service", [other])


def test_a_stale_edit_shows_both_versions_and_takes_the_choice(managers, cast, engagement):
    one = deliverable(engagement)
    typed = edit_data(one, title="Mine", summary="My words")
    work.edit(by=cast.other_manager, deliverable=deliverable(engagement), version=one.version, title="Theirs")
    answer = edit(managers, one, typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Max Manager" in page
    assert re.search(r"saved \d+ Nov 2026, \d\d:\d\d<", page)
    assert "Mine" in page
    assert "Theirs" in page
    fresh = Deliverable.objects.get(pk=one.pk)
    resolved = {f"mine_{name}": value for name, value in typed.items() if name != "version"}
    choice = {"resolve": "1", "version": fresh.version, "title": "theirs", "summary": "mine"}
    answer = edit(managers, one, {**resolved, **choice})
    fresh.refresh_from_db()
    assert (answer.status_code, fresh.title, fresh.summary) == (303, "Theirs", "My words")


def test_an_edit_by_a_specialist_is_403(browser, engagement):
    one = deliverable(engagement)
    assert edit(browser, one, edit_data(one)).status_code == 403


# --- who may not -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["unplaced", "signer", "stranger"])
@pytest.mark.parametrize("name", ["work_start", "work_submit", "evidence_add", "wait_open"])
def test_for_others_there_is_nothing(cast, engagement, who, name):
    one = deliverable(engagement)
    assert post(browser_of(getattr(cast, who)), name, one.public_id).status_code == 404


def test_a_wrong_method_and_an_unknown_id_are_answered(browser, engagement):
    assert browser.get(reverse("work_start", args=[deliverable(engagement).public_id])).status_code == 405
    assert post(browser, "work_start", "nothing").status_code == 404


def test_a_specialist_withdraws_no_plan_change(browser, cast, engagement):
    change = changes.ask(by=cast.manager, engagement=engagement, what="x", why="y")
    assert post(browser, "change_withdraw", change.public_id).status_code == 403


def test_a_reviewed_deliverable_is_accepted_by_the_manager_where_nobody_signs(managers, cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    assert post(managers, "work_accept", one.public_id, htmx=True).status_code == 409

"""A manager's CSV: on the page, from the command line, all of it or nothing."""

import re
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from accounts.db import as_firm
from accounts.errors import DomainError
from engagements.models import Engagement
from milestones.actions import plans
from milestones.catalogue import SHIPPED, load_playbook
from milestones.lines import PlanLine, find_circle
from milestones.models import Deliverable, Plan, PlanDraft
from milestones.sketch import bridged
from tests import factories
from tests.factories import Cast

HEAD = "TITLE;phase;Role;Assignee;Start;Deadline;Metric;Depends On;Status;Done on\n"
GOOD = (
    HEAD
    + "Access;30;ML Engineer;sam@firm.example;2026-10-06;2026-10-16;;;Done;2026-10-15\n"
    + "=1+1;30;ML Engineer;sam@firm.example;2026-10-19;2026-11-03;Claims triaged by the model;Access;In progress;\n"
    + "Runbook;90;;nobody@firm.example;;2026-12-30;Unknown number;=1+1;To do;\n"
)


@pytest.fixture
def draft(monday: time_machine.Traveller, db: None, tmp_path: Path) -> Engagement:
    """A draft of Meridian Health whose plan is taken out, and a file beside it."""
    with as_firm():
        cast = factories.cast()
        engagement = factories.draft(cast)
        engagement.deliverables.all().delete()
        Plan.objects.all().delete()
        engagement.milestones.all().delete()
        return engagement


def written(tmp_path: Path, text: str) -> str:
    """Leave a file and return its path."""
    path = tmp_path / "plan.csv"
    path.write_text(text, encoding="utf-16")
    return str(path)


def test_command_writes_the_plan(draft: Engagement, tmp_path: Path) -> None:
    call_command("import_plan", written(tmp_path, GOOD), engagement=draft.code, accepted_by="Priya Nair")
    with as_firm():
        access, formula, runbook = draft.deliverables.order_by("number")
        assert (access.state, access.before_emplace, access.before_emplace_by) == ("accepted", True, "Priya Nair")
        assert str(access.accepted_on) == "2026-10-15"
        assert (formula.title, formula.state, str(formula.started_on)) == ("=1+1", "in_progress", "2026-10-19")
        assert formula.metric == draft.metrics.get()
        assert formula.owner == draft.placements.get()
        assert runbook.owner is None
        assert runbook.milestone.day == 90
        assert (access.needs_sign_off, formula.needs_sign_off, runbook.needs_sign_off) == (False, True, True)
        assert [one.predecessor for one in draft.dependencies.order_by("pk")] == [access, formula]


def test_dry_run_and_broken_lines_write_nothing(
    draft: Engagement, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("import_plan", written(tmp_path, GOOD), engagement=draft.code, dry_run=True)
    broken = GOOD + "Late;30;Astronaut;;2026-10-06;2026-02-30;;;To do;\n"
    with pytest.raises(CommandError):
        call_command("import_plan", written(tmp_path, broken), engagement=draft.code)
    said = capsys.readouterr().out
    assert "Line 5" in said
    assert "Astronaut" in said
    assert "nobody@firm.example is not on the team here" in said
    with as_firm():
        assert not Deliverable.objects.exists()
        assert not Plan.objects.exists()


def test_command_asks_about_ambiguous_dates(
    draft: Engagement, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doubtful = "Title,Due\nA,11/12/2026\n"
    with pytest.raises(CommandError):
        call_command("import_plan", written(tmp_path, doubtful), engagement=draft.code)
    assert "--date-order dmy" in capsys.readouterr().out
    call_command("import_plan", written(tmp_path, doubtful), engagement=draft.code, date_order="dmy")
    with as_firm():
        assert str(draft.deliverables.get().due_on) == "2026-12-11"


def test_command_logs_a_new_engagement(draft: Engagement, tmp_path: Path) -> None:
    call_command(
        "import_plan",
        written(tmp_path, GOOD),
        client="meridian HEALTH",
        name="From a file",
        start="2026-10-06",
        by="mia@firm.example",
        percent=50,
    )
    with as_firm():
        made = Engagement.objects.get(name="From a file")
        assert made.deliverables.count() == 3
        assert made.placements.get().percent == 50


@pytest.mark.parametrize("asked", [{"engagement": "NO-99"}, {"client": "Nobody", "name": "X", "start": "2026-10-06"}])
def test_command_says_what_is_missing(draft: Engagement, tmp_path: Path, asked: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("import_plan", written(tmp_path, GOOD), by="mia@firm.example", **asked)
    with pytest.raises(CommandError):
        call_command("import_plan", str(tmp_path / "none.csv"), engagement=draft.code)


def test_what_happened_tomorrow_is_refused(draft: Engagement, tmp_path: Path) -> None:
    future = HEAD + "A;30;;;2026-10-06;2026-12-01;;;Done;2026-11-30\n"
    with pytest.raises(CommandError):
        call_command("import_plan", written(tmp_path, future), engagement=draft.code)


# --- on the page ---------------------------------------------------------------------------------------------


@pytest.fixture
def page(monday: time_machine.Traveller, db: None, client: Browser) -> tuple[Browser, str, Cast]:
    """The manager's browser, the address of a draft whose first steps hold, and everybody."""
    with as_firm():
        cast = factories.cast()
        load_playbook(SHIPPED[0])
        row = PlanDraft.objects.create(
            by=cast.manager,
            step="plan",
            data={
                "client": {"which": "existing", "client": cast.client.public_id},
                "goal": {
                    "name": "Claims",
                    "service_line": "data_science_ml",
                    "start_on": "2026-10-06",
                    "manager": cast.manager.public_id,
                    "metrics-0-name": "Claims triaged by the model",
                    "metrics-0-start": "1",
                    "metrics-0-target": "5",
                },
                "team": {
                    "seats-0-key": "a1",
                    "seats-0-specialist": cast.specialist.public_id,
                    "seats-0-percent": "50",
                    "seats-0-starts_on": "2026-10-06",
                    "seats-0-ends_on": "2027-01-04",
                },
            },
        )
    client.force_login(cast.manager)
    return client, f"/engagements/new/{row.public_id}/", cast


def version() -> str:
    """The draft's version now."""
    with as_firm():
        return str(PlanDraft.objects.get().version)


def upload(browser: Browser, root: str, content: bytes, name: str = "plan.csv"):
    """Send a file and follow to the page about it."""
    file = SimpleUploadedFile(name, content)
    return browser.post(f"{root}file/", {"file": file, "version": version()}, follow=True)


def test_page_shows_what_was_understood_before_anything_is_written(page: tuple[Browser, str, Cast]) -> None:
    browser, root, _cast = page
    shown = upload(browser, root, GOOD.encode()).content.decode()
    assert "Use this plan" in shown
    assert "Accepted before Emplace" in shown
    assert "Who accepted the finished one" in shown
    assert "nobody@firm.example is not on the team here" in shown
    with as_firm():
        assert not Deliverable.objects.exists()
    settled = {"take_file": "1", "sign_off": "yes", "accepted_by": "Priya Nair", "version": version()}
    shown = browser.post(f"{root}plan/", settled, follow=True).content.decode()
    assert "accepted before Emplace, on 15 Oct, by Priya Nair" in shown
    assert browser.post(f"{root}plan/", {"create": "1", "version": version()}).status_code == 303
    with as_firm():
        engagement = Engagement.objects.get()
        assert engagement.deliverables.count() == 3
        assert engagement.plan.playbook_version is None
        assert engagement.deliverables.get(before_emplace=True).before_emplace_by == "Priya Nair"


def test_page_names_lines_and_reasons(page: tuple[Browser, str, Cast]) -> None:
    browser, root, _cast = page
    broken = GOOD + "Late;30;Astronaut;;2026-10-06;2026-02-30;;;To do;\n"
    shown = upload(browser, root, broken.encode()).content.decode()
    assert "Line 5" in shown
    assert "Astronaut" in shown
    assert "Use this plan" not in shown
    response = browser.post(f"{root}plan/", {"create": "1", "version": version()})
    assert response.status_code == 422
    with as_firm():
        assert not Engagement.objects.exists()


def test_page_asks_about_ambiguous_dates(page: tuple[Browser, str, Cast]) -> None:
    browser, root, _cast = page
    shown = upload(browser, root, b"Title,Due\nA,11/12/2026\n").content.decode()
    assert "can be read in two ways" in shown
    assert "Fri 11 Dec 2026" in shown
    answered = {"date_order": "mdy", "reread": "1", "version": version()}
    assert "12 Nov" in browser.post(f"{root}plan/", answered, follow=True).content.decode()


def test_page_names_all_that_is_wrong_beside_the_question(page: tuple[Browser, str, Cast]) -> None:
    browser, root, _cast = page
    lines = (
        b"Title,Start,Due,Done on\nA,,11/12/2026,\nB,,31.02.2027,\nC,2026-12-05,2026-11-02,\nD,,2026-12-01,2030-01-01\n"
    )
    shown = upload(browser, root, lines).content.decode()
    assert "can be read in two ways" in shown
    assert "“31.02.2027” is a day that does not exist" in shown
    assert "The due date 2 Nov is before the start 5 Dec." in shown
    assert "It is said to be done on a day that is still to come." in shown
    assert "the other lines are fine" not in shown


def test_page_keeps_the_sign_off_of_work_under_way(page: tuple[Browser, str, Cast]) -> None:
    browser, root, _cast = page
    upload(browser, root, GOOD.encode())
    shown = browser.post(f"{root}plan/", {"take_file": "1", "version": version()}, follow=True).content.decode()
    assert 'name="sign-2"' not in shown
    for ref in ("3", "4"):
        assert f'name="sign-{ref}" value="1" checked' in shown
    assert "in progress since 19 Oct" in shown
    # What the browser sends: every line, and the boxes that stand ticked.
    refs = re.findall(r'name="line" value="(\d+)"', shown)
    ticked = re.findall(r'name="(sign-\d+)" value="1" checked', shown)
    due = dict(re.findall(r'name="(due-\d+)" value="([\d-]+)"', shown))
    sent = {"line": refs, **due, **dict.fromkeys(ticked, "1"), "create": "1", "version": version()}
    assert browser.post(f"{root}plan/", sent).status_code == 303
    with as_firm():
        signed = dict(Deliverable.objects.values_list("title", "needs_sign_off"))
    assert signed == {"Access": False, "=1+1": True, "Runbook": True}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"PK\x03\x04" + b"\x00" * 50, "not a CSV"),
        (b"no,header,here\n1,2,3\n", "No line names the columns"),
        (b"Title,Due\n" + b"A,2026-11-05\n" * 50_000, "up to"),
        (b"Title,Due\n\x00A,2026-11-05\n", "NUL"),
        ("Title,Due\nA\u202eb,2026-11-05\n".encode(), "turns the letters after it around"),
        (b"x" * 1_100_000, "larger than 1 MB"),
        (b"Title,Due,Depends on\nA,2026-11-05,B\nB,2026-11-06,A\n", "in a circle"),
    ],
    # A test's name goes to each worker and back: not with a megabyte in it.
    ids=["empty", "zip", "no header", "50,000 lines", "NUL", "turned letters", "a megabyte", "circle"],
)
def test_hostile_files_get_a_sentence(page: tuple[Browser, str, Cast], content: bytes, says: str) -> None:
    browser, root, _cast = page
    shown = upload(browser, root, content).content.decode()
    assert says in shown
    with as_firm():
        assert not Deliverable.objects.exists()


def test_without_a_file_a_sentence_says_so(page: tuple[Browser, str, Cast]) -> None:
    browser, root, _cast = page
    assert b"Choose a file first." in browser.post(f"{root}file/", {"version": version()}).content


def test_other_source_lays_out_anew(page: tuple[Browser, str, Cast]) -> None:
    browser, root, _cast = page
    upload(browser, root, GOOD.encode())
    shown = browser.post(f"{root}plan/", {"source": "short", "version": version()}, follow=True).content.decode()
    assert "30/60/90 fix plan, short, version 1" in shown
    assert browser.post(f"{root}plan/", {"source": "nonsense", "version": version()}).status_code == 422


# --- what holds among lines ------------------------------------------------------------------------------------


def test_circles_are_spelled_out() -> None:
    assert find_circle({"a": ["b"], "b": ["c"], "c": []}) == []
    assert sorted(find_circle({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})) == ["a", "b", "c"]
    chain = {str(n): [str(n + 1)] for n in range(5000)}
    assert find_circle({**chain, "5000": []}) == []
    assert len(find_circle({**chain, "5000": ["0"]})) == 5001


def test_what_is_left_out_is_bridged() -> None:
    after = {"a": [], "b": ["a"], "c": ["b"], "d": ["c", "a"]}
    assert bridged(after, {"a", "d"}) == {"a": (), "d": ("a",)}


@pytest.mark.parametrize(
    "more",
    [
        {"title": " "},
        {"title": "T" * 161},
        {"due_on": "start"},
        {"milestone_day": 45},
        {"effort_days": 0},
        {"effort_days": 10**9},
        {"role_key": "astronaut"},
        {"failure_mode_key": "luck"},
        {"evidence_kinds": ("rumour",)},
        {"after": ("nothing",)},
        {"shared": False},
        {"done_lines": ("x" * 501,)},
        {"done_lines": ("\x00",)},
        {"state": "in_review"},
        {"state": "in_progress"},
        {"state": "accepted"},
    ],
)
def test_lines_that_do_not_hold_are_refused_with_nothing_written(draft: Engagement, more: dict[str, Any]) -> None:
    if more.get("due_on") == "start":
        more = {"due_on": factories.START}
    with as_firm():
        manager = draft.manager
        lines: list[PlanLine] = [factories.line("A"), factories.line("B", **more)]
        before = Deliverable.objects.count()
        with pytest.raises(DomainError):
            plans.create_plan(
                by=manager,
                engagement=draft,
                milestones=[(60, "Build", factories.START)],
                lines=lines,
            )
        assert Deliverable.objects.count() == before

"""The firm's pages in a real browser: worked on in place, sound for everybody, in light and dark, on a phone too."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from accounts.db import as_firm
from milestones.actions import talk, work
from milestones.models import CheckIn, Comment, Deliverable
from milestones.states import Answer, DeliverableState
from tests.chromium import PHONE, WIDE, Opener, clean, fits
from tests.reports.conftest import Firm

SIZES = (WIDE, PHONE)
pytestmark = pytest.mark.xdist_group("browser-firm")


@pytest.fixture
def tab_options() -> dict[str, Any]:
    """As most people have it: with motion."""
    return {}


@pytest.fixture
def pardoned() -> tuple[str, ...]:
    """Leaving a page while it still asks for something is no fault."""
    return ("htmx:sendAbort", "htmx:afterRequest")


# A browser says in its console that an answer was 4xx, whatever the page makes of it.
REFUSED = pytest.mark.parametrize("pardoned", [("htmx:", "Failed to load resource")])


def sound(page: Page) -> None:
    """Assert that axe finds nothing, and that nothing scrolls sideways."""
    clean(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def pages(firm: Firm) -> list[str]:
    """Every page of the firm that an engagement has or that lists engagements."""
    tabs = (f"?open={firm.b.public_id}", "?timeline=table", "outcomes/", "team/", "activity/", "ask/", "add/")
    lists = ("/", "/needs/", "/deliverables/", "/metrics/", "/clients/", "/find/?q=a")
    return [*lists, *map(firm.url, (*tabs, "notes/new/"))]


def test_every_page_is_sound(at_work: Firm, tab_of: Opener) -> None:
    tab = tab_of(at_work.people.manager)
    for address in pages(at_work):
        tab.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        tab.goto(address)
        sound(tab)
        fits(tab)


def test_back_from_another_page_shows_the_whole_page_again(at_work: Firm, tab_of: Opener) -> None:
    tab = tab_of(at_work.people.manager)
    for address, chip in (("/", "Off track"), (at_work.url(), "Waiting")):
        tab.goto(address)
        tab.locator("a.chip", has_text=chip).click()
        tab.wait_for_url("**show=**")
        tab.goto("/clients/")
        tab.go_back()
        expect(tab.get_by_role("link", name="Clients")).to_be_visible()
        expect(tab.locator("a.chip[aria-current]", has_text=chip)).to_be_visible()


def test_the_bar_says_how_many_are_picked(at_work: Firm, tab_of: Opener) -> None:
    tab = tab_of(at_work.people.manager)
    tab.goto(at_work.url())
    boxes = tab.locator(".p-sel .tick:visible")
    boxes.nth(0).check()
    boxes.nth(1).check()
    said = tab.get_by_role("toolbar").locator("b").evaluate("one => getComputedStyle(one, '::after').content")
    assert "2" in said
    boxes.nth(0).uncheck()
    expect(tab.get_by_role("toolbar").locator("b")).to_have_attribute("data-picked", "1")


def test_they_are_sound_on_a_dark_phone(at_work: Firm, tab_of: Opener) -> None:
    tab = tab_of(at_work.people.manager, size=PHONE, color_scheme="dark")
    for address in (at_work.url(f"?open={at_work.b.public_id}"), "/"):
        tab.goto(address)
        sound(tab)


@pytest.mark.parametrize("size", SIZES)
def test_the_week_is_sound_and_each_answer_saves_by_itself(
    at_work: Firm, tab_of: Opener, size: tuple[int, int]
) -> None:
    tab = tab_of(at_work.people.specialist, size=size)
    tab.goto("/me/")
    sound(tab)
    first, second = (tab.locator(f"#w-{one.public_id}") for one in (at_work.b, at_work.c))
    first.get_by_text("Fine").click()
    expect(tab.locator("#week-tally")).to_contain_text("1 of 2 said")
    second.get_by_text("Slips to").click()
    second.get_by_label("Likely done on").fill("2026-12-04")
    second.get_by_label("Why").fill("The vendor is late")
    sound(tab)
    second.locator(".more-slip").get_by_role("button", name="Save").click()
    expect(second).to_contain_text("Slips to 4 Dec: The vendor is late")
    expect(second.get_by_label("Likely done on")).to_be_hidden()
    with as_firm():
        assert CheckIn.objects.get(deliverable=at_work.c).answer == Answer.SLIPS


def test_a_deliverable_goes_from_start_to_submitted_in_place(at_work: Firm, tab_of: Opener) -> None:
    tab = tab_of(at_work.people.specialist)
    tab.goto(at_work.url())
    row = tab.locator(f"#d-{at_work.c.public_id}")
    row.get_by_role("link", name="Deliverable C").click()
    row.get_by_role("button", name="Start", exact=True).click()
    expect(row).to_contain_text("2 lines of the definition of done are open.")
    for line in ("It runs", "It is written down"):
        row.get_by_label(line).click()
        expect(row.get_by_label(line)).to_be_checked()
    expect(row).to_contain_text("It needs one piece of evidence")
    row.get_by_text("Add a link").click()
    row.get_by_label("Link").fill("https://git.example/214")
    row.get_by_role("button", name="Add", exact=True).last.click()
    expect(row).to_contain_text("Asks Joan Abernethy and Priya Nair by mail.")
    row.get_by_role("button", name="Submit for sign-off").click()
    expect(row).to_contain_text("Waits for")
    expect(row).to_contain_text("To sign off")
    with as_firm():
        assert Deliverable.objects.get(pk=at_work.c.pk).state == DeliverableState.IN_REVIEW


@REFUSED
def test_a_refused_upload_loses_nothing(at_work: Firm, tab_of: Opener) -> None:
    tab = tab_of(at_work.people.specialist)
    tab.goto(at_work.url(f"?open={at_work.b.public_id}"))
    form = tab.locator(f"#add-file-{at_work.b.public_id}")
    form.get_by_text("Add a file").click()
    lies: FilePayload = {
        "name": "report.pdf",
        "mimeType": "application/pdf",
        "buffer": b"<html><script>1</script></html>",
    }
    form.get_by_label("File").set_input_files(lies)
    form.get_by_label("Title").fill("Evaluation report")
    form.get_by_role("button", name="Add", exact=True).click()
    file = form.get_by_label("File")
    expect(form.locator(".field", has=tab.locator("[type=file]"))).to_contain_text("web page")
    expect(file).to_have_attribute("aria-invalid", "true")
    expect(file).to_be_focused()
    expect(form.get_by_label("Title")).to_have_value("Evaluation report")
    assert file.input_value().endswith("report.pdf")
    expect(tab.locator(".toast")).to_have_count(0)
    file.set_input_files({"name": "report.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 x"})
    form.get_by_role("button", name="Add", exact=True).click()
    expect(tab.locator(f"#d-{at_work.b.public_id} .files")).to_contain_text("Evaluation report")
    expect(form.get_by_label("Title")).to_be_hidden()
    expect(form.locator(".err")).to_have_count(0)


@REFUSED
def test_an_older_tab_is_drawn_anew_beside_the_sentence(at_work: Firm, tab_of: Opener) -> None:
    tab = tab_of(at_work.people.manager)
    tab.goto(at_work.url(f"?open={at_work.b.public_id}"))
    row = tab.locator(f"#d-{at_work.b.public_id}")
    with as_firm():
        work.submit(by=at_work.people.specialist, deliverable=at_work.b)
    row.locator(".checks").get_by_role("checkbox").first.click()
    expect(tab.locator(".toast")).to_contain_text("is in review. Take it back first.")
    expect(row.get_by_role("button", name="Take back")).to_be_visible()
    for box in row.locator(".checks").get_by_role("checkbox").all():
        expect(box).to_be_checked()
        expect(box).to_be_disabled()


def test_the_same_goes_without_script(at_work: Firm, tab_of: Opener) -> None:
    tab = tab_of(at_work.people.specialist, script=False)
    tab.goto(at_work.url())
    tab.locator(".plan").get_by_role("link", name="Deliverable C").click()
    row = tab.locator(f"#d-{at_work.c.public_id}")
    row.get_by_role("button", name="Start", exact=True).click()
    for number in range(2):
        line = row.locator(".checks li").nth(number)
        line.get_by_role("checkbox").check()
        line.get_by_role("button", name="Save").click()
        expect(row.locator(".checks li").nth(number).get_by_role("checkbox")).to_be_checked()
    row.get_by_text("Add a link").click()
    row.get_by_label("Link").fill("https://git.example/214")
    row.get_by_role("button", name="Add", exact=True).last.click()
    row.get_by_role("button", name="Submit for sign-off").click()
    expect(row).to_contain_text("Waits for")
    tab.goto("/me/")
    item = tab.locator(f"#w-{at_work.b.public_id}")
    item.get_by_text("Fine").click()
    item.get_by_role("button", name="Save").first.click()
    expect(tab.locator("#week-tally")).to_contain_text("1 of 1 said")


def test_picked_deliverables_go_to_the_form_together(at_work: Firm, tab_of: Opener) -> None:
    tab = tab_of(at_work.people.manager)
    tab.goto(at_work.url())
    expect(tab.get_by_role("toolbar")).to_be_hidden()
    for one in (at_work.b, at_work.c):
        tab.locator(f"#pick-{one.public_id}").check()
    sound(tab)
    tab.get_by_role("button", name="Ask for new dates").click()
    expect(tab.get_by_role("textbox", name="Deliverable B")).to_be_visible()
    expect(tab.get_by_role("textbox", name="Deliverable C")).to_be_visible()
    expect(tab.get_by_role("textbox", name="Deliverable A")).to_be_hidden()


def test_ctrl_k_finds_and_opens(at_work: Firm, tab_of: Opener) -> None:
    tab = tab_of(at_work.people.manager)
    tab.goto("/")
    tab.keyboard.press("Control+k")
    tab.keyboard.type("deliverable b")
    expect(tab.get_by_role("option", name="Deliverable B")).to_be_visible()
    sound(tab)
    tab.keyboard.press("Enter")
    expect(tab.locator(f"#o-{at_work.b.public_id}")).to_be_visible()


def test_an_answer_stands_below_its_question_and_keeps_what_is_half_typed(at_work: Firm, tab_of: Opener) -> None:
    with as_firm():
        asked = talk.say(
            by=at_work.people.viewer, engagement=at_work.engagement, text="Does it read scans?", deliverable=at_work.b
        )
        talk.check_in(
            by=at_work.people.specialist, deliverable=at_work.b, answer="slips", slips_to=date(2027, 1, 8),
            why="Two vendors came late",
        )  # fmt: skip
    tab = tab_of(at_work.people.manager, size=PHONE)
    tab.goto(f"{at_work.url()}?open={at_work.b.public_id}")
    row = tab.locator(f"#d-{at_work.b.public_id}")
    box = row.get_by_label("Write in the thread")
    box.fill("Half typed")
    row.get_by_text("Answer", exact=True).click()
    row.get_by_label("Your answer to").fill("Yes, since May.")
    sound(tab)
    row.get_by_role("button", name="Send", exact=True).first.click()
    expect(row.get_by_text("Unanswered")).to_have_count(0)
    expect(row.locator(".thread .thread")).to_contain_text("Yes, since May.")
    expect(box).to_have_value("Half typed")
    sound(tab)
    with as_firm():
        assert Comment.objects.get(text="Yes, since May.").answers_id == asked.pk

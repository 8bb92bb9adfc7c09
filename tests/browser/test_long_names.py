"""Long names in a real browser: no page goes sideways for them, and nothing is printed over anything else."""

import pytest
import time_machine
from django.test import Client as Browser
from playwright.sync_api import Page

from accounts.db import as_firm
from engagements.models import Client, Engagement
from milestones import slips
from milestones.catalogue import SHIPPED, load_playbook
from milestones.models import PlanDraft
from tests import factories
from tests.chromium import NARROW, PHONE, WIDE, Opener
from tests.factories import deliverable, line
from tests.milestones.test_new import GOAL, SEAT

pytestmark = pytest.mark.xdist_group("browser-forms")

UNBROKEN = "Claims intake of the long line " + "Z" * 60
# Pairs of a fact whose texts lie over each other.
OVER = """() => [...document.querySelectorAll(".facts > div")].filter((row) => {
  const [a, b] = ["dt", "dd"].map((tag) => {
    const range = document.createRange();
    range.selectNodeContents(row.querySelector(tag));
    return range.getBoundingClientRect();
  });
  return a.right > b.left + 1 && b.right > a.left + 1 && a.bottom > b.top + 1 && b.bottom > a.top + 1;
}).map((row) => row.textContent)"""


@pytest.fixture
def people(monday: time_machine.Traveller, transactional_db: None) -> factories.Cast:
    with as_firm():
        made = factories.cast()
        for shipped in SHIPPED:
            load_playbook(shipped)
        Client.objects.filter(pk=made.client.pk).update(name=UNBROKEN[:80])
        made.client.refresh_from_db()
        return made


@pytest.fixture
def engagement(people: factories.Cast) -> Engagement:
    with as_firm():
        lines = [line("A", title=f"First {UNBROKEN}"), line("B", title=UNBROKEN, after=("A",))]
        lines.append(line("C", title="A report on how claims are taken in today and by whom, with what it costs"))
        lines.append(line("D", after=("B", "C")))
        made = factories.active(people, lines, name=UNBROKEN)
        slips.recompute(made)
        return made


def draft_of(people: factories.Cast) -> str:
    """Log an engagement up to its plan; the address of its steps."""
    browser = Browser()
    browser.force_login(people.manager)
    browser.post("/engagements/new/", {"which": "existing", "client": people.client.public_id, "go": "1"})
    typed = GOAL | {"name": UNBROKEN, "manager": people.manager.public_id}
    for step, sent in (("goal", typed), ("team", SEAT | {"seats-0-specialist": people.specialist.public_id})):
        with as_firm():
            draft = PlanDraft.objects.get()
        address = f"/engagements/new/{draft.public_id}/"
        browser.post(f"{address}{step}/", sent | {"version": str(draft.version), "go": "1"})
    return address


def sideways(tab: Page, addresses: list[str]) -> list[tuple[str, int, int]]:
    """Pages that are wider than a screen, with both widths."""
    found = []
    for address in addresses:
        tab.goto(address)
        for size in (WIDE, PHONE, NARROW):
            tab.set_viewport_size({"width": size[0], "height": size[1]})
            wide = tab.evaluate("document.documentElement.scrollWidth")
            if wide > size[0]:
                found.append((address, wide, size[0]))
    return found


def test_a_long_unbroken_name_makes_no_page_wider_than_the_screen(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    with as_firm():
        agreed = factories.draft(people, name=f"2 {UNBROKEN}").code
        opened = deliverable(engagement, "D").public_id
    steps = draft_of(people)
    # One page of each make: lists, tabs, forms, steps.
    tabs = (f"?open={opened}", "team/", "activity/", "ask/", "waits/")
    pages = ["/", "/deliverables/", *(f"/engagements/{engagement.code}/{tab}" for tab in tabs)]
    pages += [f"/engagements/{agreed}/activate/", f"{steps}plan/"]
    assert sideways(tab_of(people.manager), pages) == []
    portal = [f"/portal/{engagement.code}/{one}" for one in ("", "plan/")]
    assert sideways(tab_of(people.signer), portal) == []


def test_a_fact_and_its_name_are_never_printed_over_each_other(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    tab = tab_of(people.manager)
    with as_firm():
        ids = list(engagement.deliverables.exclude(title__startswith="First").values_list("public_id", flat=True))
    for public_id in ids:
        tab.goto(f"/engagements/{engagement.code}/?open={public_id}")
        assert tab.locator(".facts > div").count() > 1
        for size in (WIDE, PHONE, NARROW):
            tab.set_viewport_size({"width": size[0], "height": size[1]})
            assert tab.evaluate(OVER) == []

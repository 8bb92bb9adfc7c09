"""Logging an engagement in a real browser: entries are kept by themselves, the plan follows each change."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.db import as_firm
from engagements.models import Client, Engagement
from milestones.catalogue import SHIPPED, load_playbook
from milestones.models import PlanDraft
from roles.models import Specialist
from tests import factories
from tests.chromium import Opener, clean

pytestmark = pytest.mark.xdist_group("browser-firm")


@pytest.fixture
def tab_options() -> dict[str, Any]:
    """As most people have it: with motion."""
    return {}


@pytest.fixture
def page(tab_of: Opener) -> Page:
    """A manager's signed-in tab; there are the playbooks."""
    with as_firm():
        cast = factories.cast()
        for shipped in SHIPPED:
            load_playbook(shipped)
    return tab_of(cast.manager, size=(1280, 720))


def test_from_the_client_to_the_created_draft(page: Page) -> None:
    page.goto("/engagements/new/")
    page.locator("#id_client").select_option(label="Meridian Health")
    expect(page.locator("#kept")).to_contain_text("All entries kept")
    clean(page)
    page.get_by_role("button", name="Continue to the goal").click()
    page.locator("#id_name").fill("Claims triage automation")
    page.locator("#id_start_on").fill("2026-10-06")
    page.locator("#id_service_line").select_option(index=1)
    page.locator("#id_metrics-0-name").fill("Manual triage time")
    page.locator("#id_metrics-0-start").fill("14")
    target = page.locator("#id_metrics-0-target")
    target.fill("6")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        target.blur()
    page.reload()
    expect(target).to_have_value("6")
    clean(page)
    page.get_by_role("button", name="Continue to the team").click()
    page.locator("#id_seats-0-specialist").select_option(label="Sam Specialist, ML engineer")
    clean(page)
    page.get_by_role("button", name="Continue to the plan").click()
    due = page.locator("#due-S30-01")
    due.fill("2026-10-16")
    due.blur()
    expect(page.get_by_text("Moved by you, the playbook has")).to_be_visible()
    page.get_by_role("button", name="Drop Access, working agreement").click()
    expect(page.get_by_text("Dropped by you")).to_be_visible()
    clean(page)
    page.get_by_role("button", name="Create draft").click()
    page.wait_for_url("**/engagements/MER-01/")
    with as_firm():
        engagement = Engagement.objects.get()
        assert str(engagement.deliverables.get(playbook_code="S30-01").due_on) == "2026-10-16"
        assert not engagement.deliverables.filter(playbook_code="S30-02").exists()
        assert PlanDraft.objects.get().step == "done"


def test_pages_about_people_and_the_catalogue_are_sound(page: Page) -> None:
    with as_firm():
        client = Client.objects.get(name="Meridian Health")
        specialist = Specialist.objects.select_related("user").first()
        assert specialist is not None
    addresses = (
        "/clients/",
        f"/clients/{client.public_id}/",
        "/specialists/",
        f"/specialists/{specialist.user.public_id}/",
        "/catalogue/",
        "/catalogue/playbooks/short/",
    )
    for address in addresses:
        page.goto(address)
        clean(page)

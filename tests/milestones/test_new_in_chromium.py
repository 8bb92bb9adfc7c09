"""Logging an engagement in a real browser: entries are kept by themselves, the plan follows each change."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client as Browser
from playwright.sync_api import Page, expect, sync_playwright

from accounts.db import as_firm
from engagements.models import Client, Engagement
from milestones.catalogue import SHIPPED, load_playbook
from milestones.models import PlanDraft
from roles.models import Specialist
from tests import factories


@pytest.fixture
def page(
    transactional_db: None, live_server: object, chromium_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Page]:
    """A manager's signed-in tab; the test fails on any error in the console."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright runs a loop in this thread
    with as_firm():
        cast = factories.cast()
        for shipped in SHIPPED:
            load_playbook(shipped)
    client = Browser()
    client.force_login(cast.manager)
    said: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        context = chromium.new_context(base_url=str(live_server))
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": str(live_server)}])
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: said.append(str(error)))
        yield tab
        chromium.close()
    assert said == []


def sound(page: Page) -> None:
    """Assert that axe finds nothing on the page as it stands."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_from_the_client_to_the_created_draft(page: Page) -> None:
    page.goto("/engagements/new/")
    page.locator("#id_client").select_option(label="Meridian Health")
    expect(page.locator("#kept")).to_contain_text("All entries kept")
    sound(page)
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
    sound(page)
    page.get_by_role("button", name="Continue to the team").click()
    page.locator("#id_seats-0-specialist").select_option(label="Sam Specialist, ML Engineer")
    sound(page)
    page.get_by_role("button", name="Continue to the plan").click()
    due = page.locator("#due-S30-01")
    due.fill("2026-10-16")
    due.blur()
    expect(page.get_by_text("Moved by you, the playbook has")).to_be_visible()
    page.get_by_role("button", name="Drop Access, working agreement").click()
    expect(page.get_by_text("Dropped by you")).to_be_visible()
    sound(page)
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
        sound(page)

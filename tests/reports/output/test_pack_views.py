"""The Handoff tab, the list of all packs, and the page that says whether a file is genuine."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from accounts import jobs
from accounts.db import as_firm
from accounts.models import User
from reports.actions.packs import ask_pack
from reports.models import HandoffPack
from tests.reports.output.world import World


def browser_of(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def issued(world: World) -> HandoffPack:
    with as_firm(world.manager):
        pack = ask_pack(by=world.manager, engagement=world.engagement)
    assert pack.job_id is not None
    jobs.run(pack.job_id)
    with as_firm():
        return HandoffPack.objects.get(pk=pack.pk)


def tab(world: World) -> str:
    return reverse("handoff", args=[world.engagement.code])


def test_the_empty_tab_says_what_to_do(world: World) -> None:
    page = browser_of(world.manager).get(tab(world)).content.decode()
    assert "No handoff pack yet" in page
    assert "Make a new version" in page


def test_asking_without_script_leads_to_a_page_that_says_to_reload(world: World) -> None:
    browser = browser_of(world.manager)
    answer = browser.post(reverse("handoff_ask", args=[world.engagement.code]))
    assert (answer.status_code, answer["Location"]) == (303, tab(world))
    page = browser.get(tab(world)).content.decode()
    assert "Waits for its turn" in page
    assert "Reload it to see how far the pack is" in page


def test_progress_is_asked_again_until_it_is_issued(world: World) -> None:
    browser = browser_of(world.manager)
    browser.post(reverse("handoff_ask", args=[world.engagement.code]), headers={"HX-Request": "true"})
    with as_firm():
        pack = HandoffPack.objects.get()
    line = reverse("handoff_line", args=[world.engagement.code, pack.public_id])
    assert f'hx-get="{line}"' in browser.get(line, headers={"HX-Request": "true"}).content.decode()
    assert pack.job_id is not None
    jobs.run(pack.job_id)
    done = browser.get(line, headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in done
    assert "Version 1" in done
    assert browser.get(line)["Location"] == tab(world)


def test_firm_and_client_download_what_was_issued(world: World, issued: HandoffPack) -> None:
    body = Path(issued.file.path).read_bytes()
    places = [world.engagement.code, issued.public_id]
    for user, name in (
        (world.manager, "handoff_file"),
        (world.specialist, "handoff_file"),
        (world.viewer.user, "portal_pack"),
    ):
        answer = browser_of(user).get(reverse(name, args=places))
        assert answer["Content-Type"] == "application/pdf"
        assert answer.getvalue() == body


def test_a_contact_gets_404_on_the_firms_pages(world: World, issued: HandoffPack) -> None:
    browser = browser_of(world.signer.user)
    for address in (
        tab(world),
        reverse("handoffs"),
        reverse("handoff_file", args=[world.engagement.code, issued.public_id]),
    ):
        assert browser.get(address).status_code == 404


def test_a_specialist_reads_but_cannot_ask(world: World) -> None:
    browser = browser_of(world.specialist)
    assert "Make a new version" not in browser.get(tab(world)).content.decode()
    assert browser.post(reverse("handoff_ask", args=[world.engagement.code])).status_code == 403


def test_every_pack_is_listed_and_exported(world: World, issued: HandoffPack) -> None:
    browser = browser_of(world.manager)
    assert "Version 1" in browser.get(reverse("handoffs")).content.decode()
    rows = browser.get(reverse("handoffs") + "?format=csv").content.decode()
    assert issued.sha256 in rows


def test_whoever_holds_the_file_learns_that_it_is_genuine(world: World, issued: HandoffPack) -> None:
    body = Path(issued.file.path).read_bytes()
    upload = SimpleUploadedFile("renamed.pdf", body)
    for sent in ({"file": upload}, {"sha256": f" {issued.sha256.upper()} "}):
        page = Browser().post(reverse("check"), sent).content.decode()
        assert "Genuine: handoff pack, version 1" in page
        assert "Meridian" not in page
        assert "Claims triage" not in page


def test_one_byte_more_is_not_known(world: World, issued: HandoffPack) -> None:
    body = Path(issued.file.path).read_bytes()
    page = Browser().post(reverse("check"), {"file": SimpleUploadedFile("pack.pdf", body + b" ")}).content.decode()
    assert "Not known here." in page


@pytest.mark.parametrize("sent", [{}, {"sha256": "abc"}, {"sha256": "'; drop table"}, {"sha256": "\0" * 64}])
def test_what_is_no_hash_is_answered_with_a_sentence(db: None, sent: dict[str, str]) -> None:
    answer = Browser().post(reverse("check"), sent)
    assert answer.status_code == 422
    assert re.search(r"SHA-256", answer.content.decode())


def test_a_signed_in_contact_of_another_client_gets_the_same_answer(world: World, issued: HandoffPack) -> None:
    page = browser_of(world.viewer.user).post(reverse("check"), {"sha256": issued.sha256}).content.decode()
    assert "Genuine" in page


def test_checking_without_end_is_refused_with_a_sentence(world: World) -> None:
    browser = Browser(REMOTE_ADDR="192.0.2.77")
    codes = {browser.post(reverse("check"), {"sha256": "0" * 64}).status_code for _ in range(30)}
    assert codes == {200}
    refused = browser.post(reverse("check"), {"sha256": "0" * 64})
    assert refused.status_code == 429
    assert "Wait a minute and try again." in refused.text
    assert browser.get(reverse("check")).status_code == 200
    assert Browser(REMOTE_ADDR="192.0.2.78").post(reverse("check"), {"sha256": "0" * 64}).status_code == 200

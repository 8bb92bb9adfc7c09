"""Evidence and packs in the portal."""

import hashlib

from django.core.files.base import ContentFile
from django.test import Client as Browser

from accounts.clock import now
from accounts.db import as_firm
from accounts.models import AccessEntry
from milestones.actions import evidence
from milestones.models import Evidence
from reports.models import HandoffPack
from tests.reports.portal.conftest import World, signed_in


def the_file(world: World) -> Evidence:
    """The evidence that is a file."""
    with as_firm():
        return Evidence.objects.get(deliverable=world.b, title="Evaluation")


def test_a_contact_downloads_evidence_as_an_attachment_that_cannot_run(world: World, viewer: Browser) -> None:
    response = viewer.get(world.url(f"files/{the_file(world).public_id}/"))
    assert response.getvalue().startswith(b"%PDF")
    assert response["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert "sandbox" in response["Content-Security-Policy"]
    with as_firm():
        assert AccessEntry.objects.filter(what=AccessEntry.What.DOWNLOAD, user=world.people.viewer).count() == 1


def test_removed_evidence_is_gone(world: World, signer: Browser) -> None:
    found = the_file(world)
    with as_firm():
        evidence.remove(by=world.people.manager, evidence=found)
    assert signer.get(world.url(f"files/{found.public_id}/")).status_code == 404
    assert "Evaluation" not in signer.get(world.url("files/")).text


def test_a_link_is_no_file(world: World, signer: Browser) -> None:
    with as_firm():
        link = Evidence.objects.get(deliverable=world.b, title="Report")
    assert signer.get(world.url(f"files/{link.public_id}/")).status_code == 404
    assert 'href="https://docs.example/report"' in signer.get(world.of(world.b)).text


def test_an_issued_pack_is_listed_and_downloaded(world: World, signer: Browser) -> None:
    with as_firm():
        shared = {"engagement": world.engagement, "client": world.people.client, "asked_by": world.people.manager}
        HandoffPack.objects.create(**shared)
        pack = HandoffPack(**shared, number=1, issued_at=now(), sha256=hashlib.sha256(b"pdf").hexdigest())
        pack.file.save("packs/one.pdf", ContentFile(b"pdf"))
    text = signer.get(world.url("files/")).text
    assert text.count("Handoff pack, version") == 1
    response = signer.get(world.url(f"packs/{pack.public_id}/"))
    assert (response.getvalue(), response["Content-Type"]) == (b"pdf", "application/pdf")
    assert f"{world.engagement.code}-handoff-1.pdf" in response["Content-Disposition"]


def test_a_file_under_another_engagements_address_is_not_found(world: World, signer: Browser) -> None:
    found = the_file(world)
    assert signer.get(f"/portal/OTHER-01/files/{found.public_id}/").status_code == 404
    assert signed_in(world.people.stranger).get(world.url(f"files/{found.public_id}/")).status_code == 404


def test_a_page_view_of_a_contact_is_recorded(world: World, viewer: Browser) -> None:
    viewer.get(world.url("files/"))
    with as_firm():
        entry = AccessEntry.objects.filter(what=AccessEntry.What.VIEW).get()
    assert (entry.user, entry.path) == (world.people.viewer, world.url("files/"))

"""Every page of the portal opens for a contact, and says what it is for."""

import pytest
from django.test import Client as Browser

from tests.reports.portal.conftest import World

PAGES = ["", "deliverables/", "plan/", "questions/", "files/", "m/60/sign/"]


@pytest.mark.parametrize("page", PAGES)
def test_a_signer_reads_every_page(world: World, signer: Browser, page: str) -> None:
    response = signer.get(world.url(page))
    assert response.status_code == 200
    assert "Meridian Health" in response.text


def test_the_only_engagement_opens_at_once(world: World, signer: Browser) -> None:
    response = signer.get("/portal/")
    assert (response.status_code, response["Location"]) == (303, world.url())

"""A manager looks at the portal as a contact: the same page, under the portal's role, and nothing can be changed."""

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from milestones.actions import talk
from milestones.models import Comment
from tests.reports.portal.conftest import World, signed_in


@pytest.fixture
def manager(world: World) -> Browser:
    """The manager's browser."""
    return signed_in(world.people.manager)


def seen_as(world: World, rest: str = "") -> str:
    """An address of the engagement as its viewer sees it."""
    return f"/portal/as/{world.people.viewer.public_id}/{world.engagement.code}/{rest}"


@pytest.mark.parametrize("page", ["", "deliverables/", "plan/", "questions/", "files/"])
def test_a_manager_sees_the_contacts_pages_with_a_banner(world: World, manager: Browser, page: str) -> None:
    response = manager.get(seen_as(world, page))
    assert response.status_code == 200
    assert "You see exactly what <strong>Dale Whitlock</strong> sees" in response.text
    assert "Deliverable Internal" not in response.text


def test_links_stay_under_the_look(world: World, manager: Browser) -> None:
    text = manager.get(seen_as(world)).text
    assert f'href="{seen_as(world, f"d/{world.a.public_id}/")}"' in text
    assert f'href="{world.url()}' not in text


def test_what_the_portal_hides_stays_hidden(world: World, manager: Browser) -> None:
    with as_firm():
        talk.say(by=world.people.manager, engagement=world.engagement, text="Between us")
        inner = world.engagement.deliverables.get(shared=False)
    assert "Between us" not in manager.get(seen_as(world, "questions/")).text
    assert manager.get(seen_as(world, f"d/{inner.public_id}/")).status_code == 404


def test_nothing_can_be_changed(world: World, manager: Browser) -> None:
    response = manager.post(seen_as(world, "questions/"), {"text": "In their name"})
    assert response.status_code == 403
    assert "Only Dale Whitlock can do this" in response.text
    with as_firm():
        assert not Comment.objects.exists()


def test_nobody_else_may_look(world: World) -> None:
    people = world.people
    for user in (people.specialist, people.unplaced, people.signer, people.stranger):
        assert signed_in(user).get(seen_as(world)).status_code == 404


def test_a_contacts_own_pages_are_not_the_firms(world: World, manager: Browser) -> None:
    assert manager.get(world.url()).status_code == 404

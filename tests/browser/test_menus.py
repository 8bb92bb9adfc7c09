"""Menus: on a phone all that the side bar leads to is two taps away; the find box; the page of the firm’s people."""

import re

import pytest
import time_machine
from playwright.sync_api import expect

from accounts.db import as_firm
from engagements.models import Engagement
from tests import factories
from tests.chromium import PHONE, WIDE, Opener, clean

pytestmark = pytest.mark.xdist_group("browser-forms")
PLACES = ("Portfolio", "Needs you", "Deliverables", "Metrics", "Specialists", "Clients", "Catalogue", "Digests")


@pytest.fixture
def people(monday: time_machine.Traveller, transactional_db: None) -> factories.Cast:
    """Everybody."""
    with as_firm():
        return factories.cast()


@pytest.fixture
def engagement(people: factories.Cast) -> Engagement:
    """Something to pin."""
    with as_firm():
        return factories.active(people)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_every_place_and_pin_is_reached(
    people: factories.Cast, engagement: Engagement, tab_of: Opener, script: bool
) -> None:
    tab = tab_of(people.manager, script=script, size=PHONE)
    tab.goto("/needs/")
    places = tab.locator("#places")
    expect(places).to_be_hidden()
    tab.get_by_role("button", name="More").click()
    for name in PLACES:
        expect(places.get_by_role("link", name=name)).to_be_visible()
    expect(places.locator(f"a[href='/engagements/{engagement.code}/']")).to_be_visible()
    places.get_by_role("link", name="Metrics").click()
    expect(tab).to_have_url(re.compile("/metrics/$"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_sound_and_opens_where_its_button_is(
    people: factories.Cast, engagement: Engagement, tab_of: Opener, scheme: str
) -> None:
    tab = tab_of(people.manager, size=PHONE)
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    tab.goto("/metrics/")
    for width in (390, 320):
        tab.set_viewport_size({"width": width, "height": 844})
        tab.get_by_role("button", name="More").click()
        box = tab.locator("#places").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        clean(tab, f"{width} {scheme}")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.keyboard.press("Escape")
    tab.get_by_role("button", name="Your account").click()
    menu = tab.locator("#account-menu").bounding_box()
    assert menu is not None
    assert menu["y"] < 100
    assert menu["x"] + menu["width"] > 250


def test_on_a_wide_screen_the_side_bar_simply_stands_there(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    tab = tab_of(people.manager, size=WIDE)
    tab.goto("/metrics/")
    places = tab.locator("#places")
    expect(places.get_by_role("link", name="Digests")).to_be_visible()
    expect(places.get_by_role("button", name="Mia")).to_be_visible()
    expect(tab.get_by_role("button", name="More")).to_be_hidden()


def test_escape_closes_the_find_box_with_words_in_it_too(people: factories.Cast, tab_of: Opener) -> None:
    tab = tab_of(people.manager, size=WIDE)
    tab.goto("/metrics/")
    tab.keyboard.press("Control+k")
    tab.locator("#find input").fill("meridian")
    tab.keyboard.press("Escape")
    expect(tab.locator("#find")).to_be_hidden()


def test_the_page_of_the_firms_people_is_sound(people: factories.Cast, engagement: Engagement, tab_of: Opener) -> None:
    tab = tab_of(people.administrator, size=WIDE)
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        for size in (WIDE, PHONE):
            tab.set_viewport_size({"width": size[0], "height": size[1]})
            tab.goto("/people/")
            tab.get_by_text("Change Mia Manager").click()
            expect(tab.get_by_label("1 engagement to")).to_be_visible()
            tab.locator("#add summary").click()
            clean(tab, f"{size[0]} {scheme}")
            assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]

"""What every page is judged with would notice a fault, and a browser that is handed on is empty."""

import pytest
from playwright.sync_api import Browser as Chromium

from tests.chromium import clean

pytestmark = pytest.mark.xdist_group("browser-firm")

FAULTY = """<html lang="en"><title>Two faults</title><main><h1>Two faults</h1>
<img src="x"><p style="color: #999; background: #fff">pale</p></main>"""


def test_a_fault_is_seen_and_only_what_was_asked_for(chromium: Chromium) -> None:
    page = chromium.new_page()
    page.set_content(FAULTY)
    with pytest.raises(AssertionError, match="image-alt"):
        clean(page)
    with pytest.raises(AssertionError, match="color-contrast") as found:
        clean(page, runOnly=["color-contrast"])
    assert "image-alt" not in str(found.value)


def test_nothing_is_open_when_a_test_begins(chromium: Chromium) -> None:
    assert chromium.contexts == []

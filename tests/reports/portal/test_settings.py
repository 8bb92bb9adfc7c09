"""When the digest comes."""

from django.test import Client as Browser

from accounts.db import as_firm
from reports.models import DigestSetting
from tests.reports.portal.conftest import World


def test_without_a_choice_the_clients_hour_is_shown_and_nothing_is_written(world: World, viewer: Browser) -> None:
    text = viewer.get("/portal/settings/").text
    assert '<option value="4" selected>Friday</option>' in text
    with as_firm():
        assert not DigestSetting.objects.exists()


def test_a_contact_chooses_day_and_hour(world: World, viewer: Browser) -> None:
    data = {"subscribed": "on", "weekday": "0", "hour": "7", "scope": "all"}
    response = viewer.post("/portal/settings/", data, follow=True)
    assert "Saved." in response.text
    assert '<option value="7" selected>07:00</option>' in response.text
    with as_firm():
        setting = DigestSetting.objects.get()
    assert (setting.user, setting.weekday, setting.hour, setting.scope) == (world.people.viewer, 0, 7, "all")


def test_a_contact_can_stop_it(world: World, viewer: Browser) -> None:
    viewer.post("/portal/settings/", {"weekday": "0", "hour": "7"})
    with as_firm():
        assert not DigestSetting.objects.get().subscribed


def test_an_hour_that_does_not_exist_is_told(world: World, viewer: Browser) -> None:
    response = viewer.post("/portal/settings/", {"weekday": "9", "hour": "25"})
    assert response.status_code == 422
    assert response.text.count("That is not one of the choices") == 2


def test_it_says_which_mails_come_whatever_is_chosen(world: World, signer: Browser, viewer: Browser) -> None:
    assert "What needs your decision (a plan, a sign-off, a plan change)" in signer.get("/portal/settings/").text
    text = viewer.get("/portal/settings/").text
    assert "Answers to your questions come at once, whatever you choose here." in text
    assert "needs your decision" not in text

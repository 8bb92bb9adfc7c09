"""Signing in: by password, by code, with Redis or without, and never by signing up."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client as Browser
from django.urls import reverse

from accounts.actions import create_user
from accounts.db import as_firm
from accounts.models import AccessEntry, TrailEntry, User
from accounts.states import Kind
from tests.accounts.conftest import browser_of

PASSWORD = "a-long-enough-password"
EMAIL = "mia@firm.example"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def mia() -> User:
    with as_firm():
        return create_user(by=None, email=EMAIL, name="Mia Manager", kind=Kind.MANAGER, password=PASSWORD)


@pytest.fixture
def no_redis(settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}


def sign_in(browser: Browser, email: str = EMAIL, password: str = PASSWORD):
    return browser.post(reverse("account_login"), {"login": email, "password": password})


def is_in(browser: Browser) -> bool:
    return "/accounts/login/" not in browser.get("/start/")["Location"]


def sign_ins() -> list[str]:
    with as_firm():
        return list(AccessEntry.objects.filter(what="sign_in").values_list("user__email", flat=True))


@pytest.mark.parametrize("typed", [EMAIL, "MIA@Firm.Example"])
def test_e_mail_and_password_sign_in_and_are_recorded(mia, typed):
    browser = Browser()
    response = sign_in(browser, typed)
    assert (response.status_code, response["Location"]) == (302, "/start/")
    assert is_in(browser)
    assert sign_ins() == [EMAIL]


def test_a_wrong_password_says_so_and_records_nothing(mia):
    browser = Browser()
    response = sign_in(browser, password="not-the-password")
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not is_in(browser)
    assert sign_ins() == []


def test_signing_in_works_with_redis_down(mia, no_redis):
    browser = Browser()
    assert sign_in(browser).status_code == 302
    assert is_in(browser)


def test_an_inactive_person_cannot_sign_in(mia):
    with as_firm():
        User.objects.filter(pk=mia.pk).update(is_active=False)
    browser = Browser()
    sign_in(browser)
    assert not is_in(browser)


def code_in(mailbox) -> str:
    (mail,) = mailbox.wait_for(1)
    assert mail["To"] == EMAIL
    found = re.search(r"^([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\r?$", mail.get_body(("plain",)).get_content(), re.MULTILINE)
    assert found, mail.as_string()
    return found.group(1)


@pytest.mark.parametrize("redis", ["up", "down"])
def test_a_code_by_mail_signs_in(mia, mailbox, request, redis):
    if redis == "down":
        request.getfixturevalue("no_redis")
    browser = Browser()
    response = browser.post(reverse("account_request_login_code"), {"email": EMAIL})
    assert response.status_code == 302
    response = browser.post(response["Location"], {"code": code_in(mailbox)})
    assert (response.status_code, response["Location"]) == (302, "/start/")
    assert is_in(browser)
    assert sign_ins() == [EMAIL]


def test_a_mail_server_that_is_down_is_a_sentence(mia, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    response = Browser().post(reverse("account_request_login_code"), {"email": EMAIL}, follow=True)
    assert response.status_code == 200
    assert "could not be sent" in response.content.decode()


def test_nobody_signs_up(mia):
    page = Browser().post(reverse("account_signup"), {"email": "new@x.example", "password1": PASSWORD})
    assert page.status_code == 200
    assert User.objects.count() == 1


def test_a_new_password_is_saved_by_the_login_role(mia):
    browser = browser_of(mia)
    response = browser.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "another-long-password", "password2": "another-long-password"},
    )
    assert response.status_code == 302
    mia.refresh_from_db()
    assert mia.check_password("another-long-password")


def test_a_second_factor_is_asked_for_before_the_sign_in_counts(mia):
    totp = TOTP.activate(mia, "A" * 32)
    browser = Browser()
    response = sign_in(browser)
    assert response["Location"] == reverse("mfa_authenticate")
    assert not is_in(browser)
    assert sign_ins() == []
    code = format_hotp_value(hotp_value("A" * 32, next(iter(yield_hotp_counters_from_time()))))
    response = browser.post(reverse("mfa_authenticate"), {"code": code})
    assert response["Location"] == "/start/"
    assert sign_ins() == [EMAIL]
    assert totp.validate_code("000000") is False


def test_a_second_factor_is_in_the_trail_without_its_secret(mia):
    TOTP.activate(mia, "A" * 32)
    with as_firm():
        entry = TrailEntry.objects.get(table="mfa_authenticator")
        assert "data" not in (entry.after or {})
        assert Authenticator.objects.values_list("type", flat=True).get() == "totp"


def test_sign_out_is_a_post(mia):
    browser = browser_of(mia)
    assert browser.get(reverse("account_logout")).status_code == 200
    assert is_in(browser)
    browser.post(reverse("account_logout"))
    assert not is_in(browser)


def test_a_contact_is_told_apart_in_the_record_of_sign_ins(people):
    EmailAddress.objects.get(user=people.contact, verified=True, primary=True)
    people.contact.set_password(PASSWORD)
    people.contact.save(update_fields=["password"])
    sign_in(Browser(), people.contact.email)
    with as_firm():
        entry = AccessEntry.objects.get(what="sign_in")
    assert (entry.client_id, entry.user_id) == (people.contact.client_ref, people.contact.pk)

"""Sign-in speaks our words on every page, toast and mail that can be reached."""

import re
from pathlib import Path

import allauth
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.actions import create_user
from accounts.db import as_firm
from accounts.models import User
from accounts.states import Kind
from tests.accounts.conftest import browser_of

pytestmark = pytest.mark.django_db

PASSWORD = "a-long-enough-password"
EMAIL = "mia@firm.example"
THEIRS = Path(allauth.__file__).parent / "templates"
OURS = Path(settings.BASE_DIR) / "templates"

# Templates of allauth's own that nobody gets to read, or that hold no words.
LAYOUTS = {
    "account/base_entrance.html", "account/base_manage.html", "account/base_manage_email.html",
    "account/base_manage_password.html", "account/base_manage_phone.html", "mfa/base_entrance.html",
    "mfa/base_manage.html", "mfa/recovery_codes/base.html", "mfa/totp/base.html", "mfa/webauthn/base.html",
    "mfa/recovery_codes/download.txt", "mfa/webauthn/snippets/login_script.html",
    # These include the ones without "signup", which are ours.
    "account/email/email_confirmation_signup_message.txt", "account/email/email_confirmation_signup_subject.txt",
}  # fmt: skip
NOT_REACHED = {
    "several addresses a person": ("account/email.html", "account/snippets/warn_no_email.html"),
    "signing up": (
        "account/signup.html", "account/signup_by_passkey.html", "mfa/webauthn/signup_form.html",
        "account/email/account_already_exists_message.txt", "account/email/account_already_exists_subject.txt",
        "account/snippets/already_logged_in.html",
    ),
    "telephones": (
        "account/confirm_phone_verification_code.html", "account/messages/phone_verification_sent.txt",
        "account/messages/phone_verified.txt",
    ),
    "trusted browsers": ("mfa/trust.html",),
    "a code for a new password": (
        "account/email/password_reset_code_message.txt", "account/email/password_reset_code_subject.txt",
    ),
    "mails of a change (ACCOUNT_EMAIL_NOTIFICATIONS)": (
        "account/email/base_notification.txt",
        *(f"account/email/{what}_{part}.txt" for part in ("message", "subject") for what in (
            "email_changed", "email_confirm", "email_deleted", "password_changed", "password_reset", "password_set",
        )),
        *(f"mfa/email/{what}_{part}.txt" for part in ("message", "subject") for what in (
            "recovery_codes_generated", "totp_activated", "totp_deactivated", "webauthn_added", "webauthn_removed",
        )),
    ),
}  # fmt: skip

SIGNED_OUT = {
    "account_login": "Sign in",
    "account_signup": "Accounts are made by invitation",
    "account_inactive": "This account is closed",
    "account_email_verification_sent": "Look into your mail",
    "account_reset_password": "Set a new password",
    "account_reset_password_done": "Look into your mail",
    "account_reset_password_from_key_done": "Your password is changed",
    "account_request_login_code": "Sign in with a code",
}
SIGNED_IN = {
    "account_logout": "Sign out?",
    "account_email": "E-mail address",
    "account_change_password": "Change password",
    "account_reauthenticate": "Is it you?",
    "mfa_index": "Two-step sign-in",
    "mfa_activate_totp": "Turn on the authenticator app",
    "mfa_list_webauthn": "Passkeys and security keys",
    "mfa_add_webauthn": "Add a key",
}
WITH_CODES = {
    "mfa_deactivate_totp": "Turn off the authenticator app?",
    "mfa_view_recovery_codes": "Recovery codes",
    "mfa_generate_recovery_codes": "Make new recovery codes?",
    "mfa_reauthenticate": "Is it you?",
}
WITH_A_KEY = {"mfa_edit_webauthn": "Rename the key", "mfa_remove_webauthn": "Remove Blue key?"}
# Each has a test of its own below, or is no page.
ELSEWHERE = {
    "account_set_password", "account_confirm_login_code", "account_confirm_email", "account_reset_password_from_key",
    "mfa_authenticate", "mfa_reauthenticate_webauthn", "mfa_download_recovery_codes", "mfa_login_webauthn",
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def mia() -> User:
    with as_firm():
        return create_user(by=None, email=EMAIL, name="Mia Manager", kind=Kind.MANAGER, password=PASSWORD)


@pytest.fixture
def browser(mia: User) -> Browser:
    """Mia's, who has just typed her password once more."""
    browser = Browser()
    browser.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


def files_in(root: Path) -> set[str]:
    found = [path for folder in ("account", "mfa") for path in (root / folder).rglob("*.*")]
    return {path.relative_to(root).as_posix() for path in found}


def names_below(patterns: list[URLPattern | URLResolver]) -> set[str]:
    names: set[str] = set()
    for one in patterns:
        names |= names_below(one.url_patterns) if isinstance(one, URLResolver) else {str(one.name)}
    return names


def reads(response, title: str) -> str:
    """Whether a page of ours answered: its title, and no template of allauth's that has words."""
    assert response.status_code == 200, response
    page = response.content.decode()
    assert title in re.sub(r"\s+", " ", page.partition("<h1>")[2].partition("</h1>")[0])
    used = {one.name for one in response.templates if str(one.origin.name).startswith(str(THEIRS))}
    assert used <= LAYOUTS
    assert "placeholder" not in page
    return page


def test_whatever_can_be_reached_is_written_by_us():
    unread = {name for names in NOT_REACHED.values() for name in names}
    assert files_in(THEIRS) - files_in(OURS) == LAYOUTS | unread


def test_every_address_of_sign_in_is_looked_at():
    (ours,) = [one for one in get_resolver().url_patterns if str(one.pattern) == "accounts/"]
    assert names_below([ours]) == {*SIGNED_OUT, *SIGNED_IN, *WITH_CODES, *WITH_A_KEY, *ELSEWHERE}


@pytest.mark.parametrize(("name", "title"), SIGNED_OUT.items())
def test_a_page_before_sign_in(name, title):
    reads(Browser().get(reverse(name)), title)


@pytest.mark.parametrize(("name", "title"), SIGNED_IN.items())
def test_a_page_of_ones_own_account(browser, name, title):
    reads(browser.get(reverse(name)), title)


@pytest.mark.parametrize(("name", "title"), WITH_CODES.items())
def test_a_page_about_the_second_factor(mia, browser, name, title):
    TOTP.activate(mia, "A" * 32)
    RecoveryCodes.activate(mia)
    reads(browser.get(reverse(name)), title)


@pytest.mark.parametrize(("name", "title"), WITH_A_KEY.items())
def test_a_page_about_a_key(mia, browser, name, title):
    key = Authenticator.objects.create(user=mia, type="webauthn", data={"name": "Blue key", "credential": {}})
    assert "Blue key" in reads(browser.get(reverse("mfa_list_webauthn")), "Passkeys and security keys")
    reads(browser.get(reverse(name, args=[key.pk])), title)


def test_having_no_password_yet(mia):
    with as_firm():
        mia.set_unusable_password()
        mia.save(update_fields=["password"])
    reads(browser_of(mia).get(reverse("account_set_password")), "Change password")


def test_the_second_step(mia):
    TOTP.activate(mia, "A" * 32)
    browser = Browser()
    page = browser.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD}, follow=True)
    reads(page, "One more step")
    wrong = browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "This is not the code that the app shows now. Type the next one." in wrong.content.decode()


@pytest.mark.parametrize("name", ["account_confirm_email", "account_reset_password_from_key"])
def test_a_link_that_no_longer_works(name):
    args = ["dead-key"] if name == "account_confirm_email" else ["1", "dead-key"]
    reads(Browser().get(reverse(name, args=args)), "This link no longer works")


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("account_login", {"login": EMAIL, "password": "wrong"}, "Address and password do not go together."),
        ("account_login", {"login": "mia", "password": "x"}, "This is no e-mail address."),
        ("account_login", {"login": EMAIL}, "This is empty. Fill it in."),
    ],
)
def test_a_refusal_before_sign_in(mia, name, typed, sentence):
    assert sentence in reads(Browser().post(reverse(name), typed), "Sign in")


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("account_change_password", {"oldpassword": "wrong"}, "This is not the password you have now."),
        ("account_reauthenticate", {"password": "wrong"}, "This is not the password. Type it again."),
        ("account_email", {"email": EMAIL, "action_add": "1"}, "You sign in with this address already."),
    ],
)
def test_a_refusal_on_ones_own_pages(browser, name, typed, sentence):
    assert sentence in browser.post(reverse(name), typed).content.decode()


def mail_in(mailbox) -> tuple[str, str]:
    (mail,) = mailbox.wait_for(1)
    return mail["Subject"], mail.get_body(("plain",)).get_content()


def link_in(text: str) -> str:
    return re.findall(r"https?://[^/]+(/\S+)", text)[0]


def test_a_new_password_by_mail(mia, mailbox):
    browser = Browser()
    browser.post(reverse("account_reset_password"), {"email": EMAIL})
    subject, text = mail_in(mailbox)
    assert subject == "Set a new password"
    assert "your password stays as it is" in text
    form = browser.get(link_in(text), follow=True)
    reads(form, "Set a new password")
    typed = {"password1": "another-long-password", "password2": "another-long-password"}
    done = browser.post(form.request["PATH_INFO"], typed, follow=True)
    assert "Your password is changed" in reads(done, "Your password is changed")
    mia.refresh_from_db()
    assert mia.check_password("another-long-password")


def test_a_new_address_takes_the_old_ones_place_once_it_is_confirmed(mia, browser, mailbox):
    page = browser.post(reverse("account_email"), {"email": "mia@new.example", "action_add": "1"}, follow=True)
    assert "A message with a link went to mia@new.example." in page.content.decode()
    assert "waits to be confirmed" in reads(browser.get(reverse("account_email")), "E-mail address")
    mia.refresh_from_db()
    assert mia.email == EMAIL
    subject, text = mail_in(mailbox)
    assert subject == "Confirm your address"
    assert "Mia Manager wants to sign in with this address." in text
    asked = reads(browser.get(link_in(text)), "Confirm your address")
    assert "becomes the address with which Mia Manager signs in" in re.sub(r"</?strong>", "", asked)
    done = browser.post(link_in(text), follow=True)
    assert "mia@new.example is confirmed." in done.content.decode()
    mia.refresh_from_db()
    assert mia.email == "mia@new.example"
    assert [one.email for one in EmailAddress.objects.filter(user=mia)] == ["mia@new.example"]


def test_somebody_elses_address_is_not_taken(mia, browser, mailbox):
    with as_firm():
        create_user(by=None, email="sam@firm.example", name="Sam Specialist", kind=Kind.SPECIALIST)
    browser.post(reverse("account_email"), {"email": "sam@firm.example", "action_add": "1"}, follow=True)
    mia.refresh_from_db()
    assert mia.email == EMAIL


def test_toasts_of_signing_in_and_out(mia):
    browser = Browser()
    inside = browser.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD}, follow=True)
    assert "You are signed in as Mia Manager." in inside.content.decode()
    outside = browser.post(reverse("account_logout"), follow=True)
    assert "You are signed out." in reads(outside, "Sign in")


def test_a_new_key_has_a_plain_name(browser):
    assert 'value="Key 1"' in browser.get(reverse("mfa_add_webauthn")).content.decode()

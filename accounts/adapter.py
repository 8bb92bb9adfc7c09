"""Sign-in as Emplace wants it: by invitation only, recorded, and with the database rights of the login role."""

import logging
from smtplib import SMTPException
from typing import TYPE_CHECKING, Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_lazy

from accounts import request_ids
from accounts.models import AccessEntry, User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)


DEAD_LINK: Final = gettext_lazy("This link no longer works. Ask for a new one.")
TAKEN: Final = gettext_lazy("Somebody already signs in with this e-mail address.")
REFUSALS: "Final[dict[str, StrOrPromise]]" = {
    "account_inactive": gettext_lazy("This account is closed. If that is a mistake, ask your account manager."),
    "cannot_remove_primary_email": gettext_lazy("You sign in with this address. Change it instead of removing it."),
    "duplicate_email": gettext_lazy("You sign in with this address already."),
    "email_password_mismatch": gettext_lazy(
        "Address and password do not go together. Type both again, or have a code sent."
    ),
    "email_taken": TAKEN,
    "enter_current_password": gettext_lazy("This is not the password you have now. Type it again."),
    "incorrect_code": gettext_lazy("This is not the code, or it is too old. Type it again, or ask for a new one."),
    "incorrect_password": gettext_lazy("This is not the password. Type it again."),
    "invalid_login": gettext_lazy("Type the e-mail address that you sign in with."),
    "invalid_or_expired_key": DEAD_LINK,
    "invalid_password_reset": DEAD_LINK,
    "max_email_addresses": gettext_lazy("You have %d addresses already. Remove one first."),
    "rate_limited": gettext_lazy("That was asked for too often. Wait a minute, then try again."),
    "same_as_current": gettext_lazy("This is the one you have now. Type another."),
    "select_only_one": gettext_lazy("Choose one of them."),
    "too_many_login_attempts": gettext_lazy("That was tried too often. Wait five minutes, then try again."),
    "unknown_email": gettext_lazy("Nobody signs in with this address. Check it, or ask your account manager."),
    "unverified_primary_email": gettext_lazy("This address is not confirmed yet. Follow the link in your mail first."),
}
SECOND_FACTOR_REFUSALS: "Final[dict[str, StrOrPromise]]" = {
    "add_email_blocked": gettext_lazy("Turn two-step sign-in off to change the address, and on again afterwards."),
    "cannot_delete_authenticator": gettext_lazy("Two-step sign-in cannot be turned off for this account."),
    "cannot_generate_recovery_codes": gettext_lazy("Turn on the authenticator app first, or add a key."),
    "incorrect_code": gettext_lazy("This is not the code that the app shows now. Type the next one."),
    "unverified_email": gettext_lazy("Confirm your e-mail address first."),
}


class AccountAdapter(DefaultAccountAdapter):
    """What allauth asks us."""

    error_messages = {**DefaultAccountAdapter.error_messages, **REFUSALS}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people are added by an administrator and contacts are invited."""
        del request
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Record the sign-in. All its steps (password or code, second factor) are behind us here."""
        super().login(request, user)
        if isinstance(user, User):
            AccessEntry.objects.create(
                user=user,
                what=AccessEntry.What.SIGN_IN,
                path=request.path[:300],
                client_id=user.client_ref,
                request_id=request_ids.current(),
            )

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Save the password alone: the login role may change nothing else of a person."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail of sign-in; a mail server that is down becomes a sentence on the page."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            logger.exception("A mail of sign-in (%s) could not be sent.", template_prefix)
            if self.request is not None:
                messages.error(self.request, _("The mail could not be sent. Wait a minute, then ask for it again."))


class SecondFactorAdapter(DefaultMFAAdapter):
    """What allauth asks us about second factors."""

    error_messages = {**DefaultMFAAdapter.error_messages, **SECOND_FACTOR_REFUSALS}

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        """Return what a new key is called until its owner says otherwise."""
        there = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return _("Key %(n)d") % {"n": there + 1}

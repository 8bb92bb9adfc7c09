"""Sign-in as Emplace wants it: by invitation only, recorded, and with the database rights of the login role."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import request_ids
from accounts.models import AccessEntry, User

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """What allauth asks us."""

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

"""The forms of sign-in in our words: allauth's behaviour, our labels, help and refusals."""

from typing import TYPE_CHECKING, Any, Final

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.utils.translation import gettext_lazy as _

from accounts.forms import speak_plainly

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LABELS: "Final[dict[str, StrOrPromise]]" = {
    "login": _("E-mail"),
    "email": _("E-mail"),
    "password": _("Password"),
    "oldpassword": _("Password now"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "code": _("Code"),
    "name": _("Name of the key"),
    "passwordless": _("Sign in with this key alone"),
}
HELP: "Final[dict[str, StrOrPromise]]" = {
    "password1": _("At least 10 characters; not your name or address, and no common one."),
    "passwordless": _("It asks for your finger, your face or a PIN then, instead of the password."),
}


class Plain:
    """Puts our words on the fields that a form of allauth's made; what only repeats the label goes."""

    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.help_text = HELP.get(name, field.help_text)
            field.widget.attrs.pop("placeholder", None)
            speak_plainly(field)


class LoginForm(Plain, account.LoginForm):
    """Sign in by password."""


class RequestLoginCodeForm(Plain, account.RequestLoginCodeForm):
    """Ask for a sign-in code."""


class ConfirmLoginCodeForm(Plain, account.ConfirmLoginCodeForm):
    """Type that code."""


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    """Type the password once more."""


class AddEmailForm(Plain, account.AddEmailForm):
    """Sign in with another address."""


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    """Change the password."""


class SetPasswordForm(Plain, account.SetPasswordForm):
    """Have a password for the first time."""


class ResetPasswordForm(Plain, account.ResetPasswordForm):
    """Ask for the way to a new password."""


class ResetPasswordKeyForm(Plain, account.ResetPasswordKeyForm):
    """Set a new password by that way."""


class AuthenticateForm(Plain, mfa.AuthenticateForm):
    """The second step of signing in."""


class ReauthenticateCodeForm(Plain, mfa.ReauthenticateForm):
    """The second factor once more."""


class ActivateTOTPForm(Plain, totp.ActivateTOTPForm):
    """Turn on the authenticator app."""


class AddWebAuthnForm(Plain, webauthn.AddWebAuthnForm):
    """Add a key."""


class EditWebAuthnForm(Plain, webauthn.EditWebAuthnForm):
    """Rename a key."""

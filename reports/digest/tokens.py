"""Who may stop a digest without signing in: whoever holds the mail, by a signed address."""

from django.core import signing
from django.urls import reverse

from accounts.models import User
from reports.mail import absolute

SALT = "reports.digest.unsubscribe"


def token_of(user: User) -> str:
    """Return the token of a person's unsubscribe address; it says who, and cannot be made without our key."""
    return signing.Signer(salt=SALT).sign(user.public_id)


def holder(token: str) -> str | None:
    """Return the public id that a token names; None for one that we did not make."""
    try:
        return signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None


def unsubscribe_url(user: User) -> str:
    """Return the full unsubscribe address."""
    return absolute(reverse("digest_unsubscribe", args=[token_of(user)]))

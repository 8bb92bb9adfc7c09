"""Walls of the tables that other packages bring along."""

from typing import Final

from accounts.walls import Wall

_SIGN_IN = "SELECT, INSERT, UPDATE, DELETE"
_CLOSED = Wall(firm="", trail=False)

OUTSIDE: Final[dict[str, Wall]] = {
    # /readyz asks which migrations are applied.
    "django_migrations": Wall(login="SELECT", firm="", trail=False),
    "django_session": Wall(login=_SIGN_IN, firm="", trail=False),
    "django_content_type": Wall(login="SELECT", firm="SELECT", trail=False),
    "django_admin_log": Wall(firm="SELECT, INSERT", trail=False),
    "auth_permission": Wall(login="SELECT", firm="SELECT", trail=False),
    # Rights come from the kind of a person, never from Django's groups and permissions: nobody writes these.
    "auth_group": _CLOSED,
    "auth_group_permissions": _CLOSED,
    "accounts_user_groups": Wall(firm="SELECT", trail=False),
    "accounts_user_user_permissions": Wall(firm="SELECT", trail=False),
    "account_emailaddress": Wall(login=_SIGN_IN),
    "account_emailconfirmation": Wall(login=_SIGN_IN, firm="", trail=False),
    # The firm may remove a lost second factor, and see that there is one; its secret never leaves sign-in.
    "mfa_authenticator": Wall(
        login=_SIGN_IN,
        firm="SELECT (id, user_id, type, created_at, last_used_at), DELETE",
        trail_without=("data", "last_used_at"),
    ),
}

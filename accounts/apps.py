"""The ground floor."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, sign-in, database roles, events and trail, jobs."""

    name = "accounts"

    def ready(self) -> None:
        """Register the start-up checks."""
        from accounts import checks  # noqa: F401

"""The work."""

from django.apps import AppConfig


class MilestonesConfig(AppConfig):
    """Playbooks, milestones, deliverables, evidence, sign-offs, waits, forecasts, flags and plan changes."""

    name = "milestones"

    def ready(self) -> None:
        """Register the start-up checks."""
        from milestones import checks  # noqa: F401

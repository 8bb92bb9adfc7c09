"""The work."""

from django.apps import AppConfig


class MilestonesConfig(AppConfig):
    """Playbooks, milestones, deliverables, evidence, sign-offs, waits, forecasts, flags and plan changes."""

    name = "milestones"

"""What is shown and sent."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Portfolio, client portal, status notes, digests, handoff packs and exports."""

    name = "reports"

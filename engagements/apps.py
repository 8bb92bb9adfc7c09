"""The contract."""

from django.apps import AppConfig


class EngagementsConfig(AppConfig):
    """Clients, contacts, engagements, placements and business metrics."""

    name = "engagements"

"""The catalogue."""

from django.apps import AppConfig


class RolesConfig(AppConfig):
    """Roles, responsibilities, failure modes, specialists and their absences."""

    name = "roles"

"""The admin site of the catalogue, open to administrators."""

from django.contrib.admin.apps import AdminConfig


class EmplaceAdminConfig(AdminConfig):
    """Django's admin with Emplace's sign-in in front of it."""

    default_site = "config.admin.EmplaceAdminSite"

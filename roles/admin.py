"""The catalogue in the admin: roles, failure modes, pillars, service lines. Keys stay, names and texts change."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from roles.models import CatalogueRow, FailureMode, Pillar, Role, ServiceLine

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[CatalogueRow]
else:
    _Admin = admin.ModelAdmin


@admin.register(Role, FailureMode, Pillar, ServiceLine)
class CatalogueAdmin(_Admin):
    """A row of the catalogue. Its key is in code and data, so it is given once; nothing used is deleted."""

    list_display = ("name", "key", "position")
    list_editable = ("position",)
    search_fields = ("name", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: CatalogueRow | None = None) -> tuple[str, ...]:
        """The key of a row that exists stays."""
        del request
        return ("key",) if obj is not None else ()

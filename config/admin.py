"""Django's admin as Emplace uses it: for the catalogue, behind the same sign-in as everything else."""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

# What other packages would show here is nobody's to edit: groups give no rights, and second factors are their owners'.
OURS: Final = frozenset({"roles", "engagements", "milestones", "reports"})


class EmplaceAdminSite(AdminSite):
    """The catalogue's admin; only administrators pass, and its own sign-in form is never shown."""

    site_header = _("Emplace catalogue")
    site_title = _("Emplace")
    index_title = _("Catalogue")

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: "type[ModelAdmin[Any]] | None" = None,
        **options: Any,
    ) -> None:
        """Take the catalogue's tables alone."""
        models = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        ours = [model for model in models if model._meta.app_label in OURS]  # noqa: SLF001 - Django documents it
        super().register(ours, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Send nobody to the product's sign-in.

        Raises PermissionDenied for who is signed in and no administrator: sign-in would send them back here for ever.
        """
        del extra_context
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", request.get_full_path()))

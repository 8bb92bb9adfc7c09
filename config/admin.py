"""Django's admin as Emplace uses it: for the catalogue, behind the same sign-in as everything else."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _


class EmplaceAdminSite(AdminSite):
    """The catalogue's admin; only administrators pass, and its own sign-in form is never shown."""

    site_header = _("Emplace catalogue")
    site_title = _("Emplace")
    index_title = _("Catalogue")

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Send nobody to the product's sign-in.

        Raises PermissionDenied for who is signed in and no administrator: sign-in would send them back here for ever.
        """
        del extra_context
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", request.get_full_path()))

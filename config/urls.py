"""Every address: each app brings its own, the highest floor first."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("reports.urls")),
    path("", include("milestones.urls")),
    path("", include("engagements.urls")),
    path("", include("roles.urls")),
    path("", include("accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

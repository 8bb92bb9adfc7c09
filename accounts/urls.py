"""Addresses of this floor."""

from django.urls import path

from accounts import views

urlpatterns = [
    # The portfolio of a higher floor may take "/" for itself; sign-in leads to /start/, which always sorts people.
    path("start/", views.home, name="home"),
    path("", views.home, name="root"),
    path("theme/", views.choose_theme, name="theme"),
    path("audit/", views.audit, name="audit"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

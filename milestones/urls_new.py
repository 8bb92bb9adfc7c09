"""Addresses of the catalogue."""

from django.urls import path

from milestones.views import catalogue

urlpatterns = [
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("catalogue/playbooks/<slug:key>/", catalogue.playbook, name="playbook"),
    path("catalogue/playbooks/<slug:key>/<int:number>/", catalogue.playbook, name="playbook_version"),
]

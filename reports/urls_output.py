"""Addresses of what is issued and sent: handoff packs, digests, mails."""

from django.urls import path

from reports.views import check, handoff

urlpatterns = [
    path("engagements/<slug:code>/handoff/", handoff.tab, name="handoff"),
    path("engagements/<slug:code>/handoff/new/", handoff.ask, name="handoff_ask"),
    path("engagements/<slug:code>/handoff/<slug:public_id>/", handoff.progress, name="handoff_line"),
    path("engagements/<slug:code>/handoff/<slug:public_id>/file/", handoff.file, name="handoff_file"),
    path("handoffs/", handoff.every, name="handoffs"),
    path("check/", check.check, name="check"),
]

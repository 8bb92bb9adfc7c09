"""Addresses of logging an engagement."""

from django.urls import path

from reports.views import new, new_plan

urlpatterns = [
    path("engagements/new/", new.begin, name="engagement_new"),
    path("engagements/new/<str:public_id>/plan/", new_plan.plan, name="engagement_draft_plan"),
    path("engagements/new/<str:public_id>/file/", new_plan.upload, name="engagement_draft_file"),
    path("engagements/new/<str:public_id>/discard/", new.discard, name="engagement_draft_discard"),
    path("engagements/new/<str:public_id>/<slug:step>/", new.step, name="engagement_draft"),
]

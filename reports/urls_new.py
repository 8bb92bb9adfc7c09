"""Addresses of logging an engagement, agreeing on it, and of the people that it takes."""

from django.urls import path, re_path

from reports.views import activate, clients, new, new_plan, people

urlpatterns = [
    path("engagements/new/", new.begin, name="engagement_new"),
    path("engagements/new/<str:public_id>/plan/", new_plan.plan, name="engagement_draft_plan"),
    path("engagements/new/<str:public_id>/file/", new_plan.upload, name="engagement_draft_file"),
    path("engagements/new/<str:public_id>/discard/", new.discard, name="engagement_draft_discard"),
    path("engagements/new/<str:public_id>/<slug:step>/", new.step, name="engagement_draft"),
    path("engagements/<slug:code>/activate/", activate.show, name="engagement_activate"),
    path("engagements/<slug:code>/offer/", activate.offer, name="engagement_offer"),
    path("engagements/<slug:code>/offer/withdraw/", activate.withdraw, name="engagement_offer_withdraw"),
    path("clients/", clients.clients, name="clients"),
    path("clients.csv", clients.clients_csv, name="clients_csv"),
    path("clients/<str:public_id>/", clients.client, name="client"),
    path("clients/<str:public_id>/contacts/", clients.contact_add, name="contact_add"),
    re_path(
        r"^clients/(?P<public_id>\w+)/contacts/(?P<user_id>\w+)/(?P<what>signer|viewer|invite|leave)/$",
        clients.contact_change,
        name="contact_change",
    ),
    path("specialists/", people.specialists, name="specialists"),
    path("specialists.csv", people.specialists_csv, name="specialists_csv"),
    path("specialists/<str:public_id>/", people.specialist, name="specialist"),
    path("specialists/<str:public_id>/absences/", people.absence_add, name="absence_add"),
    path("absences/<str:public_id>/remove/", people.absence_remove, name="absence_remove"),
]

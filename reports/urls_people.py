"""Addresses of the firm's people, of who is placed and away, of what ends, and of the ledger of waits."""

from django.urls import path

from reports.views import away, endings, firm_people, ledger, placements, risks

urlpatterns = [
    path("endings/", endings.show, name="endings"),
    path("endings.csv", endings.export, name="endings_csv"),
    path("away/", away.show, name="away"),
    path("away/<str:public_id>/remove/", away.remove, name="away_remove"),
    path("people/", firm_people.show, name="people"),
    path("people/<str:public_id>/mail/", firm_people.change, {"what": "mail"}, name="person_mail"),
    path("people/<str:public_id>/leave/", firm_people.change, {"what": "leave"}, name="person_leave"),
    path("people/<str:public_id>/hand-over/", firm_people.hand_over, name="person_hand_over"),
    path("people/<str:public_id>/back/", firm_people.change, {"what": "back"}, name="person_back"),
    path("engagements/<slug:code>/team/<str:public_id>/", placements.change, name="placement_change"),
    path("engagements/<slug:code>/team/<str:public_id>/replace/", placements.replace, name="placement_replace"),
    path("engagements/<slug:code>/waits/", ledger.show, name="engagement_waits"),
    path("engagements/<slug:code>/waits.csv", ledger.export, name="engagement_waits_csv"),
    path("engagements/<slug:code>/risks/new/", risks.add, name="risk_add"),
    path("risks/<str:public_id>/", risks.change, name="risk_change"),
    path("risks/<str:public_id>/close/", risks.close, name="risk_close"),
    path("engagements/<slug:code>/owners/", placements.owners, name="engagement_owners"),
]

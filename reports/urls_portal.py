"""Addresses of the portal: a contact's own, and the same pages as a manager's look at them."""

from django.urls import include, path

from reports.views import ledger, portal, portal_answers, portal_files, portal_plan, portal_settings, portal_signing

PAGES = [
    path("", portal.home, name="portal"),
    path("settings/", portal_settings.settings, name="portal_settings"),
    path("<slug:code>/", portal.dashboard, name="portal_engagement"),
    path("<slug:code>/deliverables/", portal.deliverables, name="portal_deliverables"),
    path("<slug:code>/d/<slug:public_id>/", portal_signing.deliverable, name="portal_deliverable"),
    path("<slug:code>/m/<int:day>/sign/", portal_signing.milestone_sign, name="portal_milestone_sign"),
    path("<slug:code>/w/<slug:public_id>/", portal_answers.wait, name="portal_wait"),
    path("<slug:code>/waits.csv", ledger.portal_export, name="portal_waits_csv"),
    path("<slug:code>/plan/", portal_plan.plan, name="portal_plan"),
    path("<slug:code>/changes/new/", portal_plan.ask, name="portal_ask"),
    path("<slug:code>/changes/<slug:public_id>/", portal_plan.change, name="portal_change"),
    path("<slug:code>/questions/", portal_answers.questions, name="portal_questions"),
    path("<slug:code>/files/", portal_files.files, name="portal_files"),
    path("<slug:code>/files/<slug:public_id>/", portal_files.file, name="portal_file"),
    path("<slug:code>/packs/<slug:public_id>/", portal_files.pack, name="portal_pack"),
]

urlpatterns = [
    path("portal/as/<slug:contact>/", include(PAGES)),
    path("portal/", include(PAGES)),
]

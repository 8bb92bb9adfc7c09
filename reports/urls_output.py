"""Addresses of what is issued and sent: handoff packs, digests, mails."""

from django.urls import path

from reports.views import check, digests, handoff, mails, unsubscribe

urlpatterns = [
    path("engagements/<slug:code>/handoff/", handoff.tab, name="handoff"),
    path("engagements/<slug:code>/handoff/new/", handoff.ask, name="handoff_ask"),
    path("engagements/<slug:code>/handoff/<slug:public_id>/", handoff.progress, name="handoff_line"),
    path("engagements/<slug:code>/handoff/<slug:public_id>/file/", handoff.file, name="handoff_file"),
    path("handoffs/", handoff.every, name="handoffs"),
    path("check/", check.check, name="check"),
    path("digests/", digests.every, name="digests"),
    path("digests/settings/", digests.settings, name="digest_settings"),
    path("digests/next/<slug:recipient>/<slug:code>/", digests.preview, name="digest_preview"),
    path("digests/next/<slug:recipient>/<slug:code>/mail/", digests.preview_mail, name="digest_preview_mail"),
    path("digests/next/<slug:recipient>/<slug:code>/send/", digests.send, name="digest_send"),
    path("digests/<slug:public_id>/", digests.show, name="digest"),
    path("digests/<slug:public_id>/mail/", digests.show_mail, name="digest_mail"),
    path("digest/unsubscribe/<str:token>/", unsubscribe.unsubscribe, name="digest_unsubscribe"),
    path("mail/", mails.every, name="mails"),
    path("mail/<slug:name>/", mails.show, name="mail"),
    path("mail/<slug:name>/body/", mails.body, name="mail_body"),
]

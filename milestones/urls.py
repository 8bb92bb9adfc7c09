"""Addresses of this floor: where the plan is worked on. Its pages are served by reports."""

from django.urls import include, path

from milestones.views import changes, evidence, giving, handovers, life, talk, waits, work

urlpatterns = [
    path("", include("milestones.urls_new")),
    path("work/<slug:public_id>/start/", work.start, name="work_start"),
    path("work/<slug:public_id>/submit/", work.submit, name="work_submit"),
    path("work/<slug:public_id>/take-back/", work.take_back, name="work_take_back"),
    path("work/<slug:public_id>/accept/", work.accept, name="work_accept"),
    path("work/<slug:public_id>/give/", giving.give, name="work_give"),
    path("work/<slug:public_id>/lines/", work.add_line, name="done_line_add"),
    path("work/<slug:public_id>/evidence/", evidence.add, name="evidence_add"),
    path("work/<slug:public_id>/waits/", waits.open_wait, name="wait_open"),
    path("lines/<slug:public_id>/tick/", work.tick, name="done_tick"),
    path("lines/<slug:public_id>/", work.change_line, name="done_line_change"),
    path("evidence/<slug:public_id>/", evidence.download, name="evidence_file"),
    path("evidence/<slug:public_id>/remove/", evidence.remove, name="evidence_remove"),
    path("waits/<slug:public_id>/close/", waits.close, name="wait_close"),
    path("waits/<slug:public_id>/nudge/", waits.nudge, name="wait_nudge"),
    path("handovers/lines/<slug:public_id>/tick/", handovers.tick, name="handover_tick"),
    path("changes/<slug:public_id>/withdraw/", changes.withdraw, name="change_withdraw"),
    path("engagements/<slug:code>/comments/", talk.comment, name="comment_add"),
    path("engagements/<slug:code>/life/<slug:what>/", life.change, name="engagement_life"),
    path("engagements/<slug:code>/back/", life.bring_back, name="engagement_back"),
    path("engagements/<slug:code>/m/<int:day>/correct/", work.correct_milestone, name="milestone_correct"),
    path("engagements/<slug:code>/d/<slug:public_id>/edit/", work.edit, name="deliverable_edit"),
    path("engagements/<slug:code>/d/<slug:public_id>/correct/", work.correct, name="deliverable_correct"),
]

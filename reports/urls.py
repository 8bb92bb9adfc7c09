"""Addresses of this floor."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from reports.views import (
    changes,
    details,
    engagement,
    extend,
    find,
    history,
    lists,
    me,
    needs,
    notes,
    plan_forms,
    portfolio,
    put_away,
    readings,
    record,
    tabs,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", portfolio.show, name="portfolio"),
    path("portfolio.csv", portfolio.export, name="portfolio_csv"),
    path("needs/", needs.show, name="needs_you"),
    path("deliverables/", lists.deliverables, name="deliverables"),
    path("deliverables.csv", lists.deliverables_csv, name="deliverables_csv"),
    path("metrics/", lists.metrics, name="metrics"),
    path("metrics.csv", lists.metrics_csv, name="metrics_csv"),
    path("find/", find.show, name="find"),
    path("forecasts/record/", record.show, name="forecast_record"),
    path("forecasts/record.csv", record.export, name="forecast_record_csv"),
    path("me/", me.show, name="me"),
    path("me/rest/", me.rest, name="me_rest"),
    path("me/evidence/", me.add_evidence, name="me_evidence"),
    path("me/d/<str:public_id>/", me.answer, name="me_answer"),
]
# The portal, the log of an engagement and the output have their addresses in files of their own.
urlpatterns += [
    path("", include(name))
    for name in ("reports.urls_portal", "reports.urls_new", "reports.urls_output", "reports.urls_people")
    if find_spec(name)
]
urlpatterns += [
    path("engagements/<slug:code>/", engagement.show, name="engagement"),
    path("engagements/<slug:code>/forecast/", history.show, name="engagement_forecast"),
    path("engagements/<slug:code>/forecast.csv", history.export, name="engagement_forecast_csv"),
    path("engagements/<slug:code>/outcomes/", tabs.show_outcomes, name="outcomes"),
    path("engagements/<slug:code>/readings/<str:public_id>/", readings.change, name="reading"),
    path("engagements/<slug:code>/team/", tabs.show_team, name="team"),
    path("engagements/<slug:code>/activity/", tabs.show_activity, name="activity"),
    path("engagements/<slug:code>/ask/", changes.ask, name="engagement_ask"),
    path("engagements/<slug:code>/changes/", changes.every, name="engagement_changes"),
    path("engagements/<slug:code>/changes.csv", changes.every_csv, name="engagement_changes_csv"),
    path("engagements/<slug:code>/extend/", extend.extend, name="engagement_extend"),
    path("engagements/<slug:code>/details/", details.edit, name="engagement_details"),
    path("put-away/", put_away.every, name="put_away"),
    path("changes/<slug:public_id>/", changes.show, name="change"),
    path("engagements/<slug:code>/add/", plan_forms.add, name="deliverable_add"),
    path("engagements/<slug:code>/notes/new/", notes.write, name="note_new"),
    path("engagements/<slug:code>/notes/<str:public_id>/", notes.change, name="note_edit"),
    path("engagements/<slug:code>/d/<str:public_id>/", engagement.deliverable, name="deliverable"),
]

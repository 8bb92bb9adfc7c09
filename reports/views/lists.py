"""Lists across engagements: deliverables and metrics."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import require_firm
from accounts.http import AuthedHttpRequest
from accounts.tables import csv_response
from reports.filters import DeliverableFilter
from reports.pages import outcomes, work_list


def _deliverables(request: AuthedHttpRequest) -> DeliverableFilter:
    data = request.GET.copy()
    data.setdefault("state", "open")
    return DeliverableFilter(data, queryset=work_list.listed_for(request.user), request=request)


@require_safe
def deliverables(request: AuthedHttpRequest) -> HttpResponse:
    """Every deliverable of the reader's engagements, unfinished ones at first."""
    require_firm(request)
    found = _deliverables(request)
    page = Paginator(found.qs.values_list("pk", flat=True), work_list.PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"rows": work_list.rows_of(list(page.object_list)), "page": page, "form": found.form}
    return render(request, "reports/lists/deliverables.html", context)


@require_safe
def deliverables_csv(request: AuthedHttpRequest) -> HttpResponse:
    """The same list, all of it, for a spreadsheet."""
    require_firm(request)
    rows = work_list.export_rows(_deliverables(request).qs)
    return csv_response(_("deliverables.csv"), [str(name) for name in work_list.EXPORT_HEAD], rows)


@require_safe
def metrics(request: AuthedHttpRequest) -> HttpResponse:
    """Every metric of the reader's live engagements."""
    require_firm(request)
    return render(request, "reports/lists/metrics.html", {"rows": outcomes.all_metrics(request.user)})


@require_safe
def metrics_csv(request: AuthedHttpRequest) -> HttpResponse:
    """The same list for a spreadsheet."""
    require_firm(request)
    head = (_("Client"), _("Engagement"), _("Metric"), _("Start"), _("Now"), _("Target"), _("How it stands"))
    return csv_response(_("metrics.csv"), head, outcomes.metric_export(outcomes.all_metrics(request.user)))

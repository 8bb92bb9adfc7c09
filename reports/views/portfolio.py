"""The portfolio: the home of managers and administrators."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_safe

from accounts import access
from accounts.http import AuthedHttpRequest, is_htmx
from accounts.tables import csv_response
from reports import figures, needs, portfolio
from reports.pages import shell
from reports.pages.lights import Light, answered_for, lights
from reports.pages.words import SPELLED, counted, number, upper


@require_safe
def show(request: AuthedHttpRequest) -> HttpResponse:
    """The whole page, or for htmx the table alone."""
    if not request.user.manages:
        return redirect("home")
    rows = lights(request.user)
    page = portfolio.page_of(request, rows)
    show = request.GET.get("show", "")
    context = {
        "rows": portfolio.covering(portfolio.rows_of(list(page.object_list)), rows),
        "chips": portfolio.chips(rows, show),
        "page": page,
        "show": show,
        "q": request.GET.get("q", ""),
        "mine": bool(request.GET.get("mine")),
        "order": request.GET.get("order", ""),
        "orders": portfolio.ORDER_WORDS,
        "none_at_all": not rows,
    }
    if is_htmx(request):
        return render(request, "reports/portfolio/page.html#table", context)
    return render(request, "reports/portfolio/page.html", context | _top(request, rows))


def _top(request: AuthedHttpRequest, rows: list[Light]) -> dict[str, object]:
    """Greeting, figures and what needs the reader."""
    today = timezone.localdate()
    counts = figures.counts_for(request.user)
    waiting = needs.needs_of(request.user, answered_for(rows, request.user))
    return {
        "greeting": _greeting(request.user.first_name),
        "sentence": _sentence(counts, len(waiting)),
        "figures": figures.figures(rows, counts, figures.history_for(request.user, today), today),
        "needs": waiting[:5],
        "needs_count": len(waiting),
        "nav_counts": shell.nav_counts(counts, len(waiting)),
        "pinned": shell.pins_of(request.user, rows),
    }


def _greeting(name: str) -> str:
    hour = timezone.localtime().hour
    if 5 <= hour < 12:
        return _("Good morning, %(name)s") % {"name": name}
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


def _sentence(counts: figures.Counts, waiting: int) -> str:
    """What today holds; in figures as soon as one number needs them."""
    say = number if max(counts.due_soon, counts.late, waiting) > SPELLED else counted
    due = ngettext(
        "%(n)s deliverable falls due in the next seven days",
        "%(n)s deliverables fall due in the next seven days",
        counts.due_soon,
    ) % {"n": say(counts.due_soon)}
    need = ngettext("%(n)s thing needs you", "%(n)s things need you", waiting) % {"n": say(waiting)}
    late = ngettext("%(n)s is late", "%(n)s are late", counts.late) % {"n": say(counts.late)}
    parts = [due, late] if counts.late else [due]
    return upper(_("%(parts)s, and %(need)s.") % {"parts": ", ".join(parts), "need": need})


@require_safe
def export(request: AuthedHttpRequest) -> HttpResponse:
    """The list as the reader has narrowed it, every page of it, for a spreadsheet."""
    access.require_manager(request)
    rows = lights(request.user)
    ids = portfolio.page_of(request, rows).paginator.object_list
    return csv_response(
        _("engagements.csv"), [str(name) for name in portfolio.EXPORT_HEAD], portfolio.export_rows(list(ids))
    )

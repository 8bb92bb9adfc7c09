"""What a manager's digest says: the whole portfolio in a minute."""

from collections import Counter
from datetime import timedelta
from typing import Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from accounts.formats import day_in_words
from accounts.looks import word
from accounts.models import User
from milestones.models import Deliverable
from milestones.states import UNFINISHED
from reports import figures, needs, portfolio
from reports.digest.content import MOST_WAITS, STEPS, Light, Line, Number, Part, Step
from reports.mail import absolute
from reports.pages import lights as engagements
from reports.pages.words import counted, listed, short, upper

MOST_LIGHTS: Final = 10
HEALTHS: Final = ("off_track", "at_risk", "on_track", "starting", "on_hold")
WORST_FIRST: Final = {state: place for place, state in enumerate(HEALTHS)}


def of_portfolio(user: User) -> Part:
    """Return what the digest of a manager says; stands as the firm, on the manager's clock."""
    rows = engagements.lights(user)
    own = [row for row in engagements.answered_for(rows, user) if row.is_live]
    waiting = needs.needs_of(user, engagements.answered_for(rows, user))
    today = timezone.localdate()
    worst = min((row.health for row in own), key=lambda state: WORST_FIRST.get(state, 9), default="")
    return Part(
        eyebrow=day_in_words(today),
        heading=_("Your portfolio: %(healths)s") % {"healths": _healths(own)},
        state=worst,
        word=word(worst) if worst else "",
        verdict=_verdict(own, len(waiting)),
        note="",
        note_by="",
        waits=tuple(_line(need) for need in waiting[:MOST_WAITS]),
        more_waits=max(0, len(waiting) - MOST_WAITS),
        waited="",
        button=_("Open the portfolio"),
        url=absolute(reverse("portfolio")),
        numbers=tuple(_numbers(user, rows)),
        lights=tuple(_lights(own)),
        done=tuple(_done(user)),
        following=tuple(_following(user)),
    )


def _healths(own: list[engagements.Light]) -> str:
    counts = Counter(row.health for row in own)
    said = [f"{counts[state]} {word(state).lower()}" for state in HEALTHS if counts[state]]
    return ", ".join(said) or _("nothing runs")


def _verdict(own: list[engagements.Light], waiting: int) -> str:
    if not own:
        return _("No engagement of yours runs at the moment.")
    bad = [row.client for row in own if row.health == "off_track"]
    named = bad[:3] + ([_("%(n)s more") % {"n": counted(len(bad) - 3)}] if len(bad) > 3 else [])
    running = ngettext("%(n)s engagement of yours runs", "%(n)s engagements of yours run", len(own))
    first = upper(running % {"n": counted(len(own))})
    news = _("%(names)s: off track") % {"names": listed(named)} if bad else _("none is off track")
    need = ngettext("%(n)s thing needs you", "%(n)s things need you", waiting) % {"n": counted(waiting)}
    return f"{first}; {news}. {upper(need)}."


def _line(need: needs.Need) -> Line:
    return Line(
        f"{need.who} {need.text}", need.covers, absolute(need.url), need.verb, need.shape in {"late", "off_track"}
    )


def _numbers(user: User, rows: list[engagements.Light]) -> list[Number]:
    today = timezone.localdate()
    found = figures.figures(rows, figures.counts_for(user), figures.history_for(user, today), today)
    return [Number(one.big, one.label, ", ".join(part for part in (one.small, one.note) if part)) for one in found[1:]]


def _lights(own: list[engagements.Light]) -> list[Light]:
    in_order = sorted(own, key=lambda row: WORST_FIRST.get(row.health, 9))[:MOST_LIGHTS]
    shown = {row.code: row for row in portfolio.rows_of([row.id for row in in_order])}
    return [_light(row, shown[row.code]) for row in in_order if row.code in shown]


def _light(row: engagements.Light, shown: portfolio.Row) -> Light:
    parts = [shown.day, f"{shown.next_name} {shown.next_due.text}".strip(), shown.next_note]
    title = f"{row.client}, {row.name}"
    return Light(title, row.health, word(row.health), ", ".join(part for part in parts if part), absolute(row.url))


def _done(user: User) -> list[Step]:
    week = timezone.localdate() - timedelta(days=7)
    rows = _work(user).filter(accepted_on__gte=week).order_by("-accepted_on", "pk")
    return [Step(_named(row), _("accepted %(day)s") % {"day": short(row.accepted_on)}) for row in rows[:STEPS]]


def _following(user: User) -> list[Step]:
    rows = _work(user).filter(state__in=sorted(UNFINISHED), due_on__gte=timezone.localdate()).order_by("due_on", "pk")
    return [Step(_named(row), _("due %(due)s") % {"due": short(row.due_on)}) for row in rows[:STEPS]]


def _work(user: User) -> "QuerySet[Deliverable]":
    rows = Deliverable.objects.filter(engagement__manager=user, engagement__state="active")
    return rows.filter(engagement__removed_at__isnull=True).select_related("engagement__client")


def _named(row: Deliverable) -> str:
    return f"{row.engagement.client.name}: {row.title}"

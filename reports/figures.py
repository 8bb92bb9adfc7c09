"""The four figures on top of the portfolio, and the counts in the side bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, DateField, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, ngettext

from accounts.models import User
from accounts.prepared import Prepared, given
from accounts.states import Kind
from engagements.models import BusinessMetric, Client, Engagement, MetricReading, Placement
from engagements.states import LIVE, Direction, EngagementState
from milestones.models import Deliverable, Wait
from milestones.states import COUNTED, UNFINISHED, WaitOn
from reports.models import HandoffPack
from reports.pages.lights import Light
from reports.pages.pictures import trend
from reports.pages.words import DASH
from roles.models import Specialist

WINDOW_DAYS: Final = 90
SOON_DAYS: Final = 7
WEEKS: Final = 8


@dataclass(frozen=True)
class Counts:
    """What one query counts for a person; dates are the reader's."""

    due_soon: int
    late: int
    waiting: int
    specialists: int
    placed: int
    clients: int
    metrics: int
    at_target: int
    packs: int


@dataclass(frozen=True)
class Figure:
    """One figure of the strip."""

    label: str
    big: str
    small: str
    note: str
    picture: SafeString
    tone: str = ""


def _count(rows: QuerySet[Any], of: Any = "pk", *, distinct: bool = False) -> Coalesce:
    """A count as a scalar subquery."""
    counted = rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count(of, distinct=distinct)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def counts_for(user: User) -> Counts:
    """Everything the side bar and the figures count, as one query with scalar subqueries."""
    days = {"today": timezone.localdate(), "soon": timezone.localdate() + timedelta(days=SOON_DAYS)}
    row = EVERY_COUNT(user=user.pk, **days)[0] if user.manages else _counts(user, user.pk, **days).get()
    return Counts(**row)


def _counts(user: User, pk: Any, today: Any, soon: Any) -> QuerySet[User, dict[str, Any]]:
    """Any: values, or places for them."""
    engagements = Engagement.objects.visible_to(user).present()
    live = engagements.filter(state__in=sorted(LIVE))
    active = engagements.filter(state=EngagementState.ACTIVE)
    work = Deliverable.objects.filter(engagement__in=active, state__in=sorted(UNFINISHED))
    due = work.filter(due_on__gte=today, due_on__lte=soon)
    metrics = _with_last(BusinessMetric.objects.filter(engagement__in=live))
    placed = Placement.objects.filter(engagement__in=live, starts_on__lte=today, ends_on__gte=today)
    found: QuerySet[User, dict[str, Any]] = (
        User.objects.filter(pk=pk)
        .annotate(
            due_soon=_count(due),
            late=_count(work.filter(due_on__lt=today)),
            waiting=_count(due.filter(pk__in=_waiting(active))),
            specialists=_count(Specialist.objects.filter(user__is_active=True)),
            placed=_count(placed, "specialist", distinct=True),
            clients=_count(Client.objects.visible_to(user)),
            metrics=_count(metrics),
            at_target=_count(metrics.filter(reached())),
            packs=_count(HandoffPack.objects.filter(engagement__in=engagements, issued_at__isnull=False)),
        )
        .values(*Counts.__dataclass_fields__)
    )
    return found


# What somebody counts who manages.
EVERY_COUNT = Prepared(
    lambda: _counts(User(kind=Kind.MANAGER), given("user"), given("today", DateField()), given("soon", DateField()))
)


def _waiting(active: QuerySet[Engagement]) -> QuerySet[Any, Any]:
    waits = Wait.objects.filter(engagement__in=active, on=WaitOn.CLIENT, closed_on__isnull=True)
    return waits.values("deliverable_id")


def _with_last(rows: QuerySet[BusinessMetric]) -> QuerySet[BusinessMetric]:
    """Annotate `last`: the value of the last reading."""
    readings = MetricReading.objects.filter(metric=OuterRef("pk")).order_by("-on", "-id")
    return rows.annotate(last=Subquery(readings.values("value")[:1]))


def reached() -> Q:
    """Whether the last reading is at the target or better."""
    return Q(direction=Direction.UP, last__gte=F("target")) | Q(direction=Direction.DOWN, last__lte=F("target"))


@dataclass(frozen=True)
class History:
    """By day: how many were accepted, how many of them in time, how many fell due."""

    accepted: dict[date, tuple[int, int]]
    due: dict[date, int]

    def on_time(self, first: date, last: date) -> tuple[int, int]:
        """Accepted in time, and accepted, from `first` to `last`, both included."""
        days = [pair for day, pair in self.accepted.items() if first <= day <= last]
        return sum(good for _all, good in days), sum(n for n, _good in days)

    def fell_due(self, first: date, last: date) -> int:
        """How many fell due from `first` to `last`, both included."""
        return sum(n for day, n in self.due.items() if first <= day <= last)


def history_for(user: User, today: date) -> History:
    """What was accepted in the last two windows and what fell due in the last weeks; one query."""
    days = {
        "today": today,
        "windows": today - timedelta(days=2 * WINDOW_DAYS),
        "weeks": today - timedelta(weeks=WEEKS - 1),
        "soon": today + timedelta(days=SOON_DAYS),
    }
    found = EVERY_DAY(**days) if user.manages else list(_days(user, **days))
    return History(
        accepted={day: (n, good) for day, what, n, good in found if what == "accepted"},
        due={day: n for day, what, n, _good in found if what == "due"},
    )


def _days(user: User, today: Any, windows: Any, weeks: Any, soon: Any) -> QuerySet[Any, tuple[Any, ...]]:
    """Any: days, or places for them."""
    rows = Deliverable.objects.visible_to(user).filter(engagement__removed_at__isnull=True).order_by()
    accepted = (
        rows.filter(accepted_on__gt=windows, accepted_on__lte=today)
        .values(day=F("accepted_on"), what=Value("accepted"))
        .annotate(n=Count("pk"), good=Count("pk", filter=Q(accepted_on__lte=F("due_on"))))
    )
    due = (
        rows.filter(state__in=sorted(COUNTED), due_on__gt=weeks, due_on__lte=soon)
        .values(day=F("due_on"), what=Value("due"))
        .annotate(n=Count("pk"), good=Value(0))
    )
    columns = ("day", "what", "n", "good")
    return accepted.values_list(*columns).union(due.values_list(*columns), all=True)


# What somebody sees of the days who manages.
EVERY_DAY = Prepared(
    lambda: _days(
        User(kind=Kind.MANAGER), **{name: given(name, DateField()) for name in ("today", "windows", "weeks", "soon")}
    )
)


def figures(rows: Sequence[Light], counts: Counts, history: History, today: date) -> list[Figure]:
    """The strip of four."""
    return [
        _active(rows, counts, today),
        _on_time(history, today),
        _due(counts, history, today),
        _targets(counts),
    ]


def _active(rows: Sequence[Light], counts: Counts, today: date) -> Figure:
    active = [row for row in rows if row.state == EngagementState.ACTIVE]
    clients = len({row.client_id for row in active})
    weeks = [today - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    by_week = [*(sum(1 for row in rows if _ran_on(row, day)) for day in weeks[:-1]), len(active)]
    return Figure(
        label=_("Active engagements"),
        big=str(len(active)),
        small=ngettext("%(n)d client", "%(n)d clients", clients) % {"n": clients},
        note=_("%(placed)d of %(all)d specialists placed") % {"placed": counts.placed, "all": counts.specialists},
        picture=trend(by_week),
    )


def _ran_on(row: Light, day: date) -> bool:
    return bool(row.activated_on and row.activated_on <= day and (row.ended_on is None or row.ended_on > day))


def _share(pair: tuple[int, int]) -> int | None:
    good, n = pair
    return round(100 * good / n) if n else None


def _on_time(history: History, today: date) -> Figure:
    start = today - timedelta(days=WINDOW_DAYS - 1)
    now = _share(history.on_time(start, today))
    before = _share(history.on_time(start - timedelta(days=WINDOW_DAYS), start - timedelta(days=1)))
    weekly = [_share(history.on_time(start, today - timedelta(weeks=back))) for back in reversed(range(WEEKS))]
    note, tone = _compared(now, before)
    return Figure(
        label=_("Deliverables on time"),
        big=DASH if now is None else f"{now}%",
        small=_("90 days"),
        note=note,
        tone=tone,
        picture=trend([share for share in weekly if share is not None]),
    )


def _compared(now: int | None, before: int | None) -> tuple[str, str]:
    if now is None:
        return _("None was accepted yet"), ""
    if before is None or before == now:
        return (_("As in the 90 days before") if before == now else _("No 90 days before to compare")), ""
    points = abs(now - before)
    if now > before:
        return ngettext("Up %(n)d point on the 90 days before", "Up %(n)d points on the 90 days before", points) % {
            "n": points
        }, "t-ok"
    return ngettext("Down %(n)d point on the 90 days before", "Down %(n)d points on the 90 days before", points) % {
        "n": points
    }, "t-warn"


def _due(counts: Counts, history: History, today: date) -> Figure:
    ends = [today + timedelta(days=SOON_DAYS) - timedelta(weeks=back) for back in reversed(range(WEEKS))]
    by_week = [history.fell_due(end - timedelta(days=6), end) for end in ends]
    return Figure(
        label=_("Due in 7 days"),
        big=str(counts.due_soon),
        small=ngettext("%(n)d late", "%(n)d late", counts.late) % {"n": counts.late} if counts.late else "",
        note=ngettext("%(n)d waits on a client", "%(n)d wait on a client", counts.waiting) % {"n": counts.waiting},
        picture=trend(by_week),
    )


def _targets(counts: Counts) -> Figure:
    left = counts.metrics - counts.at_target
    return Figure(
        label=_("Metrics at target"),
        big=str(counts.at_target),
        small=_("of %(n)d") % {"n": counts.metrics},
        note=ngettext("%(n)d on its way", "%(n)d on their way", left) % {"n": left}
        if counts.metrics
        else _("No metric is agreed yet"),
        picture=SafeString(""),
    )

"""The ledger of waits as pages, mails and the pack say it: read in one query, told in one neutral sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, JSONObject
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from accounts.prepared import Prepared, given
from engagements.models import Engagement
from milestones.clock import place_of
from milestones.ledger import Clock, Side, Span, Stop, ledger
from milestones.models import ForecastRun, Wait
from milestones.states import UNFINISHED, WaitOn
from reports.pages import forecasts
from reports.pages.forecasts import Outlook
from reports.pages.words import listed, short

FIELDS: Final = ("public_id", "on", "what", "who", "opened_on", "closed_on", "for_sign_off", "deliverable__title")

NAMED: Final = Coalesce(F("contact__user__name"), Value(""))

HEAD: Final[tuple[Promise, ...]] = (
    gettext_lazy("Deliverable"),
    gettext_lazy("Waiting for"),
    gettext_lazy("On"),
    gettext_lazy("Who"),
    gettext_lazy("Since"),
    gettext_lazy("Until"),
    gettext_lazy("Working days"),
)


@dataclass(frozen=True)
class Entry:
    """One wait with its working days at the client's; what overlaps another is counted here too."""

    public_id: str
    title: str
    what: str
    on: str
    on_word: str
    who: str
    since: date
    until: date | None
    days: int

    @property
    def cells(self) -> tuple[object, ...]:
        """The row for a spreadsheet."""
        until = self.until.isoformat() if self.until else ""
        return (self.title, self.what, self.on_word, self.who, self.since.isoformat(), until, self.days)


@dataclass(frozen=True)
class Ledger:
    """Every wait of an engagement, longest first, and the sum of each side."""

    entries: tuple[Entry, ...]
    sides: Mapping[str, Side]

    def __bool__(self) -> bool:
        return bool(self.entries)

    def of(self, side: str) -> Side:
        """Return one side; nothing was waited on one that is not there."""
        return self.sides.get(side, Side())


NO_LEDGER: Final = Ledger((), {})


def _query(**only: object) -> "QuerySet[Wait, dict[str, Any]]":
    rows = Wait.objects.filter(engagement=given("engagement"), **only)
    found: QuerySet[Wait, dict[str, Any]] = rows.annotate(named=NAMED).values(*FIELDS, "named")
    return found


EVERY = Prepared(_query)
SHARED = Prepared(lambda: _query(deliverable__shared=True))


def read(engagement: Engagement, *, shared: bool) -> Ledger:
    """Read every wait, open or closed; one query. `shared`: what the client sees alone."""
    found = (SHARED if shared else EVERY)(engagement=engagement.pk)
    return _ledger(engagement, found)


def carried() -> dict[str, Combinable]:
    """Return what to annotate an engagement with, so that `read_carried` needs no query: what the client sees."""
    rows = Wait.objects.filter(engagement=OuterRef("pk"), deliverable__shared=True).annotate(named=NAMED)
    row = JSONObject(**{name: F(name) for name in (*FIELDS, "named")})
    return {"waits_carried": ArraySubquery(rows.values(row=row))}


def read_carried(engagement: Engagement) -> Ledger:
    """Read the ledger from an engagement that was loaded with `carried`; no query."""
    found = [_dated(row) for row in engagement.waits_carried]  # type: ignore[attr-defined]
    return _ledger(engagement, found)


def _dated(row: Mapping[str, Any]) -> dict[str, Any]:
    days = {name: row[name] and date.fromisoformat(row[name]) for name in ("opened_on", "closed_on")}
    return {**row, **days}


def _ledger(engagement: Engagement, found: list[dict[str, Any]]) -> Ledger:
    clock = clock_of(engagement)
    entries = sorted((_entry(row, clock) for row in found), key=lambda one: (-one.days, one.since, one.title))
    return Ledger(tuple(entries), ledger(map(_stop, found), clock))


def clock_of(engagement: Engagement) -> Clock:
    """Return what counts at this engagement, whose client is loaded; after its end nothing does."""
    today = engagement.today()
    until = min(today, engagement.ended_on) if engagement.ended_on else today
    spans: list[Span] = [(span.lower, span.upper) for span in engagement.held]
    if engagement.held_on:
        spans.append((engagement.held_on, date.max))
    return Clock(place_of(engagement), until, tuple(spans))


def _stop(row: Mapping[str, Any]) -> Stop:
    return Stop(row["on"], row["opened_on"], row["closed_on"])


def _entry(row: Mapping[str, Any], clock: Clock) -> Entry:
    title = row["deliverable__title"]
    return Entry(
        public_id=row["public_id"],
        title=title,
        what=_("Sign-off") if row["for_sign_off"] else row["what"],
        on=row["on"],
        on_word=str(WaitOn(row["on"]).label),
        who=row["named"] or row["who"],
        since=row["opened_on"],
        until=row["closed_on"],
        days=clock.days(_stop(row)),
    )


def days(count: int) -> str:
    """`1 working day`, `14 working days`."""
    return ngettext("%(n)d working day", "%(n)d working days", count) % {"n": count}


def told_to_client(found: Ledger) -> str:
    """`Waiting so far: on you 14 working days, on us 3.` or nothing where nothing ever waited."""
    return _told(found, _("on you %(days)s") % {"days": days(found.of("client").days)})


def told_to_firm(found: Ledger, client: str) -> str:
    """`Waiting so far: on Meridian Health 14 working days, on us 3.` or nothing where nothing ever waited."""
    return _told(found, _("on %(client)s %(days)s") % {"client": client, "days": days(found.of("client").days)})


def _told(found: Ledger, first: str) -> str:
    if not found:
        return ""
    parts = [first, _("on us %(n)d") % {"n": found.of("firm").days}]
    if found.of("third_party").waits:
        parts.append(_("on third parties %(n)d") % {"n": found.of("third_party").days})
    return _("Waiting so far: %(parts)s.") % {"parts": ", ".join(parts)}


def overlaps(found: Ledger) -> str:
    """Say how the sums are counted."""
    open_now = sum(side.open for side in found.sides.values())
    count = ngettext("%(n)d wait", "%(n)d waits", len(found.entries)) % {"n": len(found.entries)}
    told = {"waits": count, "open": open_now}
    return (
        _(
            "%(waits)s, %(open)d open. Days are the client’s working days; days on which several deliverables waited "
            "on one side count once for it."
        )
        % told
    )


def forecast_without(engagement: Engagement) -> str:
    """Say the next milestone's forecast with and without the open waits on the client, to the firm; one query."""
    if not engagement.is_active:
        return ""
    run = ForecastRun.objects.filter(engagement=OuterRef("engagement")).order_by("-on").values("milestones")[:1]
    unfinished = engagement.milestones.filter(deliverables__state__in=sorted(UNFINISHED)).order_by("day")
    found = unfinished.annotate(run=Subquery(run)).values_list("public_id", "day", "run").first()
    if found is None or not found[2]:
        return ""
    return without_client(forecasts.outlook(found[2].get(found[0])), found[1], to_client=False)


def without_client(told: Outlook, day: int, *, to_client: bool) -> str:
    """`Day 60 is likely on 9 Dec, 8 in 10 by 16 Dec; without the open waits on you, 4 Dec and 9 Dec.`

    Nothing where the open waits on the client move neither date, or nothing is forecast.
    """
    if told.likely is None or told.free_likely is None:
        return ""
    if (told.free_likely, told.free_eight_in_ten) == (told.likely, told.eight_in_ten):
        return ""
    places = {
        "day": day,
        "likely": short(told.likely),
        "late": short(told.eight_in_ten),
        "free": listed([short(told.free_likely), short(told.free_eight_in_ten)]),
    }
    if to_client:
        return (
            _("Day %(day)d is likely on %(likely)s, 8 in 10 by %(late)s; without the open waits on you, %(free)s.")
            % places
        )
    return (
        _("Day %(day)d is likely on %(likely)s, 8 in 10 by %(late)s; without the open waits on the client, %(free)s.")
        % places
    )

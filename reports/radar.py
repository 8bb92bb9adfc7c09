"""The placement radar as pages say it, in sentences with numbers; its queries do not grow with the engagements.

Each finding leads to what can be done about it: extend or change the placement, replace, hand work on, ask.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Exists, F, Max, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from accounts.clock import now, today as today_at
from accounts.models import Event
from engagements.actions.placements import shares
from engagements.loads import monday, overloaded
from engagements.models import Engagement, Placement
from engagements.states import EngagementState
from milestones import radar
from milestones.calendar import WorkCalendar
from milestones.models import CheckIn, Deliverable, ForecastRun, Wait
from milestones.radar import Holder, Place, RollOff, Silent, Task
from milestones.states import AT_WORK, UNFINISHED, DeliverableState, WaitOn
from reports.pages import forecasts
from reports.pages.forecasts import Outlook
from reports.pages.words import listed, short
from roles.models import Absence

WEEKS: Final = 12
# In this order, the longest first in each.
KINDS: Final = ("roll_off", "full", "holder", "silent")
NAMED: Final = 12


@dataclass(frozen=True)
class Finding:
    """One line of the radar: who (bold), the sentence, and links to what can be done."""

    kind: str
    shape: str
    who: str
    text: str
    links: tuple[tuple[str, str], ...]
    where: str = ""
    url: str = ""
    days: int = 0


@dataclass
class Rows:
    """What the rules need of several engagements."""

    engagements: Mapping[int, Engagement]
    placements: Mapping[int, list[Any]]
    works: Mapping[int, list[Any]]
    outlooks: Mapping[int, tuple[frozenset[str], Mapping[str, Outlook]]]
    away: Mapping[int, frozenset[date]]
    moved: Mapping[int, date]


def of_engagement(engagement: Engagement) -> list[Finding]:
    """Return what the radar finds at one engagement; nothing where it does not run."""
    return of_engagements([engagement])


def of_engagements(engagements: Iterable[Engagement]) -> list[Finding]:
    """Return what the radar finds, by kind and the worst first; `client` of each engagement is loaded."""
    active = [one for one in engagements if one.state == EngagementState.ACTIVE]
    rows = _read(active)
    found = [finding for one in active for finding in _of_one(one, rows)]
    return sorted(found + _too_full(rows), key=lambda one: (KINDS.index(one.kind), -one.days, one.who))


def of_firm(seen: "QuerySet[Engagement]") -> list[Finding]:
    """Return what the radar finds at every running engagement of these."""
    running = seen.filter(state=EngagementState.ACTIVE, removed_at__isnull=True, archived_at__isnull=True)
    return of_engagements(running.select_related("client").order_by("code"))


# --- reading -------------------------------------------------------------------------------------------------


def _read(engagements: Sequence[Engagement]) -> Rows:
    ids = [one.pk for one in engagements]
    placements = list(Placement.objects.filter(engagement__in=ids).select_related("user", "role"))
    users = {row.user_id for row in placements}
    return Rows(
        engagements={one.pk: one for one in engagements},
        placements=_grouped(placements),
        works=_grouped(_works(ids)),
        outlooks=_outlooks(ids),
        away=_away(users),
        moved=_moved(placements),
    )


def _grouped(rows: Iterable[Any]) -> Mapping[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.engagement_id].append(row)
    return found


def _works(ids: Sequence[int]) -> "QuerySet[Any, Any]":
    """Every unfinished deliverable that has an owner, with `waits`: whether somebody else is waited on."""
    others = Wait.objects.filter(deliverable=OuterRef("pk"), closed_on__isnull=True).exclude(on=WaitOn.FIRM)
    rows = Deliverable.objects.filter(engagement__in=ids, state__in=sorted(UNFINISHED), owner__isnull=False)
    return rows.annotate(waits_on_others=Exists(others)).order_by("due_on", "number")


def _outlooks(ids: Sequence[int]) -> Mapping[int, tuple[frozenset[str], Mapping[str, Outlook]]]:
    """The critical deliverables of every milestone, and the forecast of each deliverable, by public id."""
    return {pk: _told(run) for pk, run in forecasts.latest(ids, "works", "milestones").items()}


def _told(run: ForecastRun) -> tuple[frozenset[str], Mapping[str, Outlook]]:
    critical = frozenset(one for facts in run.milestones.values() for one in facts.get("critical", ()))
    return critical, {key: forecasts.outlook(facts) for key, facts in run.works.items() if key in critical}


def _away(users: Iterable[int]) -> Mapping[int, frozenset[date]]:
    """The days away of the last weeks, by user."""
    first, last = today_at() - timedelta(days=120), today_at() + timedelta(days=2)
    found: defaultdict[int, set[date]] = defaultdict(set)
    rows = Absence.objects.filter(user__in=list(users), ends_on__gte=first, starts_on__lte=last)
    for user, starts_on, ends_on in rows.values_list("user", "starts_on", "ends_on"):
        begin, end = max(starts_on, first), min(ends_on, last)
        found[user].update(begin + timedelta(days=n) for n in range((end - begin).days + 1))
    return {user: frozenset(found_days) for user, found_days in found.items()}


def _moved(placements: Sequence[Any]) -> Mapping[int, date]:
    """The last day on which a placement's deliverables moved, or its specialist said or did something there."""
    ids = [row.pk for row in placements]
    latest: dict[int, date] = {}
    works = Deliverable.objects.filter(owner__in=ids).order_by().values_list("owner").annotate(at=Max("moved_at"))
    said = CheckIn.objects.filter(deliverable__owner__in=ids, by=F("deliverable__owner__user"))
    words = said.order_by().values_list("deliverable__owner").annotate(at=Max("at"))
    for owner, at in [*works, *words, *_did(placements)]:
        latest[owner] = max(latest.get(owner, date.min), at.date())
    return latest


def _did(placements: Sequence[Any]) -> Iterable[tuple[int, Any]]:
    """The last event of each specialist at the engagement where they are placed."""
    of_pair = {(row.engagement_id, row.user_id): row.pk for row in placements}
    rows = Event.objects.filter(
        engagement_id__in={row.engagement_id for row in placements},
        actor_id__in={row.user_id for row in placements},
        at__gte=now() - timedelta(days=60),
    )
    for engagement, actor, at in rows.order_by().values_list("engagement_id", "actor_id").annotate(at=Max("at")):
        if (engagement, actor) in of_pair:
            yield of_pair[engagement, actor], at


# --- findings ------------------------------------------------------------------------------------------------


class _One:
    """One engagement: its rows as the rules take them, and the rules' findings in words."""

    def __init__(self, engagement: Engagement, rows: Rows) -> None:
        self.engagement = engagement
        self.today = engagement.today()
        self.calendar = WorkCalendar(engagement.client.country, engagement.client.subdivision)
        self.placements = {row.pk: row for row in rows.placements[engagement.pk]}
        self.works = {row.pk: row for row in rows.works[engagement.pk] if row.owner_id in self.placements}
        critical, told = rows.outlooks.get(engagement.pk, (frozenset(), {}))
        self.places = [self._place(row, rows) for row in self.placements.values()]
        self.tasks = [self._task(row, row.public_id in critical, told) for row in self.works.values()]

    def _place(self, row: Any, rows: Rows) -> Place:
        away = rows.away.get(row.user_id, frozenset())
        return Place(row.pk, row.user_id, row.starts_on, row.ends_on, rows.moved.get(row.pk), away)

    def _task(self, row: Any, critical: bool, told: Mapping[str, Outlook]) -> Task:
        begun = row.state in AT_WORK or (row.state == DeliverableState.PLANNED and row.start_on <= self.today)
        return Task(
            id=row.pk,
            place=row.owner_id,
            person=self.placements[row.owner_id].user_id,
            effort=row.effort_days,
            critical=critical,
            eight_in_ten=told[row.public_id].eight_in_ten if row.public_id in told else None,
            at_work=begun,
            waits=row.waits_on_others,
        )

    def found(self, kind: str, shape: str, place: int, text: str, *links: tuple[str, str], days: int = 0) -> Finding:
        """Return a finding about a placement; `days` is how bad it is."""
        return Finding(
            kind=kind,
            shape=shape,
            who=self.placements[place].user.name,
            text=text,
            links=links,
            where=self.engagement.client.name,
            url=reverse("team", args=[self.engagement.code]),
            days=days,
        )

    def change(self, place: int, label: str) -> tuple[str, str]:
        """Return the link to a placement's form."""
        return label, reverse("placement_change", args=[self.engagement.code, self.placements[place].public_id])

    def replace(self, place: int) -> tuple[str, str]:
        """Return the link to replacing somebody."""
        where = [self.engagement.code, self.placements[place].public_id]
        return _("Replace"), reverse("placement_replace", args=where)


def _of_one(engagement: Engagement, rows: Rows) -> list[Finding]:
    one = _One(engagement, rows)
    found = [_roll_off(one, off) for off in radar.roll_offs(one.places, one.tasks, one.calendar)]
    holder = radar.holder(one.tasks)
    if holder:
        found.append(_holder(one, holder))
    return found + [_silent(one, row) for row in radar.silent(one.places, one.tasks, one.calendar, one.today)]


def _roll_off(one: _One, off: RollOff) -> Finding:
    told = {
        "end": short(one.placements[off.place].ends_on),
        "title": one.works[off.task].title,
        "by": short(off.by),
        "short": ngettext("%(n)d working day", "%(n)d working days", off.days) % {"n": off.days},
        "more": _more(off.tasks - 1),
    }
    text = _(
        "rolls off on %(end)s, %(short)s before work that its milestone needs is 8 in 10 done: “%(title)s”%(more)s, "
        "by %(by)s."
    )
    links = (one.change(off.place, _("Extend")), one.replace(off.place))
    return one.found("roll_off", "off_track", off.place, text % told, *links, days=off.days)


def _more(count: int) -> str:
    return ngettext(" and %(n)d more", " and %(n)d more", count) % {"n": count} if count else ""


def _holder(one: _One, held: Holder) -> Finding:
    place = max(
        (row for row in one.placements.values() if row.user_id == held.person), key=lambda row: (row.ends_on, row.pk)
    )
    text = _(
        "holds %(days)d of the %(all)d working days of critical work that are left, %(n)d of %(of)d deliverables. "
        "Hand some on."
    )
    told = {"days": held.days, "all": held.all_days, "n": held.tasks, "of": held.all_tasks}
    own = [row.public_id for row in one.works.values() if row.owner_id == place.pk]
    picks = "&".join(f"pick={public_id}" for public_id in own[:NAMED])
    address = reverse("engagement_owners", args=[one.engagement.code])
    return one.found(
        "holder", "at_risk", place.pk, text % told, (_("Hand work on"), f"{address}?{picks}"), days=held.days
    )


def _silent(one: _One, row: Silent) -> Finding:
    told = {
        "n": row.days,
        "since": short(row.since),
        "work": ngettext("%(n)d deliverable is", "%(n)d deliverables are", row.tasks) % {"n": row.tasks},
    }
    text = _("has moved nothing for %(n)d working days, since %(since)s; %(work)s theirs to move. Ask how it stands.")
    mail = f"mailto:{one.placements[row.place].user.email}"
    return one.found(
        "silent", "waiting", row.place, text % told, (_("Write"), mail), one.replace(row.place), days=row.days
    )


def _too_full(rows: Rows) -> list[Finding]:
    """Everybody above a full week in the coming weeks, over all engagements that they are placed at."""
    placed = {row.specialist_id: row for group in rows.placements.values() for row in group}
    start = monday(today_at())
    end = start + timedelta(days=7 * WEEKS - 1)
    by_person: defaultdict[int, list[Any]] = defaultdict(list)
    for share in shares(placed, start, end):
        by_person[share.specialist].append(share)
    found = []
    for specialist, own in sorted(by_person.items()):
        full = overloaded(own, start, end)
        if full:
            found.append(_full(placed[specialist], full, sorted({share.label for share in own})))
    return found


def _full(place: Any, full: Mapping[date, int], labels: Sequence[str]) -> Finding:
    weeks = sorted(full)
    told = {
        "percent": max(full.values()),
        "weeks": ngettext("the week of %(first)s", "%(n)d weeks from %(first)s", len(weeks))
        % {"n": len(weeks), "first": short(weeks[0])},
        "where": listed(labels),
    }
    text = _("is placed for up to %(percent)d%% in %(weeks)s: %(where)s. Lower a share or move its dates.")
    link = (_("Look at the weeks"), reverse("specialist", args=[place.user.public_id]))
    return Finding("full", "at_risk", place.user.name, text % told, (link,))


def count_words(found: Sequence[Finding]) -> str:
    """`3 findings`."""
    return ngettext("%(n)d finding", "%(n)d findings", len(found)) % {"n": len(found)}

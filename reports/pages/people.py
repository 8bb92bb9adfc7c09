"""Lists of clients and specialists, and the page of each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _, ngettext

from accounts.clock import today
from accounts.formats import day, moment
from accounts.models import User
from engagements.actions.placements import shares
from engagements.loads import FULL, Share, by_week, monday, week_load
from engagements.models import Client, Contact, Engagement
from engagements.places import country_name
from engagements.states import LIVE
from reports.chart_words import words
from reports.charts import LoadWeek, load as load_chart
from reports.pages.lights import shown_health
from roles.models import Absence, Specialist

WEEKS = 12


@dataclass(frozen=True)
class ClientRow:
    """A client in the list."""

    name: str
    mark: str
    url: str
    place: str
    running: int
    engagements: int
    contacts: int
    signers: int


def client_rows(user: User) -> list[ClientRow]:
    """Return the clients that a person sees; one query."""
    rows = Client.objects.filter(pk__in=Client.objects.visible_to(user).values("pk")).annotate(
        running=Count("engagements", filter=Q(engagements__state__in=sorted(LIVE)), distinct=True),
        all_engagements=Count("engagements", filter=Q(engagements__removed_at=None), distinct=True),
        people=Count("contacts", filter=Q(contacts__left_at=None), distinct=True),
        signing=Count("contacts", filter=Q(contacts__left_at=None, contacts__is_signer=True), distinct=True),
    )
    plain = rows.values(
        "name", "mark", "public_id", "industry", "country", "running", "all_engagements", "people", "signing"
    )
    return [
        ClientRow(
            name=row["name"],
            mark=row["mark"],
            url=reverse("client", args=[row["public_id"]]),
            place=", ".join(part for part in (row["industry"], country_name(row["country"])) if part),
            running=row["running"],
            engagements=row["all_engagements"],
            contacts=row["people"],
            signers=row["signing"],
        )
        for row in plain
    ]


@dataclass(frozen=True)
class ContactRow:
    """A contact on the client's page."""

    id: str
    name: str
    title: str
    email: str
    is_signer: bool
    left: str


@dataclass(frozen=True)
class EngagementRow:
    """An engagement on the client's page."""

    name: str
    url: str
    health: str
    note: str


def contact_rows(client: Client) -> list[ContactRow]:
    """Return the people of a client, those who left last."""
    rows = Contact.objects.filter(client=client).select_related("user").order_by("left_at", "-is_signer", "user__name")
    found = [
        ContactRow(
            id=row.user.public_id,
            name=row.user.name,
            title=row.user.title,
            email=row.user.email,
            is_signer=row.is_signer,
            left=moment(row.left_at),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: bool(one.left))


def engagement_rows(client: Client, user: User) -> list[EngagementRow]:
    """Return the client's engagements that a person sees, the newest first."""
    rows = Engagement.objects.visible_to(user).filter(client=client, removed_at=None).select_related("plan", "manager")
    return [
        EngagementRow(
            name=row.name,
            url=row.get_absolute_url(),
            health=shown_health(row.state, row.plan.health if hasattr(row, "plan") else ""),
            note=_("%(code)s, from %(day)s, %(manager)s")
            % {"code": row.code, "day": day(row.start_on), "manager": row.manager.name},
        )
        for row in rows
    ]


@dataclass(frozen=True)
class SpecialistRow:
    """A specialist in the list: who, how full this week, and the twelve weeks from it."""

    name: str
    url: str
    role: str
    email: str
    capacity: int
    now: int
    tone: str
    where: str
    free: str
    away: str
    picture: SafeString
    is_active: bool


def specialist_rows() -> list[SpecialistRow]:
    """Return everybody with their load; three queries whatever their number."""
    people = list(Specialist.objects.select_related("user", "role"))
    start = monday(today())
    end = start + timedelta(days=7 * WEEKS - 1)
    all_shares = shares([one.pk for one in people], start, end)
    absences = list(Absence.objects.filter(ends_on__gte=today(), starts_on__lte=end).order_by("starts_on"))
    return [
        _row(
            one,
            [share for share in all_shares if share.specialist == one.pk],
            [row for row in absences if row.user_id == one.user_id],
            (start, end),
        )
        for one in people
    ]


def _row(one: Specialist, own: Sequence[Share], away: Sequence[Absence], span: tuple[date, date]) -> SpecialistRow:
    start, end = span
    now = week_load(own, start)
    return SpecialistRow(
        name=one.user.name,
        url=reverse("specialist", args=[one.user.public_id]),
        role=one.role.name,
        email=one.user.email,
        capacity=one.capacity,
        now=now,
        tone="t-bad" if now > FULL else "",
        where=_where(own, start),
        free=free_words(one.capacity, own, span),
        away=_("away %(from)s to %(to)s") % {"from": day(away[0].starts_on), "to": day(away[0].ends_on)}
        if away
        else "",
        picture=load_picture(one, own, start, end),
        is_active=one.user.is_active,
    )


def load_picture(one: Specialist, own: Sequence[Share], start: date, end: date) -> SafeString:
    """Return the weeks of a specialist as a picture."""
    weeks = [LoadWeek(week, percent) for week, percent in by_week(own, start, end).items()]
    title = _("%(name)s, load by week") % {"name": one.user.name}
    svg = load_chart(title, weeks, uid=f"load-{one.user.public_id}", words=words(), width=200)
    return mark_safe(svg)  # noqa: S308 - drawn by us, escaped


def _where(own: Sequence[Share], week: date) -> str:
    there = Counter(
        share.label for share in own if share.starts_on <= week + timedelta(days=6) and share.ends_on >= week
    )
    return ", ".join(there)


def free_words(capacity: int, own: Sequence[Share], span: tuple[date, date]) -> str:
    """Say how many percent of a full week are free in the first week of `span`, and when that changes first."""
    free = {week: max(0, capacity - percent) for week, percent in by_week(own, *span).items()}
    now = free[span[0]]
    changes = next((week for week, percent in free.items() if percent != now), None)
    if changes is None:
        if now:
            return _("%(percent)d%% free") % {"percent": now}
        return ngettext("full for %(n)d week", "full for %(n)d weeks", len(free)) % {"n": len(free)}
    later = {"percent": free[changes], "day": day(changes)}
    if not now:
        return _("%(percent)d%% free from %(day)s") % later
    if free[changes] < now:
        return _("%(percent)d%% free until %(day)s") % {"percent": now, "day": day(changes - timedelta(days=1))}
    return _("%(now)d%% free, %(percent)d%% from %(day)s") % {"now": now, **later}


@dataclass(frozen=True)
class PlaceRow:
    """A placement on the specialist's page."""

    name: str
    url: str
    note: str
    reason: str


def place_rows(one: Specialist) -> list[PlaceRow]:
    """Return the engagements where somebody is placed, the latest first."""
    rows = one.placements.filter(engagement__removed_at=None).select_related("engagement__client", "role")
    return [
        PlaceRow(
            name=f"{row.engagement.client.name}, {row.engagement.name}",
            url=row.engagement.get_absolute_url(),
            note=_("%(role)s, %(percent)d%%, %(from)s to %(to)s")
            % {
                "role": row.title or row.role.name,
                "percent": row.percent,
                "from": day(row.starts_on),
                "to": day(row.ends_on),
            },
            reason=row.overload_reason,
        )
        for row in rows.order_by("-ends_on")
    ]


@dataclass(frozen=True)
class AbsenceRow:
    """An absence on the specialist's page."""

    id: str
    days: str
    why: str


def absence_rows(one: Specialist) -> list[AbsenceRow]:
    """Return the absences that are not over."""
    rows = one.user.absences.filter(ends_on__gte=today()).order_by("starts_on")
    return [AbsenceRow(row.public_id, f"{day(row.starts_on)} – {day(row.ends_on)}", row.why) for row in rows]

"""When each recipient's digest of a week is due; rows are made once, whoever makes them."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.ids import public_id
from engagements.models import Contact, Engagement
from engagements.states import EngagementState
from reports.models import Digest, DigestSetting
from reports.states import DigestScope, DigestState

FIRM_WEEKDAY: Final = 4
FIRM_HOUR: Final = 16
# A digest that was missed while the product was down still goes out within this time; later it would be old news.
GRACE: Final = timedelta(days=3)
# Whoever took a digest and said nothing for so long has died; with the five minutes between two runs, another
# process takes it over within a quarter of an hour.
STALE: Final = timedelta(minutes=9)

# Recipient, engagement and week: a digest exists once of each.
Made = tuple[int, int | None, str]


@dataclass(frozen=True)
class Slot:
    """A mail that somebody should get: to whom, about what, and at which hour of their week.

    `engagement` and `client` are None for the firm's portfolio; `engagement` alone for a client's mail about all.
    """

    recipient: int
    engagement: int | None
    client: int | None
    weekday: int
    hour: int
    time_zone: str


def iso_week(day: date) -> str:
    """Return "2026-W47"."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def due_at(slot: Slot, at: datetime) -> datetime:
    """Return the latest moment, not after `at`, at which this slot's weekly hour struck on its own clock."""
    local = at.astimezone(ZoneInfo(slot.time_zone))
    day = local.date() - timedelta(days=(local.weekday() - slot.weekday) % 7)
    moment = datetime.combine(day, time(slot.hour), ZoneInfo(slot.time_zone))
    return moment if moment <= at else datetime.combine(day - timedelta(days=7), time(slot.hour), moment.tzinfo)


def next_due(slot: Slot, at: datetime) -> datetime:
    """Return the first moment after `at` at which this slot's weekly hour strikes."""
    last = due_at(slot, at)
    local = last.astimezone(ZoneInfo(slot.time_zone))
    day = local.date() + timedelta(days=7 if last <= at else 0)
    return datetime.combine(day, time(slot.hour), ZoneInfo(slot.time_zone))


def message_id() -> str:
    """Return a Message-ID; it is stored with the row, so that sending twice is the same mail twice."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"<digest.{public_id()}{public_id()}@{host}>"


def client_slots() -> Iterator[Slot]:
    """Yield the contacts' slots: one for each running engagement of their client, or one for all."""
    running: dict[int, list[int]] = {}
    for pk, client in Engagement.objects.filter(state=EngagementState.ACTIVE).present().values_list("pk", "client_id"):
        running.setdefault(client, []).append(pk)
    contacts = Contact.objects.filter(client__in=running, left_at__isnull=True, user__is_active=True)
    for contact in contacts.select_related("client", "user", "user__digest_setting"):
        setting: DigestSetting | None = getattr(contact.user, "digest_setting", None)
        if setting and not setting.subscribed:
            continue
        weekday = setting.weekday if setting else contact.client.digest_weekday
        hour = setting.hour if setting else contact.client.digest_hour
        every = running[contact.client_id]
        for engagement in [None] if setting and setting.scope == DigestScope.ALL else every:
            yield Slot(contact.user_id, engagement, contact.client_id, weekday, hour, contact.user.time_zone)


def firm_slots() -> Iterator[Slot]:
    """Yield the managers' slots: one mail about their whole portfolio."""
    managers = Engagement.objects.filter(state=EngagementState.ACTIVE).present().values("manager_id")
    settings_of = {row.user_id: row for row in DigestSetting.objects.filter(user__in=managers)}
    rows = Engagement.objects.filter(manager__is_active=True, manager__in=managers)
    for pk, zone in set(rows.values_list("manager_id", "manager__time_zone")):
        setting = settings_of.get(pk)
        if setting and not setting.subscribed:
            continue
        weekday, hour = (setting.weekday, setting.hour) if setting else (FIRM_WEEKDAY, FIRM_HOUR)
        yield Slot(pk, None, None, weekday, hour, zone)


def new_rows(slots: Iterable[Slot], at: datetime) -> Iterator[Digest]:
    """Yield a row for each slot whose hour struck within the time of grace."""
    for slot in slots:
        due = due_at(slot, at)
        if at - due <= GRACE:
            yield row_of(slot, due, iso_week(due.astimezone(ZoneInfo(slot.time_zone)).date()))


def made_since(at: datetime) -> frozenset[Made]:
    """Return whose digests of which hours since `at` have their row; one query."""
    rows = Digest.objects.filter(due_at__gte=at)
    return frozenset(rows.values_list("recipient_id", "engagement_id", "week"))


def coming(slot: Slot, at: datetime, made: Collection[Made]) -> datetime:
    """Return when a slot's next digest is due: past, where one was missed within the time of grace; see `new_rows`."""
    due = due_at(slot, at)
    week = iso_week(due.astimezone(ZoneInfo(slot.time_zone)).date())
    missed = at - due <= GRACE and (slot.recipient, slot.engagement, week) not in made
    return due if missed else next_due(slot, at)


def row_of(slot: Slot, due: datetime, week: str) -> Digest:
    """Return the row, not saved, of a slot's digest of one week."""
    return Digest(
        recipient_id=slot.recipient,
        engagement_id=slot.engagement,
        client_id=slot.client,
        week=week,
        due_at=due,
        message_id=message_id(),
    )


@transaction.atomic
def make_due(at: datetime) -> int:
    """Make the rows that are due at `at` and not there yet; return how many of a week stand now.

    Several processes may do this at once: a row exists once per recipient, engagement and week.
    """
    rows = list(new_rows([*client_slots(), *firm_slots()], at))
    Digest.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def open_ids(at: datetime) -> list[int]:
    """Return the ids of digests that are due and that nobody is sending, the oldest first."""
    free = Digest.objects.filter(unclaimed(at), state=DigestState.DUE, due_at__lte=at)
    return list(free.order_by("due_at", "pk").values_list("pk", flat=True))


def unclaimed(at: datetime) -> Q:
    """Return the condition under which nobody is sending a digest: never taken, or taken too long ago."""
    return Q(claimed_at__isnull=True) | Q(claimed_at__lt=at - STALE)

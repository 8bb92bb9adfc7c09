"""Measurement data: engagements with plans at every stage, written in bulk as the firm.

It is made to weigh what real plans weigh, not to be read: the demo's portfolio goes through the product's actions.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.actions import create_user
from accounts.clock import now, today
from accounts.db import as_firm
from accounts.models import Event, User
from accounts.states import Kind
from benchmarks import works
from benchmarks.works import Base
from engagements.models import Agreement, BusinessMetric, Client, Contact, Engagement, MetricReading, Placement
from engagements.states import AgreedHow, Direction, EngagementState
from milestones.models import Milestone, Plan
from reports.models import StatusNote
from roles import catalogue
from roles.actions import create_specialist
from roles.models import Role, ServiceLine, Specialist

CLIENTS: Final = 40
SPECIALISTS: Final = 24
MANAGERS: Final = 4
METRICS: Final = (("Cases handled by the model", "%", 10, 60), ("Minutes to a first answer", "min", 45, 12))
EVENTS: Final = 20


@dataclass(frozen=True)
class Size:
    """How many engagements, and how many deliverables each has."""

    engagements: int
    deliverables: int


FULL: Final = Size(200, 60)
SMALL: Final = Size(8, 20)
FEW: Final = Size(2, 6)


@dataclass(frozen=True)
class World:
    """What was made: engagements, and for each a signer of its client."""

    manager: User
    engagements: list[Engagement]
    signers: list[Contact]


def build(size: Size, mark: str, time_zone: str) -> World:
    """Make one lot of data in one transaction; `mark`, a letter, keeps the lots' names apart."""
    with as_firm(), transaction.atomic():
        catalogue.load()
        base = _people(mark)
        clients = _clients(mark, min(size.engagements, CLIENTS), time_zone)
        signers = _signers(clients)
        engagements = _engagements(base, clients, size, mark)
        _contract(base, engagements, signers)
        works.fill(base, engagements, signers, size.deliverables)
        _talk(engagements)
        return World(base.managers[0], engagements, [signers[one.client_id] for one in engagements])


def _people(mark: str) -> Base:
    def person(kind: Kind, place: int) -> User:
        email = f"{kind}{place}@{mark.lower()}.firm.example"
        return create_user(by=None, email=email, name=f"{kind.label} {mark}{place}", kind=kind)

    managers = [person(Kind.MANAGER, place) for place in range(MANAGERS)]
    roles = list(Role.objects.all())
    specialists: dict[str, list[Specialist]] = {role.key: [] for role in roles}
    for place in range(SPECIALISTS):
        role = roles[place % len(roles)]
        made = create_specialist(by=managers[0], user=person(Kind.SPECIALIST, place), role=role)
        specialists[role.key].append(made)
    return Base(managers, roles, specialists)


def _clients(mark: str, count: int, time_zone: str) -> list[Client]:
    countries = ("FI", "DE", "GB", "SE")
    return Client.objects.bulk_create(
        Client(
            name=f"Company {mark}{place}",
            mark=f"{mark}{place % 100:02d}",
            country=countries[place % len(countries)],
            time_zone=time_zone,
        )
        for place in range(count)
    )


def _signers(clients: list[Client]) -> dict[int, Contact]:
    users = [
        create_user(
            by=None,
            email=f"signer@{client.mark.lower()}.example",
            name=f"Signer of {client.name}",
            kind=Kind.CONTACT,
            client_id=client.pk,
            time_zone=client.time_zone,
        )
        for client in clients
    ]
    made = Contact.objects.bulk_create(
        Contact(client=client, user=user, is_signer=True) for client, user in zip(clients, users, strict=True)
    )
    return {contact.client_id: contact for contact in made}


def _engagements(base: Base, clients: list[Client], size: Size, mark: str) -> list[Engagement]:
    lines = list(ServiceLine.objects.all())
    return Engagement.objects.bulk_create(_engagement(base, clients, lines, mark, n) for n in range(size.engagements))


def _engagement(base: Base, clients: list[Client], lines: list[ServiceLine], mark: str, place: int) -> Engagement:
    client = clients[place % len(clients)]
    # From the third to the eleventh week, so that every stage of a plan is there.
    start = today(client.time_zone) - timedelta(days=15 + place * 7 % 60)
    return Engagement(
        code=f"{mark}-{place:03d}",
        client=client,
        name=f"Programme {mark}{place}",
        goal="Six of ten cases are handled by the model by day 90, and the client's own team runs it.",
        service_line=lines[place % len(lines)],
        manager=base.managers[place % len(base.managers)],
        start_on=start,
        state=EngagementState.ACTIVE,
        activated_at=_morning(start),
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), ZoneInfo("UTC"))


def _contract(base: Base, engagements: list[Engagement], signers: dict[int, Contact]) -> None:
    """Write agreements, placements, plans with milestones, metrics with readings."""
    Agreement.objects.bulk_create(_agreement(one, signers[one.client_id]) for one in engagements)
    Placement.objects.bulk_create(row for n, one in enumerate(engagements) for row in _placements(base, one, n))
    Plan.objects.bulk_create(Plan(engagement=one, client_id=one.client_id) for one in engagements)
    Milestone.objects.bulk_create(row for one in engagements for row in _milestones(one))
    metrics = BusinessMetric.objects.bulk_create(row for one in engagements for row in _metrics(one))
    MetricReading.objects.bulk_create(row for metric in metrics for row in _readings(metric))


def _agreement(one: Engagement, signer: Contact) -> Agreement:
    return Agreement(
        engagement=one,
        client_id=one.client_id,
        how=AgreedHow.PORTAL,
        signer=signer,
        signer_name=signer.user.name,
        at=_morning(one.start_on),
        by=signer.user,
        content_hash="0" * 64,
    )


def _placements(base: Base, one: Engagement, place: int) -> list[Placement]:
    return [
        Placement(
            engagement=one,
            client_id=one.client_id,
            specialist=specialist,
            user=specialist.user,
            role=role,
            percent=20,
            starts_on=one.start_on,
            ends_on=one.start_on + timedelta(days=90),
        )
        for role in base.roles
        for specialist in [base.specialists[role.key][place % len(base.specialists[role.key])]]
    ]


def _milestones(one: Engagement) -> list[Milestone]:
    names = catalogue.milestone_names()
    days = {day: one.start_on + timedelta(days=day) for day in works.DAYS}
    return [
        Milestone(engagement=one, client_id=one.client_id, day=day, name=names[day], due_on=on, agreed_on=on)
        for day, on in days.items()
    ]


def _metrics(one: Engagement) -> list[BusinessMetric]:
    return [
        BusinessMetric(
            engagement=one,
            client_id=one.client_id,
            name=name,
            unit=unit,
            direction=Direction.UP if target > start else Direction.DOWN,
            start=Decimal(start),
            target=Decimal(target),
            agreed_target=Decimal(target),
            position=place,
        )
        for place, (name, unit, start, target) in enumerate(METRICS)
    ]


def _readings(metric: BusinessMetric) -> list[MetricReading]:
    """Return a reading a week, on the straight way to the target."""
    one = metric.engagement
    return [
        MetricReading(
            metric=metric,
            engagement=one,
            client_id=one.client_id,
            on=one.start_on + timedelta(days=7 * week),
            value=metric.start + (metric.target - metric.start) * week / 13,
            by=one.manager,
        )
        for week in range((one.today() - one.start_on).days // 7 + 1)
    ]


def _talk(engagements: list[Engagement]) -> None:
    """Write a status note and the latest events of each engagement."""
    StatusNote.objects.bulk_create(
        StatusNote(engagement=one, client_id=one.client_id, by=one.manager, text="The pipeline runs. Access is next.")
        for one in engagements
    )
    Event.objects.bulk_create(_event(one, place) for one in engagements for place in range(EVENTS))


def _event(one: Engagement, place: int) -> Event:
    return Event(
        at=now() - timedelta(hours=5 * place + 1),
        actor=one.manager,
        verb="note_written",
        message="%(actor)s wrote a status note",
        params={"actor": one.manager.name},
        shared=place % 2 == 0,
        client_id=one.client_id,
        engagement_id=one.pk,
    )

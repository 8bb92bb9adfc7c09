"""Who takes part in the tour."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from accounts.actions import create_user
from accounts.clock import now
from accounts.models import User
from accounts.states import Kind
from engagements.actions.clients import create_client, invite_contact
from engagements.actions.engagements import create_engagement
from engagements.actions.metrics import add_metric
from engagements.actions.placements import place
from engagements.models import Client, Contact, Engagement
from roles.actions import create_specialist
from roles.models import Role, ServiceLine

TIME_ZONE = "America/Chicago"
TEAM = (
    ("Adaeze Okafor", "adaeze.okafor@vantage.example", "ml_engineer", 80),
    ("Lauri Koskinen", "lauri.koskinen@vantage.example", "data_engineer", 60),
    ("Sofía Marín", "sofia.marin@vantage.example", "data_scientist", 40),
    ("Ilmari Hautakangas", "ilmari.hautakangas@vantage.example", "mlops_engineer", 40),
)
METRICS = (
    ("Manual triage time", "min per claim", "down", "14.2", "6.0", "Workflow log, mean of the week"),
    ("Routed without rework", "% of claims", "up", "64", "90", "Claims warehouse, by week of arrival"),
    ("Records corrected by hand", "a week", "down", "310", "60", "Audit table of the claims system"),
    ("Cost per claim", "USD", "down", "13.80", "9.50", "Finance, cost centre 4410"),
)


@dataclass(frozen=True)
class Party:
    """Both sides of the engagement."""

    administrator: User
    manager: User
    client: Client
    signer: Contact
    viewer: Contact


def gather() -> Party:
    """Make the firm's manager, the client and its contacts."""
    administrator = create_user(
        by=None, email="outi.lahdenpera@vantage.example", name="Outi Lahdenperä", kind=Kind.ADMINISTRATOR
    )
    manager = create_user(
        by=administrator, email="ines.rautio@vantage.example", name="Ines Rautio", kind=Kind.MANAGER, time_zone="UTC"
    )
    here = now().astimezone(ZoneInfo(TIME_ZONE))
    client = create_client(
        by=manager,
        name="Meridian Health",
        mark="MH",
        country="US",
        subdivision="IL",
        time_zone=TIME_ZONE,
        # The digest's hour is this one, so that it is due when the tour comes to it.
        digest_weekday=here.weekday(),
        digest_hour=here.hour,
    )
    contacts = [
        invite_contact(by=manager, client=client, name=name, email=email, title=title, is_signer=signs)
        for name, email, title, signs in (
            ("Priya Nair", "priya.nair@meridian-health.example", "VP Claims Operations", True),
            ("Dale Whitlock", "dale.whitlock@meridian-health.example", "Finance Director", False),
        )
    ]
    return Party(administrator, manager, client, contacts[0], contacts[1])


def contract(party: Party, start_on: date) -> Engagement:
    """Log the engagement with its metrics and its team."""
    engagement = create_engagement(
        by=party.manager,
        client=party.client,
        name="Claims triage automation",
        goal="Route every incoming claim to the right adjuster team within minutes.",
        service_line=ServiceLine.objects.get(key="data_science_ml"),
        manager=party.manager,
        start_on=start_on,
        backlog_url="https://work.meridian-health.example/claims-triage",
        release_url="https://git.meridian-health.example/claims-triage/releases",
    )
    for name, unit, direction, start, target, source in METRICS:
        add_metric(
            by=party.manager,
            engagement=engagement,
            name=name,
            unit=unit,
            direction=direction,
            start=Decimal(start),
            target=Decimal(target),
            source=source,
        )
    for name, email, role_key, percent in TEAM:
        role = Role.objects.get(key=role_key)
        user = create_user(by=party.administrator, email=email, name=name, kind=Kind.SPECIALIST)
        specialist = create_specialist(by=party.manager, user=user, role=role)
        place(
            by=party.manager,
            engagement=engagement,
            specialist=specialist,
            role=role,
            percent=percent,
            starts_on=start_on,
            ends_on=start_on + timedelta(days=96),
        )
    return engagement

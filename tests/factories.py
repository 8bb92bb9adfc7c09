"""A cast of people and an engagement to work on, made through the product's own actions.

Call everything here as the firm (`accounts.db.as_firm`, or the fixture `firm`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.actions import create_user
from accounts.models import User
from accounts.states import Kind
from engagements.actions.clients import create_client, invite_contact
from engagements.actions.engagements import create_engagement
from engagements.actions.metrics import add_metric
from engagements.actions.placements import place
from engagements.models import BusinessMetric, Client, Contact, Engagement, Placement
from milestones.actions import activation, evidence, plans, work
from milestones.content import hash_of, state_of
from milestones.lines import PlanLine
from milestones.models import Deliverable
from roles import catalogue
from roles.actions import create_specialist
from roles.models import Role, ServiceLine, Specialist

# The Monday on which most tests stand, plan day 49 of an engagement that began on START.
TODAY = date(2026, 11, 23)
START = date(2026, 10, 5)
MILESTONES = ((30, "Stabilize foundations"), (60, "Build the production path"), (90, "Operationalize"))


@dataclass(frozen=True)
class Cast:
    """Everybody: the firm's people, and those of two clients."""

    administrator: User
    manager: User
    other_manager: User
    specialist: User
    unplaced: User
    client: Client
    signer: User
    other_signer: User
    viewer: User
    other_client: Client
    stranger: User


def cast() -> Cast:
    """Make everybody; nobody has a password, which would cost half a second each."""
    catalogue.load()
    ada = create_user(by=None, email="ada@firm.example", name="Ada Admin", kind=Kind.ADMINISTRATOR)
    mia = create_user(by=ada, email="mia@firm.example", name="Mia Manager", kind=Kind.MANAGER)
    max_ = create_user(by=ada, email="max@firm.example", name="Max Manager", kind=Kind.MANAGER)
    sam, una = (_specialist(ada, name) for name in ("Sam Specialist", "Una Unplaced"))
    meridian, other = _client(mia, "Meridian Health", "ME"), _client(mia, "Halden Bank", "HB")
    return Cast(
        administrator=ada,
        manager=mia,
        other_manager=max_,
        specialist=sam,
        unplaced=una,
        client=meridian,
        signer=contact(mia, meridian, "Priya Nair").user,
        other_signer=contact(mia, meridian, "Joan Abernethy").user,
        viewer=contact(mia, meridian, "Dale Whitlock", is_signer=False).user,
        other_client=other,
        stranger=contact(mia, other, "Giles Pemberley").user,
    )


def _specialist(by: User, name: str) -> User:
    email = f"{name.split(maxsplit=1)[0].lower()}@firm.example"
    user = create_user(by=by, email=email, name=name, kind=Kind.SPECIALIST, time_zone="Europe/Helsinki")
    create_specialist(by=by, user=user, role=Role.objects.get(key="ml_engineer"), country="FI", skills=["Python"])
    return user


def _client(by: User, name: str, mark: str) -> Client:
    return create_client(by=by, name=name, mark=mark, country="FI", time_zone="Europe/Helsinki")


def contact(by: User, client: Client, name: str, *, is_signer: bool = True) -> Contact:
    """Invite a person of a client."""
    email = f"{name.replace(' ', '.').lower()}@{client.mark.lower()}.example"
    return invite_contact(by=by, client=client, name=name, email=email, is_signer=is_signer)


def line(ref: str, *, day: int = 60, start: int = 40, due: int = 55, **more: object) -> PlanLine:
    """Return a line of a plan; `start` and `due` are plan days, `day` its milestone's."""
    made = PlanLine(
        ref=ref,
        title=f"Deliverable {ref}",
        milestone_day=day,
        start_on=START + timedelta(days=start),
        due_on=START + timedelta(days=due),
        role_key="ml_engineer",
        failure_mode_key="path",
        done_lines=("It runs", "It is written down"),
        evidence_kinds=("document",),
        needs_sign_off=True,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def draft(
    people: Cast, lines: Sequence[PlanLine] = (), *, client: Client | None = None, start: date = START, **more: object
) -> Engagement:
    """Log a draft with a placement of the specialist, a metric and a plan; lines without an owner get him."""
    engagement = create_engagement(
        by=people.manager,
        client=client or people.client,
        name=str(more.get("name", "Claims intake")),
        goal="Half of all claims are triaged by the model by day 90.",
        service_line=ServiceLine.objects.order_by("position").first() or ServiceLine.objects.get(),
        manager=people.manager,
        start_on=start,
    )
    owner = placement(people.manager, engagement, people.specialist)
    metric(people.manager, engagement)
    owned = [one if one.owner else replace(one, owner=owner) for one in lines or (line("A"), line("B"))]
    milestones = [(day, name, start + timedelta(days=day)) for day, name in MILESTONES]
    plans.create_plan(by=people.manager, engagement=engagement, milestones=milestones, lines=owned)
    return engagement


def placement(by: User, engagement: Engagement, user: User, percent: int = 40) -> Placement:
    """Place a specialist for the whole of an engagement."""
    return place(
        by=by,
        engagement=engagement,
        specialist=Specialist.objects.get(user=user),
        role=Role.objects.get(key="ml_engineer"),
        percent=percent,
        starts_on=engagement.start_on,
        ends_on=engagement.start_on + timedelta(days=90),
    )


def metric(by: User, engagement: Engagement, name: str = "Claims triaged by the model") -> BusinessMetric:
    """Add a metric that goes from 10 up to 50 percent."""
    return add_metric(
        by=by, engagement=engagement, name=name, unit="%", direction="up", start=Decimal(10), target=Decimal(50)
    )


def active(people: Cast, lines: Sequence[PlanLine] = (), **more: object) -> Engagement:
    """Log an engagement and let its client's signer accept the plan."""
    engagement = draft(people, lines, **more)  # type: ignore[arg-type]
    signer = people.signer if engagement.client_id == people.client.pk else people.stranger
    activation.offer_plan(by=people.manager, engagement=engagement)
    seen = activation.content_hash(activation.plan_content(engagement))
    activation.accept_plan(by=signer, engagement=engagement, content_hash=seen)
    engagement.refresh_from_db()
    return engagement


def deliverable(engagement: Engagement, ref: str = "A") -> Deliverable:
    """Return the deliverable that `line(ref)` made."""
    return Deliverable.objects.select_related("engagement__client").get(
        engagement=engagement, title=f"Deliverable {ref}"
    )


def upload(content: bytes = b"%PDF-1.7 report", name: str = "report.pdf") -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def ready(by: User, one: Deliverable) -> Deliverable:
    """Start a deliverable, tick all its lines and attach a link: it can be submitted."""
    work.start(by=by, deliverable=one)
    for done in one.done_lines.all():
        work.tick(by=by, line=done, ticked=True)
    evidence.add_link(by=by, deliverable=one, kind="document", title="Report", url="https://docs.example/report")
    return one


def in_review(by: User, one: Deliverable) -> Deliverable:
    """Submit a deliverable."""
    return work.submit(by=by, deliverable=ready(by, one))


def seen(one: Deliverable) -> str:
    """Return the content hash that a signer sees now."""
    return hash_of(state_of(Deliverable.objects.select_related("engagement").get(pk=one.pk)))

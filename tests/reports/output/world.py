"""One running engagement for what is issued and sent, made by the actions that the pages use."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from accounts.actions import create_user
from accounts.clock import as_of, now
from accounts.models import User
from accounts.states import Kind
from engagements.actions.clients import create_client, invite_contact
from engagements.actions.engagements import create_engagement
from engagements.actions.metrics import add_metric, record_reading
from engagements.actions.placements import place
from engagements.models import Client, Contact, Engagement, Placement
from milestones import content, slips
from milestones.actions import activation, evidence, plans, signing, waits, work
from milestones.lines import PlanLine
from milestones.models import Deliverable
from roles import catalogue
from roles.actions import create_specialist
from roles.models import Role, ServiceLine

UTC = now().tzinfo


@dataclass
class World:
    """Who is there, and their engagement."""

    manager: User
    specialist: User
    client: Client
    signer: Contact
    viewer: Contact
    engagement: Engagement
    placement: Placement
    start: date
    numbers: dict[str, Any] = field(default_factory=dict)

    def deliverables(self) -> list[Deliverable]:
        """Return the plan, by number."""
        rows = Deliverable.objects.filter(engagement=self.engagement).select_related("engagement__client")
        return list(rows.order_by("number"))

    def one(self, number: int) -> Deliverable:
        """Return one deliverable as it stands now."""
        return Deliverable.objects.select_related("engagement__client").get(engagement=self.engagement, number=number)

    def submit(self, number: int) -> Deliverable:
        """Hand one in, with its lines ticked and a link as evidence."""
        deliverable = self.one(number)
        work.start(by=self.specialist, deliverable=deliverable)
        for line in deliverable.done_lines.all():
            work.tick(by=self.specialist, line=line, ticked=True)
        evidence.add_link(
            by=self.specialist, deliverable=self.one(number), kind="document",
            title=f"Proof {number}", url=f"https://work.example/{number}",
        )  # fmt: skip
        work.submit(by=self.specialist, deliverable=self.one(number))
        return self.one(number)

    def accept(self, number: int) -> Deliverable:
        """Hand one in and have the signer accept it."""
        deliverable = self.submit(number)
        seen = content.hash_of(content.state_of(deliverable))
        signing.accept(by=self.signer.user, deliverable=deliverable, content_hash=seen, words="As agreed")
        return self.one(number)

    def wait(self, number: int, what: str) -> Any:
        """Stop one for the client."""
        return waits.open_wait(by=self.specialist, deliverable=self.one(number), on="client", what=what)

    def forecast(self) -> None:
        """Let the nightly job have run."""
        slips.recompute(self.engagement, nightly=True)


def person(by: User | None, name: str, kind: Kind, **more: Any) -> User:
    """Return somebody of the firm."""
    email = f"{name.split(maxsplit=1)[0].lower()}@firm.example"
    return create_user(by=by, email=email, name=name, kind=kind, **more)


def line(number: int, start: date, *, title: str = "", owner: Placement | None = None, **more: Any) -> PlanLine:
    """Return the line of one deliverable: three working days apart, four a milestone."""
    day = 30 * (1 + (number - 1) // 4 % 3)
    first = start + timedelta(days=day - 28 + 5 * ((number - 1) % 4))
    last = start + timedelta(days=day - 16 + 5 * ((number - 1) % 4))
    fields: dict[str, Any] = {
        "ref": str(number),
        "title": title or f"Deliverable {number}",
        "milestone_day": day,
        "start_on": first,
        "due_on": min(last, start + timedelta(days=day)),
        "owner": owner,
        "needs_sign_off": True,
        "done_lines": ("It runs", "It is written down"),
        "role_key": owner.role.key if owner else "",
    }
    return PlanLine(**{**fields, **more})


def build(*, titles: Sequence[str] = (), count: int = 8, day: int = 47, client_name: str = "Meridian") -> World:
    """Make an active engagement in the middle of its second milestone; call it standing as the firm."""
    catalogue.load()
    role = Role.objects.order_by("position")[0]
    ada = person(None, "Ada Admin", Kind.ADMINISTRATOR)
    manager = person(ada, "Mia Manager", Kind.MANAGER, time_zone="Europe/Helsinki")
    sam = person(ada, "Sam Specialist", Kind.SPECIALIST)
    specialist = create_specialist(by=manager, user=sam, role=role, country="FI", skills=["Python"])
    client = create_client(by=manager, name=client_name, mark="ME", country="FI", time_zone="Europe/Helsinki")
    signer = invite_contact(by=manager, client=client, name="Cora Contact", email="cora@me.example", is_signer=True)
    viewer = invite_contact(by=manager, client=client, name="Vic Viewer", email="vic@me.example", is_signer=False)
    start = now().date() - timedelta(days=day)
    with as_of(datetime.combine(start, time(9), UTC)):
        engagement = create_engagement(
            by=manager, client=client, name="Claims triage", goal="Half the time", manager=manager,
            service_line=ServiceLine.objects.order_by("position")[0], start_on=start,
        )  # fmt: skip
        placement = place(
            by=manager, engagement=engagement, specialist=specialist, role=role, percent=80,
            starts_on=start, ends_on=start + timedelta(days=92), title="Lead engineer",
        )  # fmt: skip
        metric = add_metric(
            by=manager, engagement=engagement, name="Triage time", unit="min", direction="down",
            start=Decimal("14.2"), target=Decimal(7), source="Claims log",
        )  # fmt: skip
        names = [*titles, *("" for _ in range(count - len(titles)))]
        lines = [line(n, start, title=name, owner=placement, metric=metric) for n, name in enumerate(names, 1)]
        named = ((30, "Stabilize foundations"), (60, "Build the production path"), (90, "Operationalize"))
        plans.create_plan(
            by=manager, engagement=engagement, lines=lines,
            milestones=[(day, name, start + timedelta(days=day)) for day, name in named],
        )  # fmt: skip
        activation.offer_plan(by=manager, engagement=engagement)
        seen = content.hash_of(activation.plan_content(engagement))
        engagement = activation.accept_plan(by=signer.user, engagement=engagement, content_hash=seen)
    record_reading(by=manager, metric=metric, on=now().date() - timedelta(days=2), value=Decimal("9.1"),
                   source="Claims log", confirmed_by=signer)  # fmt: skip
    engagement = Engagement.objects.select_related("client", "manager").get(pk=engagement.pk)
    return World(manager, sam, client, signer, viewer, engagement, placement, start)

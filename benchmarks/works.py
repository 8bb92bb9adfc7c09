"""The work of measured engagements: deliverables with all that hangs on them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from accounts.clock import now
from accounts.models import User
from engagements.models import BusinessMetric, Contact, Engagement, Placement
from milestones.catalogue import DATA, Item, read_items
from milestones.models import Deliverable, Dependency, DoneLine, Evidence, Milestone, SignOff, Wait
from milestones.states import STARTED, Decision, DeliverableState as State, WaitOn
from roles.models import FailureMode, Role, Specialist

DAYS: Final = (30, 60, 90)
LAST_START: Final = 82
LENGTH: Final = 6  # days from start to due
BATCH: Final = 2000


@dataclass(frozen=True)
class Base:
    """Who works: managers, and specialists by role."""

    managers: Sequence[User]
    roles: Sequence[Role]
    specialists: dict[str, list[Specialist]]


@dataclass(frozen=True)
class Parts:
    """What an engagement's deliverables refer to."""

    milestones: dict[int, Milestone]
    owners: dict[str, Placement]
    metrics: list[BusinessMetric]


def fill(base: Base, engagements: list[Engagement], signers: dict[int, Contact], count: int) -> None:
    """Write `count` deliverables an engagement, with done lines, evidence, dependencies, waits and sign-offs."""
    items = read_items(DATA / "playbook_full.csv")
    modes = {mode.key: mode for mode in FailureMode.objects.all()}
    parts = _parts(base, engagements)
    rows = [row for one in engagements for row in _plan(one, parts[one.pk], items, modes, count)]
    made = Deliverable.objects.bulk_create(rows, batch_size=BATCH)
    DoneLine.objects.bulk_create((row for one in made for row in _done_lines(one)), batch_size=BATCH)
    Evidence.objects.bulk_create(row for one in made for row in _evidence(one))
    Dependency.objects.bulk_create(_dependencies(made), batch_size=BATCH)
    _sign(made, signers)


def _parts(base: Base, engagements: list[Engagement]) -> dict[int, Parts]:
    roles = {role.pk: role.key for role in base.roles}
    found = {one.pk: Parts({}, {}, []) for one in engagements}
    for milestone in Milestone.objects.filter(engagement__in=engagements):
        found[milestone.engagement_id].milestones[milestone.day] = milestone
    for placement in Placement.objects.filter(engagement__in=engagements):
        found[placement.engagement_id].owners[roles[placement.role_id]] = placement
    for metric in BusinessMetric.objects.filter(engagement__in=engagements):
        found[metric.engagement_id].metrics.append(metric)
    return found


def _plan(
    one: Engagement, parts: Parts, items: list[Item], modes: dict[str, FailureMode], count: int
) -> Iterator[Deliverable]:
    elapsed = one.day()
    for place in range(count):
        item = items[place % len(items)]
        start = place * LAST_START // max(1, count - 1)
        shared = place % 10 != 9
        row = Deliverable(
            engagement=one,
            client_id=one.client_id,
            milestone=parts.milestones[next(day for day in DAYS if day >= start + LENGTH)],
            number=place + 1,
            title=item.title,
            summary=item.summary,
            role_id=parts.owners[item.role].role_id,
            owner=parts.owners[item.role],
            metric=parts.metrics[place % len(parts.metrics)],
            failure_mode=modes[item.failure_mode],
            evidence_kinds=list(item.evidence_kinds),
            shared=shared,
            needs_sign_off=shared and place % 3 == 0,
            start_on=one.start_on + timedelta(days=start),
            due_on=one.start_on + timedelta(days=start + LENGTH),
            effort_days=min(5, item.effort_days),
        )
        yield _moved(row, state_of(place, start, elapsed))


def state_of(place: int, start: int, elapsed: int) -> State:
    """Return how far a deliverable is `elapsed` days into the engagement; every eleventh is late."""
    if start > elapsed:
        return State.PLANNED
    if start + LENGTH < elapsed - 3:
        return State.IN_PROGRESS if place % 11 == 5 else State.ACCEPTED
    return State.IN_REVIEW if start + LENGTH <= elapsed + 2 and place % 2 else State.IN_PROGRESS


def _moved(row: Deliverable, state: State) -> Deliverable:
    """Bring a new row into its state; what a signer accepts is in review until the sign-off is written."""
    row.agreed_on = row.due_on
    row.state = State.IN_REVIEW if state == State.ACCEPTED and row.needs_sign_off else state
    row.started_on = row.start_on if state in STARTED else None
    row.submitted_on = row.due_on if state in {State.IN_REVIEW, State.ACCEPTED} else None
    if row.state == State.ACCEPTED:
        row.accepted_on, row.accepted_by = row.due_on, row.engagement.manager
    return row


def _done_lines(one: Deliverable) -> list[DoneLine]:
    ticked = one.state in {State.IN_REVIEW, State.ACCEPTED}
    return [
        DoneLine(
            deliverable=one,
            client_id=one.client_id,
            text=text,
            position=place,
            ticked_at=now() if ticked else None,
            ticked_by=one.engagement.manager if ticked else None,
        )
        for place, text in enumerate(("It runs where the client runs it", "The client's team has seen it"))
    ]


def _evidence(one: Deliverable) -> list[Evidence]:
    if one.state not in {State.IN_REVIEW, State.ACCEPTED}:
        return []
    return [
        Evidence(
            deliverable=one,
            engagement_id=one.engagement_id,
            client_id=one.client_id,
            kind=kind,
            title=one.title,
            url=f"https://docs.example/{one.public_id}/{kind}",
            by=one.engagement.manager,
        )
        for kind in one.evidence_kinds[:1] or ["document"]
    ]


def _dependencies(made: list[Deliverable]) -> Iterator[Dependency]:
    """Let each deliverable wait for the third one before it."""
    for before, after in zip(made, made[3:], strict=False):
        if before.engagement_id == after.engagement_id:
            yield Dependency(
                engagement_id=after.engagement_id, client_id=after.client_id, predecessor=before, successor=after
            )


def _sign(made: list[Deliverable], signers: dict[int, Contact]) -> None:
    """Sign off what was due, and open waits for what is in review or stands still."""
    review = [one for one in made if one.state == State.IN_REVIEW and one.needs_sign_off]
    due = [one for one in review if (one.engagement.today() - one.due_on).days > 3]
    signed = SignOff.objects.bulk_create(_sign_off(one, signers[one.client_id]) for one in due)
    for one, sign_off in zip(due, signed, strict=True):
        one.state, one.sign_off = State.ACCEPTED, sign_off
        one.accepted_on, one.accepted_by = one.due_on, sign_off.signer_user
    Deliverable.objects.bulk_update(due, ["state", "sign_off", "accepted_on", "accepted_by"], batch_size=500)
    waiting = [one for one in review if one.state == State.IN_REVIEW]
    stalled = [one for one in made if one.state == State.IN_PROGRESS and one.shared and one.number % 7 == 0]
    Wait.objects.bulk_create(_wait(one, signers[one.client_id]) for one in [*waiting, *stalled])


def _sign_off(one: Deliverable, signer: Contact) -> SignOff:
    return SignOff(
        deliverable=one,
        engagement_id=one.engagement_id,
        client_id=one.client_id,
        signer=signer,
        signer_user=signer.user,
        decision=Decision.ACCEPTED,
        content={"title": one.title},
        content_hash="0" * 64,
    )


def _wait(one: Deliverable, signer: Contact) -> Wait:
    signing = one.state == State.IN_REVIEW
    return Wait(
        deliverable=one,
        engagement_id=one.engagement_id,
        client_id=one.client_id,
        on=WaitOn.CLIENT,
        contact=signer,
        what="Sign-off" if signing else "Read access to the data warehouse",
        for_sign_off=signing,
        opened_on=min(one.submitted_on or one.start_on, one.engagement.today()),
        opened_by=one.engagement.manager,
    )

"""What happened at a demo engagement, as steps in order of time, each one an action of the product."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from engagements.models import BusinessMetric, Engagement
from milestones import content
from milestones.actions import changes, evidence, signing, talk, waits, work
from milestones.models import Deliverable, Milestone
from milestones.states import DeliverableState, EvidenceKind, Moves, WaitOn
from reports.demo.people import Cast
from reports.demo.source import Course, Days, Row
from reports.demo.timeline import Timeline

# Papers are files, the rest lives where it runs and is linked.
PAPERS = frozenset({EvidenceKind.DOCUMENT, EvidenceKind.RUNBOOK, EvidenceKind.MODEL_CARD, EvidenceKind.RECORD})
# The hours between which people of the firm write, ask and record, on their own clocks.
DESK = (8, 17)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Proof:
    """A piece of evidence as the file tells it; `text` is what a paper says, in Markdown."""

    title: str
    kind: str
    text: str = ""


@dataclass
class Story:
    """The steps of one engagement, added to the timeline; and everything they need to find."""

    timeline: Timeline
    engagement: Engagement
    source: Row
    cast: Cast
    days: Days
    manager: User
    deliverables: Mapping[str, Deliverable]
    metrics: Mapping[str, BusinessMetric]
    proofs: Mapping[str, list[Proof]]
    needs: Mapping[str, tuple[str, ...]]
    accepted_at: dict[str, datetime] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """Return the client's clock."""
        return ZoneInfo(self.engagement.client.time_zone)

    def moment(self, on: date, hour: int, minute: int = 0) -> datetime:
        """Return an hour of a day at the client's."""
        return datetime.combine(on, time(hour, minute), self.zone)

    def at_desk(self, by: User, on: date, hour: int, minute: int = 0) -> datetime:
        """Return an hour of a day at the client's, moved into that day's working hours where `by` sits.

        What was before the moment that is reached (a reading from before the plan was agreed on) comes in their next
        working hours.
        """
        zone = ZoneInfo(by.time_zone)
        first, last = (datetime.combine(on, time(hour, minute), zone) for hour in DESK)
        at = min(max(self.moment(on, hour, minute), first), last)
        reached = self.timeline.reached
        if reached is None or reached <= at:
            return at
        local = reached.astimezone(zone)
        opens, closes = (datetime.combine(local.date(), time(hour), zone) for hour in DESK)
        return max(local, opens) if local <= closes else opens + timedelta(days=1)

    def add(self, at: datetime, do: Callable[[], object]) -> None:
        """Add a step."""
        self.timeline.add(at, do)

    def fresh(self, key: str) -> Deliverable:
        """Return a deliverable as it stands now; actions read the kept one afresh themselves."""
        rows = Deliverable.objects.select_related("engagement__client", "owner__user", "milestone", "client")
        return rows.get(pk=self.deliverables[key].pk)

    def owner(self, key: str) -> User:
        """Return who works on a deliverable."""
        owner = self.deliverables[key].owner
        return owner.user if owner else self.manager

    def contact(self, key: str) -> User:
        """Return a contact of this engagement's client, or its first signer for an empty key."""
        client = self.source["setup"]["client"]
        if key:
            return self.cast.contact(client, key).user
        signers = (contact for (name, _), contact in self.cast.contacts.items() if name == client and contact.is_signer)
        return next(signers).user

    # --- work ---------------------------------------------------------------------------------------------

    def course(self, key: str, course: Course) -> None:
        """Add the steps of one deliverable's way so far."""
        if course.before_emplace or not course.started:
            return
        begun = self.begin(key, course.started)
        for submitted, at, by, reason in course.sent_back:
            handed_in = max(self.moment(submitted, 10), begun + 5 * MINUTE)
            self.submit(key, handed_in)
            back = max(self.moment(at, 12), handed_in + 5 * MINUTE)
            self.add(back, partial(self.send_back, key, by, reason))
            begun = back
        if course.submitted and course.state != DeliverableState.SENT_BACK:
            handed_in = max(self.moment(course.submitted, 10, 30), begun + 5 * MINUTE)
            self.submit(key, handed_in)
            if course.accepted:
                accepted = max(self.moment(course.accepted, 14), handed_in + 5 * MINUTE)
                self.accepted_at[key] = accepted
                self.add(accepted, lambda: self.accept(key, course.signer, course.words))
        elif course.state == DeliverableState.IN_PROGRESS:
            self.add(begun + 5 * MINUTE, lambda: self.half_done(key))

    def begin(self, key: str, on: date) -> datetime:
        """Start it, after whatever it waits for was accepted that day."""
        free = max((self.accepted_at[code] for code in self.needs[key] if code in self.accepted_at), default=None)
        at = self.moment(on, 8, 30)
        if free and free >= at:
            at = free + 5 * MINUTE
        self.add(at, lambda: work.start(by=self.owner(key), deliverable=self.deliverables[key]))
        return at

    def submit(self, key: str, at: datetime) -> None:
        """Tick what is not ticked, attach what belongs to it, and hand it in."""
        self.add(at, lambda: self.hand_in(key))

    def hand_in(self, key: str) -> None:
        """Hand a deliverable in, with every line ticked and its evidence attached."""
        deliverable, owner = self.deliverables[key], self.owner(key)
        work.tick_lines(by=owner, deliverable=deliverable, lines=deliverable.done_lines.all(), ticked=True)
        if not deliverable.evidence.exists():
            for proof in self.proofs[key]:
                self.attach(deliverable, owner, proof)
        work.submit(by=owner, deliverable=deliverable)

    def half_done(self, key: str) -> None:
        """Tick the first half of what is in progress."""
        lines = list(self.deliverables[key].done_lines.all())
        half = lines[: len(lines) // 2]
        work.tick_lines(by=self.owner(key), deliverable=self.deliverables[key], lines=half, ticked=True)

    def attach(self, deliverable: Deliverable, by: User, proof: Proof) -> None:
        """Attach evidence: papers as files, the rest as links to where they run."""
        title, kind = proof.title, proof.kind
        if kind in PAPERS:
            paper = paper_of(proof, deliverable)
            evidence.add_file(by=by, deliverable=deliverable, kind=kind, title=title, upload=paper)
        else:
            root = (self.source.get("links") or {}).get("backlog", "https://work.example/evidence")
            url = f"{root}/{kind.replace('_', '-')}/{deliverable.number}"
            evidence.add_link(by=by, deliverable=deliverable, kind=kind, title=title, url=url)

    def accept(self, key: str, signer: str, words: str) -> None:
        """Accept it: by a signer where it needs one, else by the manager."""
        if self.deliverables[key].needs_sign_off:
            deliverable = self.fresh(key)
            seen = content.hash_of(content.state_of(deliverable))
            signing.accept(by=self.contact(signer), deliverable=deliverable, content_hash=seen, words=words)
        else:
            work.accept_internal(by=self.manager, deliverable=self.deliverables[key])

    def send_back(self, key: str, by: str, reason: str) -> None:
        """Send it back with a reason."""
        deliverable = self.fresh(key)
        seen = content.hash_of(content.state_of(deliverable))
        signing.send_back(by=self.contact(by), deliverable=deliverable, content_hash=seen, reason=reason)

    # --- around the work ------------------------------------------------------------------------------------

    def waits(self) -> None:
        """Add the waits that are listed (those for a sign-off open by themselves)."""
        for row in self.source.get("waits", ()):
            opened = self.at_desk(self.manager, self.days.offset(row["opened"]), 9, 10)
            self.add(opened, partial(self.wait, row))

    def wait(self, row: Row) -> None:
        """Open a wait, and close it on its day."""
        client = self.source["setup"]["client"]
        contact = self.cast.contacts.get((client, row.get("person", ""))) if row["who"] == WaitOn.CLIENT else None
        who = "" if contact else self.name_of(row.get("person", ""))
        opened = waits.open_wait(
            by=self.manager,
            deliverable=self.deliverables[row["on"]],
            on=row["who"],
            what=row["what"],
            contact=contact,
            who=who,
        )
        if "closed" in row:
            closed = self.at_desk(self.manager, self.days.offset(row["closed"]), 9, 40)
            self.add(closed, lambda: waits.close_wait(by=self.manager, wait=opened))

    def name_of(self, key: str) -> str:
        """Return a person's name by key, or nothing."""
        return self.anybody(key).name if key else ""

    def anybody(self, key: str) -> User:
        """Return a person of the firm or of this engagement's client."""
        return self.cast.anybody(self.source["setup"]["client"], key)

    def plan_changes(self) -> None:
        """Add the plan changes: asked, and decided where a signer decided."""
        for row in self.source.get("plan_changes", ()):
            at = self.at_desk(self.anybody(row["asked_by"]), self.days.offset(row["asked"]), 11)
            self.add(at, partial(self.ask, row))

    def ask(self, row: Row) -> None:
        """Ask for a plan change, and let the signer decide on the day."""
        by = self.anybody(row["asked_by"])
        change = changes.ask(
            by=by, engagement=self.engagement, what=row["what"], why=row["why"], moves=list(self.moves(row))
        )
        if row["status"] == "approved":
            decided = self.moment(self.days.offset(row["decided"]), 12)
            signer = self.contact(row["decided_by"])
            self.add(decided, lambda: changes.decide(by=signer, change=change, approve=True))

    def moves(self, row: Row) -> Iterator[changes.Move]:
        """Yield the lines of a plan change."""
        for move in row.get("moves", ()):
            deliverable, to_on = self.fresh(move["deliverable"]), self.days.plan(move["to_day"])
            # Two plan days around a weekend can be one working day; then nothing moves.
            if deliverable.due_on != to_on:
                yield changes.Move(kind=Moves.DUE, deliverable=deliverable, to_on=to_on)
        for move in row.get("milestones", ()):
            milestone = Milestone.objects.get(engagement=self.engagement, day=move["from_day"])
            if milestone.due_on != (to_on := self.days.plan(move["to_day"])):
                yield changes.Move(kind=Moves.MILESTONE, milestone=milestone, to_on=to_on)
        for move in row.get("targets", ()):
            to_value = Decimal(str(move["to"]))
            yield changes.Move(kind=Moves.TARGET, metric=self.metrics[move["metric"]], to_value=to_value)
        for title in row.get("drops", ()):
            yield changes.Move(kind=Moves.DROP, deliverable=self.fresh(title))

    def comments(self) -> None:
        """Add the questions, the answers, and what the firm says among itself."""
        for row in self.source.get("comments", ()):
            at = self.at_desk(self.anybody(row["by"]), self.days.offset(row["at"]), 9)
            self.add(at, partial(self.question, row))
        for row in self.source.get("internal_notes", ()):
            at = self.at_desk(self.anybody(row["by"]), self.days.offset(row["at"]), 16)
            self.add(at, partial(self.say, row, shared=False))

    def say(self, row: Row, *, shared: bool, answers: object = None) -> object:
        """Say one line in the thread."""
        by = self.anybody(row["by"])
        deliverable = self.deliverables[row["on"]] if row.get("on") else None
        return talk.say(
            by=by,
            engagement=self.engagement,
            text=row["text"],
            deliverable=deliverable,
            shared=shared,
            answers=answers,  # type: ignore[arg-type]
        )

    def question(self, row: Row) -> None:
        """Ask, and answer on the days that the answers came."""
        asked = self.say(row, shared=True)
        for reply in row.get("replies", ()):
            full = {**reply, "on": row.get("on")}
            at = self.at_desk(self.anybody(reply["by"]), self.days.offset(reply["at"]), 15)
            self.add(at, partial(self.say, full, shared=True, answers=asked))


def paper_of(proof: Proof, deliverable: Deliverable) -> SimpleUploadedFile:
    """Return a small text file: what the demo's file says of it, else what it stands for."""
    lines = [f"# {proof.title}", "", f"Evidence for: {deliverable.title}", ""]
    lines += [f"- {line.text}" for line in deliverable.done_lines.all()]
    name = "".join(char if char.isalnum() else "-" for char in proof.title.lower()).strip("-")[:60]
    said = proof.text or "\n".join(lines)
    return SimpleUploadedFile(f"{name}.md", said.encode(), content_type="text/markdown")

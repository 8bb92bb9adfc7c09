"""What a handoff pack is made of, as plain data."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from engagements.models import Agreement, Engagement
from milestones.states import DeliverableState
from reports.history import NO_HISTORY, Told
from reports.ledger import NO_LEDGER, Ledger


@dataclass(frozen=True)
class Proof:
    """One piece of evidence as the register names it."""

    title: str
    kind: str
    kind_word: str
    where: str
    sha256: str
    by: str
    on: date


@dataclass(frozen=True)
class Item:
    """One deliverable of the register.

    `late_by` counts working days after the agreed date at acceptance; negative where early, 0 while open.
    """

    number: int
    title: str
    summary: str
    state: str
    state_word: str
    milestone_day: int
    owner: str
    failure_mode: str
    serves: str
    start_on: date
    agreed_on: date | None
    due_on: date
    started_on: date | None
    accepted_on: date | None
    late_by: int
    likely_on: date | None
    signed_by: str
    signed_hash: str
    before_emplace: str
    needs_sign_off: bool
    done_lines: tuple[tuple[str, bool], ...]
    evidence: tuple[Proof, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether the client has it."""
        return self.state == DeliverableState.ACCEPTED


@dataclass(frozen=True)
class Outcome:
    """One business metric, its way so far, and who confirmed it."""

    name: str
    unit: str
    direction: str
    start: Decimal
    target: Decimal
    agreed_target: Decimal | None
    now: Decimal | None
    now_on: date | None
    source: str
    confirmed_by: str
    way: float | None
    readings: tuple[tuple[date, Decimal], ...]


@dataclass(frozen=True)
class Stage:
    """One milestone and how far it is."""

    day: int
    name: str
    agreed_on: date | None
    due_on: date
    total: int
    accepted: int
    met_on: date | None


@dataclass(frozen=True)
class Person:
    """A specialist at the engagement."""

    name: str
    role: str
    title: str
    percent: int
    starts_on: date
    ends_on: date
    deliverables: int


@dataclass(frozen=True)
class Signature:
    """One act by which the client accepted something."""

    what: str
    who: str
    at: datetime
    hash: str
    words: str


@dataclass(frozen=True)
class Change:
    """One plan change of the register."""

    number: int
    what: str
    why: str
    state_word: str
    asked_by: str
    asked_on: date
    decided_by: str
    decided_on: date | None
    moves: tuple[str, ...]


@dataclass(frozen=True)
class OpenWait:
    """A stop that is still open, and on whom."""

    what: str
    on_word: str
    deliverable: str
    since: date


@dataclass(frozen=True)
class RiskLine:
    """A risk that both sides know of."""

    text: str
    failure_mode: str
    likelihood: str
    impact: str
    owner: str
    answer: str


@dataclass(frozen=True)
class Pack:
    """Everything that the handoff pack prints; `made_at` is when it was read."""

    engagement: Engagement
    made_at: datetime
    today: date
    verdict: str
    health_word: str
    health: str
    agreement: Agreement | None
    stages: tuple[Stage, ...]
    items: tuple[Item, ...]
    outcomes: tuple[Outcome, ...]
    people: tuple[Person, ...]
    signers: tuple[str, ...]
    signatures: tuple[Signature, ...]
    changes: tuple[Change, ...]
    waits: tuple[OpenWait, ...]
    risks: tuple[RiskLine, ...]
    ledger: Ledger = NO_LEDGER
    ledger_free: str = ""
    forecasts: Told = NO_HISTORY

    def evidence_of(self, *kinds: str) -> list[tuple[Item, Proof]]:
        """Return the evidence of some kinds with the deliverable that it belongs to."""
        return [(item, proof) for item in self.items for proof in item.evidence if proof.kind in kinds]

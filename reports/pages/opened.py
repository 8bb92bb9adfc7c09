"""One deliverable opened in place: what is left to do on the left, why and proof on the right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _, ngettext

from accounts.formats import day_of_week
from accounts.models import User
from engagements.models import Contact
from engagements.states import EngagementState
from milestones.actions.corrections import window
from milestones.models import Deliverable, Dependency, DoneLine, DueMove, Evidence, Wait
from milestones.states import AT_WORK, DeliverableState, EvidenceKind, WaitOn
from reports.pages.plan import Loaded, Row, row_of
from reports.pages.risk import RiskPane, risk_of
from reports.pages.threads import Threads, threads_of
from reports.pages.why import Why, why_of
from reports.pages.words import file_size, listed, short

ICONS: Final[Mapping[str, str]] = {
    EvidenceKind.DOCUMENT: "file-text",
    EvidenceKind.RUNBOOK: "book-open",
    EvidenceKind.WALKTHROUGH: "video",
    EvidenceKind.DASHBOARD: "chart-line",
    EvidenceKind.CODE: "code-xml",
    EvidenceKind.MODEL_CARD: "id-card",
    EvidenceKind.RECORD: "clipboard-list",
}


@dataclass(frozen=True)
class Line:
    """One line of the definition of done."""

    public_id: str
    text: str
    ticked: bool
    when: str


@dataclass(frozen=True)
class OpenWait:
    """An open wait; `public_id` is what nudging and closing act on."""

    public_id: str
    title: str
    text: str
    can_nudge: bool
    for_sign_off: bool


@dataclass(frozen=True)
class Proof:
    """A piece of evidence; a link has a `url`, a file is fetched by its public id."""

    public_id: str
    icon: str
    title: str
    note: str
    url: str


@dataclass(frozen=True)
class Opened:
    """Everything the opened row shows."""

    row: Row
    code: str
    version: int
    state: str
    summary: str
    lines: tuple[Line, ...]
    ticked: int
    waits: tuple[OpenWait, ...]
    threads: Threads
    proofs: tuple[Proof, ...]
    wanted: str
    why: Why | None
    risk: RiskPane | None
    facts: tuple[tuple[str, str], ...]
    needs_sign_off: bool
    shared: bool
    signers: str
    contacts: tuple[tuple[int, str], ...]
    why_not_submit: str
    can_work: bool
    can_manage: bool
    can_correct: bool

    @property
    def at_work(self) -> bool:
        """Whether it is the team's turn."""
        return self.state in AT_WORK

    @property
    def is_open(self) -> bool:
        """Whether it is neither accepted nor dropped."""
        return self.state not in {DeliverableState.ACCEPTED, DeliverableState.DROPPED}

    @property
    def proof_moves(self) -> bool:
        """Whether lines and evidence may change: while a signer reads, they hold still."""
        return self.can_work and self.is_open and self.state != DeliverableState.IN_REVIEW


def opened(deliverable: Any, loaded: Loaded, user: User) -> Opened:
    """Read one deliverable whole: nine queries at most. Any: it carries what `with_counts` adds."""
    engagement = loaded.engagement
    lines = [_line(line) for line in deliverable.done_lines.select_related("ticked_by")]
    proofs = [_proof(one) for one in deliverable.evidence.filter(removed_at__isnull=True).select_related("by")]
    contacts = _contacts(deliverable)
    runs = engagement.state in {EngagementState.ACTIVE, EngagementState.DRAFT}
    return Opened(
        row=row_of(deliverable, loaded, user.pk),
        code=engagement.code,
        version=deliverable.version,
        state=deliverable.state,
        summary=deliverable.summary,
        lines=tuple(lines),
        ticked=sum(line.ticked for line in lines),
        waits=tuple(_wait(wait, loaded) for wait in deliverable.open_waits),
        threads=threads_of(deliverable.comments.select_related("by", "client")),
        proofs=tuple(proofs),
        wanted=_wanted(deliverable),
        why=why_of(deliverable, loaded),
        risk=risk_of(deliverable, loaded, user.pk),
        facts=tuple(_facts(deliverable, loaded)),
        needs_sign_off=deliverable.needs_sign_off,
        shared=deliverable.shared,
        signers=listed(contact.user.name for contact in contacts if contact.is_signer),
        contacts=tuple((contact.pk, _contact_name(contact)) for contact in contacts),
        why_not_submit=_why_not_submit(lines, proofs),
        can_work=runs and engagement.is_active,
        can_manage=runs and user.manages,
        can_correct=_can_correct(deliverable, loaded, user),
    )


def _can_correct(deliverable: Deliverable, loaded: Loaded, user: User) -> bool:
    if not (user.manages and loaded.engagement.is_active and deliverable.is_unfinished):
        return False
    deliverable.engagement = loaded.engagement
    return window(deliverable).is_open


def _contact_name(contact: Contact) -> str:
    """A viewer is called so: one can be asked for things, not for a decision."""
    return contact.user.name if contact.is_signer else _("%(name)s, viewer") % {"name": contact.user.name}


def _contacts(deliverable: Deliverable) -> list[Contact]:
    rows = Contact.objects.filter(client_id=deliverable.client_id, left_at__isnull=True)
    return list(rows.select_related("user"))


def _line(line: DoneLine) -> Line:
    return Line(line.public_id, line.text, bool(line.ticked_at), short(line.ticked_at.date()) if line.ticked_at else "")


def _wait(wait: Wait, loaded: Loaded) -> OpenWait:
    title = {
        WaitOn.CLIENT: _("Waiting on the client"),
        WaitOn.FIRM: _("Waiting on us"),
        WaitOn.THIRD_PARTY: _("Waiting on a third party"),
    }[WaitOn(wait.on)]
    waited = loaded.calendar.working_days_between(wait.opened_on, loaded.today)
    return OpenWait(
        public_id=wait.public_id,
        title=_("To sign off") if wait.for_sign_off else title,
        text=_wait_text(wait, waited),
        can_nudge=wait.on == WaitOn.CLIENT,
        for_sign_off=wait.for_sign_off,
    )


def _wait_text(wait: Wait, waited: int) -> str:
    who = wait.contact.user.name if wait.contact else wait.who
    what = wait.what.rstrip(".")
    told = _("%(what)s, from %(who)s.") % {"what": what, "who": who} if who else f"{what}."
    since = _("Since %(day)s") % {"day": day_of_week(wait.opened_on)}
    if waited > 0:
        known = {"since": since, "n": waited}
        since = ngettext("%(since)s, %(n)d working day", "%(since)s, %(n)d working days", waited) % known
    if wait.nudged_at:
        since = _("%(since)s; nudged %(day)s") % {"since": since, "day": short(wait.nudged_at.date())}
    answered = _(" Answered: “%(answer)s”") % {"answer": wait.answer} if wait.answer else ""
    return f"{told} {since}.{answered}"


def _proof(evidence: Evidence) -> Proof:
    if evidence.url:
        what = urlsplit(evidence.url).hostname or evidence.url
    else:
        suffix = evidence.file_name.rpartition(".")[2].upper()[:8]
        what = _("%(type)s, %(size)s · checked") % {"type": suffix, "size": file_size(evidence.size)}
    return Proof(
        public_id=evidence.public_id,
        icon=ICONS.get(evidence.kind, "file"),
        title=evidence.title,
        note=f"{evidence.get_kind_display()} · {what}",
        url=evidence.url,
    )


def _wanted(deliverable: Deliverable) -> str:
    """What kinds of evidence the plan asks for."""
    names = dict(EvidenceKind.choices)
    kinds = [str(names[kind]).lower() for kind in deliverable.evidence_kinds if kind in names]
    return _("The plan asks for: %(kinds)s.") % {"kinds": listed(kinds)} if kinds else ""


def _facts(deliverable: Deliverable, loaded: Loaded) -> Sequence[tuple[str, str]]:
    """Dates agreed and moved, and what it hangs together with."""
    facts: list[tuple[str, str]] = []
    if deliverable.agreed_on and deliverable.agreed_on != deliverable.due_on:
        facts.append((_("Agreed"), short(deliverable.agreed_on)))
    facts += [
        (_("Was due"), _was(move)) for move in deliverable.due_moves.select_related("change", "by", "from_milestone")
    ]
    facts.append((_("Start"), short(deliverable.started_on or deliverable.start_on)))
    before, after = _neighbours(deliverable, loaded)
    if before:
        facts.append((_("Waits for"), listed(before)))
    if after:
        facts.append((_("Holds up"), listed(after)))
    return facts


def _was(move: DueMove) -> str:
    """An earlier due date, and what took its place: a plan change, or a correction with its reason."""
    if move.change is not None and move.from_milestone is not None:
        places = {"day": move.from_milestone.day, "on": short(move.from_on), "n": move.change.number}
        return _("%(on)s for day %(day)d, until plan change %(n)d") % places
    if move.change is not None:
        return _("%(day)s, until plan change %(n)d") % {"day": short(move.from_on), "n": move.change.number}
    places = {"day": short(move.from_on), "name": move.by.name, "reason": move.correction_reason}
    return _("%(day)s, corrected by %(name)s: %(reason)s") % places


def _neighbours(deliverable: Deliverable, loaded: Loaded) -> tuple[list[str], list[str]]:
    titles = {one.pk: one.title for one in loaded.deliverables}
    links = Dependency.objects.filter(engagement=loaded.engagement).values_list("predecessor_id", "successor_id")
    before, after = [], []
    for predecessor, successor in links:
        if successor == deliverable.pk:
            before.append(titles.get(predecessor, ""))
        elif predecessor == deliverable.pk:
            after.append(titles.get(successor, ""))
    return before, after


def _why_not_submit(lines: Sequence[Line], proofs: Sequence[Proof]) -> str:
    left = sum(not line.ticked for line in lines)
    if left:
        return ngettext(
            "%(n)d line of the definition of done is open.", "%(n)d lines of the definition of done are open.", left
        ) % {"n": left}
    return "" if proofs else _("It needs one piece of evidence: a file or a link.")

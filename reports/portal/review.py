"""The page of one deliverable: what it is, its proof, and what a signer decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _, ngettext

from accounts.formats import day_of_week
from accounts.looks import word
from accounts.models import with_people
from engagements.models import Engagement
from milestones import content
from milestones.clock import calendar_of
from milestones.models import Deliverable, Dependency, Wait
from milestones.states import DeliverableState as State, WaitOn
from reports.access import Reader
from reports.pages.forecasts import Outlook, outlook
from reports.pages.words import counted, short
from reports.portal import health, links, metrics, proof, threads
from reports.portal.dashboard import plan_of
from reports.portal.rows import state_of
from reports.portal.words import fingerprint, upper_first, working_days


@dataclass(frozen=True)
class ToSign:
    """A deliverable that waits for a signature, with the exact state that would be signed."""

    public_id: str
    title: str
    url: str
    note: str
    sha256: str
    fingerprint: str


@dataclass(frozen=True)
class Stat:
    """A figure with its name and what it means."""

    name: str
    figure: str
    note: str


@dataclass(frozen=True)
class Asked:
    """An open wait on the client."""

    what: str
    since: str
    url: str


@dataclass(frozen=True)
class Review:
    """Everything on the page."""

    public_id: str
    title: str
    state: str
    word: str
    when: str
    lede: str
    summary: str
    owner: str
    stats: list[Stat]
    evidence: list[proof.Piece]
    ticks: list[proof.Tick]
    ticked: int
    history: list[proof.Past]
    threads: list[threads.Thread]
    asked: list[Asked]
    to_sign: ToSign | None
    also: list[ToSign]
    day: int


def review(reader: Reader, engagement: Engagement, one: Deliverable) -> Review:
    """Read the page of a deliverable that `access.deliverable` loaded."""
    one.engagement = engagement
    today = engagement.today()
    told = health.told(engagement, plan_of(engagement))
    seen = outlook(told.works.get(one.public_id))
    state = state_of(one, seen, today)
    ticks = proof.ticks(one)
    past = proof.history(one)
    waiting = to_sign(reader, engagement, awaiting(reader, engagement, day=one.milestone.day))
    return Review(
        public_id=one.public_id,
        title=one.title,
        state=state,
        word=word(state),
        when=_("Day %(day)d, due %(due)s") % {"day": one.milestone.day, "due": day_of_week(one.due_on)},
        lede=_lede(engagement, one, seen, past, today),
        summary=one.summary,
        owner=one.owner.user.name if one.owner else "",
        stats=_stats(engagement, one, seen),
        evidence=proof.pieces(reader, engagement.code, one),
        ticks=ticks,
        ticked=sum(tick.done for tick in ticks),
        history=past,
        threads=threads.threads(reader, engagement, one),
        asked=_asked(reader, engagement, one),
        to_sign=next((row for row in waiting if row.public_id == one.public_id), None),
        also=[row for row in waiting if row.public_id != one.public_id],
        day=one.milestone.day,
    )


def awaiting(reader: Reader, engagement: Engagement, day: int) -> list[Deliverable]:
    """Return what waits for a signature at a milestone, oldest first, with its proof at hand; three queries."""
    shared = Deliverable.objects.visible_to(reader.user).filter(engagement=engagement, milestone__day=day)
    found = shared.filter(state=State.IN_REVIEW, needs_sign_off=True).select_related("owner", "milestone")
    return list(content.with_content(with_people(found, "owner__user").order_by("submitted_on", "number")))


def to_sign(reader: Reader, engagement: Engagement, found: Iterable[Deliverable]) -> list[ToSign]:
    """Return each with the hash of what would be signed."""
    address = links.Many(reader, "portal_deliverable", engagement.code)
    return [_to_sign(one, address[one.public_id]) for one in found]


def _to_sign(one: Deliverable, url: str) -> ToSign:
    sha256 = content.hash_of(content.state_of(one))
    return ToSign(one.public_id, one.title, url, _handed_in(one), sha256, fingerprint(sha256))


def _handed_in(one: Deliverable) -> str:
    count = len(one.evidence.all())
    proofs = ngettext("%(n)d piece of evidence", "%(n)d pieces of evidence", count) % {"n": count}
    parts = [one.owner.user.name if one.owner else "", short(one.submitted_on), proofs]
    return " · ".join(part for part in parts if part)


def _asked(reader: Reader, engagement: Engagement, one: Deliverable) -> list[Asked]:
    found = Wait.objects.filter(deliverable=one, on=WaitOn.CLIENT, closed_on=None, for_sign_off=False, answered_at=None)
    address = links.Many(reader, "portal_wait", engagement.code)
    return [Asked(wait.what, short(wait.opened_on), address[wait.public_id]) for wait in found]


# --- the sentence below the title ----------------------------------------------------------------------------


def _lede(engagement: Engagement, one: Deliverable, seen: Outlook, past: Sequence[proof.Past], today: date) -> str:
    if one.state == State.ACCEPTED:
        return _accepted(one)
    if one.state == State.IN_REVIEW:
        return _submitted(engagement, one, today)
    owner = one.owner.user.name if one.owner else _("Nobody yet")
    if one.state == State.SENT_BACK and past:
        return _("%(sentence)s. %(name)s changes it and hands it in again.") % {
            "sentence": past[0].sentence, "name": owner,
        }  # fmt: skip
    if one.state == State.PLANNED:
        return _("It is planned to start on %(day)s. Owner: %(name)s.") % {"day": short(one.start_on), "name": owner}
    if one.state == State.DROPPED:
        return _("It was dropped by a plan change on %(day)s.") % {"day": short(one.dropped_on)}
    return _running(owner, seen)


def _running(owner: str, seen: Outlook) -> str:
    if seen.likely is None or seen.eight_in_ten is None:
        return _("%(name)s works on it.") % {"name": owner}
    places = {"name": owner, "likely": short(seen.likely), "safe": short(seen.eight_in_ten)}
    return _("%(name)s works on it. Likely %(likely)s; 8 in 10 by %(safe)s.") % places


def _accepted(one: Deliverable) -> str:
    day = short(one.accepted_on)
    if one.before_emplace:
        who = one.before_emplace_by or _("the client")
        return _("Accepted before Emplace, on %(day)s, by %(name)s.") % {"day": day, "name": who}
    if one.accepted_by is None:
        return _("Accepted on %(day)s.") % {"day": day}
    return _("%(name)s accepted it on %(day)s.") % {"name": one.accepted_by.name, "day": day}


def _submitted(engagement: Engagement, one: Deliverable, today: date) -> str:
    since = one.submitted_on or today
    places = {"name": one.owner.user.name if one.owner else _("Your team"), "day": day_of_week(since)}
    first = _("%(name)s submitted it on %(day)s.") % places
    if not one.needs_sign_off:
        return _("%(first)s Your account manager reviews it.") % {"first": first}
    return f"{first} {_holds_up(engagement, one, since, today)}"


def _holds_up(engagement: Engagement, one: Deliverable, since: date, today: date) -> str:
    waited = calendar_of(engagement).working_days_between(since, today)
    builds = Dependency.objects.filter(predecessor=one).count()
    parts = [_("it has waited %(days)s") % {"days": working_days(waited)}] if waited > 0 else []
    if builds:
        said = ngettext("%(n)s deliverable builds on it", "%(n)s deliverables build on it", builds)
        parts.append(said % {"n": counted(builds)})
    return upper_first(_(", and ").join(parts)) + "." if parts else _("It arrived today.")


# --- figures --------------------------------------------------------------------------------------------------


def _stats(engagement: Engagement, one: Deliverable, seen: Outlook) -> list[Stat]:
    stats = []
    if one.metric_id is not None:
        cards = metrics.cards(metrics.query(engagement).filter(pk=one.metric_id))
        note = _("from %(start)s, target %(target)s")
        stats += [Stat(card.name, card.now, note % {"start": card.start, "target": card.target}) for card in cards]
    return [*stats, _due(one), *_finish(one, seen)]


def _due(one: Deliverable) -> Stat:
    moved = one.agreed_on is not None and one.agreed_on != one.due_on
    note = _("agreed %(day)s, moved since") % {"day": short(one.agreed_on)} if moved else _("as agreed")
    return Stat(_("Due"), short(one.due_on), note if one.agreed_on else _("not agreed yet"))


def _finish(one: Deliverable, seen: Outlook) -> list[Stat]:
    if one.accepted_on:
        return [Stat(_("Accepted"), short(one.accepted_on), _against(one.due_on, one.accepted_on))]
    if one.submitted_on and one.state == State.IN_REVIEW:
        return [Stat(_("Delivered"), short(one.submitted_on), _against(one.due_on, one.submitted_on))]
    if seen.likely is None:
        return []
    return [Stat(_("Likely"), short(seen.likely), _("8 in 10 by %(day)s") % {"day": short(seen.eight_in_ten)})]


def _against(due_on: date, done_on: date) -> str:
    days = (done_on - due_on).days
    if days == 0:
        return _("on the due date")
    if days < 0:
        return ngettext("%(n)d day before it was due", "%(n)d days before it was due", -days) % {"n": -days}
    return ngettext("%(n)d day after it was due", "%(n)d days after it was due", days) % {"n": days}

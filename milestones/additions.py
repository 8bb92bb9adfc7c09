"""A further milestone of an extension, as a plan change carries it until a signer approves: plain JSON.

{"day", "name", "lines": [line, ...], "placements": [public id, ...], "reasons": {public id: text}}; its date is the
move's `to_on`. A line has
"ref", "title", "summary", "role", "owner" (a placement's public id), "failure_mode", "start_on", "due_on" (ISO),
"effort_days", "needs_sign_off", "done_lines", "evidence_kinds", "after" (refs of the same milestone) and
"playbook_code". All of it is shared with the client, whose signer decides on it. `placements` are those that go on
until the milestone, `reasons` why that is right for whom it makes a week more than full.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.checked import refuse_text
from accounts.clock import FIRST_DAY, LAST_DAY
from accounts.errors import DomainError
from engagements.actions.placements import overload_sentence, shares
from engagements.loads import Share, overloaded
from engagements.models import Engagement, Placement
from milestones.lines import PlanLine, check_lines
from milestones.models import PlanMove
from milestones.moves import gone_by

MAX_DAY: Final = 1500
NAME_LENGTH: Final = 120
REASON_LENGTH: Final = 300


def packed(line: PlanLine) -> dict[str, Any]:
    """Return a line of a plan as JSON."""
    return {
        "ref": line.ref,
        "title": " ".join(line.title.split()),
        "summary": line.summary.strip(),
        "role": line.role_key,
        "owner": line.owner.public_id if line.owner else "",
        "failure_mode": line.failure_mode_key,
        "start_on": line.start_on.isoformat(),
        "due_on": line.due_on.isoformat(),
        "effort_days": line.effort_days,
        "needs_sign_off": line.needs_sign_off,
        "done_lines": list(line.done_lines),
        "evidence_kinds": list(line.evidence_kinds),
        "after": list(line.after),
        "playbook_code": line.playbook_code,
    }


def unpacked(added: Mapping[str, Any], owners: Mapping[str, Placement]) -> list[PlanLine]:
    """Return the lines of a further milestone; an owner who is not placed any more is left out."""
    return [_unpacked(raw, int(added["day"]), owners) for raw in added["lines"]]


def _unpacked(raw: Mapping[str, Any], day: int, owners: Mapping[str, Placement]) -> PlanLine:
    return PlanLine(
        ref=raw["ref"],
        title=raw["title"],
        summary=raw["summary"],
        milestone_day=day,
        role_key=raw["role"],
        owner=owners.get(raw["owner"]),
        failure_mode_key=raw["failure_mode"],
        start_on=date.fromisoformat(raw["start_on"]),
        due_on=date.fromisoformat(raw["due_on"]),
        effort_days=raw["effort_days"],
        needs_sign_off=raw["needs_sign_off"],
        done_lines=tuple(raw["done_lines"]),
        evidence_kinds=tuple(raw["evidence_kinds"]),
        after=tuple(raw["after"]),
        playbook_code=raw["playbook_code"],
    )


def owners_of(engagement: Engagement) -> dict[str, Placement]:
    """Map public ids to placements."""
    return {one.public_id: one for one in engagement.placements.select_related("user", "specialist__user")}


def check_line(line: PlanMove) -> None:
    """Raise DomainError where the further milestone does not fit the plan as it stands."""
    engagement, day = line.engagement, int(line.added.get("day", 0))
    _check_milestone(engagement, day, str(line.added.get("name", "")), line.to_on)
    owners = owners_of(engagement)
    lines = unpacked(line.added, owners)
    check_lines([replace(one, owner=None) for one in lines], frozenset({day}), engagement.today())
    _check_texts(lines)
    _check_dates(engagement, lines, line.to_on)
    chosen = [owners[one] for one in line.added.get("placements", ()) if one in owners]
    _check_loads(chosen, line.to_on, line.added.get("reasons", {}))


def _check_milestone(engagement: Engagement, day: int, name: str, due_on: date | None) -> None:
    last = engagement.milestones.order_by("day").last()
    if last is not None and day <= last.day:
        sentence = _("The plan reaches to day %(day)d. Choose a later day for the further milestone.")
        raise DomainError(sentence % {"day": last.day}, field="day")
    if not 1 <= day <= MAX_DAY:
        raise DomainError(_("Choose a day from 1 to %(last)d.") % {"last": MAX_DAY}, field="day")
    refuse_text(name, "name")
    if not name.strip() or len(name) > NAME_LENGTH:
        raise DomainError(_("Give the milestone a name of up to 120 characters."), field="name")
    if due_on is None or not FIRST_DAY <= due_on <= LAST_DAY:
        raise DomainError(_("The milestone would be due outside the years 2000 to 2199."), field="day")
    if due_on < engagement.today():
        raise DomainError(gone_by(name), field="day")
    if last is not None and due_on < last.due_on:
        sentence = _("It would be due before day %(day)d is. Choose a later day.")
        raise DomainError(sentence % {"day": last.day}, field="day")


def _check_texts(lines: Sequence[PlanLine]) -> None:
    """Refuse what could not be stored once it is approved."""
    for one in lines:
        for text, limit in ((one.title, 160), (one.summary, 4000), *((line, 500) for line in one.done_lines)):
            refuse_text(text, "lines")
            if len(text) > limit:
                sentence = _("“%(text)s…” is longer than %(limit)d characters. Shorten it.")
                raise DomainError(sentence % {"text": text[:40], "limit": limit}, field="lines")


def _check_dates(engagement: Engagement, lines: Sequence[PlanLine], due_on: date | None) -> None:
    for one in lines:
        if one.due_on < engagement.today():
            raise DomainError(gone_by(one.title[:80]), field="lines")
        if due_on and one.due_on > due_on:
            sentence = _("“%(title)s” is due after its milestone. Choose an earlier day.")
            raise DomainError(sentence % {"title": one.title[:80]}, field="lines")
        if one.start_on < engagement.start_on:
            sentence = _("“%(title)s” starts before the engagement does.")
            raise DomainError(sentence % {"title": one.title[:80]}, field="lines")


def _check_loads(placements: Sequence[Placement], until: date | None, reasons: Mapping[str, str]) -> None:
    """Refuse to prolong somebody beyond a full week without a reason."""
    for text in reasons.values():
        refuse_text(text, "reasons")
        if len(text) > REASON_LENGTH:
            sentence = _("Keep the reason under %(n)d characters.")
            raise DomainError(sentence % {"n": REASON_LENGTH}, field="reasons")
    for one, full in overfull(placements, until).items():
        if not reasons.get(one.public_id, "").strip():
            raise DomainError(overload_sentence(one.user.name, full), field=f"reason_{one.public_id}")


def overfull(placements: Iterable[Placement], until: date | None) -> dict[Placement, dict[date, int]]:
    """Map those who would be more than full if they stayed until a day to these weeks, by their Monday."""
    found = {}
    for one in placements:
        if until is None or one.ends_on >= until:
            continue
        others = shares([one.specialist_id], one.ends_on, until, but=one.pk)
        full = overloaded([*others, _share_until(one, until)], one.ends_on, until)
        if full:
            found[one] = full
    return found


def _share_until(placement: Placement, until: date) -> Share:
    return Share(
        specialist=placement.specialist_id,
        percent=placement.percent,
        starts_on=placement.starts_on,
        ends_on=until,
        engagement=placement.engagement_id,
        label="",
    )

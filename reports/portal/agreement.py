"""The plan that both sides agree on: as it is offered, or as it was accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.formats import day_in_words
from engagements.models import Agreement, Engagement
from milestones.actions.activation import plan_content
from milestones.content import hash_of
from reports.access import Reader
from reports.pages.words import Day, day_of, moment
from reports.portal.words import days_a_week, fingerprint, with_unit


@dataclass(frozen=True)
class Promise:
    """A deliverable as it is (to be) agreed."""

    title: str
    summary: str
    owner: str
    start: Day
    due: Day
    needs_sign_off: bool
    done: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Leg:
    """A milestone of the plan, with its promises."""

    day: int
    name: str
    due: Day
    promises: tuple[Promise, ...]


@dataclass(frozen=True)
class Aim:
    """A business metric of the plan."""

    name: str
    start: str
    target: str
    about: str


@dataclass(frozen=True)
class Member:
    """Somebody who is placed."""

    name: str
    title: str
    time: str
    span: str


@dataclass(frozen=True)
class PlanPage:
    """The plan in full. `agreed` says who agreed and when; "" while it is offered."""

    goal: str
    definition_of_done: str
    starts: str
    legs: list[Leg]
    aims: list[Aim]
    team: list[Member]
    sign_offs: int
    sha256: str
    fingerprint: str
    agreed: str
    is_offered: bool


def plan_page(reader: Reader, engagement: Engagement) -> PlanPage:
    """Return what was agreed; of a draft, what is offered, with the hash of exactly that."""
    agreement = Agreement.objects.filter(engagement=engagement).first()
    shown: Mapping[str, Any] = agreement.content if agreement else plan_content(engagement)
    sha256 = agreement.content_hash if agreement else hash_of(dict(shown))
    about, promises = shown["engagement"], shown["deliverables"]
    return PlanPage(
        goal=about["goal"],
        definition_of_done=about["definition_of_done"],
        starts=day_in_words(date.fromisoformat(about["start_on"])),
        legs=[_leg(reader, raw, promises) for raw in shown["milestones"]],
        aims=[_aim(raw) for raw in shown["metrics"]],
        team=[_member(raw) for raw in shown["team"]],
        sign_offs=sum(raw["needs_sign_off"] for raw in promises),
        sha256=sha256,
        fingerprint=fingerprint(sha256),
        agreed=_agreed(agreement) if agreement else "",
        is_offered=engagement.is_draft and engagement.offered_at is not None,
    )


def _agreed(agreement: Agreement) -> str:
    places = {"name": agreement.signer_name, "when": moment(localtime(agreement.at))}
    if agreement.statement_sha256:
        return _("%(name)s signed the statement of work, %(when)s") % places
    return _("%(name)s accepted the plan, %(when)s") % places


def _day(iso: str) -> Day:
    return day_of(date.fromisoformat(iso))


def _leg(reader: Reader, raw: Mapping[str, Any], promises: list[Mapping[str, Any]]) -> Leg:
    own = [_promise(reader, one) for one in promises if one["milestone"] == raw["day"]]
    return Leg(raw["day"], raw["name"], _day(raw["due_on"]), tuple(own))


def _promise(reader: Reader, raw: Mapping[str, Any]) -> Promise:
    note = _("Accepted before Emplace") if raw["before_emplace"] else ""
    signs = _("You sign this off") if reader.is_signer else _("A signer signs this off")
    return Promise(
        title=raw["title"],
        summary=raw["summary"],
        owner=raw["owner"],
        start=_day(raw["start_on"]),
        due=_day(raw["due_on"]),
        needs_sign_off=raw["needs_sign_off"],
        done=tuple(raw["definition_of_done"]),
        note=note or (signs if raw["needs_sign_off"] else ""),
    )


def _aim(raw: Mapping[str, Any]) -> Aim:
    start, target = (with_unit(Decimal(raw[name]), raw["unit"]) for name in ("start", "target"))
    about = " · ".join(part for part in (target[1], raw["source"]) if part)
    return Aim(raw["name"], start[0], target[0], about)


def _member(raw: Mapping[str, Any]) -> Member:
    first, last = _day(raw["starts_on"]), _day(raw["ends_on"])
    span = _("%(first)s to %(last)s") % {"first": first.text, "last": last.text}
    return Member(raw["name"], raw["title"] or raw["role"], days_a_week(raw["percent"]), span)

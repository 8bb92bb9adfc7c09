"""What stands on top of every tab of an engagement: how it stands, in one line and one verdict."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import User
from accounts.prepared import Prepared, given
from engagements.models import Contact, Engagement
from engagements.states import EngagementState
from milestones.models import ForecastRun, Milestone, Plan
from reports.pages.lights import shown_health
from reports.pages.pictures import day_bar
from reports.pages.standing import Standing, standing_of
from reports.pages.words import moment, short

TABS: Final = (
    ("engagement", gettext_lazy("Plan")),
    ("outcomes", gettext_lazy("Outcomes")),
    ("team", gettext_lazy("Team")),
    ("handoff", gettext_lazy("Handoff")),
    ("activity", gettext_lazy("Activity")),
)


LIFE: Final = {
    EngagementState.DRAFT: (("remove", gettext_lazy("Remove this draft")),),
    EngagementState.ACTIVE: (
        ("extend", gettext_lazy("Extend")),
        ("hold", gettext_lazy("Put on hold")),
        ("complete", gettext_lazy("Complete")),
        ("end-early", gettext_lazy("End early")),
    ),
    EngagementState.ON_HOLD: (("resume", gettext_lazy("Resume")), ("end-early", gettext_lazy("End early"))),
}
ENDED_MOVES: Final = (("archive", gettext_lazy("Archive")),)


@dataclass(frozen=True)
class Tab:
    """One tab of an engagement's page."""

    label: str
    url: str
    current: bool
    small: str = ""


@dataclass(frozen=True)
class Header:
    """The head of an engagement's page."""

    code: str
    url: str
    name: str
    client: str
    client_url: str
    health: str
    day: str
    bar: SafeString
    note: str
    verdict: str
    tabs: tuple[Tab, ...]
    view_as: tuple[tuple[str, str], ...]
    life: tuple[tuple[str, str], ...]
    can_manage: bool
    can_work: bool
    is_live: bool
    is_draft: bool
    is_open: bool
    offered: bool
    standing: Standing | None


def maybe_reverse(name: str, *args: object) -> str:
    """The address of a page, or nothing where this installation has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def header_of(
    engagement: Engagement,
    user: User,
    *,
    milestones: list[Milestone],
    plan: Plan | None,
    run: ForecastRun | None,
    verdict: str,
    current: str,
) -> Header:
    """Put the head together; the only query is for the contacts that a manager may view the page as."""
    health = shown_health(engagement.state, plan.health if plan else "")
    today = engagement.today()
    return Header(
        code=engagement.code,
        url=engagement.get_absolute_url(),
        name=engagement.name,
        client=engagement.client.name,
        client_url=maybe_reverse("client", engagement.client.public_id),
        health=health,
        day=day_words(engagement, milestones, today),
        bar=day_bar(engagement.day(today), [one.day for one in milestones], health),
        note=_("Forecast of %(when)s") % {"when": moment(run.made_at)} if run and engagement.is_active else "",
        verdict=verdict,
        tabs=tuple(_tabs(engagement, current)),
        view_as=tuple(_view_as(engagement, user)),
        life=tuple(_life(engagement)) if user.manages else (),
        can_manage=user.manages,
        can_work=engagement.is_active,
        is_live=engagement.is_live,
        is_draft=engagement.is_draft,
        is_open=(engagement.is_draft or engagement.is_live) and engagement.archived_at is None,
        offered=engagement.offered_at is not None,
        standing=standing_of(engagement, user),
    )


def day_words(engagement: Engagement, milestones: list[Milestone], today: date) -> str:
    """`Day 48 of 90`, or when it starts; a draft has no days yet."""
    day = engagement.day(today)
    if engagement.is_draft and day >= 0:
        return _("Start planned for %(day)s") % {"day": short(engagement.start_on)}
    if day < 0:
        return _("Starts %(day)s") % {"day": short(engagement.start_on)}
    if not milestones:
        return _("Day %(day)d") % {"day": day}
    return _("Day %(day)d of %(length)d") % {"day": day, "length": milestones[-1].day}


def _tabs(engagement: Engagement, current: str) -> list[Tab]:
    found = [(name, label, maybe_reverse(name, engagement.code)) for name, label in TABS]
    return [Tab(str(label), url, name == current) for name, label, url in found if url]


def _life(engagement: Engagement) -> list[tuple[str, str]]:
    """What may become of it next, each with its page."""
    if engagement.archived_at:
        return []
    moves = LIFE.get(EngagementState(engagement.state), ENDED_MOVES)
    return [(str(label), _life_url(engagement, what)) for what, label in moves]


def _life_url(engagement: Engagement, what: str) -> str:
    if what == "extend":
        return reverse("engagement_extend", args=[engagement.code])
    return reverse("engagement_life", args=[engagement.code, what])


def _view_as(engagement: Engagement, user: User) -> list[tuple[str, str]]:
    """Contacts whose eyes a manager may borrow, signers first; none while the plan is the firm's own."""
    if not user.manages:
        return []
    if engagement.is_draft and engagement.offered_at is None:
        return []
    return [(contact.user.name, _portal_as(contact, engagement)) for contact in CONTACTS(client=engagement.client_id)]


CONTACTS = Prepared(
    lambda: Contact.objects.filter(client_id=given("client"), left_at__isnull=True).select_related("user")
)


def _portal_as(contact: Contact, engagement: Engagement) -> str:
    places = {"contact": contact.user.public_id, "code": engagement.code}
    return reverse("portal_engagement", kwargs=places)

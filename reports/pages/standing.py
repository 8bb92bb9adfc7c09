"""One line on top of every page of an engagement that does not run: on hold, ended, archived."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import User
from engagements.models import Engagement
from engagements.states import EngagementState
from reports.pages.words import short


@dataclass(frozen=True)
class Standing:
    """What stands, and the one way out of it; `posts` says that the way out is a button of its own."""

    icon: str
    title: str
    text: str
    url: str = ""
    action: str = ""
    posts: bool = False


def standing_of(engagement: Engagement, user: User) -> Standing | None:
    """Return the line; nothing for a draft and for what runs."""
    if engagement.archived_at:
        return _archived(engagement, user)
    makers = {
        EngagementState.ON_HOLD: _on_hold,
        EngagementState.COMPLETED: _ended,
        EngagementState.ENDED_EARLY: _ended,
    }
    maker = makers.get(EngagementState(engagement.state))
    return maker(engagement, user) if maker else None


def _archived(engagement: Engagement, user: User) -> Standing:
    assert engagement.archived_at is not None  # noqa: S101 - asked before
    title = _("Archived on %(day)s") % {"day": short(localtime(engagement.archived_at).date())}
    text = _("It is out of every list; nothing in it is lost.")
    url = reverse("engagement_back", args=[engagement.code]) if user.manages else ""
    return Standing("archive", title, text, url, _("Bring back"), posts=True)


def _on_hold(engagement: Engagement, user: User) -> Standing:
    title = _("On hold since %(day)s") % {"day": short(engagement.held_on)}
    text = _("The clock, the forecast, slip flags and the weekly digest stand still until it goes on.")
    url = reverse("engagement_life", args=[engagement.code, "resume"]) if user.manages else ""
    return Standing("pause", title, text, url, _("Resume"))


def _ended(engagement: Engagement, user: User) -> Standing:
    early = engagement.state == EngagementState.ENDED_EARLY
    title = (_("Ended early on %(day)s") if early else _("Completed on %(day)s")) % {"day": short(engagement.ended_on)}
    text = _("Its plan stays as it is. Handoff packs can still be made.")
    url = reverse("engagement_life", args=[engagement.code, "archive"]) if user.manages else ""
    return Standing("square" if early else "check", title, text, url, _("Archive"))

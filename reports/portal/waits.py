"""The page of something that the client is asked for."""

from dataclasses import dataclass

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.formats import day_of_week
from engagements.models import Engagement
from milestones.clock import calendar_of
from milestones.models import Wait
from reports.access import Reader
from reports.pages.words import moment
from reports.portal import links
from reports.portal.words import working_days


@dataclass(frozen=True)
class WaitPage:
    """What is asked, by whom, for what, and what was answered."""

    what: str
    asked: str
    waited: str
    title: str
    url: str
    answered: str
    answer: str
    is_open: bool


def page(reader: Reader, engagement: Engagement, wait: Wait) -> WaitPage:
    """Return the page of a wait that `access.wait` loaded."""
    calendar = calendar_of(engagement)
    until = wait.closed_on or engagement.today()
    days = max(0, calendar.working_days_between(wait.opened_on, until))
    asked = {"name": wait.opened_by.name, "day": day_of_week(wait.opened_on)}
    place = {"code": engagement.code, "public_id": wait.deliverable.public_id}
    return WaitPage(
        what=wait.what,
        asked=_("%(name)s asked on %(day)s") % asked,
        waited=working_days(days),
        title=wait.deliverable.title,
        url=links.to(reader, "portal_deliverable", **place),
        answered=_answered(wait),
        answer=wait.answer,
        is_open=wait.closed_on is None,
    )


def _answered(wait: Wait) -> str:
    if wait.answered_at is None or wait.answered_by is None:
        return ""
    return _("%(name)s answered, %(when)s") % {
        "name": wait.answered_by.name, "when": moment(localtime(wait.answered_at)),
    }  # fmt: skip

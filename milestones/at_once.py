"""The new dates in the same response: where a change asked for a forecast, it is made before the answer goes out.

The job that was asked for stays the guarantee, and finds its work done. A plan of many deliverables is left to it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.formats import day
from accounts.models import Job
from accounts.states import JobState
from engagements.models import Engagement
from milestones import slips
from milestones.models import ForecastRun, Milestone, Plan

MOST_WORKS: Final = 200  # about a tenth of a second


@dataclass(frozen=True)
class Told:
    """What became of the dates, as a sentence (or ""); `pending` while a job still works them out."""

    text: str = ""
    pending: bool = False


NOTHING: Final = Told()


def forecast(engagement: Engagement) -> Told:
    """Make the forecast that the change before this asked for; nothing where none was asked for.

    Call it in the transaction of the change, as the firm; `client` of the engagement is loaded.
    """
    if not engagement.is_active or not _was_asked(engagement):
        return NOTHING
    if engagement.deliverables.count() > MOST_WORKS:
        return Told(pending=True)
    before = ForecastRun.objects.filter(engagement=engagement).order_by("-on").values_list("milestones", flat=True)
    stood = before.first()
    run = slips.recompute(engagement)
    return Told(_moved(engagement, stood or {}, run.milestones) if run else "")


def _was_asked(engagement: Engagement) -> bool:
    """Whether a job waits for this plan, which has changed since it was forecast last."""
    waiting = Job.objects.filter(kind="slip_engagement", key__startswith=f"{engagement.pk}:", state=JobState.QUEUED)
    version = Plan.objects.filter(engagement=engagement).values("version")[:1]
    done = ForecastRun.objects.filter(engagement=engagement, on=engagement.today(), plan_version=version)
    return waiting.exists() and not done.exists()


def _moved(engagement: Engagement, before: dict[str, Any], after: dict[str, Any]) -> str:
    """Say how the dates of the first milestone moved whose dates did; "" where all stand."""
    for milestone in engagement.milestones.order_by("day"):
        facts = after.get(milestone.public_id)
        if facts and "finished_on" not in facts:
            told = _sentence(milestone, before.get(milestone.public_id, {}), facts)
            if told:
                return told
    return ""


def _sentence(milestone: Milestone, was: dict[str, Any], now: dict[str, Any]) -> str:
    told = {"day": milestone.day, "by": _day(now, "eight_in_ten"), "likely": _day(now, "likely")}
    if not was or "finished_on" in was:
        return _("Day %(day)d: likely %(likely)s, 8 in 10 by %(by)s.") % told
    if was["eight_in_ten"] != now["eight_in_ten"]:
        return _("Day %(day)d: 8 in 10 by %(by)s, was %(was)s.") % {**told, "was": _day(was, "eight_in_ten")}
    if was["likely"] != now["likely"]:
        sentence = _("Day %(day)d: likely %(likely)s, was %(was)s; 8 in 10 by %(by)s as before.")
        return sentence % {**told, "was": _day(was, "likely")}
    return ""


def _day(facts: dict[str, Any], name: str) -> str:
    return day(date.fromisoformat(facts[name]))

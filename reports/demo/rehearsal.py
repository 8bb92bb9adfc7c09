"""What the portfolio comes to on a day: each running engagement's health, beside the one its story tells."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.clock import as_of
from accounts.db import as_firm
from engagements.states import EngagementState
from milestones.models import ForecastRun, Milestone, Plan
from reports.demo.load import load
from reports.demo.source import read


@dataclass(frozen=True)
class Verdict:
    """One engagement: what it should come to, what it came to, and the chance of its next milestone's date."""

    name: str
    wanted: str
    found: str
    chance: float

    @property
    def holds(self) -> bool:
        """Whether the story is true."""
        return self.wanted == self.found

    def __str__(self) -> str:
        return f"{'  ' if self.holds else '! '}{self.name:<32} {self.chance:.2f}  {self.found:<10} {self.wanted}"


def verdicts() -> list[Verdict]:
    """Read the verdicts of a portfolio that is loaded, in the order of its file."""
    plans = Plan.objects.filter(engagement__state=EngagementState.ACTIVE).select_related("engagement")
    by_name = {plan.engagement.name: plan for plan in plans}
    rows = [row for row in read()["engagements"] if row["name"] in by_name]
    return [
        Verdict(row["name"], row["stage"]["health"], by_name[row["name"]].health, _chance(by_name[row["name"]]))
        for row in rows
    ]


def _chance(plan: Plan) -> float:
    """Return the chance of the milestone that the health is of: the earliest that is not finished, else the last."""
    told = ForecastRun.objects.filter(engagement_id=plan.engagement_id).latest("on").milestones
    in_order = Milestone.objects.filter(engagement_id=plan.engagement_id).order_by("due_on")
    chances = [told[row.public_id] for row in in_order if row.public_id in told]
    ahead = [one for one in chances if "finished_on" not in one] or chances[-1:]
    return float(ahead[0]["chance"])


def rehearse(moment: datetime) -> list[Verdict]:
    """Load the portfolio as of a moment into a database without people, read the verdicts, and undo it."""
    with transaction.atomic():
        with as_firm(), as_of(moment):
            load(_silent)
            found = verdicts()
        transaction.set_rollback(True)
    return found


def _silent(_sentence: str) -> None:
    return None

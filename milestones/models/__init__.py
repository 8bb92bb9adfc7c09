"""Tables of the work."""

from milestones.models.changes import DueMove, PlanChange, PlanMove
from milestones.models.drafts import PlanDraft
from milestones.models.forecasts import ForecastDetail, ForecastRun, SlipCalibration, SlipFlag, SlipSnapshot
from milestones.models.handovers import Handover, HandoverLine
from milestones.models.options import WaysOut
from milestones.models.playbooks import Playbook, PlaybookItem, PlaybookVersion
from milestones.models.predictions import Prediction
from milestones.models.proof import Evidence, SignOff, Wait
from milestones.models.talk import CheckIn, Comment
from milestones.models.work import Deliverable, Dependency, DoneLine, Milestone, Plan

__all__ = [
    "CheckIn",
    "Comment",
    "Deliverable",
    "Dependency",
    "DoneLine",
    "DueMove",
    "Evidence",
    "ForecastDetail",
    "ForecastRun",
    "Handover",
    "HandoverLine",
    "Milestone",
    "Plan",
    "PlanChange",
    "PlanDraft",
    "PlanMove",
    "Playbook",
    "PlaybookItem",
    "PlaybookVersion",
    "Prediction",
    "SignOff",
    "SlipCalibration",
    "SlipFlag",
    "SlipSnapshot",
    "Wait",
    "WaysOut",
]

"""Asking for the mails that follow from what was done here: a job each, which the floor above writes and sends."""

from accounts import jobs
from accounts.models import User
from milestones.models import Comment, PlanChange


def of_change(by: User, change: PlanChange) -> None:
    """Have the client's signers told that a plan change waits for one of them."""
    args = {"change": change.pk}
    jobs.request(kind="mail_plan_change", key=change.public_id, args=args, by=by, client_id=change.client_id)


def of_answer(by: User, line: Comment) -> None:
    """Have whoever asked told what the firm's shared line answers."""
    jobs.request(kind="mail_answer", key=line.public_id, args={"line": line.pk}, by=by, client_id=line.client_id)

"""Loading the drafts of engagements: whoever logs one sees it, nobody else."""

from django.http import Http404, HttpRequest

from accounts.access import require_manager
from milestones.models import PlanDraft


def own_draft(request: HttpRequest, public_id: str) -> PlanDraft:
    """Return the reader's own draft; for everybody else there is none."""
    user = require_manager(request)
    draft = PlanDraft.objects.filter(by=user, public_id=public_id).first()
    if draft is None:
        raise Http404
    return draft

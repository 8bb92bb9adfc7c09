"""Who may write the contract, and when: sentences that actions raise."""

from typing import Final

from django.utils.translation import gettext as _

from accounts.errors import IllegalMove, NotAllowed
from accounts.models import User
from accounts.prepared import Prepared, given
from engagements.models import Engagement, Placement
from engagements.states import ENDED, EngagementState

PLACED: Final = Prepared(
    lambda: Placement.objects.filter(engagement=given("engagement"), specialist__user=given("user")).values("pk")[:1]
)
OPEN: Final = frozenset(EngagementState) - ENDED


def require_manager(by: User) -> None:
    """Raise NotAllowed unless this person manages engagements."""
    if not by.manages:
        raise NotAllowed(_("Only account managers and administrators may do this."))


def require_team(by: User, engagement: Engagement) -> None:
    """Raise NotAllowed unless this person manages, or is placed at this engagement."""
    if by.manages:
        return
    if not PLACED(engagement=engagement.pk, user=by.pk):
        raise NotAllowed(_("Only managers and the specialists placed here may do this."))


def require_open(engagement: Engagement) -> None:
    """Raise IllegalMove once an engagement ended, was archived or removed."""
    if engagement.removed_at:
        raise IllegalMove(_("%(name)s was removed. Bring it back first.") % {"name": engagement.name})
    if engagement.archived_at:
        raise IllegalMove(_("%(name)s is archived and stays as it is.") % {"name": engagement.name})
    if engagement.state in ENDED:
        raise IllegalMove(_("%(name)s has ended and stays as it is.") % {"name": engagement.name})


def require_draft(engagement: Engagement) -> None:
    """Raise IllegalMove once both sides agreed on the plan."""
    require_open(engagement)
    if engagement.state != EngagementState.DRAFT:
        raise IllegalMove(
            _("The plan of %(name)s is agreed; what was agreed moves by plan change.") % {"name": engagement.name}
        )

"""What actions on a plan share: taking the plan, checking the day, telling what happened."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from django.db.models import F
from django.utils.translation import gettext as _, gettext_lazy

from accounts import events
from accounts.clock import FIRST_DAY, now
from accounts.errors import DomainError, IllegalMove, NotAllowed, StaleEdit
from accounts.models import Event, User
from accounts.prepared import Prepared, given
from engagements.models import Contact, Engagement
from engagements.states import WORKABLE, EngagementState
from milestones.models import Deliverable, Plan
from milestones.states import DeliverableState

NOT_WORKABLE = {
    EngagementState.DRAFT: gettext_lazy(
        "This engagement is a draft. Work on it starts when the client has agreed on it."
    ),
    EngagementState.ACTIVE: gettext_lazy("This engagement is active. This is not possible while it runs."),
    EngagementState.ON_HOLD: gettext_lazy("This engagement is on hold. Resume it first."),
    EngagementState.COMPLETED: gettext_lazy("This engagement is completed. Its plan stays as it is."),
    EngagementState.ENDED_EARLY: gettext_lazy("This engagement has ended. Its plan stays as it is."),
}
STANDS = {
    DeliverableState.PLANNED: gettext_lazy("“%(title)s” is planned and was not started yet."),
    DeliverableState.IN_PROGRESS: gettext_lazy("“%(title)s” is in progress."),
    DeliverableState.IN_REVIEW: gettext_lazy("“%(title)s” is in review. Take it back first."),
    DeliverableState.SENT_BACK: gettext_lazy("“%(title)s” was sent back."),
    DeliverableState.ACCEPTED: gettext_lazy("“%(title)s” is accepted. What was accepted stays as it was."),
    DeliverableState.DROPPED: gettext_lazy("“%(title)s” was dropped by a plan change."),
}

# Read afresh by every action.
ENGAGEMENT: Final = Prepared(lambda: Engagement.objects.filter(pk=given("pk")).select_related("client"))
DELIVERABLE: Final = Prepared(
    lambda: Deliverable.objects.filter(pk=given("pk")).select_related("owner__user", "role", "milestone")
)


def take_plan(engagement: Engagement, *, states: Collection[str] = WORKABLE) -> Engagement:
    """Raise the plan's version, which takes its row until the transaction ends, and read the engagement afresh.

    Two changes of one plan so queue behind each other, and the second sees what the first did. Raises IllegalMove
    where the engagement is in none of `states`.
    """
    if not Plan.objects.filter(engagement_id=engagement.pk).update(version=F("version") + 1, changed_at=now()):
        raise IllegalMove(_("This engagement has no plan yet."))
    ENGAGEMENT.refresh(engagement)
    if engagement.removed_at or engagement.archived_at:
        raise IllegalMove(_("This engagement was put away. Bring it back first."))
    if engagement.state not in states:
        raise IllegalMove(str(NOT_WORKABLE[EngagementState(engagement.state)]))
    return engagement


def take(deliverable: Deliverable, *, states: Collection[str] = WORKABLE) -> Deliverable:
    """Take the plan of a deliverable (see `take_plan`) and read the deliverable afresh, its engagement loaded."""
    engagement = take_plan(deliverable.engagement, states=states)
    DELIVERABLE.refresh(deliverable)
    deliverable.engagement = engagement
    return deliverable


def require_state(deliverable: Deliverable, states: Collection[str]) -> None:
    """Raise IllegalMove, saying how the deliverable stands, where it is in none of `states`."""
    if deliverable.state not in states:
        raise IllegalMove(str(STANDS[DeliverableState(deliverable.state)]) % {"title": deliverable.title})


def move(deliverable: Deliverable, *, since: Iterable[str], **changes: object) -> Deliverable:
    """Change a deliverable if it is still in one of the states `since`, else raise IllegalMove; grows its version."""
    states = sorted(since)
    require_state(deliverable, states)
    guarded = Deliverable.objects.filter(pk=deliverable.pk, state__in=states)
    if guarded.update(**changes, version=F("version") + 1, moved_at=now()) != 1:
        deliverable.refresh_from_db(fields=["state"])
        require_state(deliverable, ())
    deliverable.refresh_from_db(fields=[*changes, "version", "moved_at"])
    return deliverable


def require_version(deliverable: Deliverable, version: int | None, fields: Iterable[str] = ("state",)) -> None:
    """Raise StaleEdit with what is now stored in `fields`, where somebody was faster; None asks nothing."""
    if version is None or deliverable.version == version:
        return
    last = Event.objects.filter(deliverable_id=deliverable.pk).select_related("actor").first()
    raise StaleEdit(
        _("“%(title)s” was changed meanwhile. Look at both versions and choose.") % {"title": deliverable.title},
        theirs={name: getattr(deliverable, name) for name in fields},
        by=last.actor.name if last and last.actor else "",
    )


def signer_of(by: User, client_id: int) -> Contact:
    """Return the signer that `by` is for this client. Raises NotAllowed for anybody else, the firm included."""
    contacts = Contact.objects.filter(user=by, client_id=client_id, left_at__isnull=True)
    contact = contacts.filter(is_signer=True).select_related("user").first()
    if contact is None:
        raise NotAllowed(_("Only a signer of the client can do this. Ask one of them, or your account manager."))
    return contact


def day_of(engagement: Engagement, on: date | None, *, field: str = "on") -> date:
    """Return `on`, or today at the client's. Raises DomainError for a day that has not come or is past belief."""
    today = engagement.today()
    if on is not None and not FIRST_DAY <= on <= today:
        raise DomainError(_("Choose a day up to today, as the client's calendar has it."), field=field)
    return on or today


def tell(
    by: User, engagement: Engagement, verb: str, message: str, /, *,
    deliverable: Deliverable | None = None, shared: bool = False, **params: object,
) -> None:  # fmt: skip
    """Record the event; its sentence gets the actor's name and the deliverable's title by themselves."""
    told: dict[str, object] = {"actor": by.name, **params}
    if deliverable is not None:
        told.setdefault("title", deliverable.title)
    events.record(
        by=by,
        verb=verb,
        message=message,
        params=told,
        client_id=engagement.client_id,
        engagement_id=engagement.pk,
        deliverable_id=deliverable.pk if deliverable else None,
        shared=shared and (deliverable is None or deliverable.shared),
    )

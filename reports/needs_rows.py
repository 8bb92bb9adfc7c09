"""The one query behind "Needs you": every kind fills the same columns of a UNION."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import Case, DateField, F, IntegerField, Max, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce

from accounts.clock import now
from accounts.models import User
from engagements.models import BusinessMetric, Engagement
from engagements.states import LIVE, EngagementState
from milestones.draft import drafts_of
from milestones.models import CheckIn, Comment, PlanChange, SlipFlag, Wait
from milestones.states import UNFINISHED, Answer, Cause, ChangeState, WaitOn

STALE_DAYS: Final = 14
WORDS_DAYS: Final = 7

Rows = QuerySet[Any, Any]


class Found(NamedTuple):
    """A row of the UNION; what `ref`, `on` and `n` are differs by kind and is said where each is made."""

    kind: str
    engagement: int | None
    ref: str
    title: str
    who: str
    text: str
    since: date
    on: date | None
    n: int | None


TEXT: Final = TextField()
EMPTY: Final[dict[str, Any]] = {
    "engagement": Value(None, IntegerField()),
    "ref": Value(""),
    "title": Value(""),
    "who": Value(""),
    "text": Value(""),
    "since": None,
    "on": Value(None, DateField()),
    "n": Value(None, IntegerField()),
}


def found(user: User, engagement_ids: Sequence[int]) -> list[Found]:
    """Everything that may want this manager, unsorted; the drafts are the person's own."""
    first, *others = [
        _flags(engagement_ids),
        _waits(engagement_ids),
        _questions(engagement_ids),
        _stale(engagement_ids),
        _check_ins(engagement_ids),
        _asked(engagement_ids),
        _drafts(engagement_ids),
        _logged(user),
    ]
    return [Found(*row) for row in first.union(*others, all=True)]


def _branch(rows: QuerySet[Any], kind: Any, **columns: Any) -> Rows:
    """Give the rows the columns of `Found`, with the types that all branches share."""
    filled = {"c_kind": Cast(kind, TEXT)}
    for name, empty in EMPTY.items():
        value = columns.get(name, empty)
        if name in {"since", "on"}:
            value = Cast(value, DateField())
        elif name in {"engagement", "n"}:
            value = Cast(value, IntegerField())
        else:
            value = Cast(value, TEXT)
        filled[f"c_{name}"] = value
    branch: Rows = rows.order_by().annotate(**filled).values_list(*filled)
    return branch


def _flags(ids: Sequence[int]) -> Rows:
    """Late and off track; ref: the deliverable, or nothing for a milestone; on: when it is due; text: the cause."""
    rows = SlipFlag.objects.filter(
        engagement__in=ids,
        engagement__state=EngagementState.ACTIVE,
        closed_on__isnull=True,
        cause__in=[Cause.LATE, Cause.OFF_TRACK],
    )
    return _branch(
        rows,
        Value("flag"),
        engagement=F("engagement_id"),
        ref=Coalesce(F("deliverable__public_id"), Value("")),
        title=Coalesce(F("deliverable__title"), F("milestone__name")),
        text=F("cause"),
        since=F("opened_on"),
        on=Coalesce(F("deliverable__due_on"), F("milestone__due_on")),
    )


def _waits(ids: Sequence[int]) -> Rows:
    """Open waits on the client; ref: the wait; on: when it was nudged."""
    rows = Wait.objects.filter(
        engagement__in=ids,
        engagement__state=EngagementState.ACTIVE,
        on=WaitOn.CLIENT,
        closed_on__isnull=True,
        opened_on__lt=now().date() - timedelta(days=2),
    )
    return _branch(
        rows,
        Case(When(for_sign_off=True, then=Value("sign_off")), default=Value("wait")),
        engagement=F("engagement_id"),
        ref=F("public_id"),
        title=F("deliverable__title"),
        who=Coalesce(F("contact__user__name"), Value("")),
        text=F("what"),
        since=F("opened_on"),
        on=F("nudged_at"),
    )


def _questions(ids: Sequence[int]) -> Rows:
    """Contacts' questions that nobody has answered; ref: the deliverable, where there is one."""
    rows = Comment.objects.filter(engagement__in=ids, is_question=True, answered_at__isnull=True)
    return _branch(
        rows,
        Value("question"),
        engagement=F("engagement_id"),
        ref=Coalesce(F("deliverable__public_id"), Value("")),
        title=Coalesce(F("deliverable__title"), Value("")),
        who=F("by__name"),
        text=F("text"),
        since=F("at"),
    )


def _stale(ids: Sequence[int]) -> Rows:
    """Metrics without a reading for two weeks; ref: the metric; on: the last reading."""
    old = now().date() - timedelta(days=STALE_DAYS)
    rows = BusinessMetric.objects.filter(
        engagement__in=ids, engagement__state=EngagementState.ACTIVE, engagement__start_on__lt=old
    )
    rows = rows.annotate(last=Max("readings__on")).filter(Q(last__lt=old) | Q(last__isnull=True))
    return _branch(
        rows,
        Value("stale"),
        engagement=F("engagement_id"),
        ref=F("public_id"),
        title=F("name"),
        since=Coalesce(F("last"), F("engagement__start_on")),
        on=F("last"),
    )


def _check_ins(ids: Sequence[int]) -> Rows:
    """What specialists said this past week; ref: the deliverable; on: the date that it slips to.

    A slip is answered once the due date is no earlier; a block once no wait is open any more.
    """
    slips = Q(answer=Answer.SLIPS, slips_to__gt=F("deliverable__due_on"))
    blocked = Q(answer=Answer.BLOCKED, deliverable__waits__closed_on__isnull=True)
    rows = CheckIn.objects.filter(
        slips | blocked,
        engagement__in=ids,
        engagement__state=EngagementState.ACTIVE,
        deliverable__state__in=sorted(UNFINISHED),
        at__gte=now() - timedelta(days=WORDS_DAYS),
    ).distinct()
    return _branch(
        rows,
        F("answer"),
        engagement=F("engagement_id"),
        ref=F("deliverable__public_id"),
        title=F("deliverable__title"),
        who=F("by__name"),
        text=F("why"),
        since=F("at"),
        on=F("slips_to"),
    )


def _asked(ids: Sequence[int]) -> Rows:
    """Plan changes that no signer has decided; n: their number."""
    rows = PlanChange.objects.filter(engagement__in=ids, engagement__state__in=sorted(LIVE), state=ChangeState.ASKED)
    return _branch(
        rows, Value("asked"), engagement=F("engagement_id"), title=F("what"), since=F("asked_at"), n=F("number")
    )


def _drafts(ids: Sequence[int]) -> Rows:
    """Engagements that are logged but do not run; n: 1 where the client has the plan."""
    rows = Engagement.objects.filter(pk__in=ids, state=EngagementState.DRAFT)
    offered = Case(When(offered_at__isnull=False, then=Value(1)), default=Value(0))
    return _branch(
        rows, Value("draft"), engagement=F("pk"), since=Coalesce(F("offered_at"), F("created_at")), n=offered
    )


def _logged(user: User) -> Rows:
    """Half-filled logs of this person; ref: the log; text: the step that it stands at."""
    return _branch(
        drafts_of(user), Value("logged"), ref=F("public_id"), title=F("name"), text=F("step"), since=F("changed_at")
    )

"""The one query behind "Needs you": every kind fills the same columns of a UNION."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from django.db.models import (
    Case,
    Count,
    DateField,
    DateTimeField,
    F,
    IntegerField,
    Max,
    Min,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, Collate, NullIf

from accounts.clock import now
from accounts.models import User
from accounts.prepared import AnyOf, Prepared, any_of, given
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
    today = now().date()
    rows = ROWS(
        user=user.pk,
        engagements=list(engagement_ids),
        waited=today - timedelta(days=2),
        stale=today - timedelta(days=STALE_DAYS),
        said=now() - timedelta(days=WORDS_DAYS),
    )
    return [Found(*row) for row in rows]


def _union() -> Rows:
    first, *others = [_flags(), _waits(), _questions(), _stale(), _check_ins(), _asked(), _drafts(), _logged()]
    return first.union(*others, all=True)


ROWS = Prepared(_union)


def _of(column: str = "engagement_id") -> AnyOf:
    """Return the condition that a row is of one of the engagements asked for."""
    return any_of(F(column), "engagements")


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


def _flags() -> Rows:
    """Of what is late or off track in an engagement, the worst: late before off track, then what was due first.

    ref: the deliverable, or nothing for a milestone; on: when it is due; text: the cause; since: when the first flag
    of the engagement opened; n: how many are late, or where none is, how many are off track.
    """
    rows = SlipFlag.objects.filter(
        _of(),
        engagement__state=EngagementState.ACTIVE,
        closed_on__isnull=True,
        cause__in=[Cause.LATE, Cause.OFF_TRACK],
    )
    title = Coalesce(F("deliverable__title"), F("milestone__name"))
    due = Coalesce(F("deliverable__due_on"), F("milestone__due_on"))
    late = _over_engagement(Count("pk", filter=Q(cause=Cause.LATE)))
    branch = _branch(
        rows,
        Value("flag"),
        engagement=F("engagement_id"),
        ref=Coalesce(F("deliverable__public_id"), Value("")),
        title=title,
        text=F("cause"),
        since=_over_engagement(Min("opened_on")),
        on=due,
        n=Coalesce(NullIf(late, Value(0)), _over_engagement(Count("pk"))),
    )
    is_late = Case(When(cause=Cause.LATE, then=Value(0)), default=Value(1))
    return branch.order_by("engagement_id", is_late, due, Collate(title, "C")).distinct("engagement_id")


def _over_engagement(expression: Any) -> Window:
    return Window(expression, partition_by=[F("engagement_id")])


def _waits() -> Rows:
    """Open waits on the client; ref: the wait; on: when it was nudged."""
    rows = Wait.objects.filter(
        _of(),
        engagement__state=EngagementState.ACTIVE,
        on=WaitOn.CLIENT,
        closed_on__isnull=True,
        opened_on__lt=given("waited", DateField()),
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


def _questions() -> Rows:
    """Contacts' questions that nobody has answered; ref: the deliverable, where there is one."""
    rows = Comment.objects.filter(_of(), is_question=True, answered_at__isnull=True)
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


def _stale() -> Rows:
    """Metrics without a reading for two weeks; ref: the metric; on: the last reading."""
    old = given("stale", DateField())
    rows = BusinessMetric.objects.filter(_of(), engagement__state=EngagementState.ACTIVE, engagement__start_on__lt=old)
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


def _check_ins() -> Rows:
    """What specialists said this past week; ref: the deliverable; on: the date that it slips to.

    A slip is answered once the due date is no earlier; a block once no wait is open any more.
    """
    slips = Q(answer=Answer.SLIPS, slips_to__gt=F("deliverable__due_on"))
    blocked = Q(answer=Answer.BLOCKED, deliverable__waits__closed_on__isnull=True)
    rows = CheckIn.objects.filter(
        slips | blocked,
        _of(),
        engagement__state=EngagementState.ACTIVE,
        deliverable__state__in=sorted(UNFINISHED),
        at__gte=given("said", DateTimeField()),
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


def _asked() -> Rows:
    """Plan changes that no signer has decided; n: their number."""
    rows = PlanChange.objects.filter(_of(), engagement__state__in=sorted(LIVE), state=ChangeState.ASKED)
    return _branch(
        rows, Value("asked"), engagement=F("engagement_id"), title=F("what"), since=F("asked_at"), n=F("number")
    )


def _drafts() -> Rows:
    """Engagements that are logged but do not run; n: 1 where the client has the plan."""
    rows = Engagement.objects.filter(_of("pk"), state=EngagementState.DRAFT)
    offered = Case(When(offered_at__isnull=False, then=Value(1)), default=Value(0))
    return _branch(
        rows, Value("draft"), engagement=F("pk"), since=Coalesce(F("offered_at"), F("created_at")), n=offered
    )


def _logged() -> Rows:
    """Half-filled logs of this person; ref: the log; text: the step that it stands at."""
    return _branch(
        drafts_of(given("user")),
        Value("logged"),
        ref=F("public_id"),
        title=F("name"),
        text=F("step"),
        since=F("changed_at"),
    )

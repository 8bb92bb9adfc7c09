"""What lists can be narrowed by."""

from collections.abc import Callable
from typing import ClassVar

import django_filters
from django import forms
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Event
from engagements.models import Engagement
from engagements.states import ENDED, EngagementState
from milestones.models import Deliverable, Milestone
from milestones.states import UNFINISHED, DeliverableState, Health

# What a chip of the portfolio shows, as a condition; "" is everything that has not ended.
SHOWS: dict[str, Q] = {
    "": ~Q(state__in=sorted(ENDED)),
    **{health: Q(state=EngagementState.ACTIVE, plan__health=health) for health in Health.values},
    "starting": Q(state=EngagementState.ACTIVE) & (Q(plan__health="") | Q(plan__isnull=True)),
    "on_hold": Q(state=EngagementState.ON_HOLD),
    "draft": Q(state=EngagementState.DRAFT),
    "ended": Q(state__in=sorted(ENDED)),
}


def _by_next_date(rows: QuerySet[Engagement]) -> QuerySet[Engagement]:
    left = Milestone.objects.filter(engagement=OuterRef("pk"), deliverables__state__in=sorted(UNFINISHED))
    due = Subquery(left.order_by("due_on").values("due_on")[:1])
    return rows.annotate(next_due=due).order_by(F("next_due").asc(nulls_last=True), "code")


def _by_last_change(rows: QuerySet[Engagement]) -> QuerySet[Engagement]:
    events = Event.objects.filter(engagement_id=OuterRef("pk")).order_by("-at", "-id")
    return rows.annotate(changed=Subquery(events.values("at")[:1])).order_by(F("changed").desc(nulls_last=True), "code")


# In which order the portfolio may stand; "" is own ones first, worst first.
ORDERS: dict[str, Callable[[QuerySet[Engagement]], QuerySet[Engagement]]] = {
    "due": _by_next_date,
    "name": lambda rows: rows.order_by(Lower("name"), "code"),
    "client": lambda rows: rows.order_by(Lower("client__name"), Lower("name"), "code"),
    "start": lambda rows: rows.order_by("start_on", "code"),
    "changed": _by_last_change,
}


class EngagementFilter(django_filters.FilterSet):
    """Chips, the find box and "mine" above the list of engagements."""

    show = django_filters.CharFilter(method="by_show")
    q = django_filters.CharFilter(method="by_words", widget=forms.TextInput(attrs={"maxlength": 200}))
    mine = django_filters.BooleanFilter(method="by_manager")
    order = django_filters.CharFilter(method="by_order")

    class Meta:
        model = Engagement
        fields: ClassVar[list[str]] = []

    def by_show(self, rows: QuerySet[Engagement], _name: str, value: str) -> QuerySet[Engagement]:
        """Narrow to a chip; an unknown one shows nothing."""
        return rows.filter(SHOWS[value]) if value in SHOWS else rows.none()

    def by_words(self, rows: QuerySet[Engagement], _name: str, value: str) -> QuerySet[Engagement]:
        """Narrow to what has the words in its name, its client or its code."""
        words = clean(value)
        return rows.filter(Q(name__icontains=words) | Q(client__name__icontains=words) | Q(code__icontains=words))

    def by_manager(self, rows: QuerySet[Engagement], _name: str, value: bool) -> QuerySet[Engagement]:
        """Narrow to the reader's own."""
        return rows.filter(manager=self.request.user) if value else rows

    def by_order(self, rows: QuerySet[Engagement], _name: str, value: str) -> QuerySet[Engagement]:
        """Bring the rows into an order; an unknown one leaves them as they are."""
        return ORDERS[value](rows) if value in ORDERS else rows


class DeliverableFilter(django_filters.FilterSet):
    """What the list of deliverables can be narrowed by."""

    q = django_filters.CharFilter(method="by_words", label=_("Title, owner or client"))
    state = django_filters.ChoiceFilter(
        choices=[("open", _("Unfinished")), *DeliverableState.choices], method="by_state", label=_("Status")
    )
    due_before = django_filters.DateFilter(
        field_name="due_on", lookup_expr="lte", label=_("Due until"), widget=forms.DateInput(attrs={"type": "date"})
    )
    engagement = django_filters.CharFilter(
        field_name="engagement__code", lookup_expr="iexact", label=_("Engagement’s code")
    )

    class Meta:
        model = Deliverable
        fields: ClassVar[list[str]] = []

    def by_state(self, rows: QuerySet[Deliverable], _name: str, value: str) -> QuerySet[Deliverable]:
        """Narrow to one status, or to all that is unfinished."""
        return rows.filter(state__in=sorted(UNFINISHED)) if value == "open" else rows.filter(state=value)

    def by_words(self, rows: QuerySet[Deliverable], _name: str, value: str) -> QuerySet[Deliverable]:
        """Narrow to what has the words in its title, its owner, its client or its code."""
        words = clean(value)
        return rows.filter(
            Q(title__icontains=words)
            | Q(owner__user__name__icontains=words)
            | Q(engagement__client__name__icontains=words)
            | Q(engagement__code__icontains=words)
        )


def clean(words: str) -> str:
    """What somebody typed into a find box, as the database can take it: no NUL, at most 200 characters."""
    return words.replace("\x00", "").strip()[:200]

"""What lists can be narrowed by."""

from typing import ClassVar

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from engagements.models import Engagement
from engagements.states import ENDED, EngagementState
from milestones.models import Deliverable
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


class EngagementFilter(django_filters.FilterSet):
    """Chips, the find box and "mine" above the list of engagements."""

    show = django_filters.CharFilter(method="by_show")
    q = django_filters.CharFilter(method="by_words", widget=forms.TextInput(attrs={"maxlength": 200}))
    mine = django_filters.BooleanFilter(method="by_manager")

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


class DeliverableFilter(django_filters.FilterSet):
    """What the list of deliverables can be narrowed by."""

    q = django_filters.CharFilter(method="by_words", label=_("Words"))
    state = django_filters.ChoiceFilter(
        choices=[("open", _("Unfinished")), *DeliverableState.choices], method="by_state", label=_("Status")
    )
    due_before = django_filters.DateFilter(
        field_name="due_on", lookup_expr="lte", label=_("Due until"), widget=forms.DateInput(attrs={"type": "date"})
    )
    engagement = django_filters.CharFilter(field_name="engagement__code", lookup_expr="iexact", label=_("Code"))

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

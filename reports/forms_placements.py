"""Forms about who is placed: replace somebody, change a placement, hand several deliverables to one person."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from accounts.forms import Form
from engagements.actions.placements import shares
from engagements.loads import monday, week_load
from engagements.models import Engagement, Placement
from milestones.form_fields import DayField
from milestones.models import Deliverable
from milestones.states import UNFINISHED
from reports.pages.words import short
from roles.models import Specialist

PERCENT = forms.NumberInput(attrs={"data-affix": "%"})

# Django's fields are generic in its stubs alone.
if TYPE_CHECKING:
    SpecialistBase = forms.ModelChoiceField[Specialist]
    PlacementBase = forms.ModelChoiceField[Placement]
    WorkBase = forms.ModelMultipleChoiceField[Deliverable]
else:
    SpecialistBase = PlacementBase = forms.ModelChoiceField
    WorkBase = forms.ModelMultipleChoiceField


class SpecialistField(SpecialistBase):
    """A specialist, told with the role and how full this week is."""

    def offer(self, rows: Sequence[Specialist], week: date) -> None:
        """Offer these people; two queries whatever their number."""
        ids = [one.pk for one in rows]
        placed = shares(ids, week, week + timedelta(days=6))
        self.loads = {pk: week_load([share for share in placed if share.specialist == pk], week) for pk in ids}
        self.queryset = Specialist.objects.filter(pk__in=ids).select_related("user", "role")

    def label_from_instance(self, obj: Specialist) -> str:
        """`Kenji Mori, MLOps engineer, 60 % placed this week`."""
        told = {"name": obj.user.name, "role": obj.role.name, "percent": self.loads.get(obj.pk, 0)}
        return gettext("%(name)s, %(role)s, %(percent)s%% placed this week") % told


class WorkField(WorkBase):
    """Deliverables as a list of boxes."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Deliverable) -> str:
        """`Model registry, due 4 Dec`."""
        return gettext("%(title)s, due %(day)s") % {"title": obj.title, "day": short(obj.due_on)}


class PlacementField(PlacementBase):
    """A placement, told by name and role."""

    def label_from_instance(self, obj: Placement) -> str:
        """`Kenji Mori, MLOps engineer, until 4 Dec`."""
        told = {"name": obj.user.name, "role": obj.title or obj.role.name, "day": short(obj.ends_on)}
        return gettext("%(name)s, %(role)s, until %(day)s") % told


class ReplaceForm(Form):
    """Who takes over from somebody, from when, how much of a week, and which open work."""

    last_on = DayField(label=_("Last day of who leaves"))
    specialist = SpecialistField(
        label=_("Who takes over"), queryset=Specialist.objects.none(), empty_label=_("Choose a specialist")
    )
    starts_on = DayField(label=_("First day"), help_text=_("A few days together make the handover easier."))
    ends_on = DayField(label=_("Last day"))
    percent = forms.IntegerField(label=_("Allocation"), min_value=1, max_value=100, widget=PERCENT)
    title = forms.CharField(label=_("Title here"), max_length=120, required=False)
    overload_reason = forms.CharField(
        label=_("Why more than a full week is right"),
        max_length=300,
        required=False,
        help_text=_("Asked for only where a week passes 100 %."),
    )
    work = WorkField(label=_("Open work that moves"), queryset=Deliverable.objects.none(), required=False)

    def __init__(self, *args: Any, placement: Placement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Specialist.objects.filter(user__is_active=True).exclude(pk=placement.specialist_id)
        specialist, work = self.fields["specialist"], self.fields["work"]
        assert isinstance(specialist, SpecialistField)  # noqa: S101 - declared above
        assert isinstance(work, WorkField)  # noqa: S101 - declared above
        specialist.offer(list(people), monday(placement.engagement.today()))
        work.queryset = placement.deliverables.filter(state__in=sorted(UNFINISHED)).order_by("due_on", "number")

    @classmethod
    def first(cls, placement: Placement) -> "ReplaceForm":
        """Return the form as it opens: from today on, the same share, everything that is open moves."""
        today = placement.engagement.today()
        last_on = min(max(today, placement.starts_on), placement.ends_on)
        starts_on = max(today, last_on + timedelta(days=1))
        last = placement.engagement.milestones.order_by("-day").values_list("due_on", flat=True).first()
        form = cls(
            placement=placement,
            initial={
                "last_on": last_on,
                "starts_on": starts_on,
                "ends_on": max(placement.ends_on, starts_on, last or starts_on),
                "percent": placement.percent,
                "title": placement.title,
            },
        )
        work = form.fields["work"]
        assert isinstance(work, WorkField)  # noqa: S101 - declared above
        work.initial = list(work.queryset.values_list("pk", flat=True)) if work.queryset is not None else []
        return form


class PlacementForm(Form):
    """A placement's dates, share, title, and the purchase order that covers it."""

    percent = forms.IntegerField(label=_("Allocation"), min_value=1, max_value=100, widget=PERCENT)
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    title = forms.CharField(label=_("Title here"), max_length=120, required=False)
    order_number = forms.CharField(
        label=_("Purchase order"), max_length=60, required=False, help_text=_("The client’s number of it.")
    )
    order_ends_on = DayField(label=_("Purchase order ends on"), required=False)
    overload_reason = forms.CharField(
        label=_("Why more than a full week is right"),
        max_length=300,
        required=False,
        help_text=_("Asked for only where a week passes 100 %."),
    )

    @classmethod
    def of(cls, placement: Placement) -> "PlacementForm":
        """Return the form filled with what is stored."""
        return cls(initial={name: getattr(placement, name) for name in cls.base_fields})


class OwnersForm(Form):
    """Several deliverables for one placement."""

    pick = WorkField(
        label=_("Deliverables"),
        queryset=Deliverable.objects.none(),
        to_field_name="public_id",
        error_messages={"required": _("Choose at least one deliverable.")},
    )
    owner = PlacementField(
        label=_("New owner"),
        queryset=Placement.objects.none(),
        to_field_name="public_id",
        empty_label=_("Choose who is placed here"),
    )

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pick, owner = self.fields["pick"], self.fields["owner"]
        assert isinstance(pick, WorkField)  # noqa: S101 - declared above
        assert isinstance(owner, PlacementField)  # noqa: S101 - declared above
        pick.queryset = engagement.deliverables.filter(state__in=sorted(UNFINISHED)).order_by("due_on", "number")
        owner.queryset = engagement.placements.filter(ends_on__gte=engagement.today()).select_related("user", "role")

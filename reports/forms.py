"""Forms of the firm's pages; what they accept is handed to actions, whose refusals come back beside the fields."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from accounts.forms import Form
from engagements.models import BusinessMetric, Contact, Engagement, Placement
from milestones.models import Deliverable, Milestone
from milestones.states import COUNTED, EvidenceKind
from roles.models import FailureMode, Role

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def refuse(form: forms.BaseForm, error: DomainError) -> None:
    """Put an action's refusal beside its field, or on top where it has none here."""
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error))


class NoteForm(Form):
    """The manager's words of the week."""

    text = forms.CharField(
        label=_("Status note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("The client reads it at once on the dashboard, and in the next digest."),
    )


class ReadingForm(Form):
    """A metric's value on a day."""

    on = forms.DateField(label=_("Day"), widget=DATE)
    value = forms.DecimalField(label=_("Value"), max_digits=16, decimal_places=4)
    source = forms.CharField(label=_("Source"), max_length=200, required=False)
    confirmed_by = forms.ModelChoiceField(
        label=_("Confirmed by"), queryset=Contact.objects.none(), required=False, empty_label=_("Nobody yet")
    )

    def __init__(self, *args: Any, engagement: Engagement, unit: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_contact(self, engagement)
        if unit:
            self.fields["value"].help_text = unit


class ReadingChangeForm(Form):
    """A reading put right; `was` is the value that the page showed."""

    was = forms.DecimalField(widget=forms.HiddenInput, max_digits=16, decimal_places=4)
    value = forms.DecimalField(label=_("Value"), max_digits=16, decimal_places=4)
    source = forms.CharField(label=_("Source"), max_length=200, required=False)
    confirmed_by = forms.ModelChoiceField(
        label=_("Confirmed by"), queryset=Contact.objects.none(), required=False, empty_label=_("Nobody yet")
    )
    why = forms.CharField(
        label=_("What was wrong with it"), max_length=300, help_text=_("The client reads it, and the trail keeps it.")
    )

    def __init__(self, *args: Any, engagement: Engagement, unit: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_contact(self, engagement)
        if unit:
            self.fields["value"].help_text = unit


class TakeBackForm(Form):
    """Why a reading goes."""

    why = forms.CharField(
        label=_("Why it goes"), max_length=300, help_text=_("The client reads it, and the trail keeps it.")
    )


def _choose_contact(form: forms.BaseForm, engagement: Engagement) -> None:
    field = form.fields["confirmed_by"]
    assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
    contacts = Contact.objects.filter(client_id=engagement.client_id, left_at__isnull=True)
    field.queryset = contacts.select_related("user")


# Django's field is generic in its stubs alone.
if TYPE_CHECKING:
    MilestoneBase = forms.ModelChoiceField[Milestone]
else:
    MilestoneBase = forms.ModelChoiceField


class MilestoneField(MilestoneBase):
    """Milestones by day and name."""

    def label_from_instance(self, obj: Milestone) -> str:
        """Say `Day 30, Stabilize foundations`."""
        return _("Day %(day)d, %(name)s") % {"day": obj.day, "name": obj.name}


class LineForm(Form):
    """A deliverable to be added, with its definition of done."""

    title = forms.CharField(label=_("Title"), max_length=160)
    summary = forms.CharField(
        label=_("Summary"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    milestone = MilestoneField(label=_("Milestone"), queryset=Milestone.objects.none(), empty_label=None)
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=Placement.objects.none(), required=False, empty_label=_("Nobody yet")
    )
    start_on = forms.DateField(label=_("Start"), widget=DATE)
    due_on = forms.DateField(label=_("Due"), widget=DATE)
    effort_days = forms.IntegerField(label=_("Effort in working days"), min_value=1, max_value=400, initial=3)
    role = forms.ModelChoiceField(label=_("Role"), queryset=Role.objects.all(), required=False, empty_label="–")
    metric = forms.ModelChoiceField(
        label=_("Moves the metric"), queryset=BusinessMetric.objects.none(), required=False, empty_label="–"
    )
    failure_mode = forms.ModelChoiceField(
        label=_("Answers the failure mode"), queryset=FailureMode.objects.all(), required=False, empty_label="–"
    )
    evidence_kinds = forms.MultipleChoiceField(
        label=_("Evidence asked for"),
        choices=EvidenceKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    shared = forms.BooleanField(label=_("Shared with the client"), required=False, initial=True)
    needs_sign_off = forms.BooleanField(label=_("The client signs it off"), required=False)
    after = forms.ModelMultipleChoiceField(
        label=_("Waits for"), queryset=Deliverable.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    done_lines = forms.CharField(
        label=_("Definition of done"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One line each."),
    )

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choose("milestone", engagement.milestones.all())
        self._choose("owner", engagement.placements.select_related("user", "role"))
        self._choose("metric", engagement.metrics.all())
        self._choose("after", engagement.deliverables.filter(state__in=sorted(COUNTED)).order_by("due_on", "number"))

    def _choose(self, name: str, rows: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = rows

    def clean(self) -> dict[str, Any]:
        """Say at the field what the database would refuse."""
        data = super().clean() or {}
        start, due = data.get("start_on"), data.get("due_on")
        if start and due and due < start:
            self.add_error("due_on", _("The due date is before the start."))
        if data.get("needs_sign_off") and not data.get("shared"):
            self.add_error("shared", _("What the client signs off must be shared with the client."))
        return data

    def done(self) -> tuple[str, ...]:
        """The lines that say something."""
        lines = str(self.cleaned_data["done_lines"]).splitlines()
        return tuple(line.strip() for line in lines if line.strip())

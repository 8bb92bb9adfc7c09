"""What people type to work the plan. Rules live in the actions; here are fields, their choices and their words."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from accounts.forms import Form
from engagements.models import BusinessMetric, Contact, Engagement, Placement
from milestones.models import Deliverable
from milestones.states import EvidenceKind, WaitOn
from roles.models import FailureMode

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


def day_field(label: "StrOrPromise", *, required: bool = True, help_text: "StrOrPromise" = "") -> forms.DateField:
    """Return a field for a calendar date at the client's."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=DateInput(),
    )


def area(rows: int = 4) -> forms.Textarea:
    """Return a field for several lines of text."""
    return forms.Textarea(attrs={"rows": rows})


class EditForm(Form):
    """A deliverable's own fields, with the version that the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput())
    title = forms.CharField(label=_("Title"), max_length=160)
    summary = forms.CharField(label=_("Summary"), max_length=4000, required=False, widget=area())
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=Placement.objects.none(), required=False)
    metric = forms.ModelChoiceField(label=_("Metric"), queryset=BusinessMetric.objects.none(), required=False)
    failure_mode = forms.ModelChoiceField(label=_("Failure mode"), queryset=FailureMode.objects.none(), required=False)
    start_on = day_field(_("Start"))
    due_on = day_field(_("Due"))
    effort_days = forms.IntegerField(label=_("Effort in working days"), min_value=1, max_value=400)
    after = forms.ModelMultipleChoiceField(
        label=_("Waits for"),
        queryset=Deliverable.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("It starts when these are finished."),
    )
    shared = forms.BooleanField(label=_("Shared with the client"), required=False)
    needs_sign_off = forms.BooleanField(label=_("A signer of the client accepts it"), required=False)

    FIELDS = (
        "title", "summary", "owner", "metric", "failure_mode", "start_on", "due_on", "effort_days", "shared",
        "needs_sign_off",
    )  # fmt: skip

    def __init__(self, deliverable: Deliverable, **kwargs: Any) -> None:
        initial = {name: getattr(deliverable, name) for name in (*self.FIELDS, "version")}
        initial["after"] = list(deliverable.as_successor.values_list("predecessor_id", flat=True))
        super().__init__(initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        engagement = deliverable.engagement
        self._choose("owner", engagement.placements.select_related("user", "role"))
        self._choose("metric", engagement.metrics.all())
        self._choose("failure_mode", FailureMode.objects.all())
        self._choose("after", engagement.deliverables.counted().exclude(pk=deliverable.pk).order_by("number"))
        if not engagement.is_draft:
            self.fields["due_on"].disabled = True
            self.fields["due_on"].help_text = _("Agreed. Ask for a plan change to move it.")

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared so above
        field.queryset = rows


class GiveForm(Form):
    """Who takes a deliverable over, and why."""

    version = forms.IntegerField(widget=forms.HiddenInput())
    owner = forms.ModelChoiceField(label=_("Who takes it over"), queryset=Placement.objects.none())
    why = forms.CharField(label=_("Why"), max_length=300, widget=area(2), help_text=_("It stands in the activity."))

    def __init__(self, deliverable: Deliverable, **kwargs: Any) -> None:
        initial = {"version": deliverable.version, **kwargs.pop("initial", {})}
        super().__init__(initial=initial, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared so above
        others = deliverable.engagement.placements.select_related("user", "role")
        field.queryset = others.exclude(pk=deliverable.owner_id) if deliverable.owner_id else others


class LineForm(Form):
    """One line of a definition of done."""

    text = forms.CharField(label=_("Line"), max_length=500)


class RewordForm(Form):
    """A line of a definition of done once more; an empty one goes."""

    text = forms.CharField(
        label=_("Line"), max_length=500, required=False, help_text=_("Leave it empty to remove the line.")
    )


class EvidenceForm(Form):
    """A file, or a link."""

    kind = forms.ChoiceField(label=_("Kind"), choices=EvidenceKind.choices)
    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        required=False,
        help_text=_("Left empty, the file’s name or the link is used."),
    )
    file = forms.FileField(label=_("File"), required=False, max_length=255, allow_empty_file=True)
    url = forms.CharField(label=_("Or a link"), max_length=1000, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        data = super().clean() or self.cleaned_data
        if not self.errors and bool(data.get("file")) == bool(data.get("url")):
            self.add_error("file", _("Choose a file or give a link, one of the two."))
        return data


class WaitForm(Form):
    """Who is waited on, for what, since when."""

    on = forms.ChoiceField(label=_("Who has to move?"), choices=WaitOn.choices, widget=forms.RadioSelect())
    contact = forms.ModelChoiceField(label=_("Contact"), queryset=Contact.objects.none(), required=False)
    who = forms.CharField(label=_("Who else"), max_length=120, required=False)
    what = forms.CharField(label=_("What for?"), max_length=500)
    opened_on = day_field(_("Since"), required=False, help_text=_("Left empty, since today."))

    def __init__(self, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        field = self.fields["contact"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared so above
        contacts = Contact.objects.filter(client_id=engagement.client_id, left_at__isnull=True)
        field.queryset = contacts.select_related("user")
        field.empty_label = gettext("Nobody in particular")


class CloseWaitForm(Form):
    """The day on which a wait ended."""

    closed_on = day_field(_("Ended on"), required=False, help_text=_("Left empty, today."))


class CorrectForm(Form):
    """A date put right."""

    to_on = day_field(_("Right date"))
    reason = forms.CharField(label=_("What was wrong"), max_length=300)


class CommentForm(Form):
    """A line in a thread."""

    text = forms.CharField(label=_("Text"), max_length=4000, widget=area(3))
    shared = forms.BooleanField(label=_("Shared with the client"), required=False)
    deliverable = forms.SlugField(required=False, widget=forms.HiddenInput())
    answers = forms.SlugField(required=False, widget=forms.HiddenInput())


class WhyForm(Form):
    """A reason, and the day it holds from."""

    on = day_field(_("Day"), required=False, help_text=_("Left empty, today."))
    why = forms.CharField(label=_("Why"), max_length=2000, required=False, widget=area(3))

    def __init__(self, *, without_why: "StrOrPromise" = "", **kwargs: Any) -> None:
        """`without_why` is what is said where the reason is missing; without it the reason may be left out."""
        super().__init__(**kwargs)
        if without_why:
            self.fields["why"].required = True
            self.fields["why"].error_messages["required"] = without_why

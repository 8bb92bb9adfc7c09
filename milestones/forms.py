"""What people type to work the plan. Rules live in the actions; here are fields, their choices and their words."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from engagements.models import BusinessMetric, Contact, Engagement, Placement
from milestones.actions.changes import Move
from milestones.models import Deliverable, Milestone
from milestones.states import UNFINISHED, EvidenceKind, Moves, WaitOn
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
        error_messages={"invalid": _("Write the date as year-month-day, for example 2026-11-23.")},
    )


def area(rows: int = 4) -> forms.Textarea:
    """Return a field for several lines of text."""
    return forms.Textarea(attrs={"rows": rows})


class EditForm(forms.Form):
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


class LineForm(forms.Form):
    """One line of a definition of done."""

    text = forms.CharField(label=_("Line"), max_length=500)


class RewordForm(forms.Form):
    """A line of a definition of done once more; an empty one goes."""

    text = forms.CharField(
        label=_("Line"), max_length=500, required=False, help_text=_("Leave it empty to remove the line.")
    )


class EvidenceForm(forms.Form):
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


class WaitForm(forms.Form):
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


class CloseWaitForm(forms.Form):
    """The day on which a wait ended."""

    closed_on = day_field(_("Ended on"), required=False, help_text=_("Left empty, today."))


class CorrectForm(forms.Form):
    """A date put right."""

    to_on = day_field(_("Right date"))
    reason = forms.CharField(label=_("What was wrong"), max_length=300)


class CommentForm(forms.Form):
    """A line in a thread."""

    text = forms.CharField(label=_("Text"), max_length=4000, widget=area(3))
    shared = forms.BooleanField(label=_("Shared with the client"), required=False)
    deliverable = forms.SlugField(required=False, widget=forms.HiddenInput())
    answers = forms.SlugField(required=False, widget=forms.HiddenInput())


class AskForm(forms.Form):
    """A plan change in words, with the moves of this engagement's open dates and targets.

    Field names: `due_<deliverable>`, `drop_<deliverable>`, `milestone_<day>`, `target_<metric>` by public id.
    """

    what = forms.CharField(label=_("What changes"), max_length=300)
    why = forms.CharField(label=_("Why"), max_length=2000, widget=area(3))

    def __init__(self, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.works: list[Deliverable] = list(engagement.deliverables.filter(state__in=UNFINISHED))
        self.milestones: list[Milestone] = list(engagement.milestones.all())
        self.metrics: list[BusinessMetric] = list(engagement.metrics.all())
        for stage in self.milestones:
            self.fields[f"milestone_{stage.day}"] = day_field(stage.name, required=False)
        for one in self.works:
            self.fields[f"due_{one.public_id}"] = day_field(one.title, required=False)
            self.fields[f"drop_{one.public_id}"] = forms.BooleanField(label=_("Drop it"), required=False)
        for metric in self.metrics:
            target = forms.DecimalField(label=metric.name, max_digits=16, decimal_places=4, required=False)
            self.fields[f"target_{metric.public_id}"] = target

    def moves(self) -> list[Move]:
        """Return what was filled in; a date or target left as it is moves nothing."""
        data = self.cleaned_data
        due = [(one, data.get(f"due_{one.public_id}")) for one in self.works]
        stages = [(one, data.get(f"milestone_{one.day}")) for one in self.milestones]
        targets = [(one, data.get(f"target_{one.public_id}")) for one in self.metrics]
        dropped = [one for one in self.works if data.get(f"drop_{one.public_id}")]
        return [
            *(Move(Moves.MILESTONE, milestone=one, to_on=on) for one, on in stages if on and on != one.due_on),
            *(
                Move(Moves.DUE, deliverable=one, to_on=on)
                for one, on in due
                if on and on != one.due_on and one not in dropped
            ),
            *(Move(Moves.DROP, deliverable=one) for one in dropped),
            *(
                Move(Moves.TARGET, metric=one, to_value=to)
                for one, to in targets
                if to is not None and to != one.target
            ),
        ]


class WhyForm(forms.Form):
    """A reason, and the day it holds from."""

    on = day_field(_("Day"), required=False, help_text=_("Left empty, today."))
    why = forms.CharField(label=_("Why"), max_length=2000, required=False, widget=area(3))

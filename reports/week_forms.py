"""Forms of a specialist's week."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from accounts.forms import Form
from milestones.states import Answer, EvidenceKind, WaitOn

# What the three buttons send; the style sheet opens the follow-up by these values.
ANSWERS = {"fine": Answer.FINE, "slip": Answer.SLIPS, "stop": Answer.BLOCKED}


class AnswerForm(Form):
    """One of three answers, with its follow-up."""

    say = forms.ChoiceField(choices=[(value, value) for value in ANSWERS])
    slips_to = forms.DateField(required=False)
    slip_why = forms.CharField(max_length=500, required=False)
    on = forms.ChoiceField(choices=WaitOn.choices, required=False)
    what = forms.CharField(max_length=500, required=False)

    def clean(self) -> dict[str, Any]:
        """Turn the buttons into an answer; a reason belongs to slips and to blocks."""
        data = super().clean() or {}
        answer = ANSWERS.get(data.get("say", ""))
        data["answer"] = answer
        data["why"] = data.get("slip_why", "") if answer == Answer.SLIPS else data.get("what", "")
        if answer == Answer.FINE:
            data["why"] = ""
        if answer != Answer.SLIPS:
            data["slips_to"] = None
            self.errors.pop("slips_to", None)
        else:
            if data.get("slips_to") is None and "slips_to" not in self.errors:
                self.add_error("slips_to", _("Say to which day it slips."))
            if not data["why"] and "slip_why" not in self.errors:
                self.add_error("slip_why", _("Say in one line why it slips."))
        if answer == Answer.BLOCKED:
            data["on"] = data.get("on") or WaitOn.CLIENT
            if not data["why"].strip() and "what" not in self.errors:
                self.add_error("what", _("Say what it waits for."))
        return data

    def refuse(self, error: DomainError) -> None:
        """Put an action's refusal on the form."""
        names = {"why": "what" if self.cleaned_data.get("answer") == Answer.BLOCKED else "slip_why", "answer": "say"}
        field = names.get(error.field or "", error.field)
        self.add_error(field if field in self.fields else None, str(error))


class ProofForm(Form):
    """A file or a link for one of the reader's deliverables."""

    deliverable = forms.ChoiceField(label=_("For"))
    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=EvidenceKind.choices)
    url = forms.URLField(
        label=_("Link"),
        max_length=1000,
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://", "inputmode": "url"}),
    )
    file = forms.FileField(label=_("Or a file"), required=False, allow_empty_file=True)

    def __init__(self, *args: Any, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["deliverable"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """One of the two, not both."""
        data = super().clean() or {}
        if bool(data.get("url")) == bool(data.get("file")) and not self.errors:
            self.add_error("url", _("Give a link or choose a file, one of the two."))
        return data

    def refuse(self, error: DomainError) -> None:
        """Put an action's refusal beside its field."""
        names = {"upload": "file"}
        field = names.get(error.field or "", error.field)
        self.add_error(field if field in self.fields else None, str(error))

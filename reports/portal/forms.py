"""What contacts write: reasons, answers, questions, and when they want their mail."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import Form
from milestones.models import Comment, Wait
from reports.states import DigestScope

WEEKDAYS = (
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)


class SendBackForm(Form):
    """Why a deliverable is sent back."""

    use_required_attribute = True
    ABOUT = (("result", _("The result")), ("evidence", _("The evidence")), ("agreed", _("What was agreed")))

    about = forms.ChoiceField(label=_("What is it about?"), choices=ABOUT, widget=forms.RadioSelect, initial="result")
    reason = forms.CharField(
        label=_("Your reason"),
        max_length=1900,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One or two sentences. The people on this engagement see it."),
        error_messages={"required": _("Say what is missing, so that it can be put right.")},
    )

    def words(self) -> str:
        """Return the reason as it is kept: what it is about, then the words."""
        about = dict(self.ABOUT)[self.cleaned_data["about"]]
        return f"{about}: {self.cleaned_data['reason']}"


class AnswerForm(Form):
    """An answer to what is waited for."""

    text = forms.CharField(
        label=_("Your answer"),
        max_length=Wait._meta.get_field("answer").max_length or 2000,  # noqa: SLF001
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What you did, or when it can be expected. Never send a password here."),
        error_messages={"required": _("Write an answer, or when it can be expected.")},
    )


class QuestionForm(Form):
    """A question, or a line in a thread."""

    text = forms.CharField(
        label=_("Your question"),
        max_length=Comment._meta.get_field("text").max_length or 4000,  # noqa: SLF001
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write your question first.")},
    )


class DecideChangeForm(Form):
    """Words on a plan change; needed to refuse it."""

    words = forms.CharField(
        label=_("Your words"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed if you refuse it. Both sides see them."),
    )


class DigestForm(Form):
    """When the weekly digest comes, in the reader's own time zone."""

    subscribed = forms.BooleanField(label=_("Send me the weekly digest"), required=False)
    weekday = forms.TypedChoiceField(label=_("Day"), choices=WEEKDAYS, coerce=int)
    hour = forms.TypedChoiceField(label=_("Hour"), choices=[(n, f"{n:02d}:00") for n in range(24)], coerce=int)
    scope = forms.ChoiceField(
        label=_("With several engagements"), choices=DigestScope, widget=forms.RadioSelect, required=False
    )

    def clean_scope(self) -> Any:
        """Keep one mail for each where nothing was chosen."""
        return self.cleaned_data["scope"] or DigestScope.EACH

"""Form of a risk."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.forms import Form
from accounts.models import User
from accounts.states import FIRM_KINDS
from engagements.models import Engagement, Risk
from engagements.states import Level
from reports.forms_away import PersonField
from roles.models import FailureMode

# Django's field is generic in its stubs alone.
if TYPE_CHECKING:
    ModeBase = forms.ModelChoiceField[FailureMode]
else:
    ModeBase = forms.ModelChoiceField


class ModeField(ModeBase):
    """One of the five failure modes."""


class RiskForm(Form):
    """What may happen, how likely and how bad it is, who looks after it, and the answer."""

    text = forms.CharField(label=_("Risk"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    failure_mode = ModeField(
        label=_("Failure mode"), queryset=FailureMode.objects.none(), to_field_name="key", empty_label=_("Choose one")
    )
    likelihood = forms.ChoiceField(label=_("How likely"), choices=Level.choices, initial=Level.MEDIUM)
    impact = forms.ChoiceField(label=_("How bad"), choices=Level.choices, initial=Level.MEDIUM)
    owner = PersonField(
        label=_("Who looks after it"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Nobody yet"),
    )
    answer = forms.CharField(
        label=_("Answer"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is done so that it does not happen, or hurts less."),
    )
    shared = forms.BooleanField(label=_("Shared with the client"), required=False, initial=True)

    def __init__(self, *args: Any, engagement: Engagement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner, mode = self.fields["owner"], self.fields["failure_mode"]
        assert isinstance(owner, PersonField)  # noqa: S101 - declared above
        assert isinstance(mode, ModeField)  # noqa: S101 - declared above
        people = Q(client_ref=engagement.client_id) | Q(kind__in=sorted(FIRM_KINDS))
        owner.queryset = User.objects.filter(people, is_active=True).order_by("name", "pk")
        mode.queryset = FailureMode.objects.all()

    @classmethod
    def of(cls, risk: Risk, data: Any = None) -> "RiskForm":
        """Return the form filled with what is stored."""
        first = {name: getattr(risk, name) for name in ("text", "likelihood", "impact", "answer", "shared")}
        first["failure_mode"] = risk.failure_mode.key
        first["owner"] = risk.owner.public_id if risk.owner else ""
        return cls(data, engagement=risk.engagement, initial=first)

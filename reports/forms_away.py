"""Form of days away: who, from when to when, and who stands in for a manager."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.states import FIRM_KINDS, MANAGING_KINDS
from reports.forms_people import AbsenceForm

# Django's field is generic in its stubs alone.
if TYPE_CHECKING:
    UserBase = forms.ModelChoiceField[User]
else:
    UserBase = forms.ModelChoiceField


class PersonField(UserBase):
    """Somebody of the firm, by name."""

    def label_from_instance(self, obj: User) -> str:
        """Return the name."""
        return obj.name


class AwayForm(AbsenceForm):
    """Days away. Managers choose whose; a manager's own may name a deputy."""

    person = PersonField(
        label=_("Who is away"), queryset=User.objects.none(), to_field_name="public_id", empty_label=None
    )
    deputy = PersonField(
        label=_("Deputy"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Nobody"),
        help_text=_("For a manager: sees “Needs you” of the manager’s engagements on these days, and gets replies."),
    )

    field_order = ("person", "starts_on", "ends_on", "deputy", "why")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person, deputy = self.fields["person"], self.fields["deputy"]
        assert isinstance(person, PersonField)  # noqa: S101 - declared above
        assert isinstance(deputy, PersonField)  # noqa: S101 - declared above
        if not by.manages:
            del self.fields["person"], self.fields["deputy"]
            return
        person.queryset = User.objects.filter(kind__in=sorted(FIRM_KINDS), is_active=True).order_by("name", "pk")
        person.initial = by.public_id
        deputy.queryset = User.objects.filter(kind__in=sorted(MANAGING_KINDS), is_active=True).order_by("name", "pk")

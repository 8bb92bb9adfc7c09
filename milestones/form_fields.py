"""What the forms of plans have in common: dates as far as plans go, texts that are looked at where they are typed."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext

from accounts.checked import turned
from accounts.clock import FIRST_DAY, LAST_DAY
from accounts.forms import Form
from accounts.turning import turns


class DateInput(forms.DateInput):
    """A native date field; its value is always ISO."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A date between 2000 and 2199, which is as far as plans go."""

    widget = DateInput

    def clean(self, value: Any) -> date | None:
        """Return the date, or None where it may be left out."""
        day: date | None = super().clean(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(gettext("Choose a date between 2000 and 2199."))
        return day


class TypedForm(Form):
    """A form whose texts are looked at where they are typed, not when the engagement is created."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.validators.append(_refuse_turned)


def _refuse_turned(text: str) -> None:
    if turns(text):
        raise forms.ValidationError(turned())

"""When somebody of the firm wants the digest."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import Form
from reports.portal.forms import WEEKDAYS


class FirmDigestForm(Form):
    """The weekday and hour of one's own digest; everybody of the firm gets one for the whole portfolio."""

    subscribed = forms.BooleanField(label=_("Send me the weekly digest"), required=False)
    weekday = forms.TypedChoiceField(label=_("Day"), choices=WEEKDAYS, coerce=int)
    hour = forms.TypedChoiceField(label=_("Hour"), choices=[(hour, f"{hour}:00") for hour in range(24)], coerce=int)

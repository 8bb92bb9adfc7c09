"""The form for somebody new of the firm."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import Form
from accounts.states import Kind

# Specialists are added on their own page, with role and capacity.
OFFERED = [(kind.value, kind.label) for kind in (Kind.MANAGER, Kind.ADMINISTRATOR)]


class NewPersonForm(Form):
    """A manager or administrator, who can sign in at once by a mailed code."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    kind = forms.ChoiceField(label=_("Signs in as"), choices=OFFERED)
    time_zone = forms.CharField(label=_("Time zone"), max_length=64, widget=forms.TextInput(attrs={"list": "zones"}))

    def clean_kind(self) -> Kind:
        """Return the kind itself."""
        return Kind(self.cleaned_data["kind"])

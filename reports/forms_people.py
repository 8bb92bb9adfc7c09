"""Forms about clients, their contacts and our specialists, and for the signed statement of work."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from accounts.clock import today
from accounts.forms import Form
from engagements.models import Client
from engagements.places import countries
from milestones.form_fields import DayField
from roles.models import Role, Specialist

WEEKDAYS = [
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
]


class ClientDetailsForm(Form):
    """What is known of a client. What does not hold is said by the action, beside its field."""

    name = forms.CharField(label=_("Name"), max_length=120)
    mark = forms.CharField(label=_("Mark"), max_length=3, help_text=_("Two or three letters."))
    industry = forms.CharField(label=_("Industry"), max_length=120, required=False)
    country = forms.ChoiceField(label=_("Country"), help_text=_("Its public holidays are not counted as work."))
    subdivision = forms.CharField(
        label=_("Region"), max_length=6, required=False, help_text=_("A code, where it has holidays of its own.")
    )
    time_zone = forms.CharField(label=_("Time zone"), max_length=64, widget=forms.TextInput(attrs={"list": "zones"}))
    digest_weekday = forms.TypedChoiceField(label=_("Digest on"), choices=WEEKDAYS, coerce=int, initial=4)
    digest_hour = forms.IntegerField(label=_("At, hour"), min_value=0, max_value=23, initial=9)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self.fields["country"]
        if isinstance(country, forms.ChoiceField):
            country.choices = [("", gettext("Choose a country")), *countries()]

    @classmethod
    def of(cls, client: Client) -> "ClientDetailsForm":
        """Return the form filled with what is stored."""
        return cls(initial={name: getattr(client, name) for name in cls.base_fields})


class ContactForm(Form):
    """A new person of a client."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    is_signer = forms.BooleanField(
        label=_("Signs: accepts plans and deliverables, approves plan changes"), required=False
    )
    mail = forms.BooleanField(label=_("Send an invitation now"), required=False, initial=True)


class SpecialistForm(Form):
    """What a specialist is, and how much of a week they work."""

    role = forms.ModelChoiceField(label=_("Role"), queryset=Role.objects.none(), to_field_name="key", empty_label=None)
    capacity = forms.IntegerField(
        label=_("Capacity"),
        min_value=1,
        max_value=100,
        initial=100,
        widget=forms.NumberInput(attrs={"data-affix": "%"}),
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    skills = forms.CharField(label=_("Skills"), max_length=500, required=False, help_text=_("Separated by commas."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, country = self.fields["role"], self.fields["country"]
        if isinstance(role, forms.ModelChoiceField) and isinstance(country, forms.ChoiceField):
            role.queryset = Role.objects.all()
            country.choices = [("", gettext("Not said")), *countries()]

    def clean_skills(self) -> list[str]:
        """Return the skills, each once."""
        words = (word.strip() for word in self.cleaned_data["skills"].split(","))
        return list(dict.fromkeys(word for word in words if word))

    @classmethod
    def of(cls, one: Specialist) -> "SpecialistForm":
        """Return the form filled with what is stored."""
        return cls(
            initial={
                "role": one.role.key,
                "capacity": one.capacity,
                "country": one.country,
                "skills": ", ".join(one.skills),
            }
        )


class NewSpecialistForm(SpecialistForm):
    """A new specialist, who can sign in at once by a mailed code."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=64, initial="UTC", widget=forms.TextInput(attrs={"list": "zones"})
    )

    field_order = ("name", "email", "role", "capacity", "country", "time_zone", "skills")


class AbsenceForm(Form):
    """Days on which a specialist does not work, both ends included."""

    starts_on = DayField(label=_("First day away"))
    ends_on = DayField(label=_("Last day away"))
    why = forms.CharField(label=_("Why"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        data: dict[str, Any] = self.cleaned_data
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", gettext("The absence ends before it starts."))
        return data


class StatementForm(Form):
    """The signed statement of work that activates an engagement."""

    signer_name = forms.CharField(label=_("Signed by"), max_length=120, help_text=_("The person at the client’s."))
    signed_on = DayField(label=_("Signed on"))
    upload = forms.FileField(
        label=_("Statement of work"), help_text=_("A PDF or an office document. The content is checked.")
    )

    def clean_signed_on(self) -> Any:
        """Not a day that is still to come."""
        day = self.cleaned_data["signed_on"]
        if day > today():
            raise forms.ValidationError(gettext("The day of signing is still to come."))
        return day

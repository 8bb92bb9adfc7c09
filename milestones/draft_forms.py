"""Forms of the steps of logging an engagement. They bind to what a draft holds, so nothing typed is lost."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.utils.translation import gettext, gettext_lazy as _, ngettext_lazy

from accounts.errors import DomainError
from accounts.models import User
from accounts.models.users import validate_time_zone
from accounts.states import MANAGING_KINDS
from engagements.models import Client
from engagements.places import check_place, countries
from engagements.states import Direction
from milestones.form_fields import DayField, TypedForm
from roles.models import Role, ServiceLine, Specialist

MAX_ROWS: Final = 40


EXISTING, NEW = "existing", "new"


class ClientForm(TypedForm):
    """Which client: one that is known, or a new one with its first signer."""

    which = forms.ChoiceField(
        label=_("Who is it for?"),
        choices=[(EXISTING, _("A client we know")), (NEW, _("A new client"))],
        widget=forms.RadioSelect,
        initial=EXISTING,
    )
    client = forms.ModelChoiceField(
        label=_("Client"), queryset=Client.objects.none(), to_field_name="public_id", required=False
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    mark = forms.CharField(
        label=_("Mark"), max_length=3, required=False, help_text=_("Two or three letters that stand for the client.")
    )
    industry = forms.CharField(label=_("Industry"), max_length=120, required=False)
    country = forms.ChoiceField(
        label=_("Country"), required=False, help_text=_("Its public holidays are not counted as work.")
    )
    subdivision = forms.CharField(
        label=_("Region"),
        max_length=6,
        required=False,
        help_text=_("A code such as BY or NY, where the region has holidays of its own."),
        widget=forms.TextInput(attrs={"list": "regions"}),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        required=False,
        help_text=_("Dates of the plan are dates there."),
        widget=forms.TextInput(attrs={"list": "zones"}),
    )
    contact_name = forms.CharField(label=_("Signer’s name"), max_length=120, required=False)
    contact_email = forms.EmailField(
        label=_("Signer’s e-mail"),
        required=False,
        help_text=_("Accepts the plan and the deliverables. No mail goes out before the plan is offered."),
    )
    contact_title = forms.CharField(label=_("Signer’s title"), max_length=120, required=False)

    NEEDED: Final = ("name", "mark", "country", "time_zone", "contact_name", "contact_email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.fields["client"]
        country = self.fields["country"]
        if isinstance(known, forms.ModelChoiceField) and isinstance(country, forms.ChoiceField):
            known.queryset = Client.objects.order_by("name")
            known.empty_label = gettext("Choose a client")
            country.choices = [("", gettext("Choose a country")), *countries()]

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen kind of client needs."""
        data: dict[str, Any] = self.cleaned_data
        if data.get("which") == EXISTING:
            if not data.get("client") and "client" not in self.errors:
                self.add_error("client", gettext("Choose the client, or log a new one."))
            return data
        if data.get("which") == NEW:
            self._clean_new(data)
        return data

    def _clean_new(self, data: Mapping[str, Any]) -> None:
        for name in self.NEEDED:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, gettext("This is needed for a new client."))
        self._clean_place(data)
        self._clean_zone(data)
        if data.get("mark") and not data["mark"].isalnum():
            self.add_error("mark", gettext("Use two or three letters or digits, for example ME."))
        if data.get("name") and Client.objects.filter(name__iexact=data["name"]).exists():
            self.add_error(
                "name", gettext("There is a client of this name already. Choose it above, or use another name.")
            )
        if data.get("contact_email") and User.objects.filter(email__iexact=data["contact_email"]).exists():
            self.add_error("contact_email", gettext("Somebody already signs in with this e-mail address."))

    def _clean_place(self, data: Mapping[str, Any]) -> None:
        if not data.get("country"):
            return
        try:
            check_place(data["country"], data.get("subdivision", "").strip().upper())
        except DomainError as error:
            self.add_error(error.field, str(error))

    def _clean_zone(self, data: Mapping[str, Any]) -> None:
        if data.get("time_zone"):
            try:
                validate_time_zone(data["time_zone"])
            except forms.ValidationError as error:
                self.add_error("time_zone", error)

    def shown(self) -> "ClientForm":
        """Return the form with no field called optional that its kind of client needs; for showing it alone."""
        for name in ("client", *self.NEEDED):
            self.fields[name].required = True
        return self

    @property
    def chosen(self) -> Client | None:
        """Return the known client that was chosen."""
        client: Client | None = self.cleaned_data.get("client") if self.cleaned_data["which"] == EXISTING else None
        return client


class GoalForm(TypedForm):
    """What it is for, from when, and the client's own ways of working."""

    name = forms.CharField(label=_("Name of the engagement"), max_length=160)
    goal = forms.CharField(
        label=_("Goal"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is different for the client when this is done, in a sentence or two."),
    )
    service_line = forms.ModelChoiceField(
        label=_("Service line"), queryset=ServiceLine.objects.none(), to_field_name="key"
    )
    start_on = DayField(label=_("Start"), help_text=_("Day 0 of the plan, at the client’s."))
    manager = forms.ModelChoiceField(
        label=_("Account manager"), queryset=User.objects.none(), to_field_name="public_id"
    )
    backlog_url = forms.URLField(label=_("Client’s backlog"), required=False, assume_scheme="https", max_length=500)
    release_url = forms.URLField(
        label=_("Client’s release control"), required=False, assume_scheme="https", max_length=500
    )
    done_url = forms.URLField(
        label=_("Client’s definition of done, link"), required=False, assume_scheme="https", max_length=500
    )
    definition_of_done = forms.CharField(
        label=_("Definition of done"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What holds for every deliverable, in the client’s words."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line, manager = self.fields["service_line"], self.fields["manager"]
        if isinstance(line, forms.ModelChoiceField) and isinstance(manager, forms.ModelChoiceField):
            line.queryset = ServiceLine.objects.all()
            line.empty_label = gettext("Choose one")
            manager.queryset = User.objects.filter(kind__in=sorted(MANAGING_KINDS), is_active=True)
            manager.empty_label = None


class Row(TypedForm):
    """One row of a list in a step; a row in which nothing was said is left out."""

    SAID: tuple[str, ...] = ()

    def has_changed(self) -> bool:
        """Whether anything was said in the row, whatever was filled in for it."""
        return any(str(self.data.get(self.add_prefix(name), "")).strip() for name in self.SAID)


class MetricForm(Row):
    """A number that the work should move."""

    SAID = ("name", "unit", "start", "target", "source")

    name = forms.CharField(label=_("Metric"), max_length=120)
    unit = forms.CharField(label=_("Unit"), max_length=40, required=False)
    direction = forms.ChoiceField(
        label=_("Better is"), choices=[("", _("As the target says")), *Direction.choices], required=False
    )
    start = forms.DecimalField(label=_("Now"), max_digits=16, decimal_places=4)
    target = forms.DecimalField(label=_("Target"), max_digits=16, decimal_places=4)
    source = forms.CharField(label=_("Source"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """The target lies in the better direction, which the two values show where it was not said."""
        data: dict[str, Any] = self.cleaned_data
        start, target = data.get("start"), data.get("target")
        if not isinstance(start, Decimal) or not isinstance(target, Decimal):
            return data
        if start == target:
            self.add_error("target", gettext("The target is the same as now. Say where the number should go."))
            return data
        way = Direction.UP if target > start else Direction.DOWN
        data["direction"] = data.get("direction") or way
        if data["direction"] != way:
            self.add_error("target", gettext("The target is not better than the start value."))
        return data


def seat_key() -> str:
    """Return a name for a seat that stays with it while rows come and go."""
    return secrets.token_hex(4)


class SeatForm(Row):
    """Somebody placed in a role, how much of a week, and from when to when."""

    SAID = ("specialist", "title", "overload_reason")

    key = forms.SlugField(widget=forms.HiddenInput, max_length=16, required=False)
    specialist = forms.TypedChoiceField(label=_("Specialist"), empty_value=None)
    role = forms.TypedChoiceField(label=_("Role"), required=False, empty_value=None)
    percent = forms.IntegerField(
        label=_("Allocation"), widget=forms.NumberInput(attrs={"data-affix": "%", "min": 1, "max": 100})
    )
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("To"))
    title = forms.CharField(label=_("Title here"), max_length=120, required=False)
    overload_reason = forms.CharField(label=_("Why more than a full week is right"), max_length=300, required=False)

    def __init__(self, *args: Any, people: "People", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Rows share what was read once: people are not asked for again in each row.
        specialist, role = self.fields["specialist"], self.fields["role"]
        if isinstance(specialist, forms.TypedChoiceField) and isinstance(role, forms.TypedChoiceField):
            specialist.choices, specialist.coerce = people.specialist_choices, people.specialists.__getitem__
            role.choices, role.coerce = people.role_choices, people.roles.__getitem__

    def clean_percent(self) -> int:
        """From 1 to 100."""
        percent: int = self.cleaned_data["percent"]
        if not 1 <= percent <= 100:
            raise forms.ValidationError(gettext("Allocation is a share of a full week, from 1 to 100 percent."))
        return percent

    def clean(self) -> dict[str, Any]:
        """Dates in order; the role is the specialist's own where none was said."""
        data: dict[str, Any] = self.cleaned_data
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", gettext("The placement ends before it starts."))
        if starts and ends and ends - starts > timedelta(days=366 * 5):
            self.add_error("ends_on", gettext("A placement lasts five years at most."))
        specialist = data.get("specialist")
        if specialist is not None and not data.get("role"):
            data["role"] = specialist.role
        return data


class People:
    """Specialists (by their user's public id) and roles (by key) to choose from, read once a page."""

    def __init__(self) -> None:
        listed = Specialist.objects.select_related("user", "role").filter(user__is_active=True)
        self.specialists = {one.user.public_id: one for one in listed}
        self.roles = {role.key: role for role in Role.objects.all()}
        self.specialist_choices = [
            ("", gettext("Choose somebody")),
            *((key, f"{one.user.name}, {one.role.name}") for key, one in self.specialists.items()),
        ]
        self.role_choices = [("", gettext("Own role")), *((role.key, role.name) for role in self.roles.values())]


if TYPE_CHECKING:
    _RowSet = forms.BaseFormSet[Row]
else:
    _RowSet = forms.BaseFormSet


class Rows(_RowSet):
    """A list of rows of which one at least must say something."""

    needed: str | Any = ""
    # The list as its page calls it, and one of its rows, for links to what is wrong there.
    title: str | Any = ""
    called: str | Any = ""
    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "missing_management_form": _("The list did not arrive whole. Load the page again."),
        "too_many_forms": ngettext_lazy("Use at most %(num)d line.", "Use at most %(num)d lines.", "num"),
    }

    def clean(self) -> None:
        """Ask for a first row."""
        if not any(self.errors) and not self.said:
            raise forms.ValidationError(str(self.needed))

    @property
    def said(self) -> list[dict[str, Any]]:
        """Return the cleaned rows in which something was said."""
        return [form.cleaned_data for form in self.forms if form.has_changed() and hasattr(form, "cleaned_data")]


class MetricRows(Rows):
    """The engagement's metrics."""

    needed = _("Name at least one number that this work should move.")
    title, called = _("Business metrics"), _("Metric %(n)d")

    def clean(self) -> None:
        """No two of one name."""
        super().clean()
        names = [row["name"].casefold() for row in self.said if row.get("name")]
        if len(set(names)) != len(names):
            raise forms.ValidationError(gettext("Two metrics have the same name."))


class SeatRows(Rows):
    """The engagement's team."""

    needed = _("Place at least one specialist.")
    title, called = _("Team"), _("Placement %(n)d")


MetricFormSet = forms.formset_factory(
    MetricForm, formset=MetricRows, extra=0, max_num=MAX_ROWS, validate_max=True, absolute_max=MAX_ROWS
)
SeatFormSet = forms.formset_factory(
    SeatForm, formset=SeatRows, extra=0, max_num=MAX_ROWS, validate_max=True, absolute_max=MAX_ROWS
)


class ExtraForm(TypedForm):
    """A deliverable added by hand to the plan being logged."""

    title = forms.CharField(label=_("Deliverable"), max_length=160)
    due_on = DayField(label=_("Due"))
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    done_lines = forms.CharField(
        label=_("Definition of done"),
        max_length=6000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One line for each thing that must be true."),
    )
    shared = forms.BooleanField(label=_("Shared with the client"), required=False, initial=True)
    needs_sign_off = forms.BooleanField(label=_("The client signs it off"), required=False)

    def __init__(self, *args: Any, owners: list[tuple[str, str]], first: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first = first
        owner = self.fields["owner"]
        if isinstance(owner, forms.ChoiceField):
            owner.choices = owners

    def clean_due_on(self) -> date:
        """Not before the engagement starts."""
        due: date = self.cleaned_data["due_on"]
        if due < self.first:
            raise forms.ValidationError(gettext("That is before the engagement starts."))
        return due

    def clean_done_lines(self) -> str:
        """At most 40 lines of 500 characters."""
        lines = [line.strip() for line in self.cleaned_data["done_lines"].splitlines() if line.strip()]
        if len(lines) > 40 or any(len(line) > 500 for line in lines):
            raise forms.ValidationError(gettext("Use at most 40 lines of 500 characters each."))
        return "\n".join(lines)

    def clean(self) -> dict[str, Any]:
        """What is signed off is shared."""
        data: dict[str, Any] = self.cleaned_data
        if data.get("needs_sign_off"):
            data["shared"] = True
        return data

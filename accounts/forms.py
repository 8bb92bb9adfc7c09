"""The base of every form: what Django would say in its own words is said in ours, in one place.

A sentence of a field's own (`error_messages=` where it is declared) stays.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# By the kind of field; a kind's own words go before those of the kinds that it is made from.
WORDS: "Final[Mapping[type[forms.Field], Mapping[str, StrOrPromise]]]" = {
    forms.Field: {
        "required": _("This is empty. Fill it in."),
        "null_characters_not_allowed": _("It holds a character that cannot be kept. Type it anew."),
    },
    forms.CharField: {
        "max_length": _("Use at most %(limit_value)d characters; this has %(show_value)d."),
        "min_length": _("Use at least %(limit_value)d characters; this has %(show_value)d."),
    },
    forms.IntegerField: {
        "invalid": _("Write a whole number, for example 40."),
        "min_value": _("Use %(limit_value)s or more."),
        "max_value": _("Use %(limit_value)s or less."),
    },
    forms.DecimalField: {
        "invalid": _("Write a number, for example 12.5."),
        "max_digits": _("This number is too long to keep. Use at most %(max)s digits."),
        "max_whole_digits": _("This number is too large to keep. Use at most %(max)s digits before the point."),
        "max_decimal_places": _("This number is too exact to keep. Use at most %(max)s digits behind the point."),
    },
    forms.DateField: {
        "required": _("No day is chosen. Choose one."),
        "invalid": _("Write the date as year-month-day, for example 2026-11-23."),
    },
    forms.EmailField: {"invalid": _("This is no e-mail address. Write it as name@example.com.")},
    forms.URLField: {"invalid": _("This is no link. Write it whole, for example https://example.com/board.")},
    forms.SlugField: {"invalid": _("Use letters, digits and dashes alone.")},
    forms.FileField: {
        "required": _("No file is chosen. Choose one."),
        "missing": _("No file is chosen. Choose one."),
        "invalid": _("The file did not arrive. Choose it again."),
        "empty": _("The file is empty. Choose another one."),
        "max_length": _("The file’s name has %(length)d characters. Give it one of at most %(max)d."),
    },
    forms.BooleanField: {"required": _("Tick this to go on.")},
    forms.ChoiceField: {
        "required": _("Nothing is chosen. Choose one."),
        "invalid_choice": _("That is not one of the choices. Choose another."),
    },
    forms.MultipleChoiceField: {
        "required": _("Nothing is chosen. Choose at least one."),
        "invalid_choice": _("One of these is not among the choices. Choose again."),
        "invalid_list": _("These are not choices of this list. Choose again."),
    },
    forms.ModelMultipleChoiceField: {
        "required": _("Nothing is chosen. Choose at least one."),
        "invalid_choice": _("One of these is not among the choices. Choose again."),
        "invalid_list": _("These are not choices of this list. Choose again."),
        "invalid_pk_value": _("One of these is not among the choices. Choose again."),
    },
}
_DJANGO: Final = "django."


class Form(forms.Form):
    """A form whose fields speak plainly, those too that a form adds to itself."""

    def full_clean(self) -> None:
        """Give the fields their words before they are asked."""
        for field in self.fields.values():
            speak_plainly(field)
        super().full_clean()


def speak_plainly(field: forms.Field) -> None:
    """Put our sentences in the place of Django's; what was written for this field stays."""
    kinds = type(field).__mro__
    said: dict[str, StrOrPromise] = {}
    for kind in reversed(kinds):
        said.update(WORDS.get(kind, {}))
    theirs = [kind.__dict__.get("default_error_messages", {}) for kind in kinds if kind.__module__.startswith(_DJANGO)]
    for code, sentence in said.items():
        now = field.error_messages.get(code)
        if now is None or any(now is default.get(code) for default in theirs):
            field.error_messages[code] = sentence

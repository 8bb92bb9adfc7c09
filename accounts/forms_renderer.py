"""How forms look: one field template, classes on widgets, a summary of errors on top.

Set as `FORM_RENDERER`; a form needs nothing of its own. `{{ form }}` is the summary and every field,
`{{ form.x.as_field_group }}` one field, `{{ form.x }}` the bare control.
"""

from pathlib import Path
from typing import Any

import django.forms
from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.template.backends.django import DjangoTemplates as Backend
from django.utils.functional import cached_property

TICKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


class Field(BoundField):
    """A bound field that puts the look's class on its control."""

    @property
    def is_tick(self) -> bool:
        """One checkbox: its label stands behind it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_choices(self) -> bool:
        """Several radio buttons or checkboxes in a group."""
        return isinstance(self.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)

    @property
    def affix(self) -> str:
        """What stands at the end of the control, as a unit does: the widget's `data-affix`."""
        return str(self.field.widget.attrs.get("data-affix", ""))

    @property
    def is_optional(self) -> bool:
        """Marked so beside the label; a tick is always optional and says nothing."""
        return not (self.field.required or self.field.disabled or self.is_tick)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Add `input` or `tick` to whatever classes the widget has itself."""
        built: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        control = widget or self.field.widget
        if not control.is_hidden:
            own = str(built.get("class") or control.attrs.get("class") or "")
            kind = "tick" if isinstance(control, TICKS) else "input"
            built["class"] = own if kind in own.split() else f"{own} {kind}".strip()
        return built


class Renderer(DjangoTemplates):
    """Django's own widgets, with the project's templates in front of them."""

    form_template_name = "django/forms/form.html"
    field_template_name = "django/forms/field.html"
    bound_field_class = Field

    @cached_property
    def engine(self) -> Backend:
        """An engine of its own: widgets come from Django, fields and the summary from the project."""
        return Backend(
            {
                "APP_DIRS": True,
                "DIRS": [
                    Path(settings.BASE_DIR) / "templates",
                    Path(django.forms.__file__).parent / "templates",
                ],
                "NAME": "emplace_forms",
                "OPTIONS": {"builtins": ["accounts.templatetags.ui"]},
            }
        )

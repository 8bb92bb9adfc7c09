"""The form of an extension: a further milestone with its deliverables, laid out from a playbook or typed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from accounts.formats import day as said_day
from accounts.forms import Form
from engagements.actions.placements import overload_fact
from engagements.models import Engagement, Placement
from milestones.additions import MAX_DAY, NAME_LENGTH, REASON_LENGTH, overfull, packed
from milestones.catalogue import current_versions
from milestones.clock import place_of
from milestones.forms import area, day_field
from milestones.lines import MAX_DONE_LINES, MAX_EFFORT, PlanLine
from milestones.models import PlaybookItem
from milestones.moves import Move
from milestones.states import Moves

STEP: Final = 30
MAX_ROWS: Final = 60
WORDS: Final = ("why",)


@dataclass(frozen=True)
class Row:
    """A deliverable to be: its fields, and where it comes from."""

    key: str
    title: forms.BoundField
    due: forms.BoundField
    effort: forms.BoundField
    owner: forms.BoundField
    sign: forms.BoundField
    done: forms.BoundField
    item: forms.BoundField


class ExtendForm(Form):
    """A milestone on a further day, why, its deliverables, and who stays until then.

    `row` once a deliverable: a number, with fields `title_<n>`, `due_<n>`, `effort_<n>`, `owner_<n>`, `sign_<n>` and
    `done_<n>` (one line each), and `item_<n>`, the playbook's item that it came from. `reason_<public id>` once a
    placement that would be more than full if it went on until then: why that is right. `do` is what was pressed:
    "line", "lay" (with `source`, a playbook's version and milestone), "out <n>", "effect" or "ask".
    """

    day = forms.IntegerField(label=_("Day"), min_value=1, max_value=MAX_DAY, help_text=_("Counted from the start."))
    name = forms.CharField(label=_("Name of the milestone"), max_length=NAME_LENGTH)
    due_on = day_field(_("Due"), required=False, help_text=_("Left empty, the day counted from the start."))
    why = forms.CharField(label=_("Why"), max_length=2000, widget=area(3))

    def __init__(self, engagement: Engagement, raw: QueryDict, *, sent: bool = False) -> None:
        """Take what was typed; a form that was not sent begins with the next day and one empty line."""
        self.engagement = engagement
        self.do = raw.get("do", "ask") if sent else ""
        self.calendar = place_of(engagement)
        last = engagement.milestones.order_by("day").last()
        self.first_day = (last.day if last else 0) + STEP
        self.values: dict[str, str] = {name: str(raw[name]) for name in raw} if sent else {"day": str(self.first_day)}
        self.keys = [key for key in raw.getlist("row") if key.isascii() and key.isdigit() and len(key) < 5][:MAX_ROWS]
        self.keys = self.keys if sent else ["0"]
        self._press(raw)
        super().__init__(data=raw if self.do in {"effect", "ask"} else None, initial=self.values)
        self.auto_id = "id_%s"
        for key in self.keys:
            self._add_row(key)
        self.fields["stay"] = forms.MultipleChoiceField(
            label=_("Who stays until then"),
            required=False,
            choices=[(one.public_id, f"{one.user.name}, {one.role.name}") for one in self.placements],
            widget=forms.CheckboxSelectMultiple,
        )
        self.initial["stay"] = raw.getlist("stay") if sent else [one.public_id for one in self.placements]
        self._add_reasons()

    @cached_property
    def placements(self) -> list[Placement]:
        """Everybody who is placed."""
        return list(self.engagement.placements.select_related("user", "role"))

    def _add_reasons(self) -> None:
        staying = [one for one in self.placements if one.public_id in self.initial["stay"]]
        for one, full in overfull(staying, self._due_on()).items():
            label = gettext("Why more than a full week is right for %(name)s") % {"name": one.user.name}
            without = gettext("Say why it is right, or untick %(name)s above.") % {"name": one.user.name}
            self.fields[f"reason_{one.public_id}"] = forms.CharField(
                label=label,
                max_length=REASON_LENGTH,
                help_text=overload_fact(one.user.name, full),
                initial=one.overload_reason,
                error_messages={"required": without},
            )

    @property
    def reasons(self) -> list[forms.BoundField]:
        """The fields that ask why somebody may be more than full."""
        return [self[name] for name in self.fields if name.startswith("reason_")]

    # --- rows ------------------------------------------------------------------------------------------------

    def _press(self, raw: QueryDict) -> None:
        if self.do == "line":
            self.keys.append(self._free())
        elif self.do.startswith("out "):
            self.keys = [key for key in self.keys if key != self.do.removeprefix("out ")]
        elif self.do == "lay":
            self._lay(raw.get("source", ""))

    def _free(self) -> str:
        return str(max((int(key) for key in self.keys), default=-1) + 1)

    def _lay(self, source: str) -> None:
        """Fill in the lines of one milestone of a playbook, moved to the new day, for the roles that are placed."""
        day = self._day()
        self.keys = [key for key in self.keys if self.values.get(f"title_{key}", "").strip()]
        for item in self._items(source):
            if len(self.keys) >= MAX_ROWS:
                return
            key = self._free()
            self.keys.append(key)
            due = self._at(day - item.milestone + item.due_day)
            owner = next((one.public_id for one in self.placements if one.role_id == item.role_id), "")
            facts = {"title": item.title, "due": due, "effort": str(item.effort_days), "owner": owner}
            facts |= {"sign": "on" if item.needs_sign_off else "", "done": "\n".join(item.done_lines)}
            self.values |= {f"{name}_{key}": value for name, value in {**facts, "item": str(item.pk)}.items()}

    def _day(self) -> int:
        text = self.values.get("day", "")
        return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:5]) <= MAX_DAY else self.first_day

    def _due_on(self) -> date | None:
        """The milestone's date as typed, or counted from the start; None past the calendar."""
        try:
            typed = self.values.get("due_on", "")
            return date.fromisoformat(typed) if typed else self._counted()
        except ValueError:
            return None

    def _counted(self) -> date:
        return self.calendar.milestone_date(self.engagement.start_on, self._day())

    def _at(self, day: int) -> str:
        return self.calendar.next_working(self.engagement.start_on + timedelta(days=max(day, 0))).isoformat()

    def _items(self, source: str) -> Iterable[PlaybookItem]:
        version, _sep, milestone = source.partition("-")
        if not (version.isdigit() and milestone.isdigit() and len(source) < 20):
            return []
        roles = {one.role_id for one in self.placements}
        rows = PlaybookItem.objects.filter(version=int(version), milestone=int(milestone), role__in=roles, shared=True)
        return list(rows.select_related("role", "failure_mode"))

    def _add_row(self, key: str) -> None:
        owners = [("", gettext("Nobody yet"))] + [(one.public_id, one.user.name) for one in self.placements]
        fields: dict[str, forms.Field] = {
            "title": forms.CharField(label=_("Deliverable"), max_length=160, required=False),
            "due": day_field(_("Due"), required=False),
            "effort": forms.IntegerField(label=_("Effort, days"), min_value=1, max_value=MAX_EFFORT, required=False),
            "owner": forms.ChoiceField(label=_("Owner"), choices=owners, required=False),
            "sign": forms.BooleanField(label=_("The client signs it off"), required=False),
            "done": forms.CharField(label=_("Definition of done"), max_length=9000, required=False, widget=area(3)),
            "item": forms.IntegerField(required=False, widget=forms.HiddenInput),
        }
        self.fields.update({f"{name}_{key}": field for name, field in fields.items()})

    @property
    def rows(self) -> list[Row]:
        """Every line of the form."""
        return [Row(key, *(self[f"{name}_{key}"] for name in _SHOWN)) for key in self.keys]

    @property
    def sources(self) -> list[tuple[str, str]]:
        """What may be laid out: each milestone of each playbook."""
        found = []
        for version in current_versions():
            days = version.items.order_by("milestone").values_list("milestone", flat=True).distinct()
            label = gettext("%(name)s, its day %(day)d")
            found += [(f"{version.pk}-{day}", label % {"name": version.playbook.name, "day": day}) for day in days]
        return found

    # --- what was typed ----------------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        """Ask for what a line with a title needs."""
        data = super().clean() or self.cleaned_data
        for key in self._named(data):
            if not data.get(f"due_{key}") and f"due_{key}" not in self.errors:
                self.add_error(f"due_{key}", gettext("Give a due date."))
            if len(str(data.get(f"done_{key}", "")).splitlines()) > MAX_DONE_LINES:
                self.add_error(f"done_{key}", gettext("Keep it to %(n)d lines.") % {"n": MAX_DONE_LINES})
        return data

    def _named(self, data: dict[str, Any]) -> list[str]:
        return [key for key in self.keys if data.get(f"title_{key}")]

    def moves_hold(self) -> bool:
        """Whether what is added can be read, whatever is wrong with the words."""
        self.full_clean()
        for name in WORDS:
            self.errors.pop(name, None)
        return not self.errors

    def moves(self) -> list[Move]:
        """Return the one move that adds it all."""
        data = self.cleaned_data
        day = data["day"]
        due_on = data.get("due_on") or self.calendar.milestone_date(self.engagement.start_on, day)
        lines = [packed(line) for line in self._lines(data, day)]
        added = {"day": day, "name": data["name"].strip(), "lines": lines, "placements": list(data["stay"])}
        reasons = {one.name.removeprefix("reason_"): data[one.name] for one in self.reasons}
        added |= {"reasons": reasons} if reasons else {}
        return [Move(Moves.ADD, to_on=due_on, added=added)]

    def title(self) -> str:
        """What the change is called."""
        data = self.cleaned_data
        named = ngettext("%(n)d deliverable", "%(n)d deliverables", len(self._named(data)))
        places = {"day": data["day"], "name": data["name"], "named": named % {"n": len(self._named(data))}}
        return (gettext("Extended to day %(day)d, %(name)s: %(named)s") % places)[:300]

    def _lines(self, data: dict[str, Any], day: int) -> list[PlanLine]:
        named = self._named(data)
        wanted = [data[f"item_{key}"] for key in named if data.get(f"item_{key}")]
        items = {
            one.pk: one for one in PlaybookItem.objects.filter(pk__in=wanted).select_related("role", "failure_mode")
        }
        owners = {one.public_id: one for one in self.placements}
        refs = {items[data[f"item_{key}"]].code: key for key in named if data.get(f"item_{key}") in items}
        return [self._line(data, key, day, items.get(data.get(f"item_{key}") or 0), owners, refs) for key in named]

    def _line(
        self,
        data: dict[str, Any],
        key: str,
        day: int,
        item: PlaybookItem | None,
        owners: dict[str, Placement],
        refs: dict[str, str],
    ) -> PlanLine:
        due: date = data[f"due_{key}"]
        effort = data.get(f"effort_{key}") or 3
        owner = owners.get(data[f"owner_{key}"])
        role = item.role.key if item else (owner.role.key if owner else "")
        start = max(self.engagement.start_on, self.calendar.add_working_days(due, -effort))
        return PlanLine(
            ref=key,
            title=data[f"title_{key}"],
            summary=item.summary if item else "",
            milestone_day=day,
            role_key=role,
            owner=owner,
            failure_mode_key=item.failure_mode.key if item else "",
            start_on=min(start, due),
            due_on=due,
            effort_days=effort,
            needs_sign_off=data[f"sign_{key}"],
            done_lines=tuple(line.strip() for line in data[f"done_{key}"].splitlines() if line.strip()),
            evidence_kinds=tuple(item.evidence_kinds) if item else (),
            after=tuple(refs[code] for code in item.predecessors if code in refs) if item else (),
            playbook_code=item.code if item else "",
        )

    @property
    def due_said(self) -> str:
        """`Day 120 falls on 2 Feb 2027`; "" past the calendar."""
        try:
            known = {"day": self._day(), "on": said_day(self._counted())}
            return gettext("Day %(day)d falls on %(on)s") % known
        except ValueError:
            return ""


_SHOWN: Final = ("title", "due", "effort", "owner", "sign", "done", "item")

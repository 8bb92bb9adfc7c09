"""The form of a plan change: several moves in one, added and taken out on one page, with or without script."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy as _

from accounts.formats import day as short_day
from accounts.forms import Form
from engagements.models import BusinessMetric, Engagement
from milestones.content import hash_of
from milestones.forms import area, day_field
from milestones.models import Deliverable, Milestone
from milestones.moves import Move
from milestones.stage_fields import Stages
from milestones.states import UNFINISHED, Moves

Thing = Deliverable | Milestone | BusinessMetric
PREFIXES: Final = ("due_", "stage_", "drop_", "milestone_", "target_")
# Not about what moves: asked for only once somebody asks the signer.
WORDS: Final = ("what", "why")


def key_of(thing: Thing) -> str:
    """Return the name under which a thing stands in the form."""
    if isinstance(thing, Milestone):
        return f"m-{thing.day}"
    return f"{'d' if isinstance(thing, Deliverable) else 't'}-{thing.public_id}"


def key_of_field(name: str) -> str:
    """Return the key of the thing that a field moves."""
    kind, _sep, rest = name.partition("_")
    return f"{ {'milestone': 'm', 'target': 't'}.get(kind, 'd') }-{rest}"


@dataclass(frozen=True)
class Row:
    """One thing that the change moves: its fields, what is so now, and what else is asked of it.

    A deliverable has the day of its own milestone in `was`, and the due date that the page `proposed`; `is_put` where
    that is not what was sent.
    """

    key: str
    title: str
    now: str
    value: forms.BoundField
    drop: forms.BoundField | None = None
    stage: forms.BoundField | None = None
    was: int = 0
    proposed: str = ""
    is_put: bool = False

    @property
    def id(self) -> str:
        """The public id that its fields are named by."""
        return self.key.partition("-")[2]


class ChangeForm(Form):
    """What changes, why, and a row for each thing that moves.

    Names: `row` once a thing that stands in the form, `due_<id>`, `stage_<id>` (see milestones/stage_fields.py),
    `drop_<id>`, `milestone_<day>`, `target_<id>` by public id. `do` is what was pressed: "add" (with `add`),
    "out <key>", "effect" or "ask".
    """

    what = forms.CharField(label=_("What changes"), max_length=300)
    why = forms.CharField(label=_("Why"), max_length=2000, widget=area(3))

    def __init__(
        self,
        engagement: Engagement,
        raw: QueryDict,
        *,
        sent: bool = False,
        start: Mapping[str, str] | None = None,
        shared_only: bool = False,
    ) -> None:
        """Take what was typed (`raw`), or `start` for a form that begins filled in; both name fields as above."""
        self.engagement = engagement
        self.do = raw.get("do", "ask") if sent else ""
        self.things = {key_of(one): one for one in _things(engagement, shared_only=shared_only)}
        typed = {name: str(raw[name]) for name in raw if name in WORDS or name.startswith(PREFIXES)}
        values = {**(start or {}), **typed}
        self.keys = self._keys(raw, values)
        milestones = [one for one in self.things.values() if isinstance(one, Milestone)]
        self.stages = Stages(engagement, milestones, raw)
        proposed = self.stages.propose(self._works(), values)
        self.values = {**values, **proposed}
        self.put = {name for name, value in proposed.items() if value != values.get(name, "")}
        # What stood in the form and was finished or dropped while somebody was writing.
        self.gone = sent and not set(raw.getlist("row")) <= self.things.keys()
        checks = self.do in {"effect", "ask"}
        super().__init__(data=_with(raw, proposed) if checks else None, initial=self.values)
        self.auto_id = "id_%s"
        for key in self.keys:
            self._add_row(self.things[key])

    def _keys(self, raw: QueryDict, values: Mapping[str, str]) -> list[str]:
        """Return what stands in the form, in the order in which it came there."""
        wanted = [*raw.getlist("row"), *(f"d-{one}" for one in raw.getlist("pick"))]
        wanted += [key_of_field(name) for name, value in values.items() if name not in WORDS and value]
        wanted += raw.getlist("add") if self.do == "add" else []
        out = self.do.removeprefix("out ") if self.do.startswith("out ") else ""
        return [key for key in dict.fromkeys(wanted) if key in self.things and key != out]

    def _works(self) -> list[Deliverable]:
        return [one for key in self.keys if isinstance(one := self.things[key], Deliverable)]

    def _add_row(self, thing: Thing) -> None:
        if isinstance(thing, BusinessMetric):
            target = forms.DecimalField(label=thing.name, max_digits=16, decimal_places=4, required=False)
            self.fields[f"target_{thing.public_id}"] = target
        elif isinstance(thing, Milestone):
            title = gettext("Day %(day)d, %(name)s") % {"day": thing.day, "name": thing.name}
            self.fields[f"milestone_{thing.day}"] = day_field(title, required=False)
        else:
            self.fields[f"due_{thing.public_id}"] = day_field(thing.title, required=False)
            stage = self.stages.field(thing, self.stages.chosen(thing, self.values))
            if stage is not None:
                self.fields[f"stage_{thing.public_id}"] = stage
            self.fields[f"drop_{thing.public_id}"] = forms.BooleanField(label=_("Drop it"), required=False)

    # --- what the page shows -----------------------------------------------------------------------------------

    @property
    def rows(self) -> list[Row]:
        """Everything that stands in the form."""
        return [self._row(key, self.things[key]) for key in self.keys]

    @property
    def staged(self) -> list[Row]:
        """The rows with a choice of milestone."""
        return [row for row in self.rows if row.stage is not None]

    def _row(self, key: str, thing: Thing) -> Row:
        if isinstance(thing, BusinessMetric):
            now = gettext("Target %(value)s %(unit)s; stays so if left empty.")
            said = now % {"value": f"{thing.target.normalize():f}", "unit": thing.unit}
            return Row(key, thing.name, said, self[f"target_{thing.public_id}"])
        if isinstance(thing, Milestone):
            field = self[f"milestone_{thing.day}"]
            return Row(key, str(field.label), _due_now(thing), field)
        return self._work_row(key, thing)

    def _work_row(self, key: str, work: Deliverable) -> Row:
        stage = f"stage_{work.public_id}"
        return Row(
            key,
            work.title,
            self._said_now(work),
            self[f"due_{work.public_id}"],
            self[f"drop_{work.public_id}"],
            self[stage] if stage in self.fields else None,
            self.stages.own(work).day,
            self.stages.proposals.get(work.public_id, ""),
            f"due_{work.public_id}" in self.put,
        )

    def _said_now(self, work: Deliverable) -> str:
        stage = self.stages.chosen(work, self.values)
        if stage is None:
            return _due_now(work)
        window = self.stages.window(stage, self.values)
        said = gettext("Now due %(now)s for day %(own)d. For day %(day)d: %(first)s to %(last)s.")
        days = {"now": work.due_on, "first": window.first, "last": window.last}
        numbers = {"own": self.stages.own(work).day, "day": stage.day}
        return said % {**{name: short_day(one) for name, one in days.items()}, **numbers}

    @property
    def choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What may be added, by kind; a milestone that is met keeps its date."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for key, thing in self.things.items():
            if key not in self.keys and not (isinstance(thing, Milestone) and thing.pk in self.stages.met):
                groups.setdefault(_group(thing), []).append((key, _label(thing)))
        return list(groups.items())

    # --- what was typed ------------------------------------------------------------------------------------------

    def title(self) -> str:
        """What the change is called."""
        return str(self.cleaned_data["what"])

    def moves_hold(self) -> bool:
        """Whether what moves can be read, whatever is wrong with the words."""
        self.full_clean()
        for name in WORDS:
            self.errors.pop(name, None)
        return not self.errors

    def moves(self) -> list[Move]:
        """Return what was filled in; a date or target left empty or as it is moves nothing."""
        found = [self._move(self.things[key]) for key in self.keys]
        return [one for one in found if one is not None]

    def _move(self, thing: Thing) -> Move | None:
        data = self.cleaned_data
        if isinstance(thing, BusinessMetric):
            to: Decimal | None = data.get(f"target_{thing.public_id}")
            return Move(Moves.TARGET, metric=thing, to_value=to) if to is not None and to != thing.target else None
        if isinstance(thing, Deliverable) and data.get(f"drop_{thing.public_id}"):
            return Move(Moves.DROP, deliverable=thing)
        if isinstance(thing, Deliverable) and (stage := self.stages.chosen(thing, self.values)):
            on = data.get(f"due_{thing.public_id}") or stage.due_on
            return Move(Moves.STAGE, deliverable=thing, stage=stage, to_on=on)
        name = f"milestone_{thing.day}" if isinstance(thing, Milestone) else f"due_{thing.public_id}"
        on = data.get(name)
        if on is None or on == thing.due_on:
            return None
        if isinstance(thing, Milestone):
            return Move(Moves.MILESTONE, milestone=thing, to_on=on)
        return Move(Moves.DUE, deliverable=thing, to_on=on)


def _with(raw: QueryDict, values: Mapping[str, str]) -> QueryDict:
    data = raw.copy()
    for name, value in values.items():
        data[name] = value
    return data


def fingerprint(moves: Iterable[Move]) -> str:
    """Return what tells one set of moves from another."""
    rows: list[object] = [
        [one.field, str(one.to_on or one.to_value or ""), dict(one.added), one.stage.day if one.stage else 0]
        for one in moves
    ]
    return hash_of({"moves": rows})[:16] if rows else ""


def start_of(moves: Iterable[Move]) -> dict[str, str]:
    """Return moves as the fields of a form that begins with them."""
    found: dict[str, str] = {}
    for one in moves:
        if one.kind == Moves.STAGE and one.stage and one.deliverable:
            found |= {one.field: str(one.stage.day), f"due_{one.deliverable.public_id}": str(_value(one))}
        else:
            found[one.field] = "on" if one.kind == Moves.DROP else str(_value(one))
    return found


def _value(move: Move) -> Any:
    return move.to_on.isoformat() if move.to_on else f"{move.to_value:f}"


def _things(engagement: Engagement, *, shared_only: bool) -> list[Thing]:
    """What may move: milestones, unfinished deliverables, metrics. Three queries."""
    works = engagement.deliverables.filter(state__in=sorted(UNFINISHED)).order_by("due_on", "number")
    works = works.filter(shared=True) if shared_only else works
    return [*engagement.milestones.all(), *works, *engagement.metrics.all()]


def _due_now(thing: Deliverable | Milestone) -> str:
    return gettext("Due %(day)s; stays so if left empty.") % {"day": short_day(thing.due_on)}


def _group(thing: Thing) -> str:
    if isinstance(thing, Milestone):
        return gettext("Milestones")
    return gettext("Deliverables") if isinstance(thing, Deliverable) else gettext("Metrics")


def _label(thing: Thing) -> str:
    if isinstance(thing, BusinessMetric):
        return thing.name
    if isinstance(thing, Milestone):
        return gettext("Day %(day)d, %(name)s") % {"day": thing.day, "name": thing.name}
    return gettext("%(title)s, due %(day)s") % {"title": thing.title, "day": short_day(thing.due_on)}

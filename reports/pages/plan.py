"""Tab Plan of an engagement: milestones with their deliverables, worst first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from accounts.addresses import address
from accounts.looks import word
from engagements.models import Engagement
from milestones.calendar import WorkCalendar
from milestones.clock import calendar_of
from milestones.models import CheckIn, Deliverable, ForecastRun, Milestone, PlanChange, PlanMove, Wait
from milestones.moves import PARTS
from milestones.states import DeliverableState, Moves, WaitOn
from reports.pages import forecasts, own_words, plan_rows, states
from reports.pages.forecasts import Outlook
from reports.pages.move_words import after, before
from reports.pages.own_words import OwnWord
from reports.pages.states import Said
from reports.pages.words import DASH, Day, day_of, number, percent, short, upper, waited_words

# Milestones with so many rows open by themselves at once would bury the one that matters.
CHIPS: Final = (
    ("", gettext_lazy("All")),
    ("trouble", gettext_lazy("At risk or late")),
    ("waiting", gettext_lazy("Waiting")),
    ("to_sign_off", gettext_lazy("To sign off")),
    ("mine", gettext_lazy("Mine")),
)
LASTING: Final = frozenset({"", "trouble", "waiting", "to_sign_off"})
# Moves of a plan change that its callout names; of more, one less and how many more.
MOST_MOVES: Final = 3
TROUBLE: Final = frozenset({"late", "at_risk", "off_track"})


@dataclass(frozen=True)
class Row:
    """One deliverable as the plan lists it."""

    public_id: str
    title: str
    url: str
    fragment: str
    shape: str
    state: str
    owner: str
    wait: str
    due: Day
    moves_to: str
    note: str
    note_tone: str
    word: OwnWord | None
    chance: Said
    sign: Said
    done: str
    units: tuple[bool, ...]
    internal: bool
    pick_label: str
    can_pick: bool
    is_open: bool
    tags: frozenset[str]


@dataclass(frozen=True)
class RowHead:
    """What a row needs of the page around it."""

    code: str
    url: str
    can_manage: bool


@dataclass(frozen=True)
class Group:
    """One milestone with its rows."""

    public_id: str
    day: int
    title: str
    small: str
    shape: str
    due: Day
    moves_to: str
    note: str
    note_tone: str
    chance: Said
    sign: str
    done: str
    rows: tuple[Row, ...]
    is_open: bool


@dataclass(frozen=True)
class Chip:
    """A filter chip with its count."""

    value: str
    label: str
    count: int
    current: bool


@dataclass
class Loaded:
    """What the plan page reads, once; every part of the page is made from it."""

    engagement: Engagement
    milestones: list[Milestone]
    deliverables: list[Any]
    run: ForecastRun | None
    changes: list[PlanChange]
    calendar: WorkCalendar
    today: date
    moves: Mapping[int, str] = field(default_factory=dict)
    milestone_moves: Mapping[int, date] = field(default_factory=dict)

    @cached_property
    def said(self) -> Mapping[int, CheckIn]:
        """What owners last said; asked for by the pages that show rows alone."""
        return own_words.of_plan(self.engagement)

    def told(self, thing: Deliverable | Milestone) -> Outlook:
        """What the last forecast says of a deliverable or milestone."""
        if self.run is None or not self.engagement.is_active:
            return forecasts.NO_OUTLOOK
        detail = getattr(self.run, "detail", None)
        if isinstance(thing, Deliverable):
            raw, why = self.run.works, detail.works if detail else {}
        else:
            raw, why = self.run.milestones, detail.milestones if detail else {}
        return forecasts.outlook(raw.get(thing.public_id), why.get(thing.public_id))

    def of(self, milestone: Milestone) -> list[Any]:
        """The deliverables of a milestone that count."""
        return [one for one in self.deliverables if one.milestone_id == milestone.pk]

    def next_milestone(self) -> Milestone | None:
        """The earliest that is not finished; the last one when all are."""
        unfinished = [one for one in self.milestones if any(d.is_unfinished for d in self.of(one))]
        return unfinished[0] if unfinished else (self.milestones[-1] if self.milestones else None)


def stands_on(engagement: Engagement) -> date:
    """The day that the plan is judged by: today, or the day on which the clock stopped."""
    return min(engagement.today(), *(day for day in (engagement.held_on, engagement.ended_on) if day), date.max)


def with_counts(rows: QuerySet[Deliverable]) -> QuerySet[Deliverable]:
    """Add what a row shows of the things that hang on it: ticked and all lines, and the open waits."""
    waits = Wait.objects.filter(closed_on__isnull=True).select_related("contact__user")
    found = plan_rows.with_lines(rows.select_related("owner__user", "milestone"))
    return found.prefetch_related(Prefetch("waits", queryset=waits, to_attr="open_waits"))


def load(engagement: Engagement) -> Loaded:
    """Read the plan: six queries, whatever its length, and one more where a change of it is asked."""
    milestones = plan_rows.MILESTONES(engagement=engagement.pk)
    changes = plan_rows.CHANGES(engagement=engagement.pk)
    moves = PlanMove.objects.select_related(*PARTS)
    prefetch_related_objects(changes, Prefetch("moves", queryset=moves))
    loaded = Loaded(
        engagement=engagement,
        milestones=milestones,
        deliverables=plan_rows.rows(engagement.pk, milestones),
        run=plan_rows.RUN.one(engagement=engagement.pk),
        changes=changes,
        calendar=calendar_of(engagement),
        today=stands_on(engagement),
    )
    asked = [move for change in loaded.changes for move in change.moves.all()]
    dated = [m for m in asked if m.kind in {Moves.DUE, Moves.STAGE}]
    loaded.moves = {m.deliverable_id: after(m) for m in dated if m.deliverable_id and m.to_on}
    loaded.milestone_moves = {
        m.milestone_id: m.to_on for m in asked if m.kind == Moves.MILESTONE and m.milestone_id and m.to_on
    }
    return loaded


def row_of(deliverable: Any, loaded: Loaded, user_id: int | None = None, *, opened: str = "") -> Row:
    """`opened` is the public id of the row that is open. Any: the deliverable carries what `with_counts` adds."""
    told = loaded.told(deliverable)
    note, note_tone = states.due_note(deliverable, told, loaded.today)
    shape = states.shape_of(deliverable, told, loaded.today)
    return Row(
        public_id=deliverable.public_id,
        title=deliverable.title,
        url=f"?open={deliverable.public_id}#d-{deliverable.public_id}",
        fragment=address("deliverable", loaded.engagement.code, deliverable.public_id),
        shape=shape,
        state=states.state_word(deliverable),
        owner=deliverable.owner.user.name if deliverable.owner else _("Nobody yet"),
        wait=wait_words(deliverable.open_waits, loaded),
        due=day_of(deliverable.due_on),
        moves_to=loaded.moves.get(deliverable.pk, ""),
        note=note,
        note_tone=note_tone,
        word=own_words.word_of(deliverable, loaded.said),
        chance=states.chance_of(deliverable, told),
        sign=states.sign_of(deliverable),
        done=_("%(ticked)d of %(lines)d") % {"ticked": deliverable.ticked, "lines": deliverable.lines}
        if deliverable.lines
        else DASH,
        units=tuple(index < deliverable.ticked for index in range(deliverable.lines)) if deliverable.lines <= 6 else (),
        internal=not deliverable.shared,
        pick_label=_("Select %(title)s") % {"title": deliverable.title},
        can_pick=deliverable.is_unfinished,
        is_open=deliverable.public_id == opened,
        tags=_tags(deliverable, shape, user_id),
    )


def _tags(deliverable: Any, shape: str, user_id: int | None) -> frozenset[str]:
    owner = deliverable.owner.user_id if deliverable.owner else None
    found = {
        "": True,
        "trouble": shape in TROUBLE,
        "waiting": bool(deliverable.open_waits),
        "to_sign_off": deliverable.state == DeliverableState.IN_REVIEW and deliverable.needs_sign_off,
        "mine": owner is not None and owner == user_id,
    }
    return frozenset(tag for tag, holds in found.items() if holds)


def wait_words(waits: Sequence[Wait], loaded: Loaded) -> str:
    """`Client, 6 days`: on whom the longest open wait is, and for how many working days; `Client, since today`."""
    if not waits:
        return ""
    wait = min(waits, key=lambda one: one.opened_on)
    names = {WaitOn.CLIENT: _("Client"), WaitOn.FIRM: _("Us"), WaitOn.THIRD_PARTY: _("Third party")}
    waited = loaded.calendar.working_days_between(wait.opened_on, loaded.today)
    told = waited_words(waited, wait.opened_on, loaded.today)
    return _("%(who)s, %(waited)s") % {"who": names[WaitOn(wait.on)], "waited": told}


def _order(row: Row, told: Outlook, deliverable: Deliverable) -> tuple[Any, ...]:
    """Lowest chance first, what is accepted after it, what was dropped last."""
    finished = {DeliverableState.ACCEPTED: 1, DeliverableState.DROPPED: 2}.get(DeliverableState(deliverable.state), 0)
    chance = told.chance if told.chance is not None and not finished else 1.0
    return (finished, -1.0 if row.shape == "late" else chance, deliverable.due_on, deliverable.number)


def groups(
    loaded: Loaded, show: str, user_id: int, opened: str = "", kept: Collection[str] = ()
) -> tuple[list[Group], list[Chip]]:
    """The milestones with the rows of the chosen chip and those to keep, by public id; and the chips."""
    all_rows = {one.pk: row_of(one, loaded, user_id, opened=opened) for one in loaded.deliverables}
    current = loaded.next_milestone()
    made = []
    for milestone in loaded.milestones:
        own = loaded.of(milestone)
        shown = [one for one in own if show in all_rows[one.pk].tags or one.public_id in kept]
        shown.sort(key=lambda one: _order(all_rows[one.pk], loaded.told(one), one))
        rows = tuple(all_rows[one.pk] for one in shown)
        is_open = bool(show and rows) or milestone is current or any(row.is_open for row in rows)
        made.append(_group(milestone, own, rows, loaded, is_open=is_open))
    return made, _chips(all_rows.values(), show)


def _chips(rows: Iterable[Row], show: str) -> list[Chip]:
    """The chips with their counts; what was dropped is listed, never counted."""
    counted = [row for row in rows if row.shape != DeliverableState.DROPPED]
    made = [
        Chip(value, str(label), sum(1 for row in counted if value in row.tags), value == show) for value, label in CHIPS
    ]
    return [chip for chip in made if chip.count or chip.value in LASTING or chip.current]


def _group(milestone: Milestone, own: Sequence[Any], rows: tuple[Row, ...], loaded: Loaded, *, is_open: bool) -> Group:
    counted = [one for one in own if one.state != DeliverableState.DROPPED]
    accepted = [one for one in counted if one.state == DeliverableState.ACCEPTED]
    finished = bool(counted) and len(accepted) == len(counted)
    told = loaded.told(milestone)
    note, tone = _milestone_note(milestone, accepted, told, finished=finished)
    asked = loaded.milestone_moves.get(milestone.pk)
    return Group(
        public_id=milestone.public_id,
        day=milestone.day,
        title=_("Day %(day)d, %(name)s") % {"day": milestone.day, "name": milestone.name},
        small=_contents(counted, len(own) - len(counted), finished=finished),
        shape=_milestone_shape(milestone, counted, told, loaded, finished=finished),
        due=day_of(milestone.due_on),
        moves_to=short(asked) if asked else "",
        note=note,
        note_tone=tone,
        chance=_milestone_chance(milestone, accepted, told, finished=finished),
        sign=_("%(n)d of %(all)d") % {"n": len(accepted), "all": len(counted)},
        done=_("%(n)d of %(all)d")
        % {"n": sum(one.ticked for one in counted), "all": sum(one.lines for one in counted)},
        rows=rows,
        is_open=is_open,
    )


def _contents(counted: Sequence[Any], dropped: int, *, finished: bool) -> str:
    told = ngettext("%(n)d deliverable", "%(n)d deliverables", len(counted)) % {"n": len(counted)}
    if dropped:
        told = _("%(told)s, %(n)d dropped") % {"told": told, "n": dropped}
    to_sign = sum(1 for one in counted if one.state == DeliverableState.IN_REVIEW and one.needs_sign_off)
    if to_sign:
        return _("%(told)s, %(n)d to sign off") % {"told": told, "n": to_sign}
    started = any(one.started_on for one in counted)
    if counted and not started and not finished:
        return _("%(told)s, starts %(day)s") % {"told": told, "day": short(min(one.start_on for one in counted))}
    return told


def _milestone_note(milestone: Milestone, accepted: Sequence[Any], told: Outlook, *, finished: bool) -> tuple[str, str]:
    if finished:
        return _("accepted %(day)s") % {"day": short(_last(accepted))}, ""
    if told.likely is None:
        return "", ""
    return _("likely %(day)s") % {"day": short(told.likely)}, "t-bad" if told.likely > milestone.due_on else ""


def _last(accepted: Sequence[Any]) -> date:
    last: date = max(one.accepted_on for one in accepted)
    return last


def _milestone_shape(
    milestone: Milestone, counted: Sequence[Any], told: Outlook, loaded: Loaded, *, finished: bool
) -> str:
    if finished:
        return "accepted"
    if counted and milestone.due_on < loaded.today:
        return "late"
    if told.health in {"at_risk", "off_track"}:
        return told.health
    return "in_progress" if any(one.started_on for one in counted) else "planned"


def _milestone_chance(milestone: Milestone, accepted: Sequence[Any], told: Outlook, *, finished: bool) -> Said:
    if finished:
        in_time = _last(accepted) <= milestone.due_on
        return Said(_("Met"), _("on time")) if in_time else Said(_("Accepted"), _("after its date"), "t-warn")
    if told.chance is None:
        return Said(DASH)
    return Said(percent(told.chance), word(told.health), states.TONES.get(told.health, ""))


@dataclass(frozen=True)
class ChangeLine:
    """A plan change that waits for a signer."""

    public_id: str
    number: int
    what: str
    moves: str
    note: str


def change_lines(loaded: Loaded) -> list[ChangeLine]:
    """The plan changes that nobody has decided yet, in words."""
    return [
        ChangeLine(
            public_id=change.public_id,
            number=change.number,
            what=change.what,
            moves=upper(_moves_words([_move_words(move) for move in change.moves.all()])),
            note=_("Asked by %(name)s on %(day)s.")
            % {"name": change.asked_by.name, "day": short(change.asked_at.date())},
        )
        for change in loaded.changes
    ]


def _moves_words(told: Sequence[str]) -> str:
    """The first moves, and how many more there are: the rest is read on the change's page."""
    if len(told) <= MOST_MOVES:
        return ", ".join(told)
    more = len(told) - (MOST_MOVES - 1)
    named = ", ".join(told[: MOST_MOVES - 1])
    return ngettext("%(moves)s, and %(n)d more", "%(moves)s, and %(n)d more", more) % {"moves": named, "n": more}


def _move_words(move: PlanMove) -> str:
    if move.kind == Moves.TARGET and move.metric:
        return _("%(name)s to %(value)s") % {"name": move.metric.name, "value": number(move.to_value)}
    if move.kind == Moves.DROP and move.deliverable:
        return _("%(name)s dropped") % {"name": move.deliverable.title}
    if move.kind == Moves.ADD:
        return _("day %(day)d added, due %(new)s") % {"day": move.added["day"], "new": short(move.to_on)}
    name = (
        move.deliverable.title
        if move.deliverable
        else _("day %(day)d") % {"day": move.milestone.day if move.milestone else 0}
    )
    return _("%(name)s from %(old)s to %(new)s") % {"name": name, "old": before(move), "new": after(move)}

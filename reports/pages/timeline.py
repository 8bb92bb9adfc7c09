"""The timeline of the plan: the next milestone, everything, a table, or nothing."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.looks import word
from milestones.models import Milestone
from milestones.states import DeliverableState
from milestones.versions import AGREED, Version, chosen, versions
from reports import charts
from reports.chart_words import words
from reports.pages.pictures import drawn
from reports.pages.plan import Loaded
from reports.pages.states import shape_of
from reports.pages.words import Day, day_of, short

# The rail beside it leaves this much; a phone has the compact form.
WIDTH, PHONE = 752.0, 358.0


@dataclass(frozen=True)
class Choice:
    """One way of showing it."""

    value: str
    label: str
    current: bool


@dataclass(frozen=True)
class Line:
    """A row of the table behind the picture."""

    title: str
    state: str
    start: str
    due: Day
    likely: str
    late: str
    was: str = ""


@dataclass(frozen=True)
class TimelineView:
    """What the card shows."""

    choices: tuple[Choice, ...]
    wide: SafeString
    compact: SafeString
    table: tuple[Line, ...]
    hidden: bool
    view: str
    against: tuple[Choice, ...]
    compares: bool


def timeline_of(loaded: Loaded, view: str, against: str = "") -> TimelineView | None:
    """Return nothing for a plan without deliverables; `against` names an earlier set of due dates to draw too."""
    shown = [one for one in loaded.deliverables if one.state != DeliverableState.DROPPED]
    milestone = loaded.next_milestone()
    if not shown or milestone is None:
        return None
    known = versions(loaded.engagement, shown, loaded.milestones)
    was = chosen(known, against)
    near = [one for one in shown if milestone.pk in {one.milestone_id, was.homes.get(one.pk) if was else None}]
    return TimelineView(
        choices=tuple(_choices(milestone, len(shown), view)),
        wide=_picture(loaded, milestone, near, shown, view, was, compact=False),
        compact=_picture(loaded, milestone, near, shown, view, was, compact=True),
        table=tuple(_line(one, loaded, was) for one in shown) if view == "table" else (),
        hidden=view == "hide",
        view=view,
        against=tuple(_against(known, was)),
        compares=was is not None,
    )


def _against(known: list[Version], was: Version | None) -> list[Choice]:
    """The sets of due dates to choose from; none where nothing ever moved."""
    if not known:
        return []
    made = [Choice("", _("Due dates alone"), was is None)]
    for one in known:
        label = _("Against the agreed dates") if one.key == AGREED else _("Against change %(n)d") % {"n": one.number}
        made.append(Choice(one.key, label, one is was))
    return made


def _choices(milestone: Milestone, count: int, view: str) -> list[Choice]:
    made = [
        ("", _("Day %(day)d") % {"day": milestone.day}),
        ("all", _("All %(n)d") % {"n": count}),
        ("table", _("Table")),
        ("hide", _("Hide")),
    ]
    return [Choice(value, label, value == view) for value, label in made]


def _picture(
    loaded: Loaded,
    milestone: Milestone,
    near: list[Any],
    shown: list[Any],
    view: str,
    was: Version | None,
    *,
    compact: bool,
) -> SafeString:
    if view in {"table", "hide"}:
        return SafeString("")
    items = near if view == "" else shown
    plan = charts.Timeline(
        title=_("Deliverables of day %(day)d: due dates and forecasts") % {"day": milestone.day}
        if view == ""
        else _("All deliverables: due dates and forecasts"),
        items=tuple(_item(one, loaded, was) for one in sorted(items, key=lambda one: (one.due_on, one.number))),
        bands=tuple(_bands(loaded, milestone if view == "" else None, was)),
        start=_start(loaded, milestone, items, view),
        end=_end(loaded, items, milestone),
        today=loaded.today,
        today_label=_("Today, %(day)s") % {"day": short(loaded.today)},
        holidays=tuple(_holidays(loaded)),
    )
    uid = "tlc" if compact else "tl"
    width = PHONE if compact else WIDTH
    return drawn(charts.timeline(plan, uid=uid, width=width, compact=compact, dense=not compact, words=words()))


def _start(loaded: Loaded, milestone: Milestone, items: list[Any], view: str) -> date:
    if view == "all":
        return loaded.engagement.start_on
    first = min(one.started_on or one.start_on for one in items) if items else loaded.today
    before = [one.due_on for one in loaded.milestones if one.day < milestone.day]
    return min(max(first, max(before, default=first) - timedelta(days=7)), loaded.today - timedelta(days=3))


def _end(loaded: Loaded, items: list[Any], milestone: Milestone) -> date:
    last = max((one.due_on for one in items), default=milestone.due_on)
    ends = [one.due_on for one in loaded.milestones if one.due_on >= last]
    return max(last, milestone.due_on if milestone.due_on in ends or not ends else last) + timedelta(days=10)


def _bands(loaded: Loaded, only: Milestone | None, was: Version | None) -> list[charts.Band]:
    start = loaded.engagement.start_on
    bands = []
    for milestone in loaded.milestones:
        label = _("Day %(day)d, %(date)s") % {"day": milestone.day, "date": short(milestone.due_on)}
        band = charts.Band(
            milestone.name,
            start,
            milestone.due_on,
            label=label,
            short=_("Day %(day)d") % {"day": milestone.day},
            was=was.stages.get(milestone.pk) if was else None,
        )
        if only is None or milestone.day >= only.day:
            bands.append(band)
        start = milestone.due_on + timedelta(days=1)
    return bands


def _item(deliverable: Any, loaded: Loaded, was: Version | None = None) -> charts.Item:
    told = loaded.told(deliverable)
    finished = not deliverable.is_unfinished
    slip = None
    if not finished and told.likely and told.likely > deliverable.due_on:
        slip = loaded.calendar.working_days_between(deliverable.due_on, told.likely)
    return charts.Item(
        name=_name(deliverable, was),
        state=shape_of(deliverable, told, loaded.today),
        start=deliverable.started_on or deliverable.start_on,
        due=deliverable.due_on,
        likely=None if finished else told.likely,
        by_8_in_10=None if finished else told.eight_in_ten,
        done_on=deliverable.accepted_on,
        progress=None if deliverable.started_on else 0.0,
        slip=slip,
        was=was.works.get(deliverable.pk) if was else None,
    )


def _name(deliverable: Any, was: Version | None) -> str:
    """The title, and where to a deliverable went that was due for another milestone."""
    if was is None or deliverable.pk not in was.homes:
        return str(deliverable.title)
    places = {"day": deliverable.milestone.day, "title": deliverable.title}
    return _("Now day %(day)d: %(title)s") % places


def _holidays(loaded: Loaded) -> list[date]:
    if not loaded.milestones:
        return []
    end = loaded.milestones[-1].due_on + timedelta(days=60)
    return [day for day, _name in loaded.calendar.holidays_between(loaded.engagement.start_on, end)]


def _line(deliverable: Any, loaded: Loaded, was: Version | None) -> Line:
    told = loaded.told(deliverable)
    late = ""
    if deliverable.is_unfinished and told.likely and told.likely > deliverable.due_on:
        late = f"+{loaded.calendar.working_days_between(deliverable.due_on, told.likely)}"
    return Line(
        title=deliverable.title,
        state=word(deliverable.state),
        start=short(deliverable.started_on or deliverable.start_on),
        due=day_of(deliverable.due_on),
        likely=short(deliverable.accepted_on or told.likely),
        late=late,
        was=_was(deliverable, loaded, was) if was else "",
    )


def _was(deliverable: Any, loaded: Loaded, was: Version) -> str:
    """An earlier due date, with the milestone where that was another."""
    days = {one.pk: one.day for one in loaded.milestones}
    on, home = short(was.works.get(deliverable.pk)), was.homes.get(deliverable.pk)
    return _("%(on)s, day %(day)d") % {"on": on, "day": days[home]} if home in days else on

"""Why a deliverable is likely on another day than it is due: the drivers in words, summing to the delay."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from milestones.words import driver_sentence
from reports.pages.forecasts import Outlook
from reports.pages.pictures import driver_bar
from reports.pages.plan import Loaded
from reports.pages.words import percent, short, upper


@dataclass(frozen=True)
class DriverLine:
    """One driver: its sentence, a small bar, and its share in working days."""

    text: str
    bar: SafeString
    days: str


@dataclass(frozen=True)
class Why:
    """The forecast in words."""

    title: str
    note: str
    drivers: tuple[DriverLine, ...]
    sum_label: str
    total: str
    without: str


def signed(count: int) -> str:
    """`+3 d`, `−1 d`, `0 d`, with a true minus."""
    mark = "+" if count > 0 else "−" if count < 0 else ""
    return _("%(days)s d") % {"days": f"{mark}{abs(count)}"}


def why_of(deliverable: Any, loaded: Loaded) -> Why | None:
    """Return nothing for what is finished or has no forecast yet."""
    told = loaded.told(deliverable)
    if not deliverable.is_unfinished or told.likely is None:
        return None
    delay = (
        told.delay if told.delay is not None else loaded.calendar.working_days_between(deliverable.due_on, told.likely)
    )
    drivers = _drivers(told, loaded)
    return Why(
        title=_("Why likely %(day)s") % {"day": short(told.likely)}
        if drivers
        else _("Likely %(day)s") % {"day": short(told.likely)},
        note=_("due %(due)s; 8 in 10 by %(day)s") % {"due": short(deliverable.due_on), "day": short(told.eight_in_ten)},
        drivers=drivers,
        sum_label=_("Working days after the due date") if delay >= 0 else _("Working days before the due date"),
        total=_("%(n)d d") % {"n": abs(delay)},
        without=_without(told, deliverable),
    )


@dataclass(frozen=True)
class MilestoneWhy:
    """What drives the next milestone: the card beside the timeline."""

    title: str
    likely: str
    note: str
    drivers: tuple[DriverLine, ...]
    sum_label: str
    total: str
    without: str


def milestone_why(loaded: Loaded) -> MilestoneWhy | None:
    """Return nothing where the next milestone is finished or was never forecast."""
    milestone = loaded.next_milestone()
    if milestone is None or not any(one.is_unfinished for one in loaded.of(milestone)):
        return None
    told = loaded.told(milestone)
    if told.likely is None:
        return None
    due = short(milestone.due_on)
    delay = told.delay or 0
    late = _("Working days after %(day)s") if delay >= 0 else _("Working days before %(day)s")
    return MilestoneWhy(
        title=_("What drives day %(day)d") % {"day": milestone.day},
        likely=_("Likely %(day)s") % {"day": short(told.likely)},
        note=_("8 in 10 by %(late)s; %(chance)s chance of %(due)s")
        % {"late": short(told.eight_in_ten), "chance": percent(told.chance), "due": due},
        drivers=_drivers(told, loaded),
        sum_label=late % {"day": due},
        total=_("%(n)d d") % {"n": abs(delay)},
        without=_without_words(told) if told.free_likely and told.free_likely < told.likely else "",
    )


def _drivers(told: Outlook, loaded: Loaded) -> tuple[DriverLine, ...]:
    titles = {one.public_id: one.title for one in loaded.deliverables}
    return tuple(_driver(driver, titles) for driver in told.drivers if driver.get("days"))


def _driver(driver: Mapping[str, Any], titles: Mapping[str, str]) -> DriverLine:
    count = int(driver["days"])
    gains = {"start_early": _("started early"), "ahead": _("ahead of its plan")}
    text = driver_sentence(driver, titles) or gains.get(driver["kind"], _("other causes"))
    return DriverLine(upper(text), driver_bar(count), signed(count))


def _without(told: Outlook, deliverable: Any) -> str:
    if not deliverable.open_waits or told.free_likely is None or told.free_likely == told.likely:
        return ""
    return _without_words(told)


def _without_words(told: Outlook) -> str:
    return _("Without the wait: likely %(likely)s, 8 in 10 by %(late)s.") % {
        "likely": short(told.free_likely),
        "late": short(told.free_eight_in_ten),
    }

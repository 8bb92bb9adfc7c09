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
from reports.pages.words import short, upper


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
    titles = {one.public_id: one.title for one in loaded.deliverables}
    drivers = [_driver(driver, titles) for driver in told.drivers if driver.get("days")]
    return Why(
        title=_("Why likely %(day)s") % {"day": short(told.likely)}
        if drivers
        else _("Likely %(day)s") % {"day": short(told.likely)},
        note=_("due %(due)s; 8 in 10 by %(day)s") % {"due": short(deliverable.due_on), "day": short(told.eight_in_ten)},
        drivers=tuple(drivers),
        total=signed(delay),
        without=_without(told, deliverable),
    )


def _driver(driver: Mapping[str, Any], titles: Mapping[str, str]) -> DriverLine:
    count = int(driver["days"])
    gains = {"start_early": _("started early"), "ahead": _("ahead of its plan")}
    text = driver_sentence(driver, titles) or gains.get(driver["kind"], _("other causes"))
    return DriverLine(upper(text), driver_bar(count), signed(count))


def _without(told: Outlook, deliverable: Any) -> str:
    if not deliverable.open_waits or told.free_likely is None or told.free_likely == told.likely:
        return ""
    return _("Without the wait: likely %(likely)s, 8 in 10 by %(late)s.") % {
        "likely": short(told.free_likely),
        "late": short(told.free_eight_in_ten),
    }

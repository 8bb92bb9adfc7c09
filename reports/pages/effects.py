"""What a plan change does to the forecast, milestone by milestone, from the facts of milestones/effects.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _, ngettext

from accounts.looks import word
from milestones.health import grade
from reports.pages.words import percent, short


@dataclass(frozen=True)
class Cell:
    """A figure before and after; `after` is empty where nothing changes."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One milestone; `health` is that of its chance once the change is approved, `note` what it overlooks."""

    title: str
    health: str
    word: str
    cells: tuple[Cell, ...]
    note: str = ""


def effect_lines(facts: Mapping[str, Any]) -> list[Line]:
    """Return a line for each milestone that is forecast."""
    return [_line(one) for one in facts.get("milestones", ())]


def _line(one: Mapping[str, Any]) -> Line:
    before, after = one.get("before", {}), one.get("after", {})
    health = grade(after["chance"]) if after else ""
    cells = (
        _cell(_("Due"), _day(one.get("due")), _day(one.get("due_after"))),
        _cell(_("Likely"), _day(before.get("likely")), _day(after.get("likely"))),
        _cell(_("8 in 10 by"), _day(before.get("eight_in_ten")), _day(after.get("eight_in_ten"))),
        _cell(_("Chance"), _chance(before), _chance(after)),
    )
    title = _("Day %(day)d, %(name)s") % {"day": one["day"], "name": one["name"]}
    return Line(title, health, word(health) if health else _("Nothing left to do"), cells, _beyond(one))


def _beyond(one: Mapping[str, Any]) -> str:
    n = one.get("beyond", 0)
    sentence = ngettext(
        "%(n)s deliverable would be due after day %(day)s, which then waits for it. Move day %(day)s as well.",
        "%(n)s deliverables would be due after day %(day)s, which then waits for them. Move day %(day)s as well.",
        n,
    )
    return sentence % {"n": n, "day": one["day"]} if n else ""


def _cell(name: str, before: str, after: str) -> Cell:
    return Cell(name, before or after, after if before and after != before else "")


def _day(value: object) -> str:
    return short(date.fromisoformat(value)) if isinstance(value, str) else ""


def _chance(outlook: Mapping[str, Any]) -> str:
    return percent(outlook["chance"]) if outlook else ""

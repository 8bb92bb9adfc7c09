"""The page of an engagement's forecast history: pictures, their tables, and what they mean."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from engagements.models import Engagement
from milestones.models import Milestone
from reports import charts, history
from reports.chart_words import words
from reports.history import Earned, History
from reports.pages.pictures import drawn

WIDE, PHONE = 960.0, 358.0
WHOLE = "all"


@dataclass(frozen=True)
class Choice:
    """What the history is of."""

    value: str
    label: str
    current: bool


@dataclass(frozen=True)
class HistoryView:
    """Two cards: the dates by day, and SPI(t)."""

    choices: tuple[Choice, ...]
    said: str
    wide: SafeString
    compact: SafeString
    rows: tuple[tuple[str, ...], ...]
    earned: Earned
    earned_wide: SafeString
    earned_rows: tuple[tuple[str, str], ...]


def chosen(milestones: Sequence[Milestone], value: str, current: Milestone | None) -> Milestone | None:
    """Return the milestone of this day (the current one for nothing known), None for the whole engagement."""
    if value == WHOLE:
        return None
    return next((one for one in milestones if str(one.day) == value), current)


def view_of(engagement: Engagement, milestones: Sequence[Milestone], milestone: Milestone | None) -> HistoryView:
    """Put the page together."""
    found = history.of(engagement, milestone, milestones)
    earned = history.earned_of(engagement)
    picks = [Choice(str(one.day), _("Day %(day)d") % {"day": one.day}, one == milestone) for one in milestones]
    picks.append(Choice(WHOLE, _("All of it"), milestone is None))
    name = _("day %(day)d") % {"day": milestone.day} if milestone else _("the engagement")
    return HistoryView(
        choices=tuple(picks),
        said=history.moved(found),
        wide=_picture(found, name, "fh", WIDE),
        compact=_picture(found, name, "fhc", PHONE),
        rows=tuple(one.told for one in reversed(found.days)),
        earned=earned,
        earned_wide=_index(earned),
        earned_rows=tuple((words().day(one.on), f"{one.value:.2f}") for one in reversed(earned.readings)),
    )


def _picture(found: History, name: str, uid: str, width: float) -> SafeString:
    if not found.is_enough:
        return SafeString("")
    title = _("Forecast of %(name)s by day: likely, 8 in 10, and due") % {"name": name}
    days = [one.drawn for one in found.days]
    return drawn(charts.forecast_history(days, title=title, uid=uid, width=width, words=words()))


def _index(earned: Earned) -> SafeString:
    if not earned.readings:
        return SafeString("")
    return drawn(charts.index_line(earned.readings, title=_("SPI(t) by day"), uid="spi", words=words()))

"""The charts as the firm's pages ask for them: markup that templates may print."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from django.utils.safestring import SafeString, mark_safe

from reports import charts

TONES: Final = {"at_risk": "warn", "off_track": "bad", "late": "bad"}
# A driver of so many days, or points of a hundred, fills its small bar.
MOST_DAYS: Final = 5
MOST_POINTS: Final = 20


def drawn(svg: str) -> SafeString:
    """What a chart function returned: text in it is escaped there."""
    return mark_safe(svg)  # noqa: S308 - see above


def day_bar(day: int, milestones: Sequence[int], health: str) -> SafeString:
    """Days gone, one part a milestone; nothing without a plan."""
    return drawn(charts.progress(max(day, 0), tuple(milestones), state=health)) if milestones else SafeString("")


def spark(values: Sequence[Decimal], target: Decimal | None, health: str) -> SafeString:
    """A metric's readings against its target."""
    goal = None if target is None else float(target)
    return drawn(charts.spark([float(value) for value in values], target=goal, tone=TONES.get(health, "accent")))


def trend(values: Sequence[int]) -> SafeString:
    """A figure over the last weeks; a single value is no trend."""
    if len(values) < 2:
        return SafeString("")
    return drawn(charts.spark([float(value) for value in values], width=64))


def driver_bar(days: int) -> SafeString:
    """A driver's share of a delay."""
    return drawn(charts.driver(days, MOST_DAYS))


def points_bar(points: int) -> SafeString:
    """A driver's share of a chance, in points of a hundred."""
    return drawn(charts.driver(points, MOST_POINTS))

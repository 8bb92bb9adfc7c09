"""The risk that a deliverable is late, in words that sum to the number: beside why it is likely on another day."""

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from milestones.risk_words import risk_story
from reports.pages.pictures import points_bar
from reports.pages.plan import Loaded
from reports.pages.words import upper


@dataclass(frozen=True)
class PointLine:
    """One driver: its sentence, a small bar, and its points."""

    text: str
    bar: SafeString
    points: str


@dataclass(frozen=True)
class RiskPane:
    """The chance of being late; a usual deliverable's and the lines sum to `total`."""

    title: str
    lines: tuple[PointLine, ...]
    total: str


def signed_points(points: int) -> str:
    """`+3`, `−1`, with a true minus."""
    return f"{'+' if points > 0 else '−' if points < 0 else ''}{abs(points)}"


def risk_of(deliverable: Any, loaded: Loaded, user_id: int) -> RiskPane | None:
    """Return nothing for what is finished, is late already, or has no forecast of today's kind yet."""
    if not deliverable.is_unfinished:
        return None
    own = deliverable.owner is not None and deliverable.owner.user_id == user_id
    story = risk_story(loaded.told(deliverable).risk, own=own)
    if story is None:
        return None
    usual = PointLine(_("A usual deliverable"), points_bar(0), str(story.usual))
    lines = (PointLine(upper(one.text), points_bar(one.points), signed_points(one.points)) for one in story.lines)
    total = _("%(n)s%%") % {"n": story.percent}
    return RiskPane(_("Why %(risk)s late") % {"risk": total}, (usual, *lines), total)

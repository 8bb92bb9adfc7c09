"""The page of the firm's forecast record: how its dates held and its chances came true."""

from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from milestones.models.predictions import HORIZONS
from reports import charts, record
from reports.chart_words import words
from reports.pages.pictures import drawn
from reports.pages.words import DASH
from reports.record import Bin, Held, Record


@dataclass(frozen=True)
class Choice:
    """How long before the due date."""

    days: int
    label: str
    current: bool


@dataclass(frozen=True)
class Line:
    """A row of the table of dates."""

    name: str
    days: int
    far: str
    far_range: str
    likely: str
    likely_range: str


@dataclass(frozen=True)
class BinLine:
    """A row of the table of chances."""

    said: str
    mean: str
    true: str
    range: str
    count: int


@dataclass(frozen=True)
class RecordView:
    """What the page shows."""

    choices: tuple[Choice, ...]
    days: int
    big: str
    said: str
    likely: str
    chances: str
    picture: SafeString
    lines: tuple[Line, ...]
    bins: tuple[BinLine, ...]


def view_of(today: date, asked: str) -> RecordView:
    """Put the page together for the horizon that was asked for; two queries."""
    horizon = horizon_of(asked)
    found = record.read(today, horizon)
    far = found.far()
    return RecordView(
        choices=tuple(Choice(one, _("%(n)d days before") % {"n": one}, one == horizon) for one in HORIZONS),
        days=horizon,
        big=_("%(n)d%%") % {"n": round(far.share * 100)} if far.is_enough else "",
        said=record.told(found),
        likely=record.told_likely(found),
        chances=record.told_chances(found),
        picture=_picture(found),
        lines=tuple(_line(row) for row in found.rows),
        bins=tuple(_bin(one) for one in found.bins),
    )


def horizon_of(asked: str) -> int:
    """Return the horizon of these days, the usual one for anything else."""
    return next((one for one in HORIZONS if str(one) == asked), record.USUAL)


def _picture(found: Record) -> SafeString:
    if not found.chances().is_enough:
        return SafeString("")
    shares = [charts.Share(one.said, one.held.share, *one.held.range, one.held.count) for one in found.bins]
    title = _("Share of due dates that were met, by the chance that was said")
    across = _("chance said (up: share met)")
    return drawn(charts.reliability(shares, title=title, across=across, words=words()))


def _line(row: record.Row) -> Line:
    names = {"deliverable": _("Deliverables"), "milestone": _("Milestones")}
    return Line(
        name=names[row.kind],
        days=row.horizon,
        far=_of(row.far),
        far_range=_range(row.far),
        likely=_of(row.likely),
        likely_range=_range(row.likely),
    )


def _bin(one: Bin) -> BinLine:
    return BinLine(
        said=_("%(low)d to %(high)d%%") % {"low": one.tenth * 10, "high": one.tenth * 10 + 10},
        mean=_("%(n)d%%") % {"n": round(one.said * 100)},
        true=_("%(n)d%%") % {"n": round(one.held.share * 100)},
        range=_range(one.held),
        count=one.held.count,
    )


def _of(held: Held) -> str:
    if not held.count:
        return DASH
    return _("%(share)d%% of %(n)d") % {"share": round(held.share * 100), "n": held.count}


def _range(held: Held) -> str:
    if not held.count:
        return ""
    low, high = held.range
    return _("%(low)d to %(high)d%%") % {"low": round(low * 100), "high": round(high * 100)}

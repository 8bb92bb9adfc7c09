"""How the firm's forecasts held: counted by the database from the predictions that are decided.

A prediction counts once its date is over, whether or not the work is finished by then: counting finished work alone
would leave out just what is late.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Any, Final

from django.db.models import Avg, Case, Count, F, IntegerField, Q, Value, When
from django.db.models.functions import Cast, Floor, Least
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from milestones.models import Prediction
from milestones.models.predictions import HORIZONS

LEAST: Final = 30  # decided predictions; fewer are no record
USUAL: Final = 14  # the horizon that the page begins with
PROMISED: Final = 0.8
Z95: Final = 1.959964
TENTHS: Final = 10

HEAD: Final[tuple[Promise, ...]] = (
    gettext_lazy("Client"),
    gettext_lazy("Engagement"),
    gettext_lazy("Deliverable or milestone"),
    gettext_lazy("Days before"),
    gettext_lazy("Said on"),
    gettext_lazy("Due then"),
    gettext_lazy("Likely"),
    gettext_lazy("8 in 10 by"),
    gettext_lazy("Chance"),
    gettext_lazy("Finished"),
)


@dataclass(frozen=True)
class Held:
    """So many of `count` came true; `low` and `high` are the 95 % range of the share (Wilson 1927)."""

    true: int
    count: int

    @property
    def share(self) -> float:
        """The share that came true; 0 where nothing is decided."""
        return self.true / self.count if self.count else 0.0

    @property
    def range(self) -> tuple[float, float]:
        """The likely range of the share, as if each came true or not by itself."""
        if not self.count:
            return (0.0, 1.0)
        n, p, zz = self.count, self.share, Z95**2
        middle = (p + zz / (2 * n)) / (1 + zz / n)
        half = Z95 * sqrt(p * (1 - p) / n + zz / (4 * n * n)) / (1 + zz / n)
        return (max(0.0, middle - half), min(1.0, middle + half))

    @property
    def is_enough(self) -> bool:
        """Whether it makes a record."""
        return self.count >= LEAST


NOTHING: Final = Held(0, 0)


@dataclass(frozen=True)
class Row:
    """The record of deliverables or of milestones at one horizon: of the 8-in-10 dates and of the likely ones."""

    kind: str
    horizon: int
    far: Held
    likely: Held


@dataclass(frozen=True)
class Bin:
    """Chances of one tenth: their mean, and how many of them came true."""

    tenth: int
    said: float
    held: Held


@dataclass(frozen=True)
class Record:
    """Everything that is counted: by kind and horizon, and the tenths of one horizon."""

    rows: tuple[Row, ...]
    bins: tuple[Bin, ...]
    horizon: int

    def far(self) -> Held:
        """The 8-in-10 dates of the horizon, of deliverables and milestones together."""
        return _sum(row.far for row in self.rows if row.horizon == self.horizon)

    def likely(self) -> Held:
        """The likely dates likewise."""
        return _sum(row.likely for row in self.rows if row.horizon == self.horizon)

    def chances(self) -> Held:
        """The due dates that were met, of all whose chance was said."""
        return _sum(one.held for one in self.bins)

    @property
    def gap(self) -> float:
        """How far the chances were off: the mean distance of what was said and what came true, over the tenths."""
        count = sum(one.held.count for one in self.bins)
        return sum(one.held.count * abs(one.said - one.held.share) for one in self.bins) / count if count else 0.0


def _sum(parts: Iterable[Held]) -> Held:
    true = count = 0
    for one in parts:
        true, count = true + one.true, count + one.count
    return Held(true, count)


def read(today: date, horizon: int = USUAL) -> Record:
    """Count the record as of today; two queries, whatever there is."""
    return Record(tuple(_rows(today)), tuple(_bins(today, horizon)), horizon)


def _rows(today: date) -> Iterator[Row]:
    kind = Case(When(milestone__isnull=True, then=Value("deliverable")), default=Value("milestone"))
    far, likely = Q(eight_in_ten__lt=today), Q(likely__lt=today)
    counted = (
        Prediction.objects.filter(void=False)
        .order_by()
        .annotate(kind=kind)
        .values("kind", "horizon")
        .annotate(
            far=Count("pk", filter=far),
            far_true=Count("pk", filter=far & Q(finished_on__lte=F("eight_in_ten"))),
            near=Count("pk", filter=likely),
            near_true=Count("pk", filter=likely & Q(finished_on__lte=F("likely"))),
        )
    )
    found = {(one["kind"], one["horizon"]): one for one in counted}
    for name in ("deliverable", "milestone"):
        for horizon in HORIZONS:
            one = found.get((name, horizon))
            if one is None:
                yield Row(name, horizon, NOTHING, NOTHING)
            else:
                yield Row(name, horizon, Held(one["far_true"], one["far"]), Held(one["near_true"], one["near"]))


def _bins(today: date, horizon: int) -> Iterator[Bin]:
    tenth = Least(Cast(Floor(F("chance") * TENTHS), IntegerField()), Value(TENTHS - 1))
    rows = (
        Prediction.objects.filter(void=False, horizon=horizon, due_on__lt=today)
        .order_by()
        .annotate(tenth=tenth)
        .values("tenth")
        .annotate(said=Avg("chance"), n=Count("pk"), true=Count("pk", filter=Q(finished_on__lte=F("due_on"))))
    )
    for one in sorted(rows, key=lambda row: int(row["tenth"])):
        yield Bin(one["tenth"], one["said"], Held(one["true"], one["n"]))


def export_rows(horizon: int) -> Iterator[tuple[object, ...]]:
    """Every prediction of a horizon, decided or not, for a spreadsheet."""
    fields = (
        "client__name", "engagement__name", "deliverable__title", "milestone__name", "horizon", "said_on", "due_on",
        "likely", "eight_in_ten", "chance", "finished_on",
    )  # fmt: skip
    rows = Prediction.objects.filter(void=False, horizon=horizon).order_by("said_on", "pk").values_list(*fields)
    for client, engagement, title, stage, days, *dates, chance, finished in rows.iterator(2000):
        told: list[Any] = [one.isoformat() for one in dates]
        yield (client, engagement, title or stage, days, *told, chance, finished.isoformat() if finished else "")


# --- in words ------------------------------------------------------------------------------------------------


def told(found: Record) -> str:
    """Say how the 8-in-10 dates held, and what that means."""
    far = found.far()
    if not far.is_enough:
        return _("Not enough history yet: %(n)d dates said %(days)d days ahead are over, %(least)d make a record.") % {
            "n": far.count,
            "days": found.horizon,
            "least": LEAST,
        }
    low, high = far.range
    known = {"share": _percent(far.share), "n": far.count, "low": _percent(low), "high": _percent(high)}
    known["days"] = found.horizon
    said = _("Our 8-in-10 dates held %(share)s%% of %(n)d times, said %(days)d days before the due date "
             "(95%% range: %(low)s to %(high)s).") % known  # fmt: skip
    return f"{said} {_verdict(low, high)}"


def _verdict(low: float, high: float) -> str:
    if high < PROMISED:
        return _("They promise too much: 80% would be right.")
    if low > PROMISED:
        return _("They are too careful: 80% would be right.")
    return _("That agrees with the 80% that they promise.")


def told_likely(found: Record) -> str:
    """Say how often the work was done by its likely date."""
    likely = found.likely()
    if not likely.is_enough:
        return ""
    low, high = likely.range
    known = {"share": _percent(likely.share), "n": likely.count, "low": _percent(low), "high": _percent(high)}
    return (
        _("By its likely date work was done %(share)s%% of %(n)d times (%(low)s to %(high)s); half would be right.")
        % known
    )


def told_chances(found: Record) -> str:
    """Say how far the chances were off."""
    chances = found.chances()
    if not chances.is_enough:
        return _("Not enough history yet: %(n)d due dates are over, %(least)d make a record.") % {
            "n": chances.count,
            "least": LEAST,
        }
    said = _("Of %(n)d due dates %(share)s%% were met. A chance was off by %(gap)s points on average: of all that "
             "were said to have 60%%, 60%% should be met.")  # fmt: skip
    return said % {"n": chances.count, "share": _percent(chances.share), "gap": _percent(found.gap)}


def _percent(share: float) -> str:
    return str(round(share * 100))

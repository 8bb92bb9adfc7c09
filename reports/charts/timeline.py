"""The plan as a timeline: done, likely (bar), 8 in 10 (thin line) and due (tick), a row a deliverable."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from accounts.glyphs import glyph, shape_of
from reports.charts.labels import Placed, placed
from reports.charts.scale import Days
from reports.charts.svg import Face, dashes, fit, path, picture, rect, spoken, text, width_of
from reports.charts.theme import WEB, Theme
from reports.charts.types import ENGLISH, Band, Item, Timeline, Words

BAR = 8
# No forecast stretches the picture further than this share of the plan: the plan must stay readable.
STRETCH = 0.35
NAMED = 60
# Width that a figure such as "+12 d" takes behind its row, in user units.
SLIP_ROOM = 48
# What a further line of milestones adds to a dense plan's head.
LINE = 14


@dataclass(frozen=True, slots=True)
class Layout:
    """Measures of one form of the picture, in user units."""

    width: float
    labels: float
    row: float
    head: float
    ticks: int
    compact: bool
    dense: bool

    @property
    def right(self) -> float:
        """Where the plan ends; slips are written in the margin behind it."""
        return self.width - (10 if self.compact else 4)


def _layout(width: float, *, compact: bool, dense: bool) -> Layout:
    if compact:
        return Layout(width, 8, 44, 44, 4, compact=True, dense=False)
    labels = min(262, round(width * 0.35))
    if dense:
        return Layout(width, labels, 22, 32, 8, compact=False, dense=True)
    return Layout(width, labels, 33, 44, 7, compact=False, dense=False)


def _far(item: Item) -> date:
    """The last day that a row's drawing reaches."""
    return max(day for day in (item.due, item.likely, item.by_8_in_10, item.done_on, item.was) if day)


def _last_day(plan: Timeline, room: float) -> date:
    """The plan's end, or the latest forecast where it is not unreasonably far out.

    `room` is the width of the picture: a row that slips keeps some for the figure behind it.
    """
    span = max((plan.end - plan.start).days, 7)
    beyond = max(((_far(item) - plan.end).days for item in plan.items), default=0)
    slipping = max(((_far(item) - plan.end).days for item in plan.items if item.slip), default=-span)
    most = int(span * STRETCH)
    # Days as wide as a figure, on the scale that has room for it.
    figure = int((span + min(max(slipping, 0), most)) * SLIP_ROOM / max(room - SLIP_ROOM, 1)) + 1
    wanted = max(beyond, slipping + figure, 0)
    return plan.end + timedelta(days=min(wanted, most + figure, (date.max - plan.end).days))


def _drawn(item: Item) -> date:
    """Where the bar ends: when it was done, else when it is likely to be."""
    return item.done_on or item.likely or item.due


@dataclass(frozen=True, slots=True)
class _Pen:
    """Everything that each part of the picture needs."""

    plan: Timeline
    days: Days
    box: Layout
    c: Theme
    words: Words
    height: float
    labels: tuple[tuple[Band, Placed, float], ...] = ()

    def bands(self) -> str:
        """Milestones as two alternating grounds, each with its name and the dashed line of its due date."""
        shown = self._shown_bands()
        grounds = [
            rect(a, 0, b - a, self.height, self.c["band_b" if index % 2 else "band_a"], 8) for index, a, b, _ in shown
        ]
        grounds += [self._was(band.was, band.end, self.box.head - 6) for *_, band in shown]
        if self.box.dense:
            return "".join(grounds + [self._dense_due(band, one) for band, one, _ in self.labels])
        # One name too long for its milestone and all are called by their days: no half names side by side.
        short = all(m.short for *_, m in shown) and any(width_of(m.name, 12) > b - a - 20 for _, a, b, m in shown)
        heads = [self._band_head(a, b, m, m.short if short else m.name) for _, a, b, m in shown]
        return "".join(grounds + heads)

    def _shown_bands(self) -> list[tuple[int, float, float, Band]]:
        """Index, left, right and milestone of what lies inside the picture at all."""
        placed = [(i, self.days.at(m.start), self.days.at(m.end), m) for i, m in enumerate(self.plan.bands)]
        return [band for band in placed if band[2] - band[1] >= 1]

    def _band_head(self, a: float, b: float, band: Band, name: str) -> str:
        room = b - a - 20
        beside = "" if self.box.compact else band.label
        if width_of(name, 12) + width_of(beside, 11) + 12 > room:
            beside = ""
        name = fit(name, room, 12)
        edge = path(f"M{b:.1f} {self.box.head - 4:g}V{self.height:g}", self.c["line2"], 1, dashes("2 4"))
        return (
            text(a + 10, 17, name, self.c["text"], Face(12, 600))
            + text(b - 10, 17, beside, self.c["text3"], Face(11, 400, "end"))
            + (edge if b < self.days.right - 1 else "")
        )

    def _dense_due(self, band: Band, one: Placed) -> str:
        line = path(
            f"M{self.days.at(band.end):.1f} {self.box.head - 6:g}V{self.height:g}",
            self.c["text2"],
            1.25,
            dashes("3 3"),
        )
        label = text(one.middle, 18 + LINE * one.line, self._label(band), self.c["text"], Face(11, 600, "middle"))
        return line + label

    def _label(self, band: Band) -> str:
        return f"{band.short or band.name}, {self.words.day(band.end)}"

    def named(self) -> "_Pen":
        """The pen with the labels of a dense plan placed, and a head that has room for their lines."""
        if not self.box.dense:
            return self
        shown = [(b, band) for _, _, b, band in self._shown_bands() if self.days.holds(band.end)]
        spans = [(b, width_of(self._label(band), 11)) for b, band in shown]
        at = placed(spans, (self.days.left, self.days.right), self._badge_span())
        more = LINE * max((one.line for one in at), default=0)
        labels = tuple((band, one, wide) for (_, band), one, (_, wide) in zip(shown, at, spans, strict=True))
        return replace(self, labels=labels, box=replace(self.box, head=self.box.head + more), height=self.height + more)

    def _taken(self) -> list[tuple[float, float]]:
        """Stretches of the head where no date fits: today's badge and, in a dense plan, milestones."""
        taken = [(one.middle - wide / 2, one.middle + wide / 2) for _, one, wide in self.labels if not one.line]
        return [(low - 6, high + 6) for low, high in (self._badge_span(), *taken)]

    def dates(self) -> str:
        """Dates along the top, left out where they would collide."""
        y = 18 if self.box.dense else 34
        taken, out, free = self._taken(), [], 0.0
        for day in self.days.ticks(self.box.ticks):
            x = self.days.at(day)
            anchor = "start" if x < self.days.left + 16 else "end" if x > self.days.right - 16 else "middle"
            shift = {"start": 10, "end": -4, "middle": 0}[anchor]
            wide = width_of(self.words.day(day), 11)
            begins = x + shift - {"start": 0.0, "end": wide, "middle": wide / 2}[anchor]
            if begins < free or any(begins < high and begins + wide > low for low, high in taken):
                continue
            free = begins + wide + 10
            out.append(text(x + shift, y, self.words.day(day), self.c["text3"], Face(11, 400, anchor)))
        return "".join(out)

    def holidays(self) -> str:
        """Days without work in the client's calendar, shaded."""
        wide, top = max(self.days.unit, 1.5), self.box.head - 4
        return "".join(
            rect(self.days.at(day), top, wide, self.height - top, self.c["line2"], more=' fill-opacity=".45"')
            for day in self.plan.holidays
            if self.days.holds(day)
        )

    def badge(self) -> str:
        """What stands on the line of today."""
        label = self.plan.today_label or f"{self.words.today}, {self.words.day(self.plan.today)}"
        short = label.rpartition(", ")[2]
        return short[:1].upper() + short[1:] if self.box.compact else label

    def today_line(self) -> str:
        """The line only; its badge is drawn last, above everything."""
        x = self.days.at(self.plan.today)
        return path(f"M{x:.1f} {self.box.head - 6:g}V{self.height:g}", self.c["now"], 1.5)

    def _badge_span(self) -> tuple[float, float]:
        wide = width_of(self.badge(), 11) + 20
        x = min(max(self.days.at(self.plan.today), self.days.left + wide / 2), self.days.right - wide / 2)
        return x - wide / 2, x + wide / 2

    def today_badge(self) -> str:
        """A filled pill on the line, held inside the picture."""
        low, high = self._badge_span()
        y = 5 if self.box.dense else 22
        return rect(low, y, high - low, 18, self.c["now"], 9) + text(
            (low + high) / 2, y + 12.8, self.badge(), self.c["on_now"], Face(11, 600, "middle")
        )

    def rows(self) -> str:
        """Every deliverable, hairlines between them."""
        out = []
        for index, item in enumerate(self.plan.items):
            top = self.box.head + index * self.box.row
            if index and not self.box.compact:
                out.append(path(f"M0 {top:.1f}H{self.days.right:.1f}", self.c["line"], 1, ' stroke-opacity=".7"'))
            out.append(self._name(item, top) + self._bar(item, self._middle(top)))
        return "".join(out)

    def _middle(self, top: float) -> float:
        return top + (30 if self.box.compact else self.box.row / 2)

    def _name(self, item: Item, top: float) -> str:
        colour = self.c["text2" if shape_of(item.state)[1] == "idle" else "text"]
        if self.box.compact:
            face = Face(12.5, 500, halo=self.c["band_a"])
            return glyph(item.state, 14, top + 11, self.c, 5.5) + text(
                26, top + 15, fit(item.name, self.box.width - 40, 12.5), colour, face
            )
        size = 12.5 if self.box.dense else 13
        y = self._middle(top)
        return glyph(item.state, 8, y, self.c) + text(
            24, y + 4.5, fit(item.name, self.box.labels - 36, size), colour, Face(size, 500)
        )

    def _bar(self, item: Item, y: float) -> str:
        if item.state == "dropped":
            return ""
        a, end = self.days.at(item.start), self.days.at(_drawn(item))
        end = max(end, a + 3)
        due = self.days.at(item.due)
        tick = path(f"M{due:.1f} {y - 8:.1f}v16", self.c["text2"], 1.75, ' stroke-linecap="round"')
        was = self._was(item.was, item.due, y)
        more = self._goes_on(item, y)
        return self._thin(item, end, y) + self._body(item, a, end, y) + tick + was + more + self._slip(item, y)

    def _goes_on(self, item: Item, y: float) -> str:
        """An arrowhead where a row reaches beyond the picture, so that its end is not taken for a date."""
        if self.days.holds(_far(item)):
            return ""
        tone = shape_of(item.state)[1]
        colour = self.c["base"] if tone == "idle" else self._tones(tone)[0]
        x = self.days.right
        return path(f"M{x - 4:.1f} {y - 4.5:.1f}l4.5 4.5l-4.5 4.5", colour, 1.75, ' stroke-linecap="round"')

    def _was(self, was: date | None, due: date, y: float) -> str:
        """An earlier due date: a hollow mark, and a dotted way from it to the one in force."""
        if was is None or was == due or not self.days.holds(was):
            return ""
        x, to = self.days.at(was), self.days.at(due)
        mark = f"M{x:.1f} {y - 5:.1f}l4.5 5l-4.5 5l-4.5 -5z"
        way = path(f"M{x:.1f} {y + 7:.1f}H{to:.1f}", self.c["text3"], 1, dashes("1.5 2.5"))
        hollow = (
            f'<path class="was" d="{mark}" fill="{self.c["surface"]}" stroke="{self.c["text2"]}" stroke-width="1.5"/>'
        )
        return way + hollow

    def _body(self, item: Item, a: float, end: float, y: float) -> str:
        tone = shape_of(item.state)[1]
        if item.done_on:
            return rect(a, y - BAR / 2, end - a, BAR, self.c["done"], 4)
        if tone == "idle":
            outline = f' stroke="{self.c["base"]}" stroke-dasharray="3 2.5"'
            return rect(a + 0.5, y - BAR / 2 + 0.5, end - a - 1, BAR - 1, self.c["surface"], 3.5, more=outline)
        strong, soft = self._tones(tone)
        outline = f' stroke="{strong}" stroke-opacity=".55"'
        rest = rect(a + 0.5, y - BAR / 2 + 0.5, end - a - 1, BAR - 1, soft, 3.5, more=outline)
        done = self._done_until(item, a, end) - a
        return rest + (rect(a, y - BAR / 2, done, BAR, strong, 4) if done > 0 else "")

    def _done_until(self, item: Item, a: float, end: float) -> float:
        if item.progress is not None:
            return a + (end - a) * min(max(item.progress, 0.0), 1.0)
        return min(self.days.at(self.plan.today), end)

    def _tones(self, tone: str) -> tuple[str, str]:
        if tone in {"warn", "bad"}:
            return self.c[tone], self.c[f"{tone}_soft"]
        return self.c["done"], self.c["rest"]

    def _thin(self, item: Item, end: float, y: float) -> str:
        if item.done_on or not item.by_8_in_10:
            return ""
        far = self.days.at(item.by_8_in_10)
        if far <= end:
            return ""
        tone = shape_of(item.state)[1]
        colour = self.c["base"] if tone == "idle" else self._tones(tone)[0]
        stop = f"M{far:.1f} {y - 3:.1f}v6" if self.days.holds(item.by_8_in_10) else ""
        line = f"M{end:.1f} {y:.1f}H{far:.1f}{stop}"
        return path(line, colour, 1.5, ' stroke-linecap="round"')

    def _slip(self, item: Item, y: float) -> str:
        if not item.slip:
            return ""
        words = self._figure(item)
        face = Face(11, 600, "start", self.c["band_a"] if self.box.compact else "")
        return text(self._figure_at(item), y + 4, words, self.c[self._slip_tone(item)], face)

    def _figure(self, item: Item) -> str:
        return self.words.slip.format(days=f"{item.slip:+d}".replace("-", "\u2212"))

    def _figure_at(self, item: Item) -> float:
        """Where a figure begins so that neither a milestone's line nor today's goes through it."""
        end = max(self.days.at(_drawn(item)), self.days.at(item.start) + 3)
        free = max(end, self.days.at(item.due), self.days.at(item.by_8_in_10 or _drawn(item))) + 8
        lines = [b for _, _, b, band in self._shown_bands() if self.days.holds(band.end)]
        for line in sorted([*lines, self.days.at(self.plan.today)]):
            if free - 3 < line < free + width_of(self._figure(item), 11) + 3:
                free = line + 5
        return free

    def beyond(self) -> float:
        """How far the widest row's figure would reach out of the picture."""
        told = [one for one in self.plan.items if one.slip and one.state != "dropped"]
        far = max((self._figure_at(one) + width_of(self._figure(one), 11) for one in told), default=0.0)
        return far - self.box.width

    def _slip_tone(self, item: Item) -> str:
        if item.slip and item.slip < 0:
            return "ok_text"
        if item.done_on:
            return "text3"
        return "bad_text" if shape_of(item.state)[1] == "bad" else "warn_text"

    def empty(self) -> str:
        """A sentence in place of rows."""
        if self.plan.items:
            return ""
        where = Face(13, 400, "middle")
        return text(self.box.width / 2, self.box.head + 26, self.words.nothing, self.c["text3"], where)


def _sentence(item: Item, words: Words) -> str:
    parts = [words.state(item.state), words.due.format(date=words.day(item.due))]
    if item.was and item.was != item.due:
        parts.append(words.was.format(date=words.day(item.was)))
    if item.done_on:
        parts.append(words.finished.format(date=words.day(item.done_on)))
    elif item.likely:
        parts.append(words.likely.format(date=words.day(item.likely)))
        if item.by_8_in_10:
            parts.append(words.eight_in_ten.format(date=words.day(item.by_8_in_10)))
    return f"{spoken(item.name)}: {', '.join(parts)}"


def describe(plan: Timeline, words: Words = ENGLISH) -> str:
    """The picture in words, for who cannot see it; the mail's alternative text too."""
    if not plan.items:
        return words.nothing
    said = [_sentence(item, words) for item in plan.items[:NAMED]]
    if len(plan.items) > NAMED:
        said.append(words.more.format(n=len(plan.items) - NAMED))
    return "; ".join(said)


def timeline(
    plan: Timeline,
    *,
    uid: str = "tl",
    theme: Theme = WEB,
    width: float = 1120,
    compact: bool = False,
    dense: bool = False,
    words: Words = ENGLISH,
) -> str:
    """Draw a plan as SVG.

    `width` is in user units (1120 fills a page, 752 a work page beside its rail, 358 a phone); `compact` puts
    names above bars, `dense` saves height. Both forms may stand on one page, each with its own `uid`.
    """
    box = _layout(358 if compact and width == 1120 else width, compact=compact, dense=dense)
    height = box.head + box.row * max(len(plan.items), 1) + 8
    last = _last_day(plan, box.right - box.labels)
    pen, right = None, box.right
    # A figure that would reach out of the picture gets its room from the days, on whose scale lines lie elsewhere then.
    while pen is None or (pen.beyond() > 0 and right > box.labels + box.width / 3):
        right -= pen.beyond() + 1 if pen else 0
        days = Days.between(plan.start, last, box.labels, right)
        pen = _Pen(_within(plan), days, box, theme, words, height)
    pen = pen.named()
    body = pen.bands() + pen.holidays() + pen.dates() + pen.rows() + pen.today_line() + pen.today_badge() + pen.empty()
    return picture(body, box.width, pen.height, uid=uid, title=plan.title, desc=describe(plan, words))


def _within(plan: Timeline) -> Timeline:
    """The same plan with its holidays cut to a year's worth, however many a caller hands over."""
    return replace(plan, holidays=plan.holidays[:400])

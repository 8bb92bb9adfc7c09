"""What a digest says, as plain values; the portal's and the portfolio's own selectors say it.

The mail and the dashboard never disagree, because both are made of the same board.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.utils.translation import gettext as _, ngettext

from accounts.looks import word
from reports import charts
from reports.access import Reader
from reports.chart_words import words
from reports.mail import absolute
from reports.pack.glyphs import in_our_font
from reports.portal import dashboard as boards, links
from reports.portal.dashboard import Dashboard
from reports.portal.metrics import MetricCard
from reports.portal.pictures import glance, plan_of_board
from reports.portal.rows import Row
from reports.portal.waiting import Todo

# A mail is read in a minute: what is beyond is on the page that the button opens.
MOST_WAITS: Final = 6
MOST_ROWS: Final = 14
NUMBERS: Final = 3
STEPS: Final = 3
PICTURE_WIDTH: Final = 534
SIGNS: Final = {"on_track": "✓", "at_risk": "▲", "off_track": "■", "starting": "○", "on_hold": "‖"}


@dataclass(frozen=True)
class Line:
    """Something that waits for the reader: why, and one way to it."""

    title: str
    why: str
    url: str
    verb: str
    is_late: bool = False


@dataclass(frozen=True)
class Number:
    """A figure with where it comes from."""

    now: str
    name: str
    since: str


@dataclass(frozen=True)
class Step:
    """A deliverable that is done, or comes next."""

    title: str
    when: str


@dataclass(frozen=True)
class Light:
    """One engagement of the portfolio in a line."""

    title: str
    state: str
    word: str
    why: str
    url: str


@dataclass(frozen=True)
class Part:
    """What a digest says of one engagement, or of the portfolio."""

    eyebrow: str
    heading: str
    state: str
    word: str
    verdict: str
    note: str
    note_by: str
    waits: tuple[Line, ...]
    more_waits: int
    waited: str
    button: str
    url: str
    numbers: tuple[Number, ...]
    lights: tuple[Light, ...]
    done: tuple[Step, ...]
    following: tuple[Step, ...]
    picture: bytes = b""
    picture_says: str = ""
    decided_by: str = ""
    left_to_signers: tuple[Line, ...] = ()
    more_left: int = 0

    @property
    def sign(self) -> str:
        """The state's shape as a character: mail programs draw no SVG."""
        return SIGNS.get(self.state, "")

    @property
    def waiting(self) -> int:
        """How many things wait for the reader."""
        return len(self.waits) + self.more_waits

    @property
    def left(self) -> int:
        """How many things wait for a signer, whom `decided_by` names, and not for the reader."""
        return len(self.left_to_signers) + self.more_left


def of_engagement(reader: Reader, code: str, *, drawn: bool) -> Part:
    """Return what a contact's digest says of one engagement, the present health included.

    `drawn` adds the timeline as a PNG.
    """
    engagement = boards.engagement(reader, code)
    plan_now = boards.plan_of(engagement)
    if plan_now is not None:
        plan_now.client_health = plan_now.health
    board = boards.dashboard(reader, engagement)
    plan = mail_plan(board) if drawn else None
    heading = _("%(name)s: %(state)s, %(day)s")
    places = {"name": board.engagement.name, "state": word(board.state).lower(), "day": board.day.lower()}
    return Part(
        eyebrow=_("%(client)s, week %(week)d, %(span)s")
        % {"client": reader.client.name, "week": board.week, "span": board.span},
        heading=heading % places,
        state=board.state,
        word=word(board.state),
        verdict=board.verdict,
        note=board.note.text if board.note else "",
        note_by=f"{board.note.by}, {board.note.when}" if board.note else "",
        waits=tuple(line(todo) for todo in board.todos[:MOST_WAITS]),
        more_waits=max(0, len(board.todos) - MOST_WAITS),
        waited=" ".join(part for part in (board.waited, board.waited_free) if part),
        button=_("Open the dashboard"),
        url=absolute(links.to(reader, "portal_engagement", code=code)),
        numbers=tuple(number(card) for card in board.metrics[:NUMBERS]),
        lights=(),
        done=tuple(done(board)),
        following=tuple(following(board)),
        picture=png_of(plan) if plan else b"",
        picture_says=charts.describe(replace(plan, items=plan.items[:8]), words()) if plan else "",
        decided_by=board.decided_by,
        left_to_signers=tuple(line(todo) for todo in board.left_to_signers[:MOST_WAITS]),
        more_left=max(0, len(board.left_to_signers) - MOST_WAITS),
    )


def line(todo: Todo) -> Line:
    """Return one thing that waits."""
    return Line(todo.title, todo.why, absolute(todo.url), todo.button, todo.is_late)


def number(card: MetricCard) -> Number:
    """Return a metric's figure: now, and from what."""
    now = f"{card.now} {card.unit}".strip()
    return Number(now, card.name, _("from %(start)s, target %(target)s") % {"start": card.start, "target": card.target})


def done(board: Dashboard) -> list[Step]:
    """Return what was accepted last."""
    finished = [row for row in board.rows if row.accepted and row.done_on]
    latest = sorted(finished, key=lambda row: row.done_on or date.min, reverse=True)
    return [Step(row.title, _("accepted %(day)s") % {"day": row.finish.text}) for row in latest[:STEPS]]


def following(board: Dashboard) -> list[Step]:
    """Return what comes next: unfinished and not with the client, by due date."""
    open_rows = [row for row in board.rows if not row.accepted and not row.to_sign]
    in_order = sorted(open_rows, key=lambda row: (row.due_on, row.title))
    return [Step(row.title, _expected(row)) for row in in_order[:STEPS]]


def _expected(row: Row) -> str:
    if row.is_risky and row.likely_on:
        return _("due %(due)s, likely %(likely)s") % {"due": row.due.text, "likely": row.finish.text}
    return _("due %(due)s") % {"due": row.due.text}


def mail_plan(board: Dashboard) -> charts.Timeline | None:
    """Return the timeline as the mail draws it: what counts now, short enough for a mail; None without rows."""
    rows = sorted(glance(board), key=lambda row: (row.due_on, row.title))
    if not rows:
        return None
    plan = plan_of_board(board, rows[:MOST_ROWS])
    return replace(plan, items=tuple(replace(item, name=_legible(item)) for item in plan.items))


def _legible(item: charts.Item) -> str:
    """Return a name without what the picture's one font lacks; the mail's text has the whole name."""
    name = in_our_font(item.name)
    return name if any(char.isalnum() for char in name) else words().due.format(date=words().day(item.due))


def png_of(plan: charts.Timeline) -> bytes:
    """Return the timeline as a PNG, at twice the size at which the mail shows it."""
    svg = charts.timeline(plan, uid="mail", theme=charts.PRINT, width=PICTURE_WIDTH, compact=True, words=words())
    return charts.png(svg, 2 * PICTURE_WIDTH)


def subject(part: Part) -> str:
    """Return "Claims triage: off track, day 48 of 90, 3 wait for you"; to a viewer "2 wait for Priya Nair"."""
    said = [part.heading]
    if part.waiting:
        said.append(ngettext("%(n)d waits for you", "%(n)d wait for you", part.waiting) % {"n": part.waiting})
    if part.left:
        waits = ngettext("%(n)d waits for %(name)s", "%(n)d wait for %(name)s", part.left)
        said.append(waits % {"n": part.left, "name": part.decided_by})
    return ", ".join(said)

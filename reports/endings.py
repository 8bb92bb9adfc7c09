"""What ends soon: engagements, placements and purchase orders, with what can be done about each; three queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from accounts.clock import today as today_at
from accounts.models import User
from engagements.models import Engagement, Placement
from milestones.models import Deliverable
from milestones.states import UNFINISHED
from reports.pages import contracted
from reports.pages.header import maybe_reverse
from reports.pages.words import Day, day_of, from_today, number, short

HORIZON: Final = 60
# Days from today (at the client's) up to which a group reaches; what is past its end comes first.
GROUPS: Final[tuple[tuple[int, Promise], ...]] = (
    (-1, gettext_lazy("Past the end")),
    (14, gettext_lazy("Within 14 days")),
    (30, gettext_lazy("Within 30 days")),
    (HORIZON, gettext_lazy("Within 60 days")),
)
KINDS: Final[dict[str, Promise]] = {
    "engagement": gettext_lazy("Engagement"),
    "placement": gettext_lazy("Placement"),
    "order": gettext_lazy("Purchase order"),
}


@dataclass(frozen=True)
class Ending:
    """One thing that ends: when, what hangs on it, and links to what can be done."""

    kind: str
    title: str
    client: str
    url: str
    on: date
    left: int
    note: str
    links: tuple[tuple[str, str], ...]

    @property
    def day(self) -> Day:
        """The date for the page."""
        return day_of(self.on)

    @property
    def when(self) -> str:
        """`in 6 days`, `3 days late`."""
        return from_today(self.on, self.on - timedelta(days=self.left))

    @property
    def kind_word(self) -> str:
        """What it is, in a word."""
        return str(KINDS[self.kind])

    @property
    def cells(self) -> tuple[object, ...]:
        """The row for a spreadsheet."""
        return (self.kind_word, self.title, self.client, self.on.isoformat(), self.left, self.note)


HEAD: Final[tuple[Promise, ...]] = (
    gettext_lazy("What"),
    gettext_lazy("Name"),
    gettext_lazy("Client"),
    gettext_lazy("Ends on"),
    gettext_lazy("Days left"),
    gettext_lazy("Note"),
)


@dataclass(frozen=True)
class Group:
    """Endings of one distance."""

    title: str
    rows: tuple[Ending, ...]


def endings(user: User) -> list[Ending]:
    """Return what ends within 60 days at the live engagements that a person sees, and what is past its end."""
    seen = Engagement.objects.visible_to(user).live().present()
    found = [*_engagements(seen), *_placements(seen)]
    return sorted(found, key=lambda one: (one.left, one.client, one.kind, one.title))


def grouped(rows: Iterable[Ending]) -> list[Group]:
    """Return the endings by distance; a group of nothing is left out."""
    left = list(rows)
    made = []
    for most, title in GROUPS:
        own, left = [one for one in left if one.left <= most], [one for one in left if one.left > most]
        if own:
            made.append(Group(str(title), tuple(own)))
    return made


def _engagements(seen: Any) -> Iterable[Ending]:
    until = today_at() + timedelta(days=HORIZON + 1)
    rows = seen.annotate(
        last_on=Max("milestones__due_on"),
        open=Count("deliverables", filter=Q(deliverables__state__in=sorted(UNFINISHED)), distinct=True),
    )
    for row in rows.filter(last_on__lte=until).select_related("client"):
        left = (row.last_on - row.today()).days
        if left <= HORIZON:
            yield Ending(
                kind="engagement",
                title=row.name,
                client=row.client.name,
                url=row.get_absolute_url(),
                on=row.last_on,
                left=left,
                note=_open_words(row.open),
                links=tuple(_engagement_links(row)),
            )


def _open_words(count: int) -> str:
    if not count:
        return _("Nothing is open.")
    return ngettext("%(n)d deliverable is open.", "%(n)d deliverables are open.", count) % {"n": count}


def _engagement_links(row: Any) -> Iterable[tuple[str, str]]:
    extend = maybe_reverse("engagement_extend", row.code)
    if extend:
        yield _("Extend"), extend
    if not row.open and row.is_active:
        yield _("Complete"), reverse("engagement_life", args=[row.code, "complete"])
    yield _("Open the plan"), row.get_absolute_url()


def _placements(seen: Any) -> Iterable[Ending]:
    first, until = today_at() - timedelta(days=1), today_at() + timedelta(days=HORIZON + 1)
    unfinished = Count("deliverables", filter=Q(deliverables__state__in=sorted(UNFINISHED)), distinct=True)
    rows = Placement.objects.filter(engagement__in=seen).annotate(open=unfinished)
    ends = Q(ends_on__range=(first, until)) | Q(order_ends_on__range=(first, until)) | Q(ends_on__lt=first, open__gt=0)
    placements = list(rows.filter(ends).select_related("engagement__client", "user", "role"))
    picks = _picks(row.pk for row in placements)
    for row in placements:
        yield from _of_placement(row, picks.get(row.pk, []))


def _picks(ids: Iterable[int]) -> dict[int, list[str]]:
    """The open deliverables of placements, by public id, so that a link can choose them."""
    found: dict[int, list[str]] = {}
    rows = Deliverable.objects.filter(owner__in=list(ids), state__in=sorted(UNFINISHED)).order_by("due_on", "number")
    for owner, public_id in rows.values_list("owner", "public_id"):
        found.setdefault(owner or 0, []).append(public_id)
    return found


def _of_placement(row: Any, picks: list[str]) -> Iterable[Ending]:
    today = row.engagement.today()
    left = (row.ends_on - today).days
    if left <= HORIZON and (left >= 0 or picks):
        yield _ending(row, "placement", row.ends_on, left, _placement_note(row), tuple(_placement_links(row, picks)))
    if row.order_ends_on is not None and 0 <= (row.order_ends_on - today).days <= HORIZON:
        note = contracted.order_words(row) + "."
        links = ((_("Change"), _address("placement_change", row)),)
        yield _ending(row, "order", row.order_ends_on, (row.order_ends_on - today).days, note, links)


def _ending(row: Any, kind: str, on: date, left: int, note: str, links: tuple[tuple[str, str], ...]) -> Ending:
    return Ending(
        kind=kind,
        title=f"{row.user.name}, {row.title or row.role.name}",
        client=row.engagement.client.name,
        url=reverse("team", args=[row.engagement.code]),
        on=on,
        left=left,
        note=note,
        links=links,
    )


def _placement_note(row: Any) -> str:
    """`2 deliverables are open. 12 of 31.5 contracted days left.`"""
    days = contracted.of_placement(row)
    told = {"left": number(days.left), "all": number(days.days)}
    left = _("%(left)s of %(all)s contracted days left.") % told
    return f"{_open_words(row.open)} {left}"


def _roll_off_url(row: Any, picks: list[str]) -> str:
    """Where the open work goes to somebody else; without any, where the last day is set."""
    if not picks:
        return f"{_address('placement_change', row)}#id_ends_on"
    chosen = "&".join(f"pick={public_id}" for public_id in picks)
    return f"{reverse('engagement_owners', args=[row.engagement.code])}?{chosen}"


def _placement_links(row: Any, picks: list[str]) -> Iterable[tuple[str, str]]:
    yield _("Extend"), _address("placement_change", row)
    yield _("Replace"), _address("placement_replace", row)
    yield _("Roll off"), _roll_off_url(row, picks)


def _address(name: str, row: Any) -> str:
    return reverse(name, args=[row.engagement.code, row.public_id])


def sentence(rows: Iterable[Ending]) -> str:
    """`3 things end within 60 days, the first on 4 Dec.`"""
    found = [one for one in rows if one.left >= 0]
    if not found:
        return _("Nothing ends within 60 days.")
    text = ngettext(
        "%(n)d thing ends within 60 days, on %(day)s.",
        "%(n)d things end within 60 days, the first on %(day)s.",
        len(found),
    )
    return text % {"n": len(found), "day": short(found[0].on)}

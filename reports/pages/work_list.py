"""The list of deliverables across engagements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import User
from engagements.states import EngagementState
from milestones.models import Deliverable
from reports.pages import forecasts
from reports.pages.forecasts import Outlook
from reports.pages.plan import with_counts
from reports.pages.states import Said, chance_of, due_note, shape_of, sign_of, state_word
from reports.pages.words import Day, day_of

PAGE_SIZE: Final = 60
ORDER: Final = ("due_on", "engagement__code", "number")
EXPORT_HEAD: Final = (
    gettext_lazy("Engagement"),
    gettext_lazy("Code"),
    gettext_lazy("Client"),
    gettext_lazy("Milestone"),
    gettext_lazy("Deliverable"),
    gettext_lazy("Status"),
    gettext_lazy("Owner"),
    gettext_lazy("Start"),
    gettext_lazy("Due"),
    gettext_lazy("Agreed"),
    gettext_lazy("Accepted"),
    gettext_lazy("Shared"),
    gettext_lazy("Needs sign-off"),
)


@dataclass(frozen=True)
class WorkRow:
    """One deliverable of the list."""

    title: str
    url: str
    shape: str
    state: str
    owner: str
    engagement: str
    client: str
    due: Day
    note: str
    note_tone: str
    chance: Said
    sign: Said


def listed_for(user: User) -> QuerySet[Deliverable]:
    """What a person sees of running engagements, soonest first; on hold the clock stands still."""
    rows = Deliverable.objects.visible_to(user).counted()
    rows = rows.filter(
        engagement__state=EngagementState.ACTIVE,
        engagement__removed_at__isnull=True,
        engagement__archived_at__isnull=True,
    )
    return rows.order_by(*ORDER)


def rows_of(ids: Sequence[int]) -> list[WorkRow]:
    """The rows of a page: three queries."""
    rows = with_counts(Deliverable.objects.filter(pk__in=ids)).order_by(*ORDER)
    found: list[Any] = list(rows.select_related("owner__user", "milestone", "engagement__client"))
    runs = forecasts.latest({row.engagement_id for row in found}, "works", "on")
    return [_row(row, _told(row, runs)) for row in found]


def _told(row: Any, runs: Any) -> Outlook:
    run = runs.get(row.engagement_id)
    return forecasts.outlook(run.works.get(row.public_id)) if run else forecasts.NO_OUTLOOK


def _row(row: Any, told: Outlook) -> WorkRow:
    today = row.engagement.today()
    note, tone = due_note(row, told, today)
    return WorkRow(
        title=row.title,
        url=f"{row.engagement.get_absolute_url()}?open={row.public_id}#d-{row.public_id}",
        shape=shape_of(row, told, today),
        state=state_word(row),
        owner=row.owner.user.name if row.owner else _("Nobody yet"),
        engagement=row.engagement.name,
        client=row.engagement.client.name,
        due=day_of(row.due_on),
        note=note,
        note_tone=tone,
        chance=chance_of(row, told),
        sign=sign_of(row),
    )


def export_rows(rows: QuerySet[Deliverable]) -> Iterable[tuple[object, ...]]:
    """The list for a spreadsheet: plain values."""
    for row in rows.select_related("owner__user", "milestone", "engagement__client"):
        yield (
            row.engagement.name,
            row.engagement.code,
            row.engagement.client.name,
            row.milestone.day,
            row.title,
            state_word(row),
            row.owner.user.name if row.owner else "",
            row.start_on.isoformat(),
            row.due_on.isoformat(),
            row.agreed_on.isoformat() if row.agreed_on else "",
            row.accepted_on.isoformat() if row.accepted_on else "",
            _("yes") if row.shared else _("no"),
            _("yes") if row.needs_sign_off else _("no"),
        )

"""A specialist's week: own deliverables with three answers, what is due at the next milestone, the own record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from accounts.formats import day_in_words, day_of_week
from accounts.models import User
from engagements.states import EngagementState
from milestones.actions.talk import week_of
from milestones.calendar import WorkCalendar
from milestones.models import CheckIn, Deliverable, Wait
from milestones.states import AT_WORK, COUNTED, UNFINISHED, Answer, DeliverableState, WaitOn
from reports.pages import forecasts
from reports.pages.forecasts import Outlook
from reports.pages.plan import with_counts
from reports.pages.states import shape_of
from reports.pages.words import Day, counted, day_of, short, upper

# Asked about: what runs, what waits, and what is to start within so many days.
AHEAD_DAYS: Final = 7
RECORD: Final = 10


@dataclass(frozen=True)
class Item:
    """One question: how does this deliverable stand?"""

    public_id: str
    title: str
    url: str
    shape: str
    due: str
    likely: str
    likely_tone: str
    answer: str
    slips_to: str
    why: str
    said: str
    waiting: str
    help_slip: str
    help_stop: str
    unaware: str
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    """The questions of one engagement."""

    name: str
    url: str
    client: str
    mark: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Due:
    """One own deliverable of the next milestone."""

    title: str
    url: str
    shape: str
    note: str
    due: Day


@dataclass(frozen=True)
class Ahead:
    """What is the reader's at the next milestone of one engagement."""

    title: str
    day: str
    items: tuple[Due, ...]


@dataclass(frozen=True)
class Week:
    """The whole page."""

    greeting: str
    sentence: str
    tally: str
    sections: tuple[Section, ...]
    left: tuple[str, ...]
    ahead: tuple[Ahead, ...]
    choices: tuple[tuple[str, str], ...]
    record: str


def own(user: User) -> list[Any]:
    """The reader's deliverables in running engagements, what hangs on them loaded; three queries."""
    owned = Deliverable.objects.filter(
        owner__user=user,
        engagement__state=EngagementState.ACTIVE,
        engagement__removed_at__isnull=True,
        state__in=sorted(COUNTED),
    )
    said = CheckIn.objects.filter(by=user).order_by("-at")
    rows = with_counts(owned).select_related(
        "owner__user", "milestone", "engagement__client", "engagement__manager", "sign_off"
    )
    rows = rows.prefetch_related(Prefetch("check_ins", queryset=said, to_attr="own_words"))
    return list(rows.order_by("engagement__name", "due_on", "number"))


def week_for(user: User) -> Week:
    """Everything `/me/` shows: six queries, whatever the number of deliverables."""
    rows = own(user)
    runs = forecasts.latest({row.engagement_id for row in rows}, "works", "on")
    asked = [row for row in rows if _is_asked(row)]
    told = {row.pk: _told(row, runs) for row in rows}
    said = sum(bool(_this_week(row)) for row in asked)
    return Week(
        greeting=_("Your week, %(name)s") % {"name": user.first_name},
        sentence=_sentence(len(asked)),
        tally=_("%(said)d of %(all)d said; each answer saves by itself") % {"said": said, "all": len(asked)},
        sections=tuple(_sections(asked, told)),
        left=tuple(row.public_id for row in asked if not _this_week(row)),
        ahead=tuple(_ahead(rows, told)),
        choices=tuple((row.public_id, row.title) for row in rows if row.state in AT_WORK | {DeliverableState.PLANNED}),
        record=_record(user),
    )


def _is_asked(row: Any) -> bool:
    """Asked is what the specialist works on, or begins soon; what is in review is somebody else's turn."""
    soon = row.engagement.today() + timedelta(days=AHEAD_DAYS)
    return row.state in AT_WORK or (row.state == DeliverableState.PLANNED and row.start_on <= soon)


def _told(row: Any, runs: Any) -> Outlook:
    run = runs.get(row.engagement_id)
    return forecasts.outlook(run.works.get(row.public_id)) if run else forecasts.NO_OUTLOOK


def _this_week(row: Any) -> CheckIn | None:
    week = week_of(row.engagement.today())
    return next((said for said in row.own_words if said.week == week), None)


def _sentence(asked: int) -> str:
    day = upper(day_in_words(timezone.localdate()))
    if not asked:
        return _("%(day)s. Nothing of yours is running.") % {"day": day}
    answers = ngettext("%(n)s short answer", "%(n)s short answers", asked) % {"n": counted(asked)}
    minutes = max(1, round(asked / 2))
    about = ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": counted(minutes)}
    return _("%(day)s. %(answers)s, %(about)s.") % {"day": day, "answers": upper(answers), "about": about}


def _sections(asked: Iterable[Any], told: dict[int, Outlook]) -> list[Section]:
    grouped: dict[int, list[Any]] = {}
    for row in asked:
        grouped.setdefault(row.engagement_id, []).append(row)
    return [
        Section(
            name=rows[0].engagement.name,
            url=rows[0].engagement.get_absolute_url(),
            client=rows[0].engagement.client.name,
            mark=rows[0].engagement.client.mark,
            items=tuple(_item(row, told[row.pk]) for row in rows),
        )
        for rows in grouped.values()
    ]


def _item(row: Any, told: Outlook) -> Item:
    said = _this_week(row)
    late = told.likely is not None and told.likely > row.due_on
    manager = row.engagement.manager.first_name
    return Item(
        public_id=row.public_id,
        title=row.title,
        url=f"{row.engagement.get_absolute_url()}?open={row.public_id}#d-{row.public_id}",
        shape=shape_of(row, told, row.engagement.today()),
        due=_("Due %(day)s") % {"day": day_of_week(row.due_on)},
        likely=_("likely %(day)s") % {"day": short(told.likely)} if told.likely else "",
        likely_tone="t-bad" if late else "",
        answer=said.answer if said else "",
        slips_to=said.slips_to.isoformat() if said and said.slips_to else "",
        why=said.why if said else "",
        said=_said(said),
        waiting=_waiting(row.open_waits),
        help_slip=_slip_words(said, row, manager),
        help_stop=_("A wait opens; %(manager)s sees it now.") % {"manager": manager},
        unaware=_unaware(said, told),
    )


def _said(said: CheckIn | None) -> str:
    if said is None or said.answer == Answer.FINE:
        return ""
    if said.answer == Answer.SLIPS and not said.why:
        return _("Slips to %(day)s") % {"day": short(said.slips_to)}
    if said.answer == Answer.SLIPS:
        return _("Slips to %(day)s: %(why)s") % {"day": short(said.slips_to), "why": said.why}
    return _("Blocked: %(why)s") % {"why": said.why}


def _unaware(said: CheckIn | None, told: Outlook) -> str:
    """Why the forecast names another day than its reader did."""
    if said is None or said.slips_to is None or told.likely in {None, said.slips_to}:
        return ""
    return _("“Likely %(day)s” is reckoned from the plan’s record; it does not know what you said.") % {
        "day": short(told.likely)
    }


def _waiting(waits: Iterable[Wait]) -> str:
    """`Waiting on Tom Reyes for a test account since 13 Nov`."""
    wait = min(waits, key=lambda one: one.opened_on, default=None)
    if wait is None:
        return ""
    names = {WaitOn.CLIENT: _("the client"), WaitOn.FIRM: _("us"), WaitOn.THIRD_PARTY: _("a third party")}
    who = wait.contact.user.name if wait.contact else wait.who or names[WaitOn(wait.on)]
    return _("Waiting on %(who)s since %(day)s: %(what)s") % {
        "who": who,
        "day": short(wait.opened_on),
        "what": wait.what,
    }


def _slip_words(said: CheckIn | None, row: Any, manager: str) -> str:
    if said is None or said.slips_to is None:
        return _("%(manager)s sees it now.") % {"manager": manager}
    client = row.engagement.client
    late = WorkCalendar(client.country, client.subdivision).working_days_between(row.due_on, said.slips_to)
    days = ngettext("%(n)s working day", "%(n)s working days", late) % {"n": counted(late)}
    return upper(_("%(days)s after its due date. %(manager)s sees it now.") % {"days": days, "manager": manager})


def _ahead(rows: Iterable[Any], told: dict[int, Outlook]) -> list[Ahead]:
    """Own deliverables of each engagement's next milestone that has any unfinished."""
    grouped: dict[int, dict[int, list[Any]]] = {}
    for row in rows:
        grouped.setdefault(row.engagement_id, {}).setdefault(row.milestone.day, []).append(row)
    made = []
    for by_day in grouped.values():
        day = next((day for day in sorted(by_day) if any(row.state in UNFINISHED for row in by_day[day])), None)
        if day is None:
            continue
        own_rows = by_day[day]
        made.append(
            Ahead(
                title=_("Yours at day %(day)d, %(client)s")
                % {"day": day, "client": own_rows[0].engagement.client.name},
                day=day_of_week(own_rows[0].milestone.due_on),
                items=tuple(_due(row, told[row.pk]) for row in own_rows),
            )
        )
    return made


def _due(row: Any, told: Outlook) -> Due:
    return Due(
        title=row.title,
        url=f"{row.engagement.get_absolute_url()}?open={row.public_id}#d-{row.public_id}",
        shape=shape_of(row, told, row.engagement.today()),
        note=_due_note(row),
        due=day_of(row.due_on),
    )


def _due_note(row: Any) -> str:
    if row.state == DeliverableState.ACCEPTED:
        return _("Accepted %(day)s") % {"day": short(row.accepted_on)}
    if row.state == DeliverableState.IN_REVIEW:
        return _("Waits for sign-off since %(day)s") % {"day": short(row.submitted_on)}
    left = row.lines - row.ticked
    if not left:
        return _("Every line is ticked") if row.lines else _("No definition of done yet")
    return ngettext("%(n)d line of %(all)d open", "%(n)d lines of %(all)d open", left) % {"n": left, "all": row.lines}


def _record(user: User) -> str:
    """How well the reader's own dates held; only the reader ever sees it."""
    rows = Deliverable.objects.filter(owner__user=user, state=DeliverableState.ACCEPTED, before_emplace=False)
    last = list(rows.order_by("-accepted_on", "-pk").values_list("accepted_on", "due_on")[:RECORD])
    if len(last) < 3:
        return ""
    held = sum(accepted <= due + timedelta(days=1) for accepted, due in last if accepted)
    return _("Only you see this: of your last %(all)s, %(held)s were accepted within a day of their due date.") % {
        "all": counted(len(last)),
        "held": counted(held),
    }


def with_refused(week: Week, item: Item) -> Week:
    """The week with one question as it was typed and refused."""
    sections = [
        replace(one, items=tuple(item if it.public_id == item.public_id else it for it in one.items))
        for one in week.sections
    ]
    return replace(week, sections=tuple(sections))


def item_for(user: User, public_id: str) -> Item | None:
    """One line alone, as it stands now."""
    row = next((one for one in own(user) if one.public_id == public_id), None)
    if row is None:
        return None
    return _item(row, _told(row, forecasts.latest([row.engagement_id], "works", "on")))

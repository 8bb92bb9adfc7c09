"""What the pages of logging an engagement show: steps, lines with real dates, holidays, loads, the summary."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from accounts.formats import day, long_day, weekday
from engagements.loads import FULL
from engagements.places import country_name
from milestones.draft import STEPS, Draft, Load
from milestones.models import PlanDraft
from milestones.preview import EMPTY, FILE, Preview
from reports.chart_words import words
from reports.charts import LoadWeek, Words, load as load_chart

LABELS: Final = {
    "client": gettext_lazy("Client"),
    "goal": gettext_lazy("Goal and metrics"),
    "team": gettext_lazy("Team"),
    "plan": gettext_lazy("Plan"),
}
WEEKS_DRAWN: Final = 30


@dataclass(frozen=True)
class StepLink:
    """One step in the row of steps."""

    label: str
    url: str
    note: str
    done: bool
    current: bool


def steps(draft: Draft | None, current: str) -> list[StepLink]:
    """Return the four steps; those behind the first open one have no address yet."""
    if draft is None:
        return [StepLink(str(LABELS[name]), "", "", done=False, current=name == current) for name in STEPS]
    reachable = draft.first_open()
    last = STEPS.index(reachable) if reachable else len(STEPS) - 1
    return [
        StepLink(
            label=str(LABELS[name]),
            url=reverse("engagement_draft", args=[draft.row.public_id, name]) if number <= last else "",
            note=_note(draft, name) if number <= last else "",
            done=number < last,
            current=name == current,
        )
        for number, name in enumerate(STEPS)
    ]


def _note(draft: Draft, step: str) -> str:
    """Say what a step came to."""
    if step == "plan" or not draft.step_ok(step):
        return _("to look at") if step == "plan" else ""
    if step == "client":
        signers = draft.signers
        return f"{draft.client_name}, " + (
            _("signer %(name)s") % {"name": signers[0]} if signers else _("no signer yet")
        )
    if step == "goal":
        count = len(draft.metric_names)
        return ngettext("%(n)d metric, from %(day)s", "%(n)d metrics, from %(day)s", count) % {
            "n": count,
            "day": day(draft.start_on),
        }
    count = len({seat.specialist for seat in draft.seats})
    first = min(seat.starts_on for seat in draft.seats)
    return ngettext("%(n)d specialist from %(day)s", "%(n)d specialists from %(day)s", count) % {
        "n": count,
        "day": day(first),
    }


@dataclass(frozen=True)
class DraftRow:
    """A draft to go on with."""

    name: str
    url: str
    note: str
    discard_url: str


def draft_rows(drafts: Sequence[PlanDraft]) -> list[DraftRow]:
    """Return drafts as rows; nothing of them is validated here."""
    return [
        DraftRow(
            name=row.name or _("An engagement without a name yet"),
            url=reverse("engagement_draft", args=[row.public_id, row.step if row.step in STEPS else STEPS[0]]),
            note=_("Step %(step)s, kept %(when)s") % {"step": LABELS[row.step], "when": day(row.changed_at.date())},
            discard_url=reverse("engagement_draft_discard", args=[row.public_id]),
        )
        for row in drafts
    ]


# --- beside the plan --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LoadRow:
    """A specialist's weeks as a picture."""

    name: str
    note: str
    too_full: bool
    picture: SafeString


@dataclass(frozen=True)
class Overload:
    """Somebody above a full week: what is so, and the ways out."""

    key: str
    strong: str
    text: str
    lower: int | None
    reason: str


@dataclass(frozen=True)
class Fact:
    """A line of the summary."""

    name: str
    value: str
    help: str = ""


def overloads(draft: Draft) -> list[Overload]:
    """Return everybody who is above a full week, with the ways out."""
    return [_overload(draft, load) for load in draft.loads if load.too_full]


def _overload(draft: Draft, load: Load) -> Overload:
    weeks = sorted(load.too_full)
    named = ", ".join(day(week) for week in weeks[:3])
    if len(weeks) > 3:
        named += ngettext(" and %(n)d more", " and %(n)d more", len(weeks) - 3) % {"n": len(weeks) - 3}
    percent = max(load.too_full.values())
    sentence = ngettext(
        "%(name)s is at %(percent)d%% in the week of %(weeks)s.",
        "%(name)s is at up to %(percent)d%% in the weeks of %(weeks)s.",
        len(weeks),
    ) % {"name": load.seat.name, "percent": percent, "weeks": named}
    seats = [seat for seat in draft.seats if seat.specialist == load.seat.specialist]
    spare = FULL - max(load.elsewhere.get(week, 0) for week in weeks)
    return Overload(
        key=load.seat.key,
        strong=sentence,
        text=_elsewhere(load),
        lower=spare if len(seats) == 1 and 0 < spare < seats[0].percent else None,
        reason=draft.reasons.get(load.seat.specialist, ""),
    )


def _elsewhere(load: Load) -> str:
    weeks = load.too_full
    there = [s for s in load.others if any(s.starts_on <= w + timedelta(days=6) and s.ends_on >= w for w in weeks)]
    parts = [
        _("%(percent)d%% with %(client)s until %(day)s")
        % {"percent": share.percent, "client": share.label, "day": day(share.ends_on)}
        for share in there[:3]
    ]
    if not parts:
        return _("Together the placements here are more than a full week.")
    return _("Placed elsewhere: %(places)s.") % {"places": "; ".join(parts)}


def load_rows(draft: Draft) -> list[LoadRow]:
    """Return a picture of each person's weeks, in the order of the team."""
    said = words()
    return [_load_row(number, load, said) for number, load in enumerate(draft.loads)]


def _load_row(number: int, load: Load, said: Words) -> LoadRow:
    here = load.here
    weeks = [LoadWeek(week, here[week], load.elsewhere.get(week, 0)) for week in list(load.total)[:WEEKS_DRAWN]]
    title = _("%(name)s, load by week") % {"name": load.seat.name}
    if load.too_full:
        note = ngettext("%(percent)d%% in %(n)d week", "%(percent)d%% in %(n)d weeks", len(load.too_full)) % {
            "percent": max(load.too_full.values()),
            "n": len(load.too_full),
        }
    else:
        note = _("up to %(percent)d%%") % {"percent": load.highest}
    svg = load_chart(title, weeks, uid=f"load{number}", words=said)
    return LoadRow(load.seat.name, note, bool(load.too_full), mark_safe(svg))  # noqa: S308 - drawn by us, escaped


def load_span(draft: Draft) -> tuple[str, str]:
    """Return the first and last week drawn."""
    weeks = [week for load in draft.loads for week in list(load.total)[:WEEKS_DRAWN]]
    return (day(min(weeks)), day(max(weeks))) if weeks else ("", "")


def facts(preview: Preview) -> list[Fact]:
    """Return the summary: start, milestones, sign-offs, working days."""
    frame = preview.frame
    return [
        Fact(_("Start"), long_day(frame.start), _start_help(preview)),
        *_milestone_facts(preview),
        Fact(_("Deliverables"), str(len(preview.sketches)), _left_out(preview)),
        Fact(_("Sign-offs expected"), str(_signed(preview)), _sign_help(preview)),
        Fact(
            _("Working days"),
            str(frame.calendar.working_days_in(frame.start, preview.ends_on)),
            _holiday_help(preview),
        ),
    ]


def _milestone_facts(preview: Preview) -> Iterator[Fact]:
    for number, _name, due_on in preview.milestones:
        plain = preview.frame.start + timedelta(days=number)
        moved = _moved(number, plain, due_on)
        yield Fact(_("Day %(day)d") % {"day": number}, long_day(due_on), moved)


def _moved(number: int, plain: date, due_on: date) -> str:
    if plain == due_on:
        return ""
    if plain.weekday() < 5:
        return _("Day %(day)d is a holiday, so it falls on the next working day.") % {"day": number}
    said = {"day": number, "weekday": weekday(plain), "next": weekday(due_on)}
    return _("Day %(day)d is a %(weekday)s, so it falls on the %(next)s.") % said


def _start_help(preview: Preview) -> str:
    frame = preview.frame
    if frame.calendar.is_working(frame.start):
        return ""
    first = long_day(frame.calendar.next_working(frame.start))
    return _("Not a working day at the client’s; work begins on %(day)s.") % {"day": first}


def _signed(preview: Preview) -> int:
    return sum(1 for one in preview.sketches if one.needs_sign_off)


def _sign_help(preview: Preview) -> str:
    signers = preview.draft.signers
    if not signers:
        return _("The client has no signer yet. Add one before the plan is offered.")
    if not _signed(preview):
        return ""
    weeks = Counter(one.due_on - timedelta(days=one.due_on.weekday()) for one in preview.sketches if one.needs_sign_off)
    week, most = max(weeks.items(), key=lambda pair: (pair[1], -pair[0].toordinal()))
    by = _("By %(names)s") % {"names": ", ".join(signers[:3])}
    if most < 3:
        return f"{by}."
    return _("%(by)s; %(n)d of them in the week of %(day)s.") % {"by": by, "n": most, "day": day(week)}


def _left_out(preview: Preview) -> str:
    count = preview.left_out
    if not count:
        return ""
    return ngettext(
        "%(n)d of the playbook is left out: nobody is placed in its role.",
        "%(n)d of the playbook are left out: nobody is placed in their roles.",
        count,
    ) % {"n": count}


def _holiday_help(preview: Preview) -> str:
    count = len(preview.holidays)
    country = country_name(preview.draft.place[0])
    return ngettext("%(country)s, %(n)d holiday left out.", "%(country)s, %(n)d holidays left out.", count) % {
        "country": country,
        "n": count,
    }


def origin(preview: Preview) -> str:
    """Say where the plan comes from."""
    if preview.source == FILE:
        return preview.typed.file_name
    if preview.source == EMPTY or preview.version is None:
        return _("Made by hand")
    return _("%(playbook)s, version %(n)d") % {
        "playbook": _(preview.version.playbook.name),
        "n": preview.version.number,
    }

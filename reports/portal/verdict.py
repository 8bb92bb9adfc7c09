"""How the engagement stands, in two plain sentences: what is done, and the bad news."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _, ngettext

from accounts.formats import day_in_words
from engagements.models import Engagement
from engagements.states import EngagementState as State
from milestones.calendar import WorkCalendar
from reports.pages.words import counted, listed, percent, short
from reports.portal.metrics import MetricCard
from reports.portal.rows import Row
from reports.portal.stages import Stage, deliverables
from reports.portal.words import upper_first, working_days


def verdict(
    engagement: Engagement,
    stages: Sequence[Stage],
    metrics: Sequence[MetricCard],
    calendar: WorkCalendar,
    today: date,
    *,
    decided_by: str = "",
    unforeseen: str = "",
) -> str:
    """Return two sentences.

    `decided_by` names the signers to a reader who is none, `unforeseen` says why no forecast is shown.
    """
    rows = [row for stage in stages for row in stage.rows]
    if engagement.is_draft:
        return _draft(engagement, rows, decided_by)
    if not rows:
        return _("No deliverable is shared with you yet. Your account manager decides what is.")
    done = upper_first(listed(_done(rows, metrics, decided_by))) + "."
    if engagement.state == State.ACTIVE:
        return f"{done} {_news(rows, stages, unforeseen or _milestone(stages, calendar), today)}"
    return f"{done} {_stands(engagement)}"


def _draft(engagement: Engagement, rows: Sequence[Row], decided_by: str) -> str:
    places = {"n": deliverables(len(rows)), "day": day_in_words(engagement.start_on), "name": decided_by}
    offered = _("This is the plan that is offered to you: %(n)s, starting on %(day)s.") % places
    if decided_by:
        begins = _("The work begins when %(name)s has accepted it.") % places
    else:
        begins = _("The work begins when one of your signers has accepted it.")
    return f"{offered} {begins}"


def _done(rows: Sequence[Row], metrics: Sequence[MetricCard], decided_by: str) -> list[str]:
    parts, to_sign = [_accepted(rows)], sum(row.to_sign for row in rows)
    if to_sign:
        parts.append(_to_sign(to_sign, decided_by))
    return parts + _lead(metrics)


def _to_sign(n: int, decided_by: str) -> str:
    if decided_by:
        waits = ngettext("%(n)s waits for %(name)s to sign off", "%(n)s wait for %(name)s to sign off", n)
    else:
        waits = ngettext("%(n)s waits for your sign-off", "%(n)s wait for your sign-off", n)
    return waits % {"n": counted(n), "name": decided_by}


def _accepted(rows: Sequence[Row]) -> str:
    accepted = sum(row.accepted for row in rows)
    if not accepted:
        return _("none of %(all)d deliverables is accepted yet") % {"all": len(rows)}
    said = ngettext("%(n)s of %(all)s deliverables is accepted", "%(n)s of %(all)s deliverables are accepted", accepted)
    return said % {"n": counted(accepted), "all": len(rows)}


def _lead(metrics: Sequence[MetricCard]) -> list[str]:
    if not metrics or metrics[0].way is None:
        return []
    lead = metrics[0]
    way = float(lead.way or 0)
    places = {"name": lead.name, "now": f"{lead.now} {lead.unit}".strip(), "share": percent(way)}
    if way >= 1:
        return [_("“%(name)s” is at its target with %(now)s") % places]
    if way <= 0:
        return [_("“%(name)s” has not improved yet") % places]
    return [_("“%(name)s” is %(share)s of the way to its target") % places]


def _news(rows: Sequence[Row], stages: Sequence[Stage], ahead: str, today: date) -> str:
    if all(row.accepted for row in rows):
        return _("Nothing that is shared with you is open.")
    risky = sorted((row for row in rows if row.is_risky), key=lambda row: (-row.late_by, row.due_on))
    if not risky:
        return ahead or _("Everything that is open is likely to be on time.")
    parts = [_worst(risky[0], today)]
    if len(risky) > 1:
        more = ngettext(
            "and %(n)s more is at risk or off track", "and %(n)s more are at risk or off track", len(risky) - 1
        )
        parts.append(more % {"n": counted(len(risky) - 1)})
    return f"{', '.join(parts)}{_then(ahead, stages)}"


def _worst(row: Row, today: date) -> str:
    places = {"title": row.title, "days": working_days(row.late_by), "due": row.due.text, "likely": row.finish.text}
    if row.due_on < today:
        return _("“%(title)s” was due %(due)s and is late") % places
    if row.late_by > 0:
        return _("“%(title)s” is likely %(days)s late") % places
    return _("“%(title)s” may miss its date, %(due)s") % places


def _milestone(stages: Sequence[Stage], calendar: WorkCalendar) -> str:
    """Return the sentence on the next milestone where it is likely to be late; "" where it holds."""
    stage = next((stage for stage in stages if stage.is_now), None)
    likely = stage.outlook.likely if stage else None
    if stage is None or likely is None or likely <= stage.due_on:
        return ""
    late_by = calendar.working_days_between(stage.due_on, likely)
    places = {"day": stage.day, "likely": short(likely), "days": working_days(late_by)}
    return _("Day %(day)s is likely on %(likely)s, %(days)s late.") % places


def _then(ahead: str, stages: Sequence[Stage]) -> str:
    if ahead:
        return f". {ahead}"
    stage = next((stage for stage in stages if stage.is_now), None)
    if stage is None or stage.outlook.likely is None:
        return "."
    return _("; day %(day)s is still likely on time.") % {"day": stage.day}


def _stands(engagement: Engagement) -> str:
    places = {"day": short(engagement.held_on or engagement.ended_on), "why": engagement.state_why.strip()}
    said = {
        State.ON_HOLD: _("The work is on hold since %(day)s; nothing is due until it goes on."),
        State.COMPLETED: _("The engagement was completed on %(day)s."),
        State.ENDED_EARLY: _("The engagement ended early, on %(day)s."),
    }[State(engagement.state)] % places
    return f"{said} {places['why']}" if places["why"] and engagement.state != State.COMPLETED else said

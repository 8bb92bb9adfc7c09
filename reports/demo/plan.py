"""The plan of a demo engagement: its own deliverables, and those of its playbook on top."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engagements.models import BusinessMetric, Placement
from milestones.lines import PlanLine
from milestones.models import PlaybookItem
from milestones.states import DeliverableState
from reports.demo.source import Course, Days, Row, Template
from roles.models import Role


@dataclass(frozen=True)
class Team:
    """Who is placed, in the file's order, and which metrics the work may serve."""

    placements: Sequence[Placement]
    metrics: Mapping[str, BusinessMetric]

    def of_role(self, role: str, due_on: date) -> Placement:
        """Return the placement of a role in force on a day, else any of that role, else the first of all."""
        own = [row for row in self.placements if row.role.key == role]
        there = [row for row in own if row.starts_on <= due_on <= row.ends_on]
        return (there or own or list(self.placements))[0]

    def named(self, specialist_email: str, fallback: Placement) -> Placement:
        """Return the placement of a named specialist."""
        return next((row for row in self.placements if row.user.email == specialist_email), fallback)


def templates(items: Iterable[PlaybookItem]) -> list[Template]:
    """Return what the rule of progress needs of the playbook."""
    return [Template(item.code, item.start_day, item.due_day, tuple(item.predecessors)) for item in items]


def playbook_line(item: PlaybookItem, team: Team, days: Days, course: Course, imported_by: str) -> PlanLine:
    """Return one playbook item as a line of this plan."""
    due_on = days.plan(item.due_day)
    return PlanLine(
        ref=item.code,
        title=item.title,
        summary=item.summary,
        milestone_day=item.milestone,
        role_key=item.role.key,
        owner=team.of_role(item.role.key, due_on),
        metric=team.metrics.get(item.suggested_metric),
        failure_mode_key=item.failure_mode.key,
        shared=item.shared,
        needs_sign_off=item.needs_sign_off,
        start_on=min(days.plan(item.start_day), due_on),
        due_on=due_on,
        effort_days=item.effort_days,
        done_lines=tuple(item.done_lines),
        evidence_kinds=tuple(item.evidence_kinds),
        after=tuple(item.predecessors),
        playbook_code=item.code,
        **taken_over(course, imported_by),
    )


def taken_over(course: Course, imported_by: str) -> dict[str, Any]:
    """Return the fields of work that was accepted before the engagement came to Emplace."""
    if not course.before_emplace:
        return {}
    return {
        "state": DeliverableState.ACCEPTED,
        "started_on": course.started,
        "accepted_on": course.accepted,
        "accepted_by_name": imported_by,
    }


def bespoke_line(row: Row, team: Team, days: Days, owner_email: str, course: Course, imported_by: str) -> PlanLine:
    """Return one of the engagement's own deliverables."""
    plan = row["plan"]
    due_on = days.plan(plan["due_day"])
    owner = team.of_role(plan["role"], due_on)
    return PlanLine(
        ref=row["title"],
        title=row["title"],
        summary=row["summary"],
        milestone_day=plan["milestone"],
        role_key=plan["role"],
        owner=team.named(owner_email, owner) if owner_email else owner,
        metric=team.metrics.get(plan.get("metric", "")),
        failure_mode_key=plan.get("failure_mode", ""),
        shared=plan.get("shared", True),
        needs_sign_off=plan.get("signoff", False),
        start_on=min(days.plan(plan["start_day"]), due_on),
        due_on=due_on,
        effort_days=max(1, min(10, (plan["due_day"] - plan["start_day"]) // 2)),
        done_lines=tuple(row.get("done", ())),
        evidence_kinds=tuple(dict.fromkeys(proof["kind"] for proof in row.get("evidence", ()))),
        after=tuple(plan.get("after", ())),
        **taken_over(course, imported_by),
    )


def roles() -> dict[str, Role]:
    """Return the catalogue's roles by key."""
    return {role.key: role for role in Role.objects.all()}

"""What the pages of the catalogue show."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from accounts.formats import day
from milestones.models import PlaybookItem, PlaybookVersion
from milestones.states import EvidenceKind
from roles.catalogue import milestone_names


@dataclass(frozen=True)
class BookLine:
    """A playbook in the list."""

    name: str
    summary: str
    url: str
    note: str


@dataclass(frozen=True)
class Row:
    """One deliverable of a playbook."""

    code: str
    title: str
    summary: str
    role: str
    days: str
    failure_mode: str
    done_lines: tuple[str, ...]
    evidence: str
    after: str
    metric: str
    marks: str


@dataclass(frozen=True)
class Stage:
    """A milestone of a playbook."""

    day: int
    title: str
    counts: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Book:
    """A playbook's version with its deliverables."""

    name: str
    summary: str
    note: str
    number: int
    versions: tuple[tuple[int, str, bool], ...]
    stages: tuple[Stage, ...]


def books(versions: Sequence[PlaybookVersion]) -> list[BookLine]:
    """Return the playbooks; one query for how many deliverables they have."""
    items = PlaybookItem.objects.filter(version__in=versions).values_list("version_id", flat=True)
    counts = Counter(items)
    return [
        BookLine(
            name=_(one.playbook.name),
            summary=_(one.playbook.summary) if one.playbook.summary else "",
            url=reverse("playbook", args=[one.playbook.key]),
            note=ngettext("version %(v)d, %(n)d deliverable", "version %(v)d, %(n)d deliverables", counts[one.pk])
            % {"v": one.number, "n": counts[one.pk]},
        )
        for one in versions
    ]


def book(key: str, number: int | None) -> Book | None:
    """Return a playbook in a version (the newest where none is given); three queries."""
    versions = list(PlaybookVersion.objects.filter(playbook__key=key).select_related("playbook"))
    chosen = next((one for one in versions if number in {None, one.number}), None)
    if chosen is None:
        return None
    items = list(chosen.items.select_related("role", "failure_mode"))
    names = milestone_names()
    days = sorted({item.milestone for item in items})
    return Book(
        name=_(chosen.playbook.name),
        summary=_(chosen.playbook.summary) if chosen.playbook.summary else "",
        note=_("Version %(n)d, made %(day)s") % {"n": chosen.number, "day": day(chosen.made_at.date())}
        + (f". {_(chosen.note)}" if chosen.note else ""),
        number=chosen.number,
        versions=tuple(
            (one.number, reverse("playbook_version", args=[key, one.number]), one == chosen) for one in versions
        ),
        stages=tuple(_stage(on, names.get(on, ""), [item for item in items if item.milestone == on]) for on in days),
    )


def _stage(on: int, name: str, items: Sequence[PlaybookItem]) -> Stage:
    signed = sum(1 for item in items if item.needs_sign_off)
    counts = ngettext("%(n)d deliverable", "%(n)d deliverables", len(items)) % {"n": len(items)}
    counts += ", " + ngettext("%(n)d sign-off", "%(n)d sign-offs", signed) % {"n": signed}
    title = _("Day %(day)d") % {"day": on}
    return Stage(on, f"{title}, {name}" if name else title, counts, tuple(_row(item) for item in items))


def _row(item: PlaybookItem) -> Row:
    kinds = dict(EvidenceKind.choices)
    marks = [_("client signs off")] if item.needs_sign_off else [] if item.shared else [_("internal")]
    return Row(
        code=item.code,
        title=item.title,
        summary=item.summary,
        role=item.role.name,
        days=_("day %(start)d to %(due)d, %(effort)d working days")
        % {"start": item.start_day, "due": item.due_day, "effort": item.effort_days},
        failure_mode=item.failure_mode.name,
        done_lines=tuple(item.done_lines),
        evidence=", ".join(str(kinds.get(kind, kind)) for kind in item.evidence_kinds),
        after=", ".join(item.predecessors),
        metric=item.suggested_metric,
        marks=", ".join(marks),
    )

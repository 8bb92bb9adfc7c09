"""Reading the trail: filters, and entries in words."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.clock import FIRST_DAY, LAST_DAY
from accounts.ddl import walls
from accounts.forms import Form
from accounts.models import TrailEntry, User
from accounts.trail_words import columns_named, table_word

PAGE_SIZE: Final = 50
EXPORT_LIMIT: Final = 10_000
SHOWN_LENGTH: Final = 120
OPS: Final = {"INSERT": _("added"), "UPDATE": _("changed"), "DELETE": _("removed")}
YEARS: Final = (MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY))
DAY: Final = {"type": "date"}


class TrailFilter(Form):
    """What to look for; every field may stay empty."""

    table = forms.ChoiceField(label=_("What"), required=False)
    row = forms.IntegerField(label=_("Number"), required=False, min_value=1, max_value=2**63 - 1)
    actor = forms.EmailField(label=_("Who, by e-mail"), required=False)
    request_id = forms.CharField(label=_("Request id"), required=False, max_length=36)
    since = forms.DateField(label=_("From"), required=False, validators=YEARS, widget=forms.DateInput(attrs=DAY))
    until = forms.DateField(label=_("To"), required=False, validators=YEARS, widget=forms.DateInput(attrs=DAY))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the tables that are kept in the trail."""
        super().__init__(*args, **kwargs)
        kept = [table for table, wall in walls().items() if wall.trail]
        table = self.fields["table"]
        assert isinstance(table, forms.ChoiceField)  # noqa: S101 - tells the type checker
        named = sorted(((name, table_word(name)) for name in kept), key=lambda choice: choice[1])
        table.choices = [("", _("All")), *named]

    def clean(self) -> dict[str, Any]:
        """Refuse dates out of order."""
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the first day. Choose a later one."))
        return cleaned

    def apply(self, entries: QuerySet[TrailEntry]) -> QuerySet[TrailEntry]:
        """Narrow entries to what was asked for; nothing where the question makes no sense."""
        if not self.is_valid():
            return entries.none()
        asked = self.cleaned_data
        wanted: dict[str, object] = {name: asked[name] for name in ("table", "row", "request_id") if asked[name]}
        if asked["actor"]:
            wanted["actor_id__in"] = list(
                User.objects.filter(email__iexact=asked["actor"]).values_list("pk", flat=True)
            )
        if asked["since"]:
            wanted["at__gte"] = _midnight(asked["since"])
        if asked["until"]:
            wanted["at__lt"] = _midnight(asked["until"] + timedelta(days=1))
        return entries.filter(**wanted)


def _midnight(day: date) -> datetime:
    """Return a day's beginning on the reader's clock."""
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Change:
    """One column: what stood there and what stands there."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """An entry as the page shows it."""

    entry: TrailEntry
    op: str
    what: str
    columns: str
    actor: str
    changes: tuple[Change, ...]


def lines(entries: Iterable[TrailEntry]) -> list[Line]:
    """Return entries in words; one query for everybody's names."""
    entries = list(entries)
    names = dict(User.objects.filter(pk__in={entry.actor_id for entry in entries}).values_list("pk", "name"))
    return [_line(entry, names.get(entry.actor_id or 0, "")) for entry in entries]


def _line(entry: TrailEntry, actor: str) -> Line:
    changes = _changes(entry)
    return Line(
        entry=entry,
        op=str(OPS.get(entry.op, entry.op)),
        what=table_word(entry.table),
        columns=columns_named([one.column for one in changes]),
        actor=actor,
        changes=changes,
    )


def _changes(entry: TrailEntry) -> tuple[Change, ...]:
    before, after = entry.before or {}, entry.after or {}
    return tuple(Change(name, _shown(before.get(name)), _shown(after.get(name))) for name in sorted({*before, *after}))


def _shown(value: object) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"


def csv_rows(found: list[Line]) -> Iterable[list[object]]:
    """Return the export's rows: whole values, as they were kept."""
    for line in found:
        entry = line.entry
        yield [
            entry.at.isoformat(), line.actor, entry.op, entry.table, entry.row,
            json.dumps(entry.before, ensure_ascii=False), json.dumps(entry.after, ensure_ascii=False),
            entry.request_id, entry.db_role, entry.client_id, bytes(entry.digest).hex(),
        ]  # fmt: skip


CSV_HEAD: Final = (
    "at", "actor", "op", "table", "row", "before", "after", "request_id", "db_role", "client_id", "digest",
)  # fmt: skip

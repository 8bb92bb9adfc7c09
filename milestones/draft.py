"""An engagement being logged: what a draft holds, read through the forms of its steps. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final, Protocol, TypeVar

from django.db.models import QuerySet

from accounts.clock import today
from engagements.actions.placements import shares
from engagements.loads import Share, by_week, overloaded
from engagements.models import Contact
from milestones.calendar import WorkCalendar
from milestones.draft_forms import ClientForm, GoalForm, MetricFormSet, MetricRows, People, SeatFormSet, SeatRows
from milestones.models import PlanDraft
from milestones.sketch import Frame, Seat

STEPS: Final = ("client", "goal", "team", "plan")
DONE: Final = "done"
METRICS, SEATS = "metrics", "seats"
# Beside the steps: the days that the team's step proposed when it was kept last.
PROPOSED: Final = "proposed"

Typed = dict[str, str]


def drafts_of(user: Any) -> QuerySet[PlanDraft]:
    """Return the engagements that this person is logging, the latest first. Any: a user, or a place for an id."""
    return PlanDraft.objects.filter(by=user).exclude(step=DONE).order_by("-changed_at")


@dataclass(frozen=True)
class Load:
    """How full one person's weeks get: percent by Monday, elsewhere and with this engagement."""

    seat: Seat
    elsewhere: dict[date, int]
    total: dict[date, int]
    too_full: dict[date, int]
    others: tuple[Share, ...]

    @property
    def here(self) -> dict[date, int]:
        """Percent that this engagement takes, by week."""
        return {week: max(0, percent - self.elsewhere.get(week, 0)) for week, percent in self.total.items()}

    @property
    def highest(self) -> int:
        """The fullest week."""
        return max(self.total.values(), default=0)


class Draft:
    """One draft, its steps as bound forms. Each is validated once, when somebody asks."""

    def __init__(self, row: PlanDraft) -> None:
        self.row = row

    def typed(self, step: str) -> Typed:
        """Return what was typed in a step."""
        held = self.row.data.get(step, {})
        return dict(held) if isinstance(held, dict) else {}

    @cached_property
    def client_form(self) -> ClientForm:
        """The client's step."""
        return _validated(ClientForm(self.typed("client")))

    @cached_property
    def goal_form(self) -> GoalForm:
        """The step of goal and metrics, without the metrics."""
        return _validated(GoalForm(self.typed("goal")))

    @cached_property
    def metric_rows(self) -> MetricRows:
        """The metrics."""
        rows = MetricFormSet(managed(self.typed("goal"), METRICS), prefix=METRICS)
        return _validated(rows)  # type: ignore[return-value]

    @cached_property
    def people(self) -> People:
        """Whom to choose from."""
        return People()

    @cached_property
    def seat_rows(self) -> SeatRows:
        """The team."""
        data = managed(self.team, SEATS)
        rows = SeatFormSet(data, prefix=SEATS, form_kwargs={"people": self.people})
        return _validated(rows)  # type: ignore[return-value]

    def step_ok(self, step: str) -> bool:
        """Whether a step is filled in and holds."""
        if not self.typed(step):
            return False
        if step == "client":
            return self.client_form.is_valid()
        if step == "goal":
            return self.goal_form.is_valid() and self.metric_rows.is_valid()
        return self.seat_rows.is_valid() if step == "team" else True

    def first_open(self, before: str = "plan") -> str | None:
        """Return the first step before `before` that does not hold."""
        earlier = STEPS[: STEPS.index(before)]
        return next((step for step in earlier if not self.step_ok(step)), None)

    # --- what the steps come to; ask only when they hold ---------------------------------------------------

    @property
    def client_name(self) -> str:
        """The client's name, chosen or typed."""
        chosen = self.client_form.chosen
        return chosen.name if chosen else str(self.client_form.cleaned_data["name"])

    @cached_property
    def signers(self) -> list[str]:
        """Names of those who will sign."""
        chosen = self.client_form.chosen
        if chosen is None:
            return [str(self.client_form.cleaned_data["contact_name"])]
        rows = Contact.objects.filter(client=chosen, is_signer=True, left_at=None).select_related("user")
        return [row.user.name for row in rows]

    @property
    def place(self) -> tuple[str, str, str]:
        """Country, region and time zone of the client."""
        chosen = self.client_form.chosen
        if chosen is not None:
            return chosen.country, chosen.subdivision, chosen.time_zone
        data = self.client_form.cleaned_data
        return data["country"], data["subdivision"].strip().upper(), data["time_zone"]

    @property
    def start_on(self) -> date:
        """Day 0."""
        start: date = self.goal_form.cleaned_data["start_on"]
        return start

    @cached_property
    def proposed(self) -> Typed:
        """First and last day that a placement is proposed for: from day 0 to day 90, as typed in a form."""
        country, region, _zone = self.place
        try:
            last = WorkCalendar(country, region).milestone_date(self.start_on, 90).isoformat()
        except ValueError:
            last = ""
        return {"starts_on": self.start_on.isoformat(), "ends_on": last}

    @cached_property
    def team(self) -> Typed:
        """The team's step; days that were proposed follow the start where it moved since, typed ones stay."""
        typed, before = self.typed("team"), self.row.data.get(PROPOSED)
        if not isinstance(before, dict) or self.first_open("team") is not None:
            return typed
        return {key: self._followed(key, value, before) for key, value in typed.items()}

    def _followed(self, key: str, value: str, before: Mapping[str, Any]) -> str:
        name = key.rpartition("-")[2]
        return self.proposed[name] if name in self.proposed and value == before.get(name) else value

    @cached_property
    def metric_names(self) -> tuple[str, ...]:
        """The metrics' names in their order."""
        return tuple(row["name"] for row in self.metric_rows.said)

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """The team as seats."""
        return tuple(_seat(row, number) for number, row in enumerate(self.seat_rows.said))

    @cached_property
    def frame(self) -> Frame:
        """What the plan's lines hang on."""
        country, region, zone = self.place
        return Frame(self.start_on, WorkCalendar(country, region), today(zone), self.seats, self.metric_names)

    @cached_property
    def loads(self) -> list[Load]:
        """How full each person's weeks get, one entry a person; one query."""
        if not self.seats:
            return []
        start = min(seat.starts_on for seat in self.seats)
        end = max(seat.ends_on for seat in self.seats)
        others = shares({seat.specialist for seat in self.seats}, start, end)
        people = {seat.specialist: seat for seat in self.seats}
        return [_load(seat, self.seats, others, start, end) for seat in people.values()]

    @cached_property
    def reasons(self) -> dict[int, str]:
        """Why somebody may be more than full, by specialist."""
        said = self.seat_rows.said
        return {row["specialist"].pk: row["overload_reason"] for row in said if row.get("overload_reason")}

    @property
    def unexplained(self) -> list[Load]:
        """Loads above a full week that nobody gave a reason for."""
        return [load for load in self.loads if load.too_full and load.seat.specialist not in self.reasons]


class _Form(Protocol):
    def is_valid(self) -> bool: ...


F = TypeVar("F", bound=_Form)


def _validated(form: F) -> F:
    """Return the form with its cleaned data and errors there."""
    form.is_valid()
    return form


def managed(typed: Mapping[str, str], prefix: str) -> Typed:
    """Return what was typed with the bookkeeping that a formset asks for."""
    return {
        f"{prefix}-INITIAL_FORMS": "0",
        **typed,
        f"{prefix}-TOTAL_FORMS": str(rows_in(typed, prefix)),
    }


def rows_in(typed: Mapping[str, str], prefix: str) -> int:
    """Return how many rows of a list were typed."""
    numbers = (key.split("-")[1] for key in typed if key.startswith(f"{prefix}-") and key.count("-") == 2)
    return max((int(number) + 1 for number in numbers if number.isdigit() and len(number) < 4), default=0)


def _seat(row: Mapping[str, Any], number: int) -> Seat:
    specialist = row["specialist"]
    return Seat(
        key=row.get("key") or f"seat{number}",
        name=specialist.user.name,
        email=specialist.user.email,
        role_key=row["role"].key,
        percent=row["percent"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        specialist=specialist.pk,
    )


def _load(seat: Seat, seats: tuple[Seat, ...], others: list[Share], start: date, end: date) -> Load:
    here = [
        Share(one.specialist, one.percent, one.starts_on, one.ends_on)
        for one in seats
        if one.specialist == seat.specialist
    ]
    elsewhere = [share for share in others if share.specialist == seat.specialist]
    too_full = overloaded([*here, *elsewhere], start, end)
    touched = {week for week in too_full if any(_touches(share, week) for share in here)}
    return Load(
        seat=seat,
        elsewhere=by_week(elsewhere, start, end),
        total=by_week([*here, *elsewhere], start, end),
        too_full={week: too_full[week] for week in sorted(touched)},
        others=tuple(elsewhere),
    )


def _touches(share: Share, week: date) -> bool:
    return share.starts_on <= week + timedelta(days=6) and share.ends_on >= week

"""The demo portfolio: its stories come out as they are told, on whatever day the demo is started."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from accounts.clock import as_of, now
from accounts.db import as_firm
from accounts.models import Event, Job
from engagements.models import Engagement
from milestones.calendar import WorkCalendar
from milestones.models import Deliverable, Evidence, PlanChange, Wait
from reports.demo.load import last_day, load
from reports.demo.rehearsal import Verdict, verdicts
from reports.demo.source import Course, Days, Template, bespoke, by_rule, read
from reports.demo.timeline import Timeline
from reports.models import StatusNote

SOURCE = read()
BOOKS = Path(__file__).parents[2] / "milestones" / "data"
SUNDAY = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
# Every weekday at every time of the year, over the turn of two years and a 29 February.
ALL_YEAR = [date(2026, 12, 1) + timedelta(days=n) for n in range(0, 480, 5)]
FEASTS = [
    date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 31), date(2027, 1, 1), date(2027, 3, 26), date(2027, 3, 29),
    date(2027, 5, 1), date(2027, 6, 25), date(2028, 2, 29),
]  # fmt: skip


# --- the order of time -------------------------------------------------------------------------------------------


def test_steps_are_told_in_order_of_time_and_those_of_one_moment_as_they_were_added():
    timeline, told = Timeline(until=SUNDAY), list[str]()
    for days, name in ((1, "c"), (9, "a"), (1, "d"), (5, "b")):
        timeline.add(SUNDAY - timedelta(days=days), partial(told.append, name))
    timeline.add(SUNDAY - timedelta(days=9), lambda: told.append(now().isoformat()))
    timeline.tell()
    assert told == ["a", (SUNDAY - timedelta(days=9)).isoformat(), "b", "c", "d"]


def test_nothing_happens_before_what_made_it_possible_nor_in_the_future():
    timeline, told = Timeline(until=SUNDAY), list[datetime]()
    logged = SUNDAY - timedelta(days=3)

    def log() -> None:
        timeline.add(logged - timedelta(days=30), lambda: told.append(now()))
        timeline.add(SUNDAY + timedelta(hours=4), lambda: told.append(now()))

    timeline.add(logged, log)
    timeline.tell()
    assert told == [logged, SUNDAY]


def test_a_day_before_the_start_is_the_working_day_before_and_a_later_one_never_is_before_the_start():
    monday = date(2026, 11, 30)
    days = Days.of(monday, -1, WorkCalendar())
    assert days.start == date(2026, 11, 29)
    assert days.offset(-1) == days.start
    assert days.offset(-2) == date(2026, 11, 27)
    assert days.offset(0) == monday
    assert days.offset(12) == date(2026, 12, 12)


# --- the arithmetic of every day ---------------------------------------------------------------------------------


@cache
def templates(key: str) -> list[Template]:
    """The playbook's rows as the rule of progress takes them."""
    with (BOOKS / f"playbook_{key}.csv").open(encoding="utf-8", newline="") as file:
        return [
            Template(row["code"], int(row["start_day"]), int(row["due_day"]), _codes(row["predecessors"]))
            for row in csv.DictReader(file)
        ]


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def courses_on(row: dict[str, Any], today: date) -> tuple[Days, date, dict[str, Course]]:
    """How an engagement's deliverables stand on a day."""
    (client,) = (one for one in SOURCE["clients"] if one["key"] == row["setup"]["client"])
    calendar = WorkCalendar(client["profile"]["country"], client["profile"].get("subdivision", ""))
    days = Days.of(today, row["stage"]["start"], calendar)
    last = last_day(row, days)
    return days, last, by_rule(templates(row["setup"]["playbook"]), row["progress"], days, last) | bespoke(row, days)


def happened(course: Course) -> list[date]:
    """The days of one deliverable in the order in which they must come."""
    rounds = [day for submitted, at, _by, _reason in course.sent_back for day in (submitted, at)]
    again = [] if course.state == "sent_back" else [course.submitted]
    return [day for day in (course.started, *rounds, *again, course.accepted) if day]


@pytest.mark.parametrize("row", SOURCE["engagements"], ids=lambda row: row["key"])
def test_what_happened_is_in_order_and_on_working_days_whatever_day_it_is(row):
    for today in [*ALL_YEAR, *FEASTS]:
        days, last, courses = courses_on(row, today)
        for course in courses.values():
            found = happened(course)
            assert found == sorted(found), (today, course)
            assert all(days.start <= day <= last for day in found), (today, course)
            assert all(day == days.start or days.calendar.is_working(day) for day in found), (today, course)


@pytest.mark.parametrize("row", SOURCE["engagements"], ids=lambda row: row["key"])
def test_as_much_is_done_on_one_weekday_as_on_another(row):
    states = {
        tuple(sorted(Counter(course.state for course in courses_on(row, today)[2].values()).items()))
        for today in (date(2027, 9, 6) + timedelta(days=n) for n in range(7))
    }
    accepted = [dict(one).get("accepted", 0) for one in states]
    assert max(accepted) - min(accepted) <= 1, states


def test_nobody_is_placed_above_a_full_week_without_a_reason():
    placed = [one for row in SOURCE["engagements"] for one in row["placements"]]
    for day in range(-160, 110):
        there = [one for one in placed if one["from"] <= day <= one["to"]]
        full: Counter[str] = Counter()
        for one in there:
            full[one["specialist"]] += one["percent"]
        reasons = {one["specialist"] for one in there if "over_allocation_reason" in one}
        assert {who for who, percent in full.items() if percent > 100} <= reasons, day


# --- loaded, on a Sunday: the day on which most had to move ---------------------------------------------------------


@pytest.fixture(scope="class")
def portfolio(django_db_setup: None, django_db_blocker, tmp_path_factory) -> Iterator[list[Verdict]]:
    """The loaded portfolio, undone after the class: it takes half a minute."""
    from django.db import transaction

    media = str(tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        call_command("load_catalogue", verbosity=0)
        with as_firm(), as_of(SUNDAY):
            load(lambda _sentence: None)
            yield verdicts()
        transaction.set_rollback(True)


@pytest.mark.early
@pytest.mark.xdist_group("demo_portfolio")
class TestLoadedPortfolio:
    """On one load; nothing here writes."""

    def test_every_engagement_stands_as_its_story_says(self, portfolio):
        found = dict(Engagement.objects.values_list("name", "state"))
        assert found == {row["name"]: row["stage"]["state"] for row in SOURCE["engagements"]}

    def test_every_running_engagement_has_a_verdict_with_its_chance(self, portfolio):
        wanted = {row["name"]: row["stage"]["health"] for row in SOURCE["engagements"] if "health" in row["stage"]}
        assert {one.name: one.wanted for one in portfolio} == wanted
        assert all(0 <= one.chance <= 1 for one in portfolio)

    def test_what_waits_on_a_late_client_is_off_track_and_what_is_ten_days_ahead_is_not(self, portfolio):
        found = {one.name: one for one in portfolio}
        for name in ("Demand sensing", "Spindle failure early warning", "Outage forecasting"):
            assert found[name].holds, str(found[name])

    def test_the_bespoke_deliverables_stand_as_they_are_told(self, portfolio):
        for row in SOURCE["engagements"]:
            stands = dict(Deliverable.objects.filter(engagement__name=row["name"]).values_list("title", "state"))
            for told in row.get("overrides", ()):
                assert stands[told["deliverable"]] == told["status"], told

    def test_open_waits_are_those_of_the_file_and_of_signatures(self, portfolio):
        ended = {"completed", "ended_early"}
        listed = {
            wait["what"]
            for row in SOURCE["engagements"]
            if row["stage"]["state"] not in ended
            for wait in row.get("waits", ())
            if "closed" not in wait
        }
        assert set(Wait.objects.filter(closed_on=None, for_sign_off=False).values_list("what", flat=True)) == listed
        signed = Wait.objects.filter(closed_on=None, for_sign_off=True)
        assert {wait.deliverable.state for wait in signed.select_related("deliverable")} == {"in_review"}

    def test_every_plan_change_is_in_and_only_the_undecided_are_open(self, portfolio):
        listed = Counter(change["status"] for row in SOURCE["engagements"] for change in row.get("plan_changes", ()))
        assert Counter(PlanChange.objects.values_list("state", flat=True)) == listed

    def test_nothing_happened_in_the_future_or_before_its_engagement_was_logged(self, portfolio):
        assert not Event.objects.filter(at__gt=SUNDAY).exists()
        for engagement in Engagement.objects.all():
            first = Event.objects.filter(engagement_id=engagement.pk).order_by("at", "pk")[0]
            assert first.verb == "engagement_created", first

    def test_the_firm_writes_in_its_working_hours(self, portfolio):
        written = [(note.by, note.at) for note in StatusNote.objects.select_related("by")]
        verbs = ("reading_added", "wait_opened", "wait_closed", "change_asked", "commented", "answered")
        told = Event.objects.filter(verb__in=verbs, actor__kind="manager").select_related("actor")
        written += [(event.actor, event.at) for event in told if event.actor]
        assert len(written) > 100
        clocks = [(who.name, at.astimezone(ZoneInfo(who.time_zone))) for who, at in written]
        assert not [(name, local) for name, local in clocks if not time(8) <= local.time() < time(18)]

    def test_every_deliverable_says_what_it_is(self, portfolio):
        assert not Deliverable.objects.filter(summary="").exists()

    def test_a_paper_that_says_something_says_it_in_its_file(self, portfolio):
        report = Evidence.objects.get(title="Evaluation report", deliverable__title="Routing model, first version")
        text = Path(settings.MEDIA_ROOT, str(report.file.name)).read_text(encoding="utf-8")
        assert "87% are right, against 71% by hand" in text

    def test_a_draft_is_before_the_client_and_has_not_been_answered(self, portfolio):
        draft = Engagement.objects.get(state="draft")
        assert draft.offered_at is not None
        assert draft.offered_at < SUNDAY
        assert draft.activated_at is None

    def test_no_job_is_left_of_what_was_done_on_the_way(self, portfolio):
        assert not Job.objects.filter(kind="slip_engagement").exists()
        assert not Job.objects.filter(created_at__lt=SUNDAY - timedelta(days=3)).exists()

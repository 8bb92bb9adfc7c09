"""A change of the plan answers with its new dates, where the plan is small enough to be forecast meanwhile."""

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.db import as_firm
from accounts.models import Job
from milestones import at_once, slips
from milestones.actions import waits, work
from milestones.models import ForecastRun
from tests import factories
from tests.reports.conftest import HTMX, Firm, signed_in


def version(at_work: Firm) -> int:
    run = ForecastRun.objects.get(engagement=at_work.engagement)
    return run.plan_version


def test_the_answer_says_how_the_8_in_10_date_moved(at_work: Firm) -> None:
    with as_firm():
        milestone = at_work.engagement.milestones.get(day=60).public_id
        before = ForecastRun.objects.get(engagement=at_work.engagement).milestones[milestone]["eight_in_ten"]
        waits.close_wait(by=at_work.people.manager, wait=at_work.wait)
        told = at_once.forecast(at_work.engagement)
        after = ForecastRun.objects.get(engagement=at_work.engagement).milestones[milestone]["eight_in_ten"]
    assert after < before
    assert told.text.startswith("Day 60: 8 in 10 by")
    assert not told.pending


def test_nothing_is_forecast_where_nothing_was_asked_for(at_work: Firm) -> None:
    with as_firm():
        Job.objects.all().delete()
        stood = version(at_work)
        line = at_work.b.done_lines.first()
        assert line is not None
        work.tick(by=at_work.people.specialist, line=line, ticked=False)
        assert at_once.forecast(at_work.engagement) == at_once.NOTHING
        assert version(at_work) == stood


def test_a_long_plan_is_left_to_the_job(at_work: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_once, "MOST_WORKS", 2)
    browser: Browser = signed_in(at_work.people.manager)
    answer = browser.post(f"/waits/{at_work.wait.public_id}/close/", headers=HTMX)
    assert answer.status_code == 204
    assert "forecast-asked" in answer["HX-Trigger"]
    with as_firm():
        assert Job.objects.filter(kind="slip_engagement", state="queued").exists()


def test_without_script_the_next_page_says_it(at_work: Firm) -> None:
    browser: Browser = signed_in(at_work.people.manager)
    page = browser.post(f"/waits/{at_work.wait.public_id}/close/", follow=True).content.decode()
    assert "The wait has ended. Day 60: 8 in 10 by" in page


def test_where_the_next_milestone_stands_a_later_one_that_moved_is_told(monday: object, cast: factories.Cast) -> None:
    with as_firm():
        engagement = factories.active(cast, [factories.line("A"), factories.line("B", day=90, start=62, due=80)])
        slips.recompute(engagement)
        waits.open_wait(by=cast.manager, deliverable=factories.deliverable(engagement), on="client", what="Access")
        at_once.forecast(engagement)
        # As if the plan before had said another day for day 90 alone.
        run = ForecastRun.objects.get(engagement=engagement)
        run.milestones[engagement.milestones.get(day=90).public_id]["eight_in_ten"] = "2027-03-31"
        run.plan_version -= 1
        run.save()
        told = at_once.forecast(engagement).text
    assert told.startswith("Day 90: 8 in 10 by")
    assert told.endswith("was 31 Mar 2027.")


def test_the_answer_to_a_change_takes_as_many_queries_for_a_long_plan(at_work: Firm) -> None:
    manager = signed_in(at_work.people.manager)
    with as_firm():
        long = factories.active(at_work.people, [factories.line(f"L{n}") for n in range(30)], name="A long plan")
        for one in long.deliverables.all()[:10]:
            waits.open_wait(by=at_work.people.manager, deliverable=one, on="client", what="Access")

    def asked(code: str) -> int:
        headers = {**HTMX, "HX-Target": "plan-asks"}
        manager.get(f"/engagements/{code}/", headers=headers)
        with CaptureQueriesContext(connection) as queries:
            page = manager.get(f"/engagements/{code}/", headers=headers).text
        assert all(f'id="{part}"' in page for part in ("plan-head", "plan-rows", "plan-waits", "plan-ways"))
        return sum("SAVEPOINT" not in query["sql"] for query in queries.captured_queries)

    assert asked(long.code) <= asked(at_work.engagement.code)

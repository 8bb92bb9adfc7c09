"""The tour leaves five files that are whole, and stops where it should not play."""

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import Browser as Chromium
from pypdf import PdfReader
from pytest_django import Settings

from accounts.db import as_firm
from engagements.models import Engagement
from milestones.calendar import WorkCalendar
from milestones.models import ForecastRun
from reports.management.commands.tour import PLAN
from reports.tour import outputs, play
from tests import factories


@pytest.fixture
def kept(transactional_db: None, tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    return tmp_path / "tour"


@pytest.mark.xdist_group("browser-pages")
def test_the_tour_leaves_five_whole_files(kept: Path, capsys: pytest.CaptureFixture[str], chromium: Chromium) -> None:
    call_command("tour", out=kept)
    assert outputs.check(kept) == []
    assert sorted(one.name for one in kept.iterdir()) == sorted(outputs.FILES)
    assert "It is day 47." in capsys.readouterr().out
    causes = {flag["cause"] for flag in json.loads((kept / "flags.json").read_text())["flags"]}
    assert "waiting_on_client" in causes
    with as_firm():
        engagement = Engagement.objects.get()
        # A forecast each night, of which the pack draws the history.
        assert ForecastRun.objects.filter(engagement=engagement).count() > 25
    paper = PdfReader(kept / "handoff.pdf")
    words = "\n".join(page.extract_text() for page in paper.pages)
    for said in ("Vantage Embedded", "Model card, routing 0.3", "Workflow log, mean of the week", "Forecast history"):
        assert said in words
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((kept / "dashboard.html").as_uri())
    # Nothing but the file itself: it can be sent to somebody.
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert page.evaluate("document.fonts.check('16px Inter')")


def test_the_tour_wants_an_empty_database(kept: Path) -> None:
    with as_firm():
        factories.cast()
    with pytest.raises(CommandError, match="Somebody is in this database already"):
        call_command("tour", out=kept)


@pytest.mark.parametrize("start_on", [date(2026, 10, 7) + timedelta(days=n) for n in range(7)])
def test_the_plan_of_the_tour_falls_on_working_days(start_on: date) -> None:
    calendar = WorkCalendar("US", "IL")
    rows = list(csv.DictReader(io.StringIO(play.shifted(PLAN.read_text(encoding="utf-8"), start_on, calendar))))
    for row in rows:
        start, due = date.fromisoformat(row["Start"]), date.fromisoformat(row["Due date"])
        assert calendar.is_working(start)
        assert calendar.is_working(due)
        assert start <= due
    assert {row["Deliverable"] for row in rows} == {
        row["Deliverable"] for row in csv.DictReader(PLAN.open(encoding="utf-8"))
    }

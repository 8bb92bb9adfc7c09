"""Dates read one way everywhere: their patterns stand in one place."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.template import engines
from django.utils import timezone

from accounts import formats

THIS, OTHER = date(2026, 11, 5), date(2027, 11, 5)
AT = datetime(2026, 11, 5, 22, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_helsinki_in_2026():
    with time_machine.travel(datetime(2026, 11, 23, 10, tzinfo=UTC), tick=False), timezone.override("Europe/Helsinki"):
        yield


@pytest.mark.parametrize(
    ("said", "value", "text"),
    [
        (formats.day, THIS, "5 Nov"),
        (formats.day, OTHER, "5 Nov 2027"),
        (formats.bare_day, OTHER, "5 Nov"),
        (formats.dated, THIS, "5 Nov 2026"),
        (formats.long_day, THIS, "Thu 5 Nov 2026"),
        (formats.day_of_week, THIS, "Thu 5 Nov"),
        (formats.day_of_week, OTHER, "Fri 5 Nov 2027"),
        (formats.day_in_words, THIS, "Thursday 5 November"),
        (formats.day_in_words, OTHER, "Friday 5 November 2027"),
        (formats.weekday, THIS, "Thursday"),
        (formats.short_weekday, THIS, "Thu"),
        (formats.clock, AT, "00:30"),
        (formats.moment, AT, "6 Nov 2026, 00:30"),
    ],
)
def test_a_date_reads_so(said, value, text):
    assert said(value) == text


@pytest.mark.parametrize("said", [formats.day, formats.dated, formats.long_day, formats.moment])
def test_no_date_reads_as_nothing(said):
    assert said(None) == ""


def test_the_year_is_said_once_it_is_over():
    assert formats.day(THIS) == "5 Nov"
    with time_machine.travel(datetime(2027, 1, 2, tzinfo=UTC), tick=False):
        assert formats.day(THIS) == "5 Nov 2026"


def test_templates_say_the_same():
    template = engines["django"].from_string("{{ on|day }}, {{ on|dated }}, {{ at|clock }}, {{ at|local_day|dated }}")
    assert template.render({"on": THIS, "at": AT}) == "5 Nov, 5 Nov 2026, 00:30, 6 Nov 2026"


MACHINE = {"c", "Y-m-d"}  # of `datetime` attributes


def test_templates_know_no_patterns():
    found = [
        f"{path.name}: {pattern}"
        for path in (Path(settings.BASE_DIR) / "templates").rglob("*.*")
        for pattern in re.findall(r"\|(?:date|time)\b(?::[\"']([^\"']*)[\"'])?", path.read_text(encoding="utf-8"))
        if pattern not in MACHINE
    ]
    assert not found


def test_python_knows_none_but_in_one_place():
    apps = ("accounts", "roles", "engagements", "milestones", "reports")
    files = [path for app in apps for path in (Path(settings.BASE_DIR) / app).rglob("*.py")]
    found = [
        path.relative_to(settings.BASE_DIR).as_posix()
        for path in files
        if re.search(r"\bdate_format\b|\btime_format\b|\bdateformat\b|\bstrftime\b", path.read_text(encoding="utf-8"))
    ]
    assert found == ["accounts/formats.py"]

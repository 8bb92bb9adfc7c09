"""Pages of the ground floor."""

import json

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from accounts import readiness
from accounts.db import as_firm
from accounts.ddl import walls
from accounts.models import TrailEntry, User
from accounts.trail_words import TABLES, columns_named
from tests.accounts.conftest import browser_of


def test_healthz_asks_nothing_of_the_database(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = Browser().get("/healthz", headers={"cookie": "emplace_session=abc"})
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_readyz_tells_what_is_there(db):
    response = Browser().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "database": True, "migrations": True, "redis": True}


def test_readyz_is_ready_without_redis(db, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    response = Browser().get("/readyz")
    assert (response.status_code, response.json()["redis"]) == (200, False)


def test_readyz_waits_for_migrations(db, monkeypatch):
    monkeypatch.setattr(readiness, "_applied_once", False)
    monkeypatch.setattr(readiness, "_wanted", lambda: frozenset({("accounts", "9999_not_yet")}))
    response = Browser().get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, False)


def test_readyz_says_when_the_database_is_away(db, monkeypatch):
    def refuse() -> None:
        raise OSError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    response = Browser().get("/readyz")
    monkeypatch.undo()
    assert response.status_code == 503
    assert response.json()["database"] is False


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_signs_of_life_are_for_reading(db, method):
    assert getattr(Browser(), method)("/healthz").status_code == 405


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_a_theme_is_remembered_and_leads_back(db, settings, theme):
    browser = Browser()
    response = browser.post("/theme/", {"theme": theme}, headers={"referer": "http://testserver/portal/?x=1"})
    assert (response.status_code, response["Location"]) == (303, "/portal/?x=1")
    assert browser.cookies[settings.THEME_COOKIE_NAME].value == theme


def test_an_unknown_theme_is_refused(db, settings):
    response = Browser().post("/theme/", {"theme": "<script>"})
    assert (response.status_code, response.cookies.get(settings.THEME_COOKIE_NAME)) == (400, None)


def test_a_theme_is_not_chosen_by_a_link(db):
    assert Browser().get("/theme/?theme=dark").status_code == 405


def test_each_kind_of_person_starts_on_their_page(people):
    firsts = {
        browser_of(user).get("/start/")["Location"]
        for user in (people.administrator, people.manager, people.specialist, people.contact)
    }
    assert len(firsts) == 3
    assert (
        browser_of(people.manager).get("/start/")["Location"]
        == browser_of(people.administrator).get("/start/")["Location"]
    )


# --- the trail's page --------------------------------------------------------------------------------------


def test_only_administrators_read_the_trail(people):
    assert browser_of(people.contact).get("/audit/").status_code == 404
    assert browser_of(people.specialist).get("/audit/").status_code == 403
    assert browser_of(people.manager).get("/audit/").status_code == 403
    assert browser_of(None).get("/audit/").status_code == 302


def test_the_trail_shows_who_changed_what(people):
    with as_firm(people.manager, request_id="request-42"):
        User.objects.filter(pk=people.specialist.pk).update(name="<b>Sam</b>")
    page = browser_of(people.administrator).get("/audit/").content.decode()
    assert "Mia Manager" in page
    assert "&lt;b&gt;Sam&lt;/b&gt;" in page
    assert "Sam Specialist" in page


def found(people, **asked: str | int) -> list[TrailEntry]:
    response = browser_of(people.administrator).get("/audit/", asked)
    assert response.status_code == 200
    return [line.entry for line in response.context["lines"]]


def test_the_trail_is_narrowed_by_what_is_asked(people):
    with as_firm(people.manager, request_id="request-42"):
        User.objects.filter(pk=people.specialist.pk).update(name="Sam Smith")
    (one,) = found(people, request_id="request-42")
    assert found(people, actor="MIA@firm.example", table="accounts_user")[0] == one
    assert found(people, table="accounts_user", row=people.specialist.pk)[0] == one
    assert {entry.table for entry in found(people, table="engagements_client")} == {"engagements_client"}
    assert found(people, actor="nobody@firm.example") == []
    today = one.at.date().isoformat()
    assert one in found(people, since=today, until=today)
    assert found(people, until="2001-01-01") == []


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "9999-12-31"},
        {"until": "yesterday"},
        {"since": "2026-05-02", "until": "2026-05-01"},
        {"row": "1e9"},
        {"row": str(2**70)},
        {"actor": "=cmd()"},
        {"table": "pg_authid"},
        {"request_id": "x" * 100},
    ],
)
def test_a_question_that_makes_no_sense_gets_a_sentence(people, asked):
    response = browser_of(people.administrator).get("/audit/", asked)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert response.context["lines"] == []


def test_pages_of_the_trail_cost_the_same_queries(people, django_assert_max_num_queries):
    with as_firm(people.manager):
        for number in range(120):
            User.objects.filter(pk=people.specialist.pk).update(title=f"Title {number}")
    browser = browser_of(people.administrator)
    # The session, the user and the role, the list and its people; two for the side bar.
    with django_assert_max_num_queries(12):
        response = browser.get("/audit/?page=2")
    assert len(response.context["lines"]) == 50
    assert browser.get("/audit/?page=x").status_code == 200


def test_the_export_holds_the_whole_values_and_no_formula(people):
    with as_firm(people.manager):
        User.objects.filter(pk=people.specialist.pk).update(name="=HYPERLINK()" + "x" * 100)
    response = browser_of(people.administrator).get("/audit/", {"format": "csv", "row": people.specialist.pk})
    assert response["Content-Type"].startswith("text/csv")
    text = response.content.decode("utf-8-sig")
    assert text.startswith("at,actor,op,table,row,before,after")
    assert json.dumps({"name": "=HYPERLINK()" + "x" * 100}).replace('"', '""') in text


def test_the_trail_speaks_in_words_and_dates_as_everywhere(people):
    with as_firm(people.manager, request_id="request-43"):
        User.objects.filter(pk=people.specialist.pk).update(time_zone="Europe/Oslo", name="Sam Smith")
    answer = browser_of(people.administrator).get("/audit/", {"request_id": "request-43"})
    page = answer.content.decode()
    (line,) = answer.context["lines"]
    assert (line.what, line.op, line.columns) == ("Person", "changed", "name, time zone")
    assert f">{timezone.localtime(line.entry.at):%-d %b %Y, %H:%M}</time>" in page
    assert ">accounts_user" not in page
    assert "(optional)" not in page


def test_every_table_of_the_trail_has_a_word():
    kept = {table for table, wall in walls().items() if wall.trail}
    assert kept == set(TABLES)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["due_on"], "due on"),
        (["a", "b_id", "c"], "a, b, c"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
        ([], "nothing that is kept"),
    ],
)
def test_what_an_entry_changed_is_named(columns, said):
    assert columns_named(columns) == said

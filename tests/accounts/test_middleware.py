"""What surrounds a request, tried with views of its own: some of them forget everything they should do."""

import logging

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client as Browser
from django.urls import include, path
from django.utils import timezone, translation

from accounts import request_ids
from accounts.db import as_firm, as_portal, standing
from accounts.errors import IllegalMove, NotAllowed
from accounts.http import AuthedHttpRequest, domain_error_response, file_response, see_other
from accounts.models import AccessEntry, TrailEntry, User
from engagements.models import Client
from tests.accounts.conftest import browser_of


def role_now() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role')")
        return str(cursor.fetchone()[0])


def tell(request: HttpRequest) -> JsonResponse:
    return JsonResponse(
        {
            "role": role_now(),
            "id": request_ids.current(),
            "actor": standing().actor,
            "clients": standing().clients,
            "zone": timezone.get_current_timezone_name(),
            "language": translation.get_language(),
            "theme": getattr(request, "theme", None),
        }
    )


def everything(request: HttpRequest) -> JsonResponse:
    # A view that forgets to filter.
    return JsonResponse({"clients": list(Client.objects.order_by("name").values_list("name", flat=True))})


@login_not_required
def tell_anybody(request: HttpRequest) -> JsonResponse:
    return tell(request)


@login_not_required
def show_anybody(request: HttpRequest) -> JsonResponse:
    return everything(request)


def rename(request: HttpRequest, how: str) -> HttpResponse:
    User.objects.filter(email="sam@firm.example").update(name="Renamed")
    if how == "raises":
        raise RuntimeError("halfway")
    if how == "forbids":
        raise PermissionDenied
    if how == "swallows":
        with connection.cursor() as cursor:
            try:
                cursor.execute("SELECT 1 / 0")
            except Exception:  # noqa: BLE001
                return HttpResponse("all is well")
    return HttpResponse("done", status=500 if how == "fails" else 200)


def rendered_late(request: HttpRequest) -> TemplateResponse:
    template = engines["django"].from_string("{% for client in clients %}{{ client.name }} {% endfor %}")
    return TemplateResponse(request, template, {"clients": Client.objects.order_by("name")})


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(client.name for client in Client.objects.all())


def hand_out(request: HttpRequest) -> HttpResponseBase:
    stored = ContentFile(b"%PDF", name="stored/x.pdf")
    return file_response(stored, name="../evil\n.pdf", content_type="application/pdf")


def act_as_firm(request: AuthedHttpRequest) -> HttpResponse:
    assert Client.objects.count() == 1
    with as_firm(request.user):
        User.objects.filter(email="sam@firm.example").update(name="Renamed by a contact")
    return see_other(request, "/everything/")


def as_contact(request: HttpRequest) -> HttpResponse:
    with as_portal([Client.objects.get(name="Other").pk]):
        seen = everything(request)
    assert Client.objects.count() == 2
    return seen


def refuse(request: HttpRequest, what: str) -> HttpResponse:
    kind = NotAllowed if what == "not_allowed" else IllegalMove
    return domain_error_response(request, kind("Somebody accepted it meanwhile."))


urlpatterns = [
    path("accounts/tell/", tell),
    path("tell/", tell),
    path("public/", tell_anybody),
    path("public/everything/", show_anybody),
    path("everything/", everything),
    path("rename/<str:how>/", rename),
    path("late/", rendered_late),
    path("stream/", stream),
    path("file/", hand_out),
    path("act/", act_as_firm),
    path("as-contact/", as_contact),
    path("refuse/<str:what>/", refuse),
    path("page/", login_not_required(lambda request: HttpResponse("<p>page</p>"))),
    path("", include("config.urls")),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.test_middleware")]


def name_of_sam() -> str:
    return User.objects.get(email="sam@firm.example").name


def test_the_firm_stands_as_firm_with_its_actor_and_request(people):
    told = browser_of(people.manager).get("/tell/", headers={"x-request-id": "proxy-id-1"}).json()
    assert told["role"].endswith("firm")
    assert (told["actor"], told["id"], told["clients"]) == (str(people.manager.pk), "proxy-id-1", "")


def test_a_contact_stands_as_portal_of_one_client(people):
    told = browser_of(people.contact).get("/tell/").json()
    assert told["role"].endswith("portal")
    assert told["clients"] == f"{{{people.contact.client_ref}}}"


def test_nobody_and_sign_ins_own_pages_stay_bare(people):
    assert Browser().get("/public/").json()["role"] == "none"
    assert browser_of(people.manager).get("/accounts/tell/").json()["role"] == "none"


def test_a_view_that_forgets_to_filter_shows_a_contact_only_their_client(people):
    assert browser_of(people.contact).get("/everything/").json() == {"clients": ["Meridian"]}
    assert browser_of(people.stranger).get("/everything/").json() == {"clients": ["Other"]}
    assert browser_of(people.manager).get("/everything/").json() == {"clients": ["Meridian", "Other"]}


def test_a_view_for_nobody_that_forgets_everything_shows_nothing(people):
    browser = Browser(raise_request_exception=False)
    assert browser.get("/public/everything/").status_code == 500


def test_a_lazily_rendered_template_is_rendered_behind_the_wall(people):
    assert browser_of(people.contact).get("/late/").content.decode().strip() == "Meridian"


def test_a_stream_to_a_contact_is_refused(people):
    browser = browser_of(people.contact)
    browser.raise_request_exception = False
    assert browser.get("/stream/").status_code == 500


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_reading_methods_cannot_write(people, method):
    browser = browser_of(people.manager)
    browser.raise_request_exception = False
    assert getattr(browser, method)("/rename/well/").status_code == 500
    assert name_of_sam() == "Sam Specialist"
    assert role_now() == "none"


def test_a_post_writes_and_is_in_the_trail_with_its_request(people):
    response = browser_of(people.manager).post("/rename/well/")
    assert name_of_sam() == "Renamed"
    with as_firm():
        entry = TrailEntry.objects.latest("id")
    assert (entry.actor_id, entry.request_id) == (people.manager.pk, response["X-Request-ID"])
    assert role_now() == "none"


@pytest.mark.parametrize(("how", "status"), [("fails", 500), ("raises", 500), ("forbids", 403), ("swallows", 500)])
def test_half_of_a_failed_post_is_not_kept(people, how, status):
    browser = browser_of(people.manager)
    browser.raise_request_exception = False
    assert browser.post(f"/rename/{how}/").status_code == status
    assert name_of_sam() == "Sam Specialist"
    assert role_now() == "none"


def test_a_contact_cannot_write_but_a_named_action_can(people):
    browser = browser_of(people.contact)
    browser.raise_request_exception = False
    assert browser.post("/rename/well/").status_code == 500
    assert browser.post("/act/").status_code == 303
    assert name_of_sam() == "Renamed by a contact"


def test_a_manager_sees_exactly_what_a_contact_sees(people):
    assert browser_of(people.manager).get("/as-contact/").json() == {"clients": ["Other"]}


# --- who was signed out ------------------------------------------------------------------------------------


def test_nobody_is_sent_to_the_sign_in_and_back(db):
    response = Browser().get("/tell/?a=1")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/tell/%3Fa%3D1")


def test_an_htmx_read_after_sign_out_leads_to_the_sign_in(db):
    response = Browser().get("/tell/", headers={"hx-request": "true"})
    assert response["HX-Redirect"].startswith("/accounts/login/")


def test_an_htmx_form_after_sign_out_keeps_what_was_typed(db):
    response = Browser().post("/rename/well/", headers={"hx-request": "true"})
    assert (response.status_code, response["HX-Reswap"]) == (401, "none")
    assert "signed out" in response.content.decode()


def test_an_inactive_person_is_nobody(people):
    browser = browser_of(people.manager)
    with as_firm():
        User.objects.filter(pk=people.manager.pk).update(is_active=False)
    assert browser.get("/tell/").status_code == 302


# --- the reader --------------------------------------------------------------------------------------------


def test_dates_are_told_on_the_readers_clock(people, settings):
    settings.FIRM_TIME_ZONE = "Asia/Tokyo"
    with as_firm():
        User.objects.filter(pk=people.manager.pk).update(time_zone="Europe/Helsinki")
    assert browser_of(people.manager).get("/tell/").json()["zone"] == "Europe/Helsinki"
    assert Browser().get("/public/").json()["zone"] == "Asia/Tokyo"
    assert timezone.get_current_timezone_name() == "UTC"


def test_pages_speak_the_readers_language(people, settings):
    settings.LANGUAGES = [("en", "English"), ("fi", "suomi")]
    with as_firm():
        User.objects.filter(pk=people.manager.pk).update(language="fi")
    response = browser_of(people.manager).get("/tell/")
    assert (response.json()["language"], response["Content-Language"]) == ("fi", "fi")
    assert Browser().get("/public/").json()["language"] == "en"


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("", "auto"), ("<script>", "auto")])
def test_theme_comes_from_the_cookie(db, settings, cookie, theme):
    browser = Browser()
    browser.cookies[settings.THEME_COOKIE_NAME] = cookie
    assert browser.get("/public/").json()["theme"] == theme


# --- request ids -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offered", ["short", "x" * 37, "with space in it", "two\tlines here", "<b>markup</b>"])
def test_an_id_that_is_not_acceptable_is_replaced(db, offered):
    response = Browser().get("/public/", headers={"x-request-id": offered})
    assert response["X-Request-ID"] != offered
    assert len(response["X-Request-ID"]) == 36


def test_log_lines_carry_the_id(db):
    record = logging.LogRecord("x", logging.INFO, "", 0, "said", (), None)
    request_ids.Filter().filter(record)
    assert getattr(record, "request_id", None) == "-"
    request_ids.begin("abcdefgh")
    request_ids.Filter().filter(record)
    request_ids.end()
    assert getattr(record, "request_id", None) == "abcdefgh"


# --- what contacts looked at -------------------------------------------------------------------------------


def seen() -> list[tuple[str, str, int | None]]:
    with as_firm():
        return list(AccessEntry.objects.exclude(what="sign_in").values_list("what", "path", "client_id"))


def test_pages_and_files_that_a_contact_saw_are_recorded(people):
    browser = browser_of(people.contact)
    browser.get("/page/")
    response = browser.get("/file/")
    client = people.contact.client_ref
    assert sorted(seen()) == [("download", "/file/", client), ("view", "/page/", client)]
    assert response["Content-Disposition"] == 'attachment; filename="evil.pdf"'
    assert "sandbox" in response["Content-Security-Policy"]


def test_fragments_failures_and_the_firm_are_not_recorded(people):
    browser_of(people.manager).get("/page/")
    browser = browser_of(people.contact)
    browser.get("/page/", headers={"hx-request": "true"})
    browser.get("/nowhere/")
    browser.head("/page/")
    browser.get("/tell/")
    assert seen() == []


def test_behind_nginx_the_file_is_handed_to_it(people, settings):
    settings.X_ACCEL_LOCATION = "/protected/"
    response = browser_of(people.contact).get("/file/")
    assert response["X-Accel-Redirect"].startswith("/protected/")
    assert response.content == b""
    assert [what for what, _path, _client in seen()] == ["download"]


# --- refusals ----------------------------------------------------------------------------------------------


def test_a_refused_move_is_a_page_with_the_sentence_and_the_way_back(people):
    response = browser_of(people.manager).post(
        "/refuse/illegal/", headers={"referer": "http://testserver/engagements/x/?tab=1"}
    )
    assert response.status_code == 409
    page = response.content.decode()
    assert "Somebody accepted it meanwhile." in page
    assert 'href="/engagements/x/?tab=1"' in page


@pytest.mark.parametrize("referer", ["https://evil.example/x", "javascript:alert(1)", "//evil.example/"])
def test_the_way_back_never_leads_elsewhere(people, referer):
    page = browser_of(people.manager).post("/refuse/not_allowed/", headers={"referer": referer}).content.decode()
    assert "evil" not in page
    assert "javascript:" not in page


def test_a_refused_move_by_htmx_is_a_toast(people):
    response = browser_of(people.manager).post("/refuse/not_allowed/", headers={"hx-request": "true"})
    assert (response.status_code, response["HX-Reswap"]) == (403, "none")
    assert "meanwhile" in response["HX-Trigger"]


def test_htmx_is_led_on_by_its_own_header(people):
    response = browser_of(people.contact).post("/act/", headers={"hx-request": "true"})
    assert response["HX-Redirect"] == "/everything/"

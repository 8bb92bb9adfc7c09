"""A contact of one client sees nothing of another: on no page, fragment or file, nor by a view that forgets to ask."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
import time_machine
from django.db import ProgrammingError, connection, models, transaction
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path

from accounts.db import as_firm, as_portal
from accounts.ddl import all_models, wall_of
from accounts.models import with_people
from accounts.walls import Wall
from milestones.models import Deliverable, Evidence
from reports.models import HandoffPack
from tests import factories
from tests.conftest import CAST
from tests.ground import Ground, begins_with
from tests.two_clients import BOTH, Side, signed_in

PAGES = ("", "deliverables/", "plan/", "questions/", "files/", "m/30/sign/", "m/60/sign/", "m/90/sign/")


@pytest.fixture
@begins_with(CAST)
def people(monday: time_machine.Traveller, db: None, ground: Ground) -> factories.Cast:
    """Everybody."""
    return ground.of(CAST)


@pytest.fixture
@begins_with(BOTH)
def sides(people: factories.Cast, ground: Ground) -> tuple[Side, Side]:
    """Both clients, each at work."""
    return ground.of(BOTH)


def addresses(side: Side) -> list[str]:
    """Every page and file of a side's portal."""
    base = f"/portal/{side.engagement.code}/"
    with as_firm():
        own = side.engagement
        below = [f"d/{one.public_id}/" for one in own.deliverables.all()]
        below += [f"w/{one.public_id}/" for one in own.waits.filter(for_sign_off=False)]
        below += [f"changes/{one.public_id}/" for one in own.plan_changes.all()]
        below += [f"files/{one.public_id}/" for one in Evidence.objects.filter(engagement=own).exclude(file="")]
        below += [f"packs/{one.public_id}/" for one in own.packs.all()]
    return [base + page for page in (*PAGES, *below)]


def body(response: Any) -> str:
    """What an answer carries, a page's or a file's."""
    text: str = response.getvalue().decode(errors="replace")
    return text


@pytest.mark.parametrize("fragment", [False, True], ids=["page", "fragment"])
def test_own_pages_and_files_carry_nothing_of_another_client(sides: tuple[Side, Side], fragment: bool) -> None:
    ours, theirs = sides
    browser = signed_in(ours.signer)
    headers = {"HX-Request": "true"} if fragment else {}
    said = ""
    for address in ["/portal/settings/", *addresses(ours)]:
        response = browser.get(address, headers=headers)
        assert response.status_code == 200, address
        said += body(response)
    assert ours.word in said
    assert theirs.word not in said
    assert theirs.client.name not in said


def test_every_address_of_another_client_is_not_found(sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    browser = signed_in(ours.signer)
    for address in addresses(theirs):
        for answer in (browser.get(address), browser.post(address, {"text": "x", "decision": "accept"})):
            assert answer.status_code in {404, 405}, address
            assert theirs.word not in body(answer)


def test_own_engagement_and_their_ids_are_not_found_either(sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    browser = signed_in(ours.signer)
    base = f"/portal/{ours.engagement.code}/"
    with as_firm():
        ids = theirs.public_ids()
    for below in ("d", "w", "changes", "files", "packs"):
        for public_id in ids:
            assert browser.get(f"{base}{below}/{public_id}/").status_code == 404, (below, public_id)


# --- views that forget ----------------------------------------------------------------------------------------


def read_by_contacts() -> Iterator[type[models.Model]]:
    """Every table that the portal's role may read whole."""
    for model in all_models():
        wall = wall_of(model)
        if wall is not None and wall.portal is not None and not wall.portal_columns:
            yield model


def forgetful(request: HttpRequest) -> HttpResponse:
    """Show every row of everything: no loader, no filter, no thought."""
    rows = [str(row) for model in read_by_contacts() for row in model._default_manager.values()]
    named = with_people(Deliverable.objects.select_related("engagement"), "owner__user")
    rows += [f"{one.title} {one.engagement.name} {one.owner.user.email if one.owner else ''}" for one in named]
    return HttpResponse("\n".join(rows))


def raw(request: HttpRequest) -> HttpResponse:
    """The same by plain SQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM milestones_deliverable UNION ALL SELECT name FROM engagements_client")
        return HttpResponse("\n".join(row[0] for row in cursor.fetchall()))


def first_file(request: HttpRequest) -> HttpResponse:
    """Hand out whatever pack has the id of the address."""
    pack = HandoffPack.objects.filter(public_id=request.GET["id"]).first()
    return HttpResponse(pack.file.read() if pack else b"none")


urlpatterns = [
    path("forgetful/", forgetful),
    path("raw/", raw),
    path("file/", first_file),
    path("", include("config.urls")),
]


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize("view", ["/forgetful/", "/raw/"])
def test_a_view_that_forgets_to_filter_shows_own_rows_alone(
    people: factories.Cast, sides: tuple[Side, Side], view: str
) -> None:
    ours, theirs = sides
    shown = body(signed_in(ours.signer).get(view))
    assert ours.word in shown
    assert theirs.word not in shown
    assert theirs.client.name not in shown
    everything = body(signed_in(people.manager).get(view))
    assert ours.word in everything
    assert theirs.word in everything


@override_settings(ROOT_URLCONF=__name__)
def test_a_view_that_hands_out_any_file_finds_own_files_alone(sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    browser = signed_in(ours.signer)
    with as_firm():
        own, other = ours.engagement.packs.get(), theirs.engagement.packs.get()
    assert body(browser.get("/file/", {"id": own.public_id})) == ours.word
    assert body(browser.get("/file/", {"id": other.public_id})) == "none"


@override_settings(ROOT_URLCONF=__name__)
def test_a_view_that_forgets_to_filter_shows_nobody_anything(sides: tuple[Side, Side]) -> None:
    response = signed_in(sides[0].signer)
    response.logout()
    for view in ("/forgetful/", "/raw/", "/file/?id=x"):
        assert response.get(view).status_code == 302


def denied() -> AbstractContextManager[object]:
    """Expect PostgreSQL's own refusal."""
    return pytest.raises(ProgrammingError, match="permission denied")


def test_tables_of_the_firm_alone_answer_a_contact_with_permission_denied(sides: tuple[Side, Side]) -> None:
    closed = [model for model in all_models() if (wall := wall_of(model)) and wall.portal is None]
    assert closed
    for model in closed:
        with as_portal([sides[0].client.pk]), denied(), transaction.atomic():
            model._default_manager.values_list("pk").first()


def test_a_contact_cannot_write_any_table(sides: tuple[Side, Side]) -> None:
    for model in all_models():
        wall = wall_of(model)
        assert isinstance(wall, Wall)
        table = connection.ops.quote_name(model._meta.db_table)
        with as_portal([sides[0].client.pk]), denied(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")

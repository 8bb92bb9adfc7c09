"""Roles are taken for a transaction, and given back whatever happens."""

from contextlib import suppress

import pytest
from django.apps import apps
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import ddl
from accounts.db import BARE, BrokenTransactionError, as_firm, as_login, as_portal, standing
from accounts.models import AccessEntry, Event, TrailEntry, User
from accounts.outside import OUTSIDE
from tests.accounts.conftest import everybody

SETTINGS = ("role", "app.clients", "app.actor", "app.request_id")


def settings_now() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"coalesce(current_setting('{name}', true), '')" for name in SETTINGS))
        return tuple(cursor.fetchone())


def role_now() -> str:
    return settings_now()[0]


def write_and_raise(user: User) -> None:
    with as_portal([1]), as_firm():
        User.objects.filter(pk=user.pk).update(name="Nobody")
        raise RuntimeError("halfway")


def write_and_swallow(user: User) -> None:
    with as_firm():
        User.objects.filter(pk=user.pk).update(name="Lost without a word")
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")


OWN_TABLES = [
    model
    for model in apps.get_models()
    if model._meta.db_table not in OUTSIDE and not ddl.walls()[model._meta.db_table].login
]


@pytest.mark.django_db
@pytest.mark.parametrize("model", OWN_TABLES, ids=lambda model: model.__name__)
def test_outside_of_a_role_every_table_answers_permission_denied(model):
    with pytest.raises(ProgrammingError, match="permission denied"):
        model.objects.exists()


@pytest.mark.django_db
def test_sign_in_may_add_what_it_may_not_read():
    with pytest.raises(ProgrammingError, match="permission denied"):
        list(AccessEntry.objects.all())


@pytest.mark.django_db
def test_sign_in_writes_no_events():
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Event.objects.create(verb="forged", message="Nobody did anything")
    with as_firm():
        assert not Event.objects.exists()


@pytest.mark.django_db
def test_nested_roles_restore_the_one_before(people):
    with as_firm(people.manager, request_id="request-1"):
        firm = settings_now()
        assert firm[2:] == (str(people.manager.pk), "request-1")
        with as_portal([7, 8]):
            portal = settings_now()
            assert portal[1:] == ("{7,8}", str(people.manager.pk), "request-1")
            with as_firm(people.administrator):
                assert settings_now() == (firm[0], "", str(people.administrator.pk), "request-1")
            assert settings_now() == portal
        with as_login():
            assert role_now() == "none"
        assert settings_now() == firm
    assert settings_now()[:3] == ("none", "", "")
    assert standing() == BARE


@pytest.mark.django_db
def test_an_exception_restores_the_role_and_drops_what_was_written(people):
    with as_firm(people.manager):
        before = settings_now()
        with pytest.raises(RuntimeError, match="halfway"):
            write_and_raise(people.specialist)
        assert settings_now() == before
        people.specialist.refresh_from_db()
        assert people.specialist.name == "Sam Specialist"


@pytest.mark.django_db
def test_a_database_error_inside_restores_the_role(people):
    with as_firm(people.manager):
        before = settings_now()
        with pytest.raises(ProgrammingError), as_portal([1]):
            TrailEntry.objects.count()
        assert settings_now() == before


@pytest.mark.django_db
def test_a_swallowed_database_error_is_not_taken_for_success(people):
    with pytest.raises(BrokenTransactionError):
        write_and_swallow(people.specialist)
    assert role_now() == "none"


@pytest.mark.django_db
def test_what_is_read_only_cannot_write_and_leaves_nothing(people):
    with pytest.raises(DatabaseError, match="read-only"), as_firm(people.manager, read_only=True):
        User.objects.filter(pk=people.specialist.pk).update(name="Nobody")
    with as_firm(people.manager, read_only=True):
        assert User.objects.count() == 5
    # The outer transaction of this test is writable again, and bare.
    assert role_now() == "none"
    with as_firm(people.manager):
        assert User.objects.filter(pk=people.specialist.pk).update(title="MLOps engineer") == 1


@pytest.mark.django_db(transaction=True)
def test_on_a_connection_of_its_own_a_commit_ends_the_role():
    people = everybody()
    with as_firm(people.manager):
        User.objects.filter(pk=people.specialist.pk).update(title="Kept")
    assert settings_now() == ("none", "", "", "")
    people.specialist.refresh_from_db()
    assert people.specialist.title == "Kept"


@pytest.mark.django_db(transaction=True)
def test_taking_a_role_costs_one_statement():
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as seen, as_firm():
        User.objects.exists()
    said = [query["sql"] for query in seen.captured_queries]
    assert [said[0], said[-1], len(said)] == ["BEGIN", "COMMIT", 4]


@pytest.mark.django_db(transaction=True)
def test_on_commit_runs_as_the_bare_login_role():
    seen: list[str] = []
    with as_firm():
        transaction.on_commit(lambda: seen.append(role_now()))
    assert seen == ["none"]

"""Prepared queries: compiled once, asked with other values, as whoever asks."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import CharField, F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.db import as_portal
from accounts.models import Event, User
from accounts.prepared import Prepared, any_of, given
from engagements.models import Client, Contact
from tests import factories

NAMED = Prepared(lambda: Client.objects.filter(name=given("name", CharField())))
AMONG = Prepared(
    lambda: Client.objects.filter(any_of(F("pk"), "clients")).order_by("name").values_list("name", flat=True)
)
DAYS = Prepared(lambda: Event.objects.filter(pk=given("event")).values_list("at__date", flat=True))


def test_a_prepared_query_answers_with_the_values_of_each_call(cast: factories.Cast) -> None:
    assert NAMED(name="Meridian Health") == [cast.client]
    assert NAMED.one(name="Halden Bank") == cast.other_client
    assert NAMED.one(name="Nobody's") is None


def test_a_value_is_never_part_of_the_statement(cast: factories.Cast) -> None:
    assert NAMED(name="x' OR '1' = '1") == []
    assert NAMED(name="100%s") == []


def test_a_list_of_ids_may_be_long_short_or_empty(cast: factories.Cast) -> None:
    every = [cast.client.pk, cast.other_client.pk]
    assert AMONG(clients=every) == ["Halden Bank", "Meridian Health"]
    assert AMONG(clients=every[:1]) == ["Meridian Health"]
    assert AMONG(clients=[]) == []


def test_a_statement_sees_only_what_the_role_of_the_moment_sees(cast: factories.Cast) -> None:
    every = [cast.client.pk, cast.other_client.pk]
    assert len(AMONG(clients=every)) == 2
    with as_portal([cast.client.pk], read_only=True):
        assert AMONG(clients=every) == ["Meridian Health"]


def test_days_are_those_of_the_readers_time_zone(cast: factories.Cast) -> None:
    event = Event.objects.create(verb="x", message="x", at=datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    for zone, day in (("UTC", 23), ("Europe/Helsinki", 24), ("UTC", 23)):
        with timezone.override(zone):
            assert DAYS(event=event.pk)[0].day == day


def test_a_value_that_is_missing_is_an_error(cast: factories.Cast) -> None:
    with pytest.raises(KeyError):
        NAMED(title="Meridian Health")


def test_a_row_is_read_afresh_in_place_and_forgets_what_hung_on_it(cast: factories.Cast) -> None:
    contacts = Prepared(lambda: Contact.objects.filter(pk=given("pk")).select_related("user"))
    one = Contact.objects.select_related("client").get(user=cast.signer)
    Contact.objects.filter(pk=one.pk).update(is_signer=False)
    contacts.refresh(one)
    assert not one.is_signer
    with CaptureQueriesContext(connection) as asked:
        assert one.user == cast.signer
        assert not asked.captured_queries
        assert one.client == cast.client
    assert len(asked.captured_queries) == 1


def test_a_row_that_is_gone_cannot_be_read_afresh(cast: factories.Cast) -> None:
    clients = Prepared(lambda: Client.objects.filter(pk=given("pk")))
    with pytest.raises(ObjectDoesNotExist):
        clients.refresh(Client(pk=0))


def test_a_query_with_prefetches_cannot_be_prepared(cast: factories.Cast) -> None:
    whole = Prepared(lambda: User.objects.prefetch_related("groups"))
    with pytest.raises(TypeError, match="prefetch"):
        whole()

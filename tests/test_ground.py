"""The ground: written once for tests that begin alike, as good as new for each, and gone for all others."""

from typing import Any

import pytest

from accounts.clock import now
from accounts.db import as_firm
from accounts.models import Event, User
from engagements.models import Engagement
from tests.conftest import CAST, ENGAGEMENT
from tests.factories import Cast
from tests.ground import MONDAY, Ground, chain_of

TWICE = pytest.mark.parametrize("time", ["first", "second"])


@TWICE
def test_what_a_test_changes_is_undone(cast: Cast, time: str) -> None:
    assert (cast.manager.name, cast.client.name) == ("Mia Manager", "Meridian Health")
    cast.manager.name = cast.client.name = "Changed"
    cast.manager.save()
    cast.client.save()
    User.objects.filter(pk=cast.viewer.pk).update(name="Changed")


@TWICE
def test_nothing_of_another_test_is_left(cast: Cast, engagement: Engagement, time: str) -> None:
    assert list(Engagement.objects.all()) == [engagement]
    assert User.objects.get(pk=cast.viewer.pk).name == "Dale Whitlock"
    Engagement.objects.all().update(name="Changed")


def test_it_is_written_before_the_test_begins(cast: Cast) -> None:
    assert MONDAY <= max(Event.objects.values_list("at", flat=True)) <= now()


def test_a_test_of_its_own_finds_nothing(db: None, ground: Ground) -> None:
    with as_firm():
        assert not User.objects.exists()
    assert ground.now == MONDAY


def test_a_test_that_commits_gets_rows_of_its_own(really: None, ground: Ground) -> None:
    assert ground.layers == []
    with as_firm():
        made = ground.of(ENGAGEMENT)
        assert list(Engagement.objects.all()) == [made]
    assert ground.of(CAST) is ground.of(CAST)


def test_the_fixtures_of_a_test_name_its_parts(request: Any, engagement: Engagement) -> None:
    assert chain_of(request.node) == (CAST, ENGAGEMENT)

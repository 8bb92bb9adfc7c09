"""Deliverables never wait for each other in a circle, however many people edit at once."""

import pytest

from accounts.db import as_firm
from accounts.errors import DomainError
from milestones.actions import work
from milestones.models import Dependency
from tests import factories
from tests.conftest import at_once
from tests.factories import active, deliverable


def waits_for(cast, engagement, ref, *others):
    one = deliverable(engagement, ref)
    after = [deliverable(engagement, other) for other in others]
    return work.edit(by=cast.manager, deliverable=one, version=one.version, after=after)


def test_a_circle_is_spelled_out_by_titles(cast):
    engagement = active(cast, [factories.line(ref) for ref in "ABC"])
    waits_for(cast, engagement, "B", "A")
    waits_for(cast, engagement, "C", "B")
    with pytest.raises(DomainError) as refused:
        waits_for(cast, engagement, "A", "C")
    assert refused.value.field == "after"
    spelled = str(refused.value)
    for title in ("“Deliverable A”", "“Deliverable B”", "“Deliverable C”"):
        assert title in spelled
    assert spelled.count("→") == 3
    assert Dependency.objects.count() == 2


def test_two_edits_at_once_do_not_close_a_circle(really):
    with as_firm():
        people = factories.cast()
        engagement = active(people)
    results = at_once(
        [lambda: waits_for(people, engagement, "A", "B"), lambda: waits_for(people, engagement, "B", "A")]
    )
    refused = [one for one in results if isinstance(one, Exception)]
    assert len(refused) == 1, results
    assert "in a circle" in str(refused[0])
    with as_firm():
        assert Dependency.objects.count() == 1

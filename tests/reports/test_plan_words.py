"""What the plan's page says of waits and plan changes, in words that stay short and true."""

from datetime import date, timedelta

import time_machine
from django.test import Client as Browser

from accounts.db import as_firm
from milestones.actions import changes, life
from milestones.states import Moves
from tests import factories
from tests.reports.conftest import Firm


def test_a_wait_that_began_long_ago_is_not_new_after_a_hold(
    at_work: Firm, manager: Browser, monday: time_machine.Traveller
) -> None:
    with as_firm():
        life.hold(by=at_work.people.manager, engagement=at_work.engagement, why="Holiday", on=date(2026, 11, 13))
        life.resume(by=at_work.people.manager, engagement=at_work.engagement)
    card = manager.get(at_work.url()).text.partition('id="plan-waits"')[2].partition("</section>")[0]
    assert "since 13 Nov" in card
    assert ">0 days<" in card


def test_the_callout_of_a_long_plan_change_names_two_moves_and_how_many_more(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        lines = [factories.line(f"L{n}") for n in range(11)]
        long = factories.active(at_work.people, lines, name="A long plan")
        moves = [
            changes.Move(Moves.DUE, deliverable=one, to_on=one.due_on + timedelta(days=2))
            for one in long.deliverables.all()
        ]
        changes.ask(by=at_work.people.manager, engagement=long, what="All later", why="The vendor", moves=moves)
    callout = manager.get(f"/engagements/{long.code}/").text.partition('id="changes"')[2].partition("</section>")[0]
    assert callout.count(" from 29 Nov to 1 Dec") == 2, callout
    assert ", and 9 more." in callout

"""Plans that are strange, huge or over are answered, and answered soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from time import process_time

import numpy as np

from milestones.forecasting import Wait, forecast
from milestones.forecasting.noise import quantiles, words
from tests.milestones.forecasting.plans import START, day, done, plan, work


def test_all_done_is_over():
    found = forecast(plan(*[done(n, n, n + 9, late=n % 2) for n in range(1, 8)], today=25))
    assert found.milestones[30].finished_on == max(one.finished_on or day(0) for one in found.works.values())
    assert found.whole is not None
    assert found.whole.chance == 1.0
    assert found.whole.drivers == ()


def test_work_that_is_400_days_late_goes_on_for_a_while_yet():
    running = work(1, 0, 10, state="in_progress", started_on=day(0), effort_days=4)
    given = plan(running, work(2, 11, 20, predecessors=(1,)), today=410)
    found = forecast(given)
    assert found.works[1].chance == 0
    assert found.works[1].likely > given.today
    assert found.works[2].likely > found.works[1].likely
    assert found.works[1].eight_in_ten - given.today < timedelta(days=400)


def test_due_before_start_is_served():
    backwards = replace(work(1, 20, 25), due_on=day(3))
    found = forecast(plan(backwards, today=1))
    assert found.works[1].likely >= day(20)
    assert found.works[1].chance == 0


def test_work_of_nobody_queues_for_nobody():
    alone = plan(*[work(n, 10, 14) for n in range(1, 9)], today=5)
    shared = plan(*[work(n, 10, 14, owner=1) for n in range(1, 3)], *[work(9, 20, 24, owner=1)], today=5)
    assert forecast(alone).works[8].likely <= forecast(alone).works[1].eight_in_ten
    assert forecast(shared).works[9].likely >= day(20)


def test_a_queue_that_was_seen_goes_on():
    """One at a time, and what is ready lies: so the others come one after the other too."""
    past = [done(1, 0, 7, owner=1), replace(done(2, 0, 7, owner=1), started_on=day(8), finished_on=day(14))]
    rest = [work(n, 15, 22, owner=1) for n in (3, 4, 5, 6)]
    queued = forecast(plan(*past, *rest, today=15, due=60))
    both = [done(1, 0, 7, owner=1), done(2, 0, 7, owner=1), done(7, 0, 7, owner=1), done(8, 0, 7, owner=1)]
    parallel = forecast(plan(*both, *rest, today=15, due=60))
    assert queued.milestones[30].likely > parallel.milestones[30].likely


def test_two_thousand_deliverables_take_seconds():
    works = [
        work(n, n // 25, n // 25 + 9, predecessors=(n - 7, n - 30) if n > 30 else (), owner=n % 40, milestone=30)
        for n in range(1, 2001)
    ]
    given = plan(*works, today=20, due=90)
    begun = process_time()
    found = forecast(given)
    assert process_time() - begun < 30
    assert len(found.works) == 2000
    assert found.milestones[30].likely >= max(one.likely for one in found.works.values())


def test_engagements_that_add_work_are_expected_to_go_on_adding():
    works = [done(n, n, n + 5) for n in range(1, 9)] + [work(n, 40, 50, milestone=90) for n in range(20, 24)]
    extra = [work(n, 20, 28, milestone=90, added_on=day(12)) for n in range(40, 46)]
    last = work(60, 70, 88, milestone=90)
    settled = forecast(plan(*works, *[replace(one, added_on=None) for one in extra], last, today=22))
    growing = forecast(plan(*works, *extra, last, today=22))
    assert growing.whole is not None
    assert settled.whole is not None
    assert growing.whole.chance < settled.whole.chance
    assert growing.whole.eight_in_ten >= settled.whole.eight_in_ten
    assert growing.works[20].outlook == settled.works[20].outlook


def test_an_engagement_that_was_kept_waiting_is_expected_to_be_again():
    def past(*waits: Wait):
        return [done(n, n, n + 9, waits=waits) for n in range(1, 9)]

    stop = Wait(START + timedelta(days=6), "client", open=False, until=START + timedelta(days=8))
    rest = [work(n, 24, 36, effort_days=6) for n in range(20, 24)]
    quiet = forecast(plan(*past(), *rest, today=20, due=36))
    kept = plan(*past(), *rest, today=20, due=36)
    many = [replace(one, waits=(replace(stop, since=START + timedelta(days=one.id + 3)),)) for one in kept.works[:8]]
    waited = forecast(replace(kept, works=(*many, *kept.works[8:])))
    assert waited.works[20].chance < quiet.works[20].chance


def test_the_noise_is_even_and_every_name_has_its_own():
    hashed = words(7, range(50), 0, 4000)
    drawn = quantiles("normal")[hashed.view(np.uint16)]
    assert abs(float(drawn.mean())) < 0.01
    assert abs(float(drawn.std()) - 1) < 0.01
    parts = hashed.view(np.uint16).reshape(50, 4000, 4).astype(float)
    together = np.corrcoef(parts.transpose(0, 2, 1).reshape(200, 4000))
    assert np.abs(together - np.eye(200)).max() < 0.08
    assert (words(7, [3], 0, 4000)[0] == hashed[3]).all()
    assert (words(8, [3], 0, 4000)[0] != hashed[3]).all()

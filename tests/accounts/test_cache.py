"""The cache goes on without Redis."""

import pytest

from accounts import cache as steady
from accounts.cache import SteadyCache

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def forget(monkeypatch):
    monkeypatch.setattr(steady, "_away_until", {})


@pytest.fixture
def here(settings, stack) -> SteadyCache:
    return SteadyCache(settings.CACHES["default"]["LOCATION"], {"KEY_PREFIX": "steady-test"})


@pytest.fixture
def away() -> SteadyCache:
    cache = SteadyCache(NOWHERE, {})
    cache._memory.clear()
    return cache


def use(cache: SteadyCache) -> list[object]:
    cache.delete_many(["a", "b", "n"])
    return [
        cache.add("a", 1, 60), cache.add("a", 2, 60), cache.get("a"), cache.get("b", "none"),
        cache.set_many({"b": [2], "n": 1}), cache.get_many(["a", "b"]), cache.incr("n"), cache.has_key("n"),
        "n" in cache, cache.touch("a", 90), cache.get_or_set("b", 3), bool(cache.delete("a")), cache.get("a"),
    ]  # fmt: skip


def test_it_answers_the_same_with_redis_and_without(here, away):
    with_redis, without = use(here), use(away)
    assert with_redis[:4] == without[:4] == [True, False, 1, "none"]
    assert with_redis[5:] == without[5:] == [{"a": 1, "b": [2]}, 2, True, True, True, [2], True, None]


def test_it_really_is_in_redis(here, settings):
    here.set("seen", "by all", 60)
    other = SteadyCache(settings.CACHES["default"]["LOCATION"], {"KEY_PREFIX": "steady-test"})
    other._memory.clear()
    assert other.get("seen") == "by all"
    assert here._memory.get("seen") is None


def test_a_redis_that_is_away_is_asked_once_and_then_left_alone(away, monkeypatch, caplog):
    away.get("a")
    monkeypatch.setattr("django_redis.cache.RedisCache.get", lambda *_args, **_options: pytest.fail("asked again"))
    for _time in range(3):
        away.get("a")
    assert [record.message[:21] for record in caplog.records] == ["Redis does not answer"]


def test_when_redis_is_back_what_was_kept_meanwhile_is_forgotten(here, monkeypatch):
    monkeypatch.setitem(steady._away_until, here._place, float("inf"))
    here.set("a", "old", 60)
    assert here.get("a") == "old"
    monkeypatch.setitem(steady._away_until, here._place, 0.0)
    here.delete("a")
    monkeypatch.setitem(steady._away_until, here._place, float("inf"))
    assert here.get("a") is None

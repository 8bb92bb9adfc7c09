"""The fixtures that every other test stands on: real database, real worker, real mail."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import connection, connections
from django_redis import get_redis_connection

from config.embedded.stack import CHECKOUT
from tests.db import Run, numbered
from tests.servers import CeleryWorker, Mailbox


@pytest.mark.django_db
def test_each_worker_has_a_database_of_its_own_under_the_login_role(test_run: Run):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (test_run.database.name, connection.settings_dict["USER"], False)
    assert test_run.worker in test_run.database.name
    assert connections["owner"].settings_dict["USER"] == test_run.owner_role


@pytest.mark.xdist_group("one")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="one process has every test in one place")
def test_tests_of_one_group_go_to_one_worker(request: pytest.FixtureRequest):
    # Not every pytest lets xdist do this, and where it cannot, it says nothing.
    assert request.node.nodeid.endswith("@one")


@pytest.mark.django_db
def test_the_clone_is_migrated():
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--check"],
        cwd=CHECKOUT,
        env=os.environ,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_a_transactional_test_commits_is_gone_before_the_next(test_run: Run, transactional_db: None, turn):
    with psycopg.connect(test_run.database.owner_url) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS left_behind (turn text)")
        assert owner.execute("SELECT count(*) FROM left_behind").fetchone() == (0,)
        owner.execute("INSERT INTO left_behind VALUES (%s)", [turn])


@pytest.mark.django_db
def test_cache_is_real_redis_in_a_database_of_its_own():
    cache.set("a", "kept in Redis")
    assert cache.get("a") == "kept in Redis"
    client = get_redis_connection()
    assert str(client.connection_pool.connection_kwargs["db"]) == os.environ["REDIS_URL"].partition("db=")[2]


def test_redis_addresses_get_a_database_number():
    assert numbered("unix:///tmp/s/redis.sock", 3) == "unix:///tmp/s/redis.sock?db=3"
    assert numbered("redis://localhost:6379/0", 3) == "redis://localhost:6379/3"
    assert numbered("redis://localhost:6379", 3) == "redis://localhost:6379/3"


def test_mail_goes_over_smtp_and_arrives_whole(mailbox: Mailbox):
    EmailMessage("Vier Aufgaben", "Grüße aus Zürich", "a@vantage.example", ["b@client.example"]).send()
    [mail] = mailbox.wait_for(1)
    assert mail["Subject"] == "Vier Aufgaben"
    assert mail["Delivered-To"] == "b@client.example"
    assert "Grüße aus Zürich" in mail.get_content()


@pytest.mark.django_db(transaction=True)
def test_the_celery_worker_answers_and_comes_back_after_it_was_killed(celery_worker: CeleryWorker):
    from config.celery import app

    assert app.control.ping(timeout=5, limit=1)
    celery_worker.kill()
    celery_worker.start()
    assert app.control.ping(timeout=5, limit=1)

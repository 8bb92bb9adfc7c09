"""The Celery application: one queue, JSON only; what is due lives in the database, not in the broker."""

import os
from importlib import import_module
from typing import Any

import django
from celery import Celery
from celery.signals import import_modules

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("emplace")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Return what beat announces: every app's PERIODIC, a task's name and the seconds between two runs.

    A message that no worker took by the next one's time is dropped, so that none pile up while workers are away.
    """
    from django.apps import apps
    from django.utils.module_loading import module_has_submodule

    schedule: dict[str, dict[str, Any]] = {}
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "tasks"):
            periodic: dict[str, float] = getattr(import_module(f"{config.name}.tasks"), "PERIODIC", {})
            for task, seconds in periodic.items():
                schedule[task] = {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    return schedule


@import_modules.connect
def _assemble(**kwargs: Any) -> None:
    # Sent by worker and beat when they load, before beat reads its schedule.
    del kwargs
    django.setup()
    app.conf.beat_schedule = beat_schedule()

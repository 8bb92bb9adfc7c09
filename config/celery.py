"""The Celery application: one queue, JSON only; what is due lives in the database, not in the broker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("emplace")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

"""Wiring. The Celery application is made here, so that every process that loads the settings has our broker."""

from config.celery import app as celery_app

__all__ = ["celery_app"]

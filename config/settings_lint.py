"""The settings with the migration linter beside them, for `make check` alone."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "django_migration_linter"]

"""Make the database and its roles: the first command of an installation."""

import os
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.roles_db import Plan, SetupError, set_up


def plan_from_settings() -> Plan:
    """Return what DATABASE_URL, DATABASE_OWNER_URL and the role names ask for."""
    login, owner = settings.DATABASES["default"], settings.DATABASES["owner"]
    if login["NAME"] != owner["NAME"]:
        raise SetupError("DATABASE_URL and DATABASE_OWNER_URL name two databases. Give both the same one.")
    return Plan(
        database=str(owner["NAME"]),
        owner=str(owner["USER"]),
        owner_password=str(owner["PASSWORD"]),
        login=str(login["USER"]),
        login_password=str(login["PASSWORD"]),
        firm=settings.DATABASE_FIRM_ROLE,
        portal=settings.DATABASE_PORTAL_ROLE,
    )


class Command(BaseCommand):
    """Create the owner, login, firm and portal roles and the database, as DATABASE_ADMIN_URL; safe to repeat."""

    help = "Creates the database and its roles. Reads DATABASE_ADMIN_URL, DATABASE_OWNER_URL and DATABASE_URL."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up, and say what was made."""
        del args
        admin_url = os.environ.get("DATABASE_ADMIN_URL")
        if not admin_url:
            raise CommandError(
                "DATABASE_ADMIN_URL is not set. Give the address of a role that may create roles and databases, "
                "for example postgresql://postgres:password@localhost:5432/postgres."
            )
        try:
            made = set_up(admin_url, plan_from_settings())
        except SetupError as error:
            raise CommandError(str(error)) from error
        except psycopg.Error as error:
            raise CommandError(f"The database server refused: {error}".strip()) from error
        if options["verbosity"] > 0:
            self.stdout.write("\n".join([*made, "Database and roles are ready. Next: manage.py migrate."]))

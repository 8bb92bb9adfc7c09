"""Make the first administrator, or another one."""

import os
import sys
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions import create_user
from accounts.db import as_firm
from accounts.errors import DomainError
from accounts.states import Kind

PASSWORD_VARIABLE = "ADMINISTRATOR_PASSWORD"  # noqa: S105 - a name, no password


class Command(BaseCommand):
    """Add an administrator who can sign in at once."""

    help = f"Adds an administrator. The password is asked for, or read from {PASSWORD_VARIABLE} or standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take who it is and where the password comes from."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--time-zone", default="UTC", help="for example Europe/Helsinki")
        source = parser.add_mutually_exclusive_group()
        source.add_argument("--password-from-env", action="store_true", help=f"read it from {PASSWORD_VARIABLE}")
        source.add_argument("--password-from-stdin", action="store_true", help="read its first line")
        source.add_argument("--no-password", action="store_true", help="sign-in by code only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Add the administrator, or say why not."""
        del args
        try:
            with as_firm():
                user = create_user(
                    by=None,
                    email=options["email"],
                    name=options["name"],
                    kind=Kind.ADMINISTRATOR,
                    time_zone=options["time_zone"],
                    password=_password(options),
                )
        except DomainError as error:
            raise CommandError(f"{error.field}: {error}" if error.field else str(error)) from error
        self.stdout.write(f"{user.name} can sign in as {user.email}.")


def _password(options: dict[str, Any]) -> str | None:
    if options["no_password"]:
        return None
    if options["password_from_env"]:
        password = os.environ.get(PASSWORD_VARIABLE, "")
    elif options["password_from_stdin"]:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = getpass("Password: ")
    if not password:
        raise CommandError("No password came. Give one, or use --no-password for sign-in by code.")
    return password

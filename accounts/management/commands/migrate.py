"""Django's migrate, as the tables' owner, with the walls built afterwards."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate

from accounts import ddl


class Command(DjangoMigrate):
    """Migrate, then grants, policies and triggers."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the owner's connection unless told otherwise: no other role may change tables."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate and build the walls; a plan or a check alone builds nothing."""
        super().handle(*args, **options)
        if options["plan"] or options["check_unapplied"]:
            return
        waiting = ddl.apply(options["database"])
        if options["verbosity"] > 0:
            self.stdout.write("Grants, policies and triggers are in place.")
            for table in waiting:
                self.stdout.write(f"  {table} stays hidden from the portal until a table that it refers to exists.")

"""Check that nobody altered the trail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.db import as_firm
from accounts.verify import verify


class Command(BaseCommand):
    """Compute the chain over the trail again and print its head; exit 1 names the first broken entry."""

    help = "Checks the trail. Keep the head that it prints elsewhere, and give it to a later check with --head."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a head that was kept elsewhere."""
        parser.add_argument("--head", help="a head printed earlier; the chain must still contain it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, and say what was found."""
        del args
        with as_firm(read_only=True):
            verdict = verify(options["head"] or "")
        if verdict.broken is not None:
            raise CommandError(f"The trail was altered: entry {verdict.broken} does not fit the chain.")
        if not verdict.knows_head:
            raise CommandError(
                "The trail was altered: it no longer contains the head you gave. Entries were removed or rewritten."
            )
        self.stdout.write(f"{verdict.linked} entries are as they were written; {verdict.loose} wait for their link.")
        self.stdout.write(f"Head: {verdict.head or 'none yet'}")

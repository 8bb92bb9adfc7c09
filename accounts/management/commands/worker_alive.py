"""Say whether jobs are being done; what the worker's health check runs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.liveness import worker_is_alive


class Command(BaseCommand):
    """Exit 0 where a canary task was finished in the last three minutes."""

    help = "Exits 0 where a canary task was finished in the last three minutes. Needs beat to run."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask the database."""
        del args, options
        if not worker_is_alive():
            raise CommandError("No task was finished in the last three minutes. Restart the worker, and look at beat.")
        self.stdout.write("Jobs are being done.")

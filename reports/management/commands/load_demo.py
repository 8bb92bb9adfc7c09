"""Loads the demo portfolio, once."""

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.db import as_firm
from accounts.models import User
from reports.demo.load import load
from reports.demo.people import PASSWORD
from reports.demo.rehearsal import rehearse
from reports.demo.source import read

# Who to sign in as to see each kind of page; the first of its kind in the demo's file.
SIGN_INS = (
    ("Account manager", "ines.rautio@vantage.example"),
    ("Specialist", "adaeze.okafor@vantage.example"),
    ("Client, signer", "priya.nair@meridian-health.example"),
    ("Client, viewer", "dale.whitlock@meridian-health.example"),
    ("Administrator", "outi.lahdenpera@vantage.example"),
)


class Command(BaseCommand):
    help = "Load the demo portfolio: an invented firm with 14 engagements, dated around today."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--print-signins", action="store_true", help="Only print who can sign in.")
        parser.add_argument(
            "--rehearse",
            nargs="+",
            type=date.fromisoformat,
            metavar="DATE",
            help="On throw-away servers (python -m config.embedded.run --migrate): load as of noon of each date, "
            "print what each engagement comes to, and undo it.",
        )
        parser.add_argument("--if-empty", action="store_true", help="Do nothing where somebody is in already.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["print_signins"]:
            self.print_sign_ins()
            return
        with as_firm():
            somebody = User.objects.exists()
        if somebody:
            if options["if_empty"]:
                return
            raise CommandError("Somebody is in this database already. The demo is loaded into an empty one.")
        if options["rehearse"]:
            self.rehearse(options["rehearse"])
            return
        with transaction.atomic(), as_firm():
            count = load(lambda sentence: self.stdout.write(f"  {sentence}"))
        self.stdout.write(f"{count} engagements of {read()['firm']['name']} are in.")

    def rehearse(self, days: Sequence[date]) -> None:
        """Print chance, health found and health wanted of each running engagement, on each day."""
        for day in days:
            found = rehearse(datetime.combine(day, time(12), UTC))
            told_wrong = sum(not verdict.holds for verdict in found)
            self.stdout.write(f"{day:%a} {day.isoformat()}: {told_wrong} of {len(found)} not as their story tells")
            for verdict in found:
                self.stdout.write(f"  {verdict}")

    def print_sign_ins(self) -> None:
        """Print the addresses and the one password."""
        width = max(len(email) for _who, email in SIGN_INS)
        for who, email in SIGN_INS:
            self.stdout.write(f"  {who:<16} {email:<{width}}  {PASSWORD}")

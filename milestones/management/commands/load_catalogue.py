"""Load the catalogue that ships: roles, failure modes, pillars, service lines and playbooks."""

import argparse

from django.core.management.base import BaseCommand

from accounts.db import as_firm
from milestones.catalogue import SHIPPED, load_playbook
from roles import catalogue


class Command(BaseCommand):
    """`manage.py load_catalogue`: may run at any time, any number of times."""

    help = "Load roles, failure modes, pillars, service lines and playbooks; what is there already stays."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add --restore."""
        parser.add_argument("--restore", action="store_true", help="Bring the shipped names and texts back.")

    def handle(self, *, restore: bool, **_options: object) -> None:
        """Load everything in one transaction and say what is new."""
        with as_firm():
            added = catalogue.load(restore=restore)
            versions = [version for shipped in SHIPPED if (version := load_playbook(shipped))]
        self.stdout.write(f"Catalogue: {added} new rows, {len(versions)} new playbook versions.")
        for version in versions:
            self.stdout.write(f"  {version}")

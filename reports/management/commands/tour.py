"""The whole job without a browser."""

import json
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.test import override_settings

from accounts.db import as_firm
from accounts.models import User
from milestones import slips
from reports.tour import outputs, play
from reports.tour.people import gather

PLAN = Path(settings.BASE_DIR) / "tests" / "data" / "plan.csv"


class Command(BaseCommand):
    help = (
        "Log an engagement from a file, work on it until day 47, and leave what comes of it: "
        "dashboard.html, digest.eml, handoff.pdf, flags.json and timeline.svg."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="The folder for the five files.")
        parser.add_argument("--plan", type=Path, default=PLAN, help="The plan as CSV (default: %(default)s).")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder: Path = options["out"]
        folder.mkdir(parents=True, exist_ok=True)
        with as_firm():
            if User.objects.exists():
                raise CommandError("Somebody is in this database already. The tour needs an empty one.")
        # The jobs run here, in this process; a worker would have loaded their handlers.
        current_app.loader.import_default_modules()
        call_command("load_catalogue", verbosity=0)
        stage = self.told(options["plan"])
        try:
            # The team of the tour works for somebody, whatever this machine is set to.
            with override_settings(FIRM_NAME="Vantage Embedded"):
                self.leave(stage, folder)
        except outputs.NotWholeError as error:
            raise CommandError(str(error)) from error
        if broken := outputs.check(folder):
            raise CommandError("\n".join(broken))
        for name in outputs.FILES:
            self.stdout.write(f"  {folder / name}  {(folder / name).stat().st_size:,} bytes")

    def told(self, plan: Path) -> play.Stage:
        """Log the engagement and go through its days."""
        with transaction.atomic(), as_firm():
            stage = play.log(gather(), plan)
            self.stdout.write(f"{stage.engagement.code} is logged from {plan.name}, agreed, and starts its work.")
            play.live(stage)
            slips.recompute(stage.engagement, nightly=True)
        self.stdout.write(f"It is day {stage.engagement.day()}.")
        return stage

    def leave(self, stage: play.Stage, folder: Path) -> None:
        """Run the jobs and write the five files."""
        flags = outputs.slips_twice(stage)
        (folder / "flags.json").write_text(json.dumps(flags, indent=2), encoding="utf-8")
        with tempfile.TemporaryDirectory(prefix="emplace-mail-") as mail:
            (folder / "digest.eml").write_bytes(outputs.digest(stage, Path(mail)))
        page = outputs.dashboard(stage)
        (folder / "dashboard.html").write_text(page, encoding="utf-8")
        (folder / "timeline.svg").write_text(outputs.timeline(page), encoding="utf-8")
        (folder / "handoff.pdf").write_bytes(outputs.pack(stage))

"""Judge the slip risk on finished projects."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from milestones.forecasting.risk.backtest import backtest, leave_one_out, report
from milestones.forecasting.risk.picture import picture
from milestones.forecasting.risk.prior_file import SHIPPED, PriorError, load_prior
from milestones.management.delay_files import read_files

HEADS = {
    "rows": "rows",
    "late": "late",
    "auc": "AUC",
    "brier_skill": "skill",
    "ece": "ECE",
    "ece_after_50": "ECE after 50",
    "auc_online": "AUC online",
    "brier_skill_online": "skill online",
    "ece_online": "ECE online",
}


class Command(BaseCommand):
    """`manage.py backtest_slip_risk CSV... [--json] [--leave-one-out]`."""

    help = "Score finished issues with due dates as they would have been scored at the time, and say how well."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the files and how to judge them."""
        parser.add_argument("files", nargs="+", type=Path, metavar="CSV", help="one file for each project")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--prior", type=Path, default=SHIPPED, help="the prior (default: the one that ships)")
        parser.add_argument(
            "--leave-one-out", action="store_true", help="score each file with a prior fitted on the other files"
        )
        parser.add_argument("--picture", type=Path, metavar="SVG", help="draw how the chances held")

    def handle(self, *, files: list[Path], prior: Path, **options: Any) -> None:
        """Judge and print."""
        if options["leave_one_out"] and len(files) < 2:
            raise CommandError("To leave one out, give two files or more.")
        histories = read_files(files, self.stderr.write)
        if options["leave_one_out"]:
            tests = leave_one_out(histories)
        else:
            try:
                card = load_prior(prior)
            except PriorError as error:
                raise CommandError(str(error)) from error
            tests = [backtest(card, one) for one in histories]
        numbers: dict[str, Any] = report(tests)
        self.stdout.write(json.dumps(numbers, indent=1) if options["json"] else _table(numbers))
        if options["picture"]:
            options["picture"].write_text(picture(tests), encoding="utf-8")


def _table(numbers: Mapping[str, Any]) -> str:
    rows = [["file", *HEADS.values()]]
    rows += [_row(name, one) for name, one in [*numbers["files"].items(), ("mean", numbers["mean"])]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join(lines)


def _row(name: str, numbers: Mapping[str, Any]) -> list[str]:
    return [name, *(_cell(numbers, key) for key in HEADS)]


def _cell(numbers: Mapping[str, Any], key: str) -> str:
    value = numbers.get(key)
    if value is None:
        return "" if key in {"rows", "late"} else "none"
    if isinstance(value, int):
        return f"{value:,}"
    low, high = numbers.get(f"{key}_low"), numbers.get(f"{key}_high")
    return f"{value:.3f}" + (f" ({low:.3f} to {high:.3f})" if low is not None and high is not None else "")

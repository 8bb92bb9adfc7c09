"""Learn the prior of slip risk from finished projects."""

import argparse
from pathlib import Path

from django.core.management.base import BaseCommand

from milestones.forecasting.risk.prior_file import SHIPPED, written
from milestones.forecasting.risk.recipe import fit_prior
from milestones.management.delay_files import read_files


class Command(BaseCommand):
    """`manage.py fit_slip_prior CSV...`: the same files give the same prior, to the byte."""

    help = "Learn the prior of slip risk from CSV files of issues with due dates, and write its coefficients."
    requires_system_checks = ()  # it mends what the check of the prior complains about

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the files and where the prior goes."""
        parser.add_argument("files", nargs="+", type=Path, metavar="CSV", help="one file for each project")
        parser.add_argument("--out", type=Path, default=SHIPPED, help="where to write (default: the prior that ships)")

    def handle(self, *, files: list[Path], out: Path, **_options: object) -> None:
        """Fit and write."""
        histories = read_files(files, self.stderr.write)
        card = fit_prior(histories)
        out.write_text(written(card), encoding="utf-8")
        for one in histories:
            self.stdout.write(f"{one.name}: {len(one):,} issues, {one.late.mean():.1%} late")
        alone = sum(term.shares is not None for term in card.terms)
        self.stdout.write(
            f"{alone} features alone and {len(card.terms) - alone} tables of two written to {out}; "
            f"{sum(term.points.size for term in card.terms):,} numbers."
        )

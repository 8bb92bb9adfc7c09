"""Bring the demo's database up to date: `python -m config.demo.prepare FOLDER`.

A process of its own, because Django reads the environment once, and one process for all steps, because
starting Django takes longer than most of them. The sign-ins end up in FOLDER/signins.txt.
"""

import io
import os
import sys
from pathlib import Path

import django
from django.core.management import call_command

from config.demo.progress import Steps

STEPS = ("Database and roles", "Tables, policies and triggers", "Role catalogue and playbooks", "Demo portfolio")


def prepare(folder: Path, steps: Steps) -> None:
    """Run the commands, each idempotent; the portfolio is loaded into a new database only."""
    with steps.step(STEPS[0]):
        _quietly("setup_database")
    with steps.step(STEPS[1]):
        _quietly("migrate", interactive=False)
    with steps.step(STEPS[2]):
        _quietly("load_catalogue")
    with steps.step(STEPS[3]):
        _quietly("load_demo", if_empty=True)  # the second start keeps what people have done since
    _write_signins(folder / "signins.txt")


def _quietly(command: str, **options: bool) -> None:
    """Run a command whose words would break the line of its step."""
    call_command(command, verbosity=0, stdout=io.StringIO(), **options)


def _write_signins(path: Path) -> None:
    words = io.StringIO()
    call_command("load_demo", print_signins=True, stdout=words)
    path.write_text(words.getvalue())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    prepare(Path(sys.argv[1]), Steps(int(sys.argv[2]), int(sys.argv[3])))

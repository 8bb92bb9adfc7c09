#!/usr/bin/env python
"""Django's command line for Emplace."""

import os
import sys

# Commands that bring servers of their own where none are given.
SELF_CONTAINED = frozenset({"tour"})


def main() -> None:
    """Run the command, on throw-away servers where it is made for that and no database is named."""
    if SELF_CONTAINED.intersection(sys.argv[1:2]) and not os.environ.get("DATABASE_URL"):
        from config.embedded.run import main as run_on_own_servers

        sys.exit(run_on_own_servers(["--migrate", sys.executable, *sys.argv]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

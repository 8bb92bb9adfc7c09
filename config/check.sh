#!/bin/sh
# Looks that need a database to look at; called by `make check` with the Python to use.
set -eu
python="$1"
"$python" manage.py makemigrations --check --dry-run
"$python" manage.py check --deploy --fail-level WARNING
"$python" manage.py setup_database --verbosity 0
"$python" manage.py migrate --verbosity 0
DJANGO_SETTINGS_MODULE=config.settings_lint "$python" manage.py lintmigrations --no-cache --warnings-as-errors \
    --include-apps accounts roles engagements milestones reports

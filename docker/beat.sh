#!/bin/sh
# The clock of the periodic jobs. Several are harmless: each job's period is a row that one of them gets.
set -eu
cd "$(dirname "$0")/.."
exec python -m celery --app config.celery:app beat --loglevel "${LOG_LEVEL:-INFO}" --pidfile=

#!/bin/sh
# The Celery worker. SIGTERM lets running tasks finish for a while and puts the rest back in the queue.
set -eu
cd "$(dirname "$0")/.."
export REMAP_SIGTERM=SIGQUIT
exec python -m celery --app config.celery:app worker --loglevel "${LOG_LEVEL:-INFO}" \
    --concurrency "${WORKER_PROCESSES:-2}" --max-tasks-per-child 500

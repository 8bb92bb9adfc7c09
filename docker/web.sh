#!/bin/sh
# The web server. A worker is a process; one a core, each with a few threads, so that a slow reader blocks nobody.
set -eu
cd "$(dirname "$0")/.."
exec python -m granian --interface wsgi config.wsgi:application \
    --host "${HOST:-0.0.0.0}" --port "${PORT:-8000}" \
    --workers "${WEB_WORKERS:-2}" --blocking-threads "${WEB_THREADS:-4}" \
    --respawn-failed-workers --workers-kill-timeout 20

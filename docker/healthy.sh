#!/bin/sh
# The health check of one container: `healthy.sh web` or `healthy.sh worker`.
set -eu
cd "$(dirname "$0")/.."
case "${1:-}" in
web)
    # As nginx asks, so that neither the redirect to https nor the check of the host name answers instead.
    exec python - "${PORT:-8000}" "${ALLOWED_HOSTS:-localhost}" <<'PYTHON'
import sys
import urllib.request

port, hosts = sys.argv[1:]
headers = {"Host": hosts.split(",")[0].strip(), "X-Forwarded-Proto": "https"}
request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers=headers)
sys.exit(urllib.request.urlopen(request, timeout=4).status != 200)
PYTHON
    ;;
worker)
    exec python manage.py worker_alive
    ;;
*)
    echo "Say what to look at: healthy.sh web, or healthy.sh worker." >&2
    exit 64
    ;;
esac

#!/bin/sh
# Runs once before a new version serves: database and roles, tables with their walls, the catalogue.
# DATABASE_ADMIN_URL is needed at the first release only; DATABASE_OWNER_URL at every one, and nowhere else.
set -eu
cd "$(dirname "$0")/.."
if [ -n "${DATABASE_ADMIN_URL:-}" ]; then
    python manage.py setup_database
fi
python manage.py migrate --no-input
exec python manage.py load_catalogue

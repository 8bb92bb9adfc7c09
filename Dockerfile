# The image of web, worker, beat and release: one image, four entry points in docker/.
FROM python:3.13-slim-bookworm AS packages
COPY requirements-production.txt /tmp/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --requirement /tmp/requirements-production.txt

FROM python:3.13-slim-bookworm
# Pango and HarfBuzz draw the PDFs; Noto has the scripts that the product's own font lacks.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-noto-cjk \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 emplace \
 && useradd --system --uid 10001 --gid 10001 --home-dir /srv/emplace --shell /usr/sbin/nologin emplace \
 && install -d -o emplace -g emplace -m 0750 /srv/emplace/media

COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    STATIC_ROOT=/app/staticfiles \
    MEDIA_ROOT=/srv/emplace/media \
    BEAT_SCHEDULE=/tmp/beat-schedule
# Static files are named by their content and belong to the image; neither value is used for anything else.
RUN SECRET_KEY=collecting-static-files DATABASE_URL=postgresql://nobody@localhost/none \
    python manage.py collectstatic --noinput --verbosity 0

USER emplace
EXPOSE 8000
VOLUME /srv/emplace/media
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 CMD ["docker/healthy.sh", "web"]
CMD ["docker/web.sh"]

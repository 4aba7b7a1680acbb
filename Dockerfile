# The application's image: web, worker, beat and prepare are one image with four commands (docker-compose.yml).
# Built where the internet is, carried to the court as a file: see docs/upgrading.md.
FROM python:3.11-slim-bookworm

RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --uid 10001 zhiheng \
    && install -d -o zhiheng -g zhiheng -m 0750 /data

WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock

COPY . .
# The key signs nothing here: collecting static files reads the settings, which want one.
RUN SECRET_KEY=only-for-building python manage.py collectstatic --noinput --verbosity 0

USER zhiheng
ENV DATA_DIR=/data PYTHONUNBUFFERED=1
EXPOSE 8000
ENTRYPOINT ["python", "scripts/service"]
CMD ["web"]

"""/metrics for Prometheus: requests and their times, and what waits in each queue. Numbers only, no names.

Asked with `Authorization: Bearer METRICS_TOKEN`; without that setting the address does not exist.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

MOST = 10_000
"""Where counting stops: a queue that long is an alarm, whatever its length."""

# queue -> (table, the moment since which a row waits, what else makes it wait); each served by an index.
QUEUES = {
    "reactions": ("events_pending", "due_at", ""),
    "timers": ("deadlines_timer", "fire_at", ""),
    "messages": ("notices_message", "due_at", "AND due_at IS NOT NULL"),
    "papers": ("documents_paper", "due_at", "AND state = 'draft'"),
    "calls": ("jobs_job", "asked_at", "AND state = 'queued'"),
}


class Waiting(Collector):
    """How many rows of each queue are due and not done, and how long the first has waited. One query a queue."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        late = GaugeMetricFamily("zhiheng_queue_due", "Rows due and not yet done.", labels=["queue"])
        age = GaugeMetricFamily(
            "zhiheng_queue_age_seconds", "Seconds since the first was due.", labels=["queue"]
        )
        with connection.cursor() as cursor:
            for queue, (table, moment, also) in QUEUES.items():
                cursor.execute(
                    f"SELECT count(*), coalesce(extract(epoch FROM now() - min({moment})), 0) FROM ("  # noqa: S608
                    f"SELECT {moment} FROM {table} WHERE {moment} <= now() {also} ORDER BY {moment} LIMIT {MOST}"
                    ") AS due"
                )
                count, seconds = cursor.fetchone()
                late.add_metric([queue], count)
                age.add_metric([queue], float(seconds))
        yield from (late, age)


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """What this installation does, for the monitor that knows the token."""
    _scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    if not settings.METRICS_TOKEN or not constant_time_compare(given, settings.METRICS_TOKEN):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Waiting())
    parts = [generate_latest(registry)]
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
        parts.append(generate_latest(counted))
    else:
        parts.append(generate_latest(REGISTRY))
    return HttpResponse(b"".join(parts), content_type=CONTENT_TYPE_LATEST)

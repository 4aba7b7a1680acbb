"""/healthz: the process answers. /readyz: it can work (database migrated and reachable, broker reachable)."""

from django.core.cache import cache
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache


@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """Alive."""
    return JsonResponse({"status": "ok"})


@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """Ready: each part by name; 503 when one is not."""
    parts = {"database": _database(), "broker": _broker()}
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse({"status": "ok" if ready else "not ready", **parts}, status=200 if ready else 503)


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        return f"down: {type(error).__name__}"
    return "ok" if not waiting else f"{len(waiting)} migrations waiting"


def _broker() -> str:
    try:
        cache.get("readyz")
    except Exception as error:  # noqa: BLE001  any failure of the client means the same here
        return f"down: {type(error).__name__}"
    return "ok"

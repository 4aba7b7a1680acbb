"""The one address the outside calls: the provider's receipts."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kernel import time
from kernel.errors import BadInput
from notices.receipts import store
from notices.signing import is_signed


@never_cache
@csrf_exempt  # the caller is a machine: it proves itself by its signature, and has no cookie to forge
@require_POST
def receipts(request: HttpRequest) -> JsonResponse:
    """Keep a signed report and say so; 401 without a right, fresh signature; 400 if unreadable."""
    at = time.now()
    timestamp = request.headers.get("X-Timestamp", "")
    signature = request.headers.get("X-Signature", "")
    if not _is_fresh(timestamp, at.timestamp()) or not is_signed(
        settings.SMS_RECEIPT_SECRET, timestamp, request.body, signature
    ):
        return JsonResponse({"error": "signature"}, status=401)
    try:
        new = store(provider=settings.SMS_PROVIDER, body=request.body, at=at)
    except BadInput as error:
        return JsonResponse({"error": str(error), "fix": str(error.fix)}, status=400)
    return JsonResponse({"stored": new})


def _is_fresh(timestamp: str, now: float) -> bool:
    """Whether a Unix time stamp lies within the window: an old report cannot be played again."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now - int(timestamp)) <= settings.SMS_RECEIPT_WINDOW_SECONDS

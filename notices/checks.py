"""What would keep every message from going out, said at start."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@register
def check_sms(**_options: Any) -> list[CheckMessage]:
    """The provider exists and is told what it needs, and a lease outlasts a call."""
    if settings.SMS_PROVIDER not in ("console", "file", "http"):
        return [Error("SMS_PROVIDER 应为 console、file 或 http。", id="notices.E001")]
    found: list[CheckMessage] = []
    if settings.SMS_PROVIDER == "http":
        address = urlsplit(settings.SMS_URL)
        if address.scheme != "https" and address.hostname not in _LOOPBACK:
            found.append(Error("SMS_URL 应为 https 地址：短信内容和号码不得明文传输。", id="notices.E002"))
        if not (settings.SMS_SECRET and settings.SMS_RECEIPT_SECRET):
            found.append(Error("SMS_SECRET 和 SMS_RECEIPT_SECRET 都要填写。", id="notices.E003"))
    if settings.SMS_LEASE_SECONDS < 2 * (settings.SMS_CONNECT_TIMEOUT + settings.SMS_READ_TIMEOUT):
        found.append(Error("SMS_LEASE_SECONDS 至少应为连接与读取时限之和的两倍。", id="notices.E004"))
    return found

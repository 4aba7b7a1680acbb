"""A generic HTTP gateway. What is never in doubt: whether a message may be sent again.

    POST {url}/messages              {"reference", "to", "text"}  -> 2xx {"id"} | 4xx {"code"} | 429, 503 come
    later GET  {url}/messages/{reference}  -> 200 {"id", "status": accepted | delivered | undelivered, "code"}
                                      | 404 {"code": "not_found"}
Headers: X-Account, X-Timestamp (Unix seconds), X-Signature (notices/signing.py), Idempotency-Key = our
reference. Only an answer of the gateway itself counts as a refusal or as not found: a proxy's error page
proves nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from notices.providers.contract import Outcome, Outgoing, Result
from notices.signing import sign

_GOT_NOTHING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LATER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_OUR_ACCOUNT = (HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN)
_STATUS = {"accepted": Result.ACCEPTED, "delivered": Result.DELIVERED, "undelivered": Result.UNDELIVERED}

Call = Callable[[httpx.AsyncClient, Outgoing], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where the gateway is and how it is spoken to. Timeouts in seconds; in_flight = calls at one time."""

    url: str
    account: str = ""
    secret: str = field(default="", repr=False)
    answers_queries: bool = True
    bad_number_codes: frozenset[str] = frozenset({"bad_number"})
    connect_timeout: float = 3.0
    read_timeout: float = 10.0
    in_flight: int = 50


class HttpProvider:
    """Many calls at a time over kept connections; none outlasts `longest_call`, however it trickles."""

    name = "http"

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.answers_queries = gateway.answers_queries
        self.longest_call = gateway.connect_timeout + gateway.read_timeout

    def send(self, batch: Sequence[Outgoing], *, until: float) -> list[Outcome]:
        """POST each message once."""
        return asyncio.run(self._all(batch, self._post, until))

    def ask(self, batch: Sequence[Outgoing], *, until: float) -> list[Outcome]:
        """GET what became of each reference."""
        return asyncio.run(self._all(batch, self._get, until))

    async def _all(self, batch: Sequence[Outgoing], call: Call, until: float) -> list[Outcome]:
        gate = asyncio.Semaphore(self.gateway.in_flight)
        timeout = httpx.Timeout(self.gateway.read_timeout, connect=self.gateway.connect_timeout)
        limits = httpx.Limits(max_connections=self.gateway.in_flight)
        async with httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False) as client:

            async def one(outgoing: Outgoing) -> Outcome:
                async with gate:
                    if time.monotonic() > until:
                        return Outcome(outgoing.message_id, Result.NOT_TRIED)
                    return await self._bounded(call, client, outgoing)

            return list(await asyncio.gather(*map(one, batch)))

    async def _bounded(self, call: Call, client: httpx.AsyncClient, outgoing: Outgoing) -> Outcome:
        try:
            async with asyncio.timeout(self.longest_call):
                return await call(client, outgoing)
        except _GOT_NOTHING as error:
            return Outcome(outgoing.message_id, Result.UNREACHABLE, code=type(error).__name__)
        except (httpx.HTTPError, TimeoutError) as error:
            return Outcome(outgoing.message_id, Result.UNKNOWN, code=type(error).__name__)

    async def _post(self, client: httpx.AsyncClient, outgoing: Outgoing) -> Outcome:
        message = {"reference": str(outgoing.reference), "to": outgoing.number, "text": outgoing.text}
        body = json.dumps(message, ensure_ascii=False).encode()
        headers = {
            **self._signed(outgoing, body),
            "Content-Type": "application/json",
            "Idempotency-Key": str(outgoing.reference),
        }
        response = await client.post(f"{self.gateway.url}/messages", content=body, headers=headers)
        return self._read_post(outgoing, response.status_code, _object(response))

    async def _get(self, client: httpx.AsyncClient, outgoing: Outgoing) -> Outcome:
        url = f"{self.gateway.url}/messages/{outgoing.reference}"
        response = await client.get(url, headers=self._signed(outgoing, str(outgoing.reference).encode()))
        answer = _object(response)
        code = str(answer.get("code", ""))[:60]
        result = Result.UNKNOWN
        if response.status_code == HTTPStatus.OK:
            result = _STATUS.get(str(answer.get("status")), Result.UNKNOWN)
        elif response.status_code == HTTPStatus.NOT_FOUND and code == "not_found":
            result = Result.ABSENT
        return Outcome(
            outgoing.message_id,
            result,
            provider_id=str(answer.get("id", ""))[:80],
            code=code or str(response.status_code),
            bad_number=result is Result.UNDELIVERED and code in self.gateway.bad_number_codes,
        )

    def _read_post(self, outgoing: Outgoing, status: int, answer: dict[str, Any]) -> Outcome:
        code = str(answer.get("code", ""))[:60]
        provider_id = str(answer.get("id", ""))[:80]
        # 409 with an id: the gateway has this reference already. That is what a lost answer looks like.
        if provider_id and (200 <= status < 300 or status == HTTPStatus.CONFLICT):
            return Outcome(outgoing.message_id, Result.ACCEPTED, provider_id=provider_id)
        result = _refusal(status, has_code=bool(code))
        is_bad = result is Result.REFUSED and code in self.gateway.bad_number_codes
        return Outcome(outgoing.message_id, result, code=code or str(status), bad_number=is_bad)

    def _signed(self, outgoing: Outgoing, body: bytes) -> dict[str, str]:
        timestamp = str(int(outgoing.at.timestamp()))
        return {
            "X-Account": self.gateway.account,
            "X-Timestamp": timestamp,
            "X-Signature": sign(self.gateway.secret, timestamp, body),
        }


def _refusal(status: int, *, has_code: bool) -> Result:
    """What an answer other than acceptance means for sending again."""
    if status in _LATER or status in _OUR_ACCOUNT or 300 <= status < 400:
        return Result.UNREACHABLE
    if 400 <= status < 500 and status != HTTPStatus.REQUEST_TIMEOUT:
        return Result.REFUSED if has_code else Result.UNREACHABLE
    return Result.UNKNOWN


def _object(response: httpx.Response) -> dict[str, Any]:
    """The answer's JSON object, or an empty one: a page of a proxy is no answer."""
    try:
        content = response.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}

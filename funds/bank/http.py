"""银企直连 over HTTP. What is never in doubt: whether an order may be sent again.

    POST {url}/orders              {"reference", "amount", "payer_account", "payee_*", "purpose"} -> 2xx {"state"} | 4xx {"code"}
    GET  {url}/orders/{reference}  -> 200 {"state": accepted | paid | returned, "bank_ref", "on", "code"}
                                    | 404 {"code": "not_found"}
Idempotency-Key and reference are the same. Only the bank's own answer is a refusal or a not-found: a proxy's error page
proves nothing.
"""

from __future__ import annotations

import datetime as dt
import ssl
import uuid
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Any

import httpx

from funds.bank.contract import Answer, Order, Result

_GOT_NOTHING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LATER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_OUR_ACCOUNT = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
# The bank has this reference in another shape: what it will do is not known, so it is asked.
_TAKEN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT)
_STATES = {"accepted": Result.ACCEPTED, "paid": Result.PAID, "returned": Result.RETURNED}


@dataclass(frozen=True, slots=True)
class HttpBank:
    """One bank at `url`; token: bearer of every call. Timeouts in seconds."""

    url: str
    token: str = field(default="", repr=False)
    connect_timeout: float = 3.0
    read_timeout: float = 10.0

    @property
    def longest_call(self) -> float:
        """Connect, send and read, each at its limit."""
        return self.connect_timeout + 2 * self.read_timeout

    def pay(self, order: Order) -> Answer:
        """POST the order once."""
        body = {
            "reference": str(order.reference),
            "amount": f"{order.amount:.2f}",
            "payer_account": order.payer_account,
            "payee_name": order.payee_name,
            "payee_bank": order.payee_bank,
            "payee_account": order.payee_account,
            "purpose": order.purpose,
        }
        return self._call("POST", "/orders", order.reference, body)

    def ask(self, reference: uuid.UUID) -> Answer:
        """GET what became of a reference."""
        return self._call("GET", f"/orders/{reference}", reference)

    def _call(self, method: str, path: str, reference: uuid.UUID, body: Any = None) -> Answer:
        headers = {"Idempotency-Key": str(reference)}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        timeout = httpx.Timeout(self.read_timeout, connect=self.connect_timeout)
        try:
            with httpx.Client(timeout=timeout, trust_env=False, verify=_trusted()) as client:
                response = client.request(method, f"{self.url}{path}", json=body, headers=headers)
        except _GOT_NOTHING as error:
            return Answer(Result.UNREACHABLE, code=type(error).__name__)
        except httpx.HTTPError as error:
            return Answer(Result.UNKNOWN, code=type(error).__name__)
        return _read(response, is_question=method == "GET")


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates, read once a process: reading them takes longer than most calls."""
    return httpx.create_ssl_context(trust_env=False)


def _read(response: httpx.Response, *, is_question: bool) -> Answer:
    said = _object(response)
    code = str(said.get("code", ""))[:60]
    if response.is_success:
        state = _STATES.get(str(said.get("state")), Result.UNKNOWN)
        ref, on = str(said.get("bank_ref", ""))[:60], _day(said.get("on"))
        # Paid without a receipt number or a day proves nothing: it is asked again.
        is_whole = state is Result.ACCEPTED or (on is not None and (bool(ref) or state is Result.RETURNED))
        return Answer(state if is_whole else Result.UNKNOWN, ref, on, code)
    if is_question:
        is_absent = response.status_code == HTTPStatus.NOT_FOUND and code == "not_found"
        return Answer(Result.ABSENT if is_absent else Result.UNKNOWN, code=code or str(response.status_code))
    if response.status_code in (*_LATER, *_OUR_ACCOUNT):
        return Answer(Result.UNREACHABLE, code=code or str(response.status_code))
    is_refusal = 400 <= response.status_code < 500 and response.status_code not in _TAKEN and bool(code)
    return Answer(Result.REFUSED if is_refusal else Result.UNKNOWN, code=code or str(response.status_code))


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        content = response.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _day(text: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        return None

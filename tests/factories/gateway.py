"""A gateway for short messages on this machine, which can be slow, busy, broken, or lose its answers.

It does not drop duplicates: what it was given twice it has delivered twice, so that a test can see it.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from notices.signing import is_signed


@dataclass
class Gateway:
    """What the gateway did and how it behaves.

    behave(n, message): what to do with the n-th POST (from 1): "ok", "busy" (503), "refuse:<code>" (422),
    "error" (500, nothing taken), "page" (200, not JSON), "lose" (take it, then never answer),
    "drop" (close the connection before taking it).
    is_elsewhere: it is a proxy that has never heard of these addresses.
    """

    url: str = ""
    secret: str = "gateway-secret"
    slow_seconds: float = 0.0
    lost_seconds: float = 5.0
    behave: Callable[[int, dict[str, Any]], str] = lambda _n, _message: "ok"
    answers_queries: bool = True
    is_elsewhere: bool = False
    delivered: Counter[str] = field(default_factory=Counter)
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def twice(self) -> list[str]:
        """References delivered more than once."""
        return [reference for reference, times in self.delivered.items() if times > 1]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    gateway: Gateway

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed or gave up is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        gateway = self.server.gateway
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if gateway.is_elsewhere:
            self._answer(404, None)
            return
        if not self._is_signed(body):
            self._answer(401, {"code": "signature"})
            return
        message = json.loads(body)
        with gateway.lock:
            gateway.posts += 1
            act = gateway.behave(gateway.posts, message)
            taken = act in ("ok", "lose")
            if taken:
                gateway.delivered[message["reference"]] += 1
                gateway.texts[message["reference"]] = message
        time.sleep(gateway.slow_seconds)
        self._act(act, message["reference"])

    def do_GET(self) -> None:
        gateway = self.server.gateway
        if gateway.is_elsewhere:
            self._answer(404, None)
            return
        reference = self.path.rpartition("/")[2]
        with gateway.lock:
            gateway.asked[reference] += 1
            known = reference in gateway.delivered
        if not gateway.answers_queries:
            self._answer(500, {})
        elif known:
            self._answer(200, {"id": f"g-{reference}", "status": "accepted"})
        else:
            self._answer(404, {"code": "not_found"})

    def _act(self, act: str, reference: str) -> None:
        gateway = self.server.gateway
        if act == "ok":
            self._answer(202, {"id": f"g-{reference}"})
        elif act == "busy":
            self._answer(503, {})
        elif act == "error":
            self._answer(500, {})
        elif act.startswith("refuse:"):
            self._answer(422, {"code": act.partition(":")[2]})
        elif act == "page":
            self._answer(200, None)
        elif act == "lose":
            gateway.closing.wait(gateway.lost_seconds)
            self.close_connection = True
        else:
            self.close_connection = True

    def _is_signed(self, body: bytes) -> bool:
        headers = self.headers
        return is_signed(
            self.server.gateway.secret, headers.get("X-Timestamp", ""), body, headers.get("X-Signature", "")
        )

    def _answer(self, status: int, content: object) -> None:
        body = b"<html>busy</html>" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@contextmanager
def running_gateway(**behaviour: Any) -> Iterator[Gateway]:
    """A gateway on a free port of the loopback interface."""
    gateway = Gateway(**behaviour)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.gateway = gateway
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()

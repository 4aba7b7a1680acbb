"""Everything the schema describes is asked at random; every answer is one that it names, none is a failure of ours."""

from __future__ import annotations

import datetime as dt

import pytest
import requests
import schemathesis
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from urllib3 import HTTPResponse

from tests.factories.api import Caller
from tests.factories.cases import House, assigned, house
from tests.factories.courts import court, person

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    "list_cases",
    "file_case",
    "read_case",
    "read_timeline",
    "list_receipts",
    "complete_node",
    "record_feedback",
    "record_receipt",
]


@pytest.fixture
def home(db: None) -> House:
    cache.clear()
    return house()


def answered(call: schemathesis.Case, system: Caller) -> requests.Response:
    """The call made through Django's client, which stays in the test's transaction; the answer as the checks read it."""
    asked = requests.Request(**call.as_transport_kwargs(base_url="http://localhost")).prepare()
    headers = {k: v for k, v in asked.headers.items() if k.lower() not in ("content-type", "authorization")}
    got = system.client.generic(
        asked.method,
        asked.path_url,
        asked.body or b"",
        content_type=asked.headers.get("Content-Type", "application/json"),
        headers={**headers, "authorization": f"Bearer {system.token}"},
    )
    answer = requests.Response()
    answer.status_code, answer._content, answer.request = got.status_code, got.content, asked
    answer.url, answer.encoding = asked.url, "utf-8"
    answer.headers.update(got.headers)
    answer.raw = HTTPResponse(status=got.status_code, headers=dict(got.headers))
    answer.elapsed = dt.timedelta(0)
    return answer


def officer() -> Client:
    client = Client()
    client.force_login(person(court(), "handler"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.django_db
def test_the_description_is_valid_and_its_page_fetches_nothing_from_outside() -> None:
    client = officer()
    described = client.get("/api/schema", headers={"accept": "application/json"}).json()
    validate_schema(described)
    named = {verb["operationId"] for path in described["paths"].values() for verb in path.values()}
    assert named == set(OPERATIONS)
    page = client.get("/api/docs").content.decode()
    assert "//cdn" not in page
    assert "/static/drf_spectacular_sidecar/" in page


@pytest.mark.parametrize("operation", OPERATIONS)
def test_any_call_gets_an_answer_that_the_schema_names(
    operation: str, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rest_framework.throttling.SimpleRateThrottle.allow_request", lambda *_: True)
    system, case = Caller(home.court), assigned(home)
    described = officer().get("/api/schema", headers={"accept": "application/json"}).json()
    schema = schemathesis.openapi.from_dict(described)
    asked = next(
        found.ok()
        for found in schema.get_all_operations()
        if found.ok().definition.raw["operationId"] == operation
    )
    open_node = case.nodes.filter(state="open").first()
    standing = open_node.pk if "/nodes/" in asked.path else case.pk
    seen: set[int] = set()

    @given(call=asked.as_strategy(), real=st.booleans())
    @settings(
        max_examples=60,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def ask(call: schemathesis.Case, real: bool) -> None:
        if real and "pk" in call.path_parameters:
            call.path_parameters["pk"] = standing
        if isinstance(call.body, dict) and "court" in call.body and real:
            call.body["court"] = home.court.code
        before = transaction.savepoint()
        answer = answered(call, system)
        transaction.savepoint_rollback(before)
        seen.add(answer.status_code)
        call.validate_response(answer, checks=CHECKS)

    ask()
    assert seen - {401, 403}  # the calls came past the door

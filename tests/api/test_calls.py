"""Other systems file, complete, report and read through tokens of one court; a call made twice is one act."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from api.actions.calls import forget_calls
from api.actions.tokens import connect_system, revoke_token
from api.models import Call, Scope, SystemToken
from cases.models import Case, Node, Party
from events.models import Event
from funds.models import Receipt
from kernel import time
from kernel.errors import BadInput, NotFound
from measures.models import Property
from notices.models import Message
from tests.factories.api import Caller, filing
from tests.factories.cases import House, assigned, complete, filed, house
from tests.factories.courts import court

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_calls_before() -> None:
    cache.clear()


@pytest.fixture
def home() -> House:
    return house()


def problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    body = json.loads(response.content)
    assert body["status"] == status
    return body


def test_a_case_is_filed_once_however_often_the_call_is_made(home: House) -> None:
    system = Caller(home.court)
    first = system.post("cases", filing(home.court), key="f-1")
    again = system.post("cases", filing(home.court), key="f-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    case = Case.objects.get()
    assert first.json()["number"] == case.number
    assert Event.objects.get(kind="case.filed").actor == system.row.user.actor
    assert Message.objects.filter(about=case.about).exists()  # the parties are told as of any filing


def test_another_call_under_the_same_key_is_refused(home: House) -> None:
    system = Caller(home.court)
    system.post("cases", filing(home.court), key="f-1")
    other = problem(system.post("cases", filing(home.court, claim_amount="1.00"), key="f-1"), 409)
    assert other["code"] == "IDEMPOTENCY-KEY"
    assert Case.objects.count() == 1


def test_a_key_is_asked_for_and_bound_to_its_system(home: House) -> None:
    one, two = Caller(home.court), Caller(home.court)
    assert "Idempotency-Key" in problem(one.post("cases", filing(home.court), key=""), 422)["detail"]
    assert problem(one.post("cases", filing(home.court), key="x" * 61), 422)["fix"]
    assert one.post("cases", filing(home.court), key="same").status_code == 201
    second = filing(home.court, basis="（2022）鄂9901民初13号民事判决书")
    assert two.post("cases", second, key="same").status_code == 201
    assert Case.objects.count() == 2


def test_wrong_fields_are_named_each_by_its_place_and_write_nothing(home: House) -> None:
    system = Caller(home.court)
    body = filing(home.court, claim_amount=80000.0, casue="错字", filed_on="2026-02-30")
    body["parties"][1]["role"] = "debtor"
    told = problem(system.post("cases", body), 422)
    assert {line["field"] for line in told["errors"]} >= {"claim_amount", "filed_on", "parties[1].role"}
    misspelt = problem(system.post("cases", filing(home.court, casue="错字")), 422)
    assert misspelt["errors"] == [{"field": "casue", "message": "没有这个字段。"}]
    without = problem(
        system.post("cases", filing(home.court, parties=filing(home.court)["parties"][:1])), 422
    )
    assert "被执行人" in without["detail"]
    assert not Case.objects.exists()
    assert not Event.objects.filter(kind="case.filed").exists()


def test_what_is_not_json_is_told_so(home: House) -> None:
    system = Caller(home.court)
    assert "JSON" in problem(system.post("cases", "{"), 400)["detail"]
    assert problem(system.post("cases", '"文字"'), 422)
    form = system.client.post("/api/v1/cases", {"court": "x"}, headers={"idempotency-key": "a"})
    assert problem(form, 415)


def test_a_token_reaches_its_court_only(home: House) -> None:
    other = house()
    system, case = Caller(home.court), filed(home)
    elsewhere = filed(other)
    assert system.get(f"cases/{case.pk}").status_code == 200
    for path in (f"cases/{elsewhere.pk}", f"cases/{elsewhere.pk}/timeline", f"cases/{elsewhere.pk}/receipts"):
        assert problem(system.get(path), 404)
    assert problem(system.post("cases", filing(other.court)), 422)["errors"][0]["field"] == "court"
    node = Node.objects.filter(case=elsewhere, state="open").first()
    body = {"version": node.version, "values": {}}
    assert problem(system.post(f"nodes/{node.pk}/completion", body), 404)
    assert [row["id"] for row in system.get("cases").json()["cases"]] == [case.pk]


@pytest.mark.parametrize("scope", Scope.values)
def test_a_token_opens_what_its_scopes_name(home: House, scope: str) -> None:
    system, case = Caller(home.court, scope), filed(home)
    calls = {
        Scope.READ: lambda: system.get(f"cases/{case.pk}"),
        Scope.FILE: lambda: system.post("cases", {}),
        Scope.QUERY: lambda: system.post("nodes/1/feedback", {}),
        Scope.NODES: lambda: system.post("nodes/1/completion", {}),
        Scope.RECEIPTS: lambda: system.post("receipts", {}),
    }
    for name, call in calls.items():
        status = call().status_code
        assert (status != 403) == (name == scope), (name, status)


def test_no_token_a_wrong_one_and_one_that_is_over_get_the_same_answer(home: House) -> None:
    system = Caller(home.court)
    assert system.get("cases").status_code == 200
    assert problem(Client().get("/api/v1/cases"), 401)
    wrong = Client(headers={"authorization": "Bearer zh_wrong"}).get("/api/v1/cases")
    told = problem(wrong, 401)
    assert wrong["WWW-Authenticate"].startswith("Bearer")
    SystemToken.objects.update(since=time.today() - dt.timedelta(9), until=time.today() - dt.timedelta(1))
    assert problem(system.get("cases"), 401) == told
    SystemToken.objects.update(until=time.today())
    assert system.get("cases").status_code == 200
    revoke_token(token_id=system.row.pk, actor="system:test", at=time.now())
    assert problem(system.get("cases"), 401) == told
    revoke_token(token_id=system.row.pk, actor="system:test", at=time.now())
    assert Event.objects.filter(kind="token.revoked").count() == 1
    with pytest.raises(NotFound):
        revoke_token(token_id=987654321, actor="system:test", at=time.now())


def test_a_session_of_a_person_opens_nothing_here(home: House) -> None:
    client = Client()
    client.force_login(home.handler, backend="django.contrib.auth.backends.ModelBackend")
    assert problem(client.get("/api/v1/cases"), 401)
    assert client.get("/api/schema").status_code == 200


def test_who_guesses_tokens_is_stopped(home: House) -> None:
    system = Caller(home.court)
    guess = Client(headers={"authorization": "Bearer zh_guess"})
    for _try in range(20):
        assert guess.get("/api/v1/cases").status_code == 401
    assert problem(guess.get("/api/v1/cases"), 429)
    assert guess.get("/api/v1/cases")["Retry-After"] == "60"
    assert system.get("cases").status_code == 200  # of the same address


def test_a_token_is_kept_as_a_digest_only(home: House) -> None:
    system = Caller(home.court)
    row = SystemToken.objects.get()
    assert system.token.encode() not in bytes(row.digest)
    assert system.token not in json.dumps(list(Event.objects.values_list("data", flat=True)))
    assert row.used_on is None
    system.get("cases")
    row.refresh_from_db()
    assert row.used_on == time.today()


@pytest.mark.parametrize(
    ("scopes", "days"), [((), 30), (("cases:all",), 30), ((Scope.READ,), -1), ((Scope.READ,), 900)]
)
def test_a_token_without_scope_or_end_is_not_given(home: House, scopes: tuple[str, ...], days: int) -> None:
    with pytest.raises(BadInput):
        connect_system(
            username="x",
            full_name="系统",
            court=home.court,
            scopes=scopes,
            until=time.today() + dt.timedelta(days=days),
            actor="system:test",
            at=time.now(),
        )
    assert not SystemToken.objects.exists()


def test_the_command_prints_a_token_that_works(home: House) -> None:
    out = io.StringIO()
    asked = ["legacy", "--name", "综合业务系统", "--court", home.court.code, "--scope", "cases:read"]
    call_command("connect_system", *asked, stdout=out, stderr=io.StringIO())
    client = Client(headers={"authorization": f"Bearer {out.getvalue().strip()}"})
    assert client.get("/api/v1/cases").status_code == 200
    with pytest.raises(CommandError, match="没有代码"):
        call_command("connect_system", "legacy", "--court", "鄂0000", "--scope", "cases:read")
    with pytest.raises(CommandError, match="已经有人使用"):
        call_command(
            "connect_system", home.handler.username, "--court", home.court.code, "--scope", "cases:read"
        )


def test_a_declared_node_is_completed_by_its_form_and_others_are_not(home: House) -> None:
    system, case = Caller(home.court), assigned(home)
    query = Node.objects.get(case=case, kind="network_query_start", state="open")
    shown = next(n for n in system.get(f"cases/{case.pk}/timeline").json()["nodes"] if n["id"] == query.pk)
    assert [field["key"] for field in shown["form"]] == ["on", "scope", "batch"]
    values = {"on": time.today().isoformat(), "scope": "national"}
    body = {"version": query.version, "values": values}
    first = system.post(f"nodes/{query.pk}/completion", body, key="n-1")
    again = system.post(f"nodes/{query.pk}/completion", body, key="n-1")
    assert first.status_code == again.status_code == 201, first.content.decode()
    assert first.json() == again.json()
    query.refresh_from_db()
    assert (query.state, query.done_by) == ("done", system.row.user)
    assert problem(system.post(f"nodes/{query.pk}/completion", body), 409)["code"] == "NODE-STATE"
    feedback = Node.objects.get(case=case, kind="network_feedback", state="open")
    refused = problem(system.post(f"nodes/{feedback.pk}/completion", {"version": 1, "values": {}}), 422)
    assert refused["code"] == "NODE-FORM"


def test_a_stale_version_and_a_wrong_field_are_refused(home: House) -> None:
    system, case = Caller(home.court), assigned(home)
    node = Node.objects.get(case=case, kind="network_query_start", state="open")
    path = f"nodes/{node.pk}/completion"
    values = {"on": time.today().isoformat(), "scope": "national"}
    assert problem(system.post(path, {"version": 7, "values": values}), 409)["code"] == "NODE-VERSION"
    assert problem(system.post(path, {"version": 1, "values": {"nothing": "1"}}), 422)["errors"]
    assert problem(system.post(path, {"version": 1, "values": {"scope": ["x"]}}), 422)
    node.refresh_from_db()
    assert node.state == "open"


def test_a_feedback_brings_items_each_with_its_clock(home: House) -> None:
    system, case = Caller(home.court), assigned(home)
    complete(case, "network_query_start", home.handler, on=time.today().isoformat(), scope="national")
    node = Node.objects.get(case=case, kind="network_feedback", state="open")
    debtor = Party.objects.get(case=case, role="respondent")
    item = {
        "party": debtor.pk,
        "kind": "bank_account",
        "label": "尾号1001",
        "value": "52000.00",
        "reference": "6222020000000001001",
    }
    body = {
        "version": node.version,
        "on": time.today().isoformat(),
        "queried": ["deposits", "vehicles"],
        "items": [item],
    }
    done = system.post(f"nodes/{node.pk}/feedback", body)
    assert done.status_code == 201, done.content.decode()
    found = Property.objects.get(case=case)
    assert (found.value, found.reference) == (52000, "6222020000000001001")
    assert "6222020000000001001" not in json.dumps(Event.objects.get(pk=done.json()["event"]).data)
    nodes = system.get(f"cases/{case.pk}/timeline").json()["nodes"]
    freeze = next(n for n in nodes if n["kind"] == "online_freeze")
    assert freeze["state"] == "open"
    assert freeze["clocks"]
    stranger = {**body, "items": [{**item, "party": 987654321}]}
    assert problem(system.post(f"nodes/{node.pk}/feedback", stranger), 409)


def test_money_is_entered_once_by_its_serial(home: House) -> None:
    system, case = Caller(home.court), filed(home)
    body = {
        "court": home.court.code,
        "amount": "1234.50",
        "arrived_on": time.today().isoformat(),
        "serial": "S-1",
        "payer_name": "李四",
        "account_tail": "1001",
    }
    first, again = system.post("receipts", body), system.post("receipts", body)
    assert first.status_code == 201, first.content.decode()
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["amount"] == "1234.50"
    assert Receipt.objects.count() == 1
    for wrong in ({"amount": "0.001"}, {"amount": "0.00"}, {"amount": "-1.00"}, {"account_tail": "12345"}):
        assert problem(system.post("receipts", {**body, "serial": "S-2", **wrong}), 422)["errors"]
    assert Receipt.objects.count() == 1
    assert system.get(f"cases/{case.pk}/receipts").json() == {"case": case.pk, "receipts": []}


def test_a_case_is_found_by_its_number_in_any_style_and_read_without_numbers_of_people(home: House) -> None:
    system, case = Caller(home.court), assigned(home)
    plain = case.number.replace("（", "(").replace("）", ")")
    found = system.get("cases", number=plain).json()["cases"]
    assert [row["id"] for row in found] == [case.pk]
    shown = system.get(f"cases/{case.pk}")
    assert shown.json()["handler"] == "李明法"
    assert {party["name"] for party in shown.json()["parties"]} == {"张三", "李四"}
    assert "13800000001" not in shown.content.decode()
    assert system.get("cases", number="（2020）鄂1执1号").json()["cases"] == []


def test_pages_of_cases_follow_each_other(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.selectors.PAGE", 2)
    system = Caller(home.court)
    made = [filed(home).pk for _case in range(5)]
    seen: list[int] = []
    after = ""
    for _page in range(9):
        page = system.get("cases", after=after).json()
        seen += [row["id"] for row in page["cases"]]
        after = page["next"]
        if not after:
            break
    assert seen == sorted(made, reverse=True)
    assert problem(system.get("cases", after="zzz"), 422)["errors"][0]["field"] == "after"


def test_reading_takes_a_fixed_number_of_queries(home: House, django_assert_num_queries: Any) -> None:
    system, case = Caller(home.court), assigned(home)
    system.get("cases")
    with django_assert_num_queries(4):  # the time, the token, the scope of its system, the page
        system.get("cases")
    with django_assert_num_queries(5):
        system.get(f"cases/{case.pk}")
    with django_assert_num_queries(6):
        system.get(f"cases/{case.pk}/timeline")


def test_old_keys_are_forgotten(home: House) -> None:
    system = Caller(home.court)
    system.post("cases", filing(home.court), key="old")
    assert forget_calls(before=timezone.now() - dt.timedelta(days=90)) == 0
    assert forget_calls(before=timezone.now() + dt.timedelta(days=1)) == 1
    assert not Call.objects.exists()


def test_a_court_that_stands_elsewhere_gets_no_system_of_the_same_name(home: House) -> None:
    Caller(home.court)
    name = SystemToken.objects.get().user.username
    with pytest.raises(BadInput, match="已经有人使用"):
        connect_system(
            username=name,
            full_name="系统",
            court=court(),
            scopes=[Scope.READ],
            until=time.today(),
            actor="system:test",
            at=time.now(),
        )

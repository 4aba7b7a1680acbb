"""The ways out of the house: what each answer of a gateway means, and what a file remembers."""

from __future__ import annotations

import datetime as dt
import json
import stat
import time as stopwatch
import uuid

import pytest

from kernel import time
from notices.checks import check_sms
from notices.providers import Outgoing, Result, chosen_provider
from notices.providers.console import ConsoleProvider
from notices.providers.contract import Provider
from notices.providers.file import FileProvider
from notices.providers.http import Gateway, HttpProvider
from tests.factories.gateway import running_gateway

AT = time.at_local(dt.date(2023, 4, 24), 9)
FOREVER = float("inf")


def outgoing(number: int = 1) -> Outgoing:
    return Outgoing(number, uuid.uuid4(), "13800006021", "138****6021", "您好，已立案。", AT)


def provider(gateway, **fields) -> Provider:
    defaults = {"connect_timeout": 2.0, "read_timeout": 0.5, "in_flight": 20}
    return HttpProvider(Gateway(url=gateway.url, secret=gateway.secret, **{**defaults, **fields}))


@pytest.mark.parametrize(
    ("act", "result", "code", "bad"),
    [
        ("ok", Result.ACCEPTED, "", False),
        ("busy", Result.UNREACHABLE, "503", False),
        ("error", Result.UNKNOWN, "500", False),
        ("page", Result.UNKNOWN, "200", False),
        ("refuse:spam", Result.REFUSED, "spam", False),
        ("refuse:bad_number", Result.REFUSED, "bad_number", True),
        ("refuse:", Result.UNREACHABLE, "422", False),
        ("drop", Result.UNKNOWN, "RemoteProtocolError", False),
        ("lose", Result.UNKNOWN, "ReadTimeout", False),
    ],
)
def test_what_an_answer_to_a_sending_means(act, result, code, bad):
    with running_gateway(behave=lambda _n, _message: act) as gateway:
        one = outgoing()
        outcome = provider(gateway).send([one], until=FOREVER)[0]

    assert (outcome.message_id, outcome.result, outcome.code, outcome.bad_number) == (1, result, code, bad)
    if act == "ok":
        assert outcome.provider_id == f"g-{one.reference}"
        assert gateway.texts[str(one.reference)]["to"] == "13800006021"
        assert gateway.texts[str(one.reference)]["text"] == "您好，已立案。"


def test_the_gateway_can_be_asked_by_our_reference():
    known, unknown = outgoing(1), outgoing(2)
    with running_gateway() as gateway:
        way = provider(gateway)
        way.send([known], until=FOREVER)
        outcomes = way.ask([known, unknown], until=FOREVER)
        assert [one.result for one in outcomes] == [Result.ACCEPTED, Result.ABSENT]
        assert outcomes[0].provider_id == f"g-{known.reference}"

        gateway.answers_queries = False
        assert way.ask([unknown], until=FOREVER)[0].result == Result.UNKNOWN


def test_a_proxys_not_found_proves_nothing():
    with running_gateway(is_elsewhere=True) as gateway:
        way = provider(gateway)

        assert way.ask([outgoing()], until=FOREVER)[0].result == Result.UNKNOWN
        assert way.send([outgoing()], until=FOREVER)[0].result == Result.UNREACHABLE


def test_a_wrong_signature_is_the_accounts_fault_not_the_messages():
    with running_gateway() as gateway:
        way = provider(gateway)
        gateway.secret = "changed"
        assert way.send([outgoing()], until=FOREVER)[0].result == Result.UNREACHABLE
    assert gateway.delivered.total() == 0


def test_nobody_listening_means_nothing_was_sent():
    with running_gateway() as gateway:
        way = provider(gateway)

    assert way.send([outgoing()], until=FOREVER)[0].result == Result.UNREACHABLE
    assert way.ask([outgoing()], until=FOREVER)[0].result == Result.UNREACHABLE


def test_many_calls_run_at_a_time():
    with running_gateway(slow_seconds=0.1) as gateway:
        started = stopwatch.monotonic()
        outcomes = provider(gateway, read_timeout=5.0).send([outgoing(n) for n in range(40)], until=FOREVER)

    assert {one.result for one in outcomes} == {Result.ACCEPTED}
    assert [one.message_id for one in outcomes] == list(range(40))
    assert stopwatch.monotonic() - started < 40 * 0.1
    assert gateway.twice == []


def test_no_call_starts_after_its_time():
    with running_gateway() as gateway:
        outcomes = provider(gateway).send([outgoing()], until=stopwatch.monotonic() - 1)

    assert (outcomes[0].result, gateway.posts) == (Result.NOT_TRIED, 0)


def test_the_number_and_the_secret_stay_out_of_reprs():
    gateway = Gateway(url="http://127.0.0.1", secret="top-secret")
    assert "13800006021" not in repr(outgoing())
    assert "top-secret" not in repr(gateway)


def test_the_file_remembers_what_it_was_given(tmp_path):
    way = FileProvider(tmp_path / "deep" / "sms.jsonl")
    first, second, never = outgoing(1), outgoing(2), outgoing(3)
    assert way.ask([first], until=FOREVER)[0].result == Result.ABSENT

    way.send([first], until=FOREVER)
    way.send([second], until=FOREVER)

    results = [one.result for one in FileProvider(way.path).ask([first, second, never], until=FOREVER)]
    assert results == [Result.ACCEPTED, Result.ACCEPTED, Result.ABSENT]
    lines = [json.loads(line) for line in way.path.read_text(encoding="utf-8").splitlines()]
    assert lines[0] == {
        "at": "2023-04-24T09:00:00+08:00",
        "reference": str(first.reference),
        "to": "138****6021",
        "text": "您好，已立案。",
    }
    assert stat.S_IMODE(way.path.stat().st_mode) == 0o600


def test_a_line_cut_off_by_a_crash_does_not_count(tmp_path):
    way = FileProvider(tmp_path / "sms.jsonl")
    one = outgoing()
    way.send([one], until=FOREVER)
    way.path.write_bytes(way.path.read_bytes()[:-12])

    assert way.ask([one], until=FOREVER)[0].result == Result.ABSENT
    way.send([one], until=FOREVER)
    assert way.ask([one], until=FOREVER)[0].result == Result.ACCEPTED


def test_the_console_shows_masked_numbers_and_remembers_nothing(capsys):
    one = outgoing()
    assert ConsoleProvider().send([one], until=FOREVER)[0].result == Result.ACCEPTED
    assert capsys.readouterr().out == "[短信] 138****6021 您好，已立案。\n"
    assert not ConsoleProvider.answers_queries


@pytest.mark.parametrize(
    ("name", "kind"), [("console", ConsoleProvider), ("file", FileProvider), ("http", HttpProvider)]
)
def test_settings_choose_the_provider(settings, name, kind):
    settings.SMS_PROVIDER = name
    assert isinstance(chosen_provider(), kind)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"SMS_PROVIDER": "pigeon"}, ["notices.E001"]),
        ({"SMS_URL": "http://sms.example.cn"}, ["notices.E002"]),
        ({"SMS_URL": ""}, ["notices.E002"]),
        ({"SMS_SECRET": ""}, ["notices.E003"]),
        ({"SMS_RECEIPT_SECRET": ""}, ["notices.E003"]),
        ({"SMS_LEASE_SECONDS": 20}, ["notices.E004"]),
    ],
)
def test_settings_that_would_stop_every_message_are_named_at_start(settings, change, found):
    settings.SMS_PROVIDER, settings.SMS_URL = "http", "https://sms.example.cn"
    settings.SMS_SECRET = settings.SMS_RECEIPT_SECRET = "a secret"
    for name, value in change.items():
        setattr(settings, name, value)

    assert [error.id for error in check_sms()] == found

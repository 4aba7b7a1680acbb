"""Receipts: signed, kept once, and taken in to the same end in whatever order they come."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
from django.db import connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Event
from kernel import time
from notices import delivery
from notices.models import Message, NumberMark, Receipt
from notices.providers import Outcome, Result
from notices.receipts import apply_receipts, store, strange_receipts
from notices.signing import sign
from notices.states import Evidence, Reason, State, stronger
from tests.factories import courts as people
from tests.factories.notices import Scripted, text, waiting

# Static files are collected when the product is built, not for tests.
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:No directory at")]
AT = time.at_local(dt.date(2023, 4, 24), 9)
SECRET = "receipt-secret"


@pytest.fixture(autouse=True)
def _secret(settings):
    settings.SMS_RECEIPT_SECRET = SECRET


@pytest.fixture
def message():
    text()
    return waiting(people.court(), at=AT)


def event(message: Message, status: str, number: int = 1, **fields: object) -> dict[str, object]:
    return {
        "id": f"e{number}",
        "reference": str(message.reference),
        "message_id": f"p-{message.pk}",
        "status": status,
        **fields,
    }


def post(client, body: bytes, *, at: dt.datetime = AT, secret: str = SECRET, signature: str | None = None):
    stamp = str(int(at.timestamp()))
    headers = {"x-timestamp": stamp, "x-signature": signature or sign(secret, stamp, body)}
    return client.post(reverse("notices:receipts"), body, content_type="application/json", headers=headers)


def report(*events: object) -> bytes:
    return json.dumps({"events": events}, ensure_ascii=False).encode()


def send(message: Message) -> None:
    with time.travel(AT):
        delivery.deliver(provider=Scripted())


def test_a_signed_report_is_kept_sealed_and_taken_in_later(client, message):
    send(message)
    with time.travel(AT):
        answer = post(client, report(event(message, "delivered", phone="13800006021")))

    assert (answer.status_code, answer.json()) == (200, {"stored": 1})
    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM notices_receipt r")
        assert "13800006021" not in cursor.fetchone()[0]
    receipt = Receipt.objects.get()
    assert json.loads(receipt.body)["phone"] == "13800006021"
    message.refresh_from_db()
    assert (message.state, receipt.applied_at) == (State.SENT, None)

    assert apply_receipts(at=AT + dt.timedelta(seconds=5)) == 1
    message.refresh_from_db()
    assert (message.state, message.delivered_at) == (State.DELIVERED, AT)
    assert apply_receipts(at=AT) == 0


def test_the_same_report_twice_is_one_receipt(client, message):
    body = report(event(message, "accepted"), event(message, "delivered", 2))
    with time.travel(AT):
        assert [post(client, body).json()["stored"] for _ in range(2)] == [2, 0]
    assert Receipt.objects.count() == 2


def test_an_event_without_a_number_is_known_by_its_content(message):
    body = report({"reference": str(message.reference), "status": "delivered"})

    assert [store(provider="http", body=body, at=AT) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(
    "how",
    [
        {"secret": "guessed"},
        {"signature": "0" * 64},
        {"signature": "ä"},
        {"at": AT - dt.timedelta(minutes=6)},
        {"at": AT + dt.timedelta(minutes=6)},
    ],
)
def test_a_wrong_or_old_signature_is_refused(client, message, how):
    with time.travel(AT):
        assert post(client, report(event(message, "delivered")), **how).status_code == 401
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize("stamp", ["", "now", "-5", "²", "9" * 40])
def test_a_strange_time_stamp_is_refused(client, stamp):
    body = report()
    headers = {"x-timestamp": stamp, "x-signature": sign(SECRET, stamp, body)}
    with time.travel(AT):
        answer = client.post(
            reverse("notices:receipts"), body, content_type="application/json", headers=headers
        )
    assert answer.status_code == 401


def test_without_a_secret_nothing_is_accepted(client, message, settings):
    settings.SMS_RECEIPT_SECRET = ""
    with time.travel(AT):
        assert post(client, report(event(message, "delivered")), secret="").status_code == 401


def test_only_post(client):
    assert client.get(reverse("notices:receipts")).status_code == 405


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"events": []}', b'{"events": [1]}', b'{"events": {}}', b"\xff"]
)
def test_a_signed_report_that_is_none_is_named_so(client, body):
    with time.travel(AT):
        answer = post(client, body)
    assert answer.status_code == 400
    assert "回执" in answer.json()["error"]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"reference": str(uuid.uuid4())}, "unmatched"),
        ({"reference": "no uuid"}, "unmatched"),
        ({"status": "queued"}, "unknown_status"),
    ],
)
def test_what_cannot_be_made_sense_of_is_kept_and_listed(message, fields, problem):
    send(message)
    store(provider="http", body=report({**event(message, "delivered"), **fields}), at=AT)

    apply_receipts(at=AT)

    assert [row.problem for row in strange_receipts()] == [problem]
    message.refresh_from_db()
    assert message.state == State.SENT


def test_a_receipt_for_a_message_that_never_went_out_changes_nothing(message):
    store(provider="http", body=report(event(message, "delivered")), at=AT)

    apply_receipts(at=AT)

    message.refresh_from_db()
    assert message.state == State.WAITING
    assert Receipt.objects.get().problem == "never_sent"


def test_a_provider_with_a_wrong_clock_tells_nobody_before_the_act_nor_in_the_future(message):
    send(message)
    store(
        provider="http",
        body=report(
            event(message, "accepted", 1, at="1999-01-01T00:00:00+08:00"),
            event(message, "delivered", 2, at="2099-01-01T00:00:00+08:00"),
        ),
        at=AT + dt.timedelta(minutes=1),
    )

    apply_receipts(at=AT + dt.timedelta(minutes=2))

    message.refresh_from_db()
    assert (message.sent_at, message.delivered_at) == (AT, AT + dt.timedelta(minutes=1))


def test_a_receipt_settles_what_nobody_else_could(message):
    Message.objects.filter(pk=message.pk).update(
        state=State.UNKNOWN, reason=Reason.NO_ANSWER, due_at=None, attempts=1
    )
    store(provider="http", body=report(event(message, "accepted")), at=AT)

    apply_receipts(at=AT)

    message.refresh_from_db()
    assert (message.state, message.reason) == (State.SENT, "")


def test_an_undelivered_message_is_reported_and_a_later_delivery_lifts_the_mark(message):
    send(message)
    store(provider="http", body=report(event(message, "undelivered", 1, code="bad_number")), at=AT)
    apply_receipts(at=AT)
    message.refresh_from_db()
    assert (message.state, message.reason) == (State.FAILED, Reason.BAD_NUMBER)
    assert NumberMark.objects.standing().count() == 1

    store(provider="http", body=report(event(message, "delivered", 2)), at=AT)
    apply_receipts(at=AT)

    message.refresh_from_db()
    assert (message.state, message.reason) == (State.DELIVERED, "")
    assert NumberMark.objects.standing().count() == 0
    kinds = (
        Event.objects.filter(stream=f"message:{message.pk}").order_by("seq").values_list("kind", flat=True)
    )
    assert list(kinds) == ["message.failed", "message.recovered"]


def test_reports_that_contradict_each_other_are_all_told_and_stop_nothing(message):
    Message.objects.filter(pk=message.pk).update(failures=3)
    with time.travel(AT):
        delivery.deliver(provider=Scripted(sends=[Result.REFUSED]))
    for number, (status, code) in enumerate(
        [("accepted", ""), ("undelivered", ""), ("undelivered", "bad_number")]
    ):
        store(provider="http", body=report(event(message, status, number, code=code)), at=AT)
        apply_receipts(at=AT)

    message.refresh_from_db()
    assert (message.state, message.reason) == (State.FAILED, Reason.BAD_NUMBER)
    told = (
        Event.objects.filter(stream=f"message:{message.pk}")
        .order_by("seq")
        .values_list("kind", "data__reason")
    )
    assert list(told) == [
        ("message.failed", "refused"),
        ("message.recovered", ""),
        ("message.failed", "undelivered"),
    ]
    assert not Receipt.objects.filter(applied_at__isnull=True).exists()


def test_many_receipts_take_a_fixed_number_of_statements(django_assert_num_queries):
    text()
    court = people.court()
    rows = [waiting(court, at=AT) for _ in range(30)]
    send(rows[0])
    store(provider="http", body=report(*(event(row, "delivered", row.pk) for row in rows)), at=AT)

    # begin, receipts, references, lock, write, receipts done, marks lifted, end
    with django_assert_num_queries(8):
        assert apply_receipts(at=AT) == 30


@given(st.lists(st.sampled_from(list(Evidence)), max_size=6), st.randoms())
def test_proofs_add_up_in_any_order(proofs, random):
    def fold(values):
        known = Evidence.NONE
        for value in values:
            known = stronger(known, value)
        return known

    shuffled = random.sample(proofs, len(proofs))
    assert fold(proofs) == fold(shuffled) == fold([*proofs, *proofs])


STEPS = {
    "own accepted": Result.ACCEPTED,
    "own unknown": Result.UNKNOWN,
    "own refused": Result.REFUSED,
    "accepted": ("accepted", 1, {"at": "2023-04-24T09:00:20+08:00"}),
    "delivered": ("delivered", 2, {"at": "2023-04-24T09:00:40+08:00"}),
    "delivered again": ("delivered", 3, {"at": "2023-04-24T09:00:50+08:00"}),
    "undelivered": ("undelivered", 4, {"code": "absent", "at": "2023-04-24T09:00:30+08:00"}),
    "bad": ("undelivered", 5, {"code": "bad_number", "at": "2023-04-24T09:00:35+08:00"}),
}
RECEIPTS = [name for name, step in STEPS.items() if isinstance(step, tuple)]


def final_state(order: tuple[str, ...]) -> tuple[object, ...]:
    """Play one order of our own answer and the receipts against a message being sent; roll it back."""
    point = transaction.savepoint()
    text()
    message = waiting(people.court(), at=AT, number="13800006021")
    held = delivery.claim(at=AT, urgent=False, provider=Scripted())
    at = AT + dt.timedelta(minutes=1)
    for name in order:
        step = STEPS[name]
        if isinstance(step, Result):
            outcome = Outcome(message.pk, step, provider_id=f"p-{message.pk}")
            delivery.record(held, sent=[outcome], asked=[], provider=Scripted(), at=at)
        else:
            status, number, fields = step
            store(provider="http", body=report(event(message, status, number, **fields)), at=at)
            apply_receipts(at=at)
    message.refresh_from_db()
    marks = NumberMark.objects.standing().count()
    transaction.savepoint_rollback(point)
    return message.state, message.reason, message.evidence, message.sent_at, message.delivered_at, marks


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    own=st.sampled_from(["own accepted", "own unknown", "own refused"]),
    receipts=st.lists(st.sampled_from(RECEIPTS), unique=True, min_size=1),
    random=st.randoms(use_true_random=False),
)
def test_receipts_and_our_own_answer_end_the_same_in_every_order(db, own, receipts, random):
    order = [own, *receipts]

    expected = final_state(tuple(order))
    for _ in range(2):
        random.shuffle(order)
        assert final_state(tuple(order)) == expected

    names = set(receipts)
    if names & {"delivered", "delivered again"}:
        assert expected[0] == State.DELIVERED
    elif names & {"undelivered", "bad"}:
        assert expected[:2] == (State.FAILED, Reason.BAD_NUMBER if "bad" in names else Reason.UNDELIVERED)
    else:
        assert expected[0] == State.SENT

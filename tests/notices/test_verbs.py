"""What people do about messages and numbers: resend, decide, release, read, opt out, lift a mark."""

from __future__ import annotations

import datetime as dt

import pytest

from events.models import Event
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState
from notices import delivery
from notices.actions.messages import decide_unknown, mark_read, release_stopped, resend
from notices.actions.numbers import lift_mark, opt_out
from notices.models import Message, NumberMark
from notices.outbox import release
from notices.providers import Outcome, Result
from notices.selectors import bad_numbers, in_trouble, messages_about, unread, unread_count, was_told
from notices.states import Reason, State
from tests.factories import courts as people
from tests.factories.notices import Scripted, mobile, text, waiting

pytestmark = pytest.mark.django_db
AT = time.at_local(dt.date(2023, 4, 24), 9)


@pytest.fixture
def court():
    text()
    return people.court()


@pytest.fixture
def handler(court):
    return people.person(court, "handler")


def send(provider=None, at=AT):
    with time.travel(at):
        delivery.deliver(provider=provider or Scripted())


def failed(court, handler, **fields):
    message = waiting(court, at=AT, owner_id=handler.pk, **fields)
    send(Scripted(sends=[lambda one: Outcome(one.message_id, Result.REFUSED, bad_number=True)]))
    message.refresh_from_db()
    assert message.state == State.FAILED
    return message


def again(actor, message, **fields):
    defaults = {"reason": "已电话核对号码", "at": AT, "key": "again:1"}
    return resend(actor=actor, message_id=message.pk, **{**defaults, **fields})


def test_a_failed_message_goes_to_the_corrected_number(court, handler):
    old = failed(court, handler)
    number = mobile()

    new = again(handler, old, number=number)
    send()

    new.refresh_from_db()
    assert (new.state, str(new.number), new.text, new.replaces_id) == (State.SENT, number, old.text, old.pk)
    assert new.reference != old.reference
    assert again(handler, old, number=number) == new
    assert Event.objects.filter(kind="message.resent").count() == 1
    assert number not in str(Event.objects.get(kind="message.resent").data)


def test_a_message_without_a_number_can_be_sent_once_there_is_one(court, handler):
    old = waiting(court, at=AT, owner_id=handler.pk, number="")

    assert again(handler, old, number=mobile()).state == State.WAITING


def test_what_may_have_arrived_is_not_sent_again(court, handler):
    message = waiting(court, at=AT, owner_id=handler.pk)
    send()

    with pytest.raises(WrongState):
        again(handler, message, number=mobile())


@pytest.mark.parametrize("number", ["", "0716-8241234", "138"])
def test_a_bad_number_wants_a_good_one(court, handler, number):
    with pytest.raises(BadInput) as caught:
        again(handler, failed(court, handler), number=number)
    assert caught.value.field == "number"


def test_a_message_is_replaced_once(court, handler):
    old = failed(court, handler)
    again(handler, old, number=mobile())

    with pytest.raises(WrongState):
        again(handler, old, number=mobile(), key="again:2")


def test_what_has_no_text_or_was_imported_is_not_resent(court, handler):
    for fields in ({"topic": "auction"}, {"imported": True}):
        with pytest.raises(WrongState):
            again(handler, waiting(court, at=AT, owner_id=handler.pk, **fields), number=mobile())


def test_who_may_not_see_a_message_may_not_resend_it(court, handler):
    old = failed(court, handler)

    with pytest.raises(NotFound):
        again(people.person(court, "handler"), old, number=mobile())
    with pytest.raises(NotFound):
        again(people.person(court, kind="party"), old, number=mobile())
    with pytest.raises(NotAllowed):
        again(people.person(court, "finance"), old, number=mobile())
    with pytest.raises(BadInput):
        again(handler, old, number=mobile(), reason=" ")


@pytest.mark.parametrize(
    ("outcome", "state"), [("sent", State.SENT), ("send_again", State.WAITING), ("give_up", State.FAILED)]
)
def test_a_person_settles_what_nothing_else_can(court, handler, outcome, state):
    message = waiting(court, at=AT, owner_id=handler.pk)
    send(Scripted(sends=[Result.UNKNOWN], answers_queries=False))

    def decide(what, key):
        return decide_unknown(
            actor=handler, message_id=message.pk, outcome=what, reason="已向当事人核实", at=AT, key=key
        )

    assert decide(outcome, "d1").state == state
    assert decide(outcome, "d1").state == state
    with pytest.raises(WrongState):
        decide("sent", "d2")
    with pytest.raises(BadInput):
        decide("perhaps", "d3")
    provider = Scripted()
    send(provider, AT + dt.timedelta(minutes=1))
    assert len(provider.sent) == (outcome == "send_again")


def test_what_the_switch_stopped_waits_for_the_command_centre(court, handler):
    court.sms_on = False
    court.save()
    message = waiting(court, at=AT)
    other = waiting(court, at=AT, withheld_for="control")
    send()
    court.sms_on = True
    court.save()
    centre = people.person(court, "command_centre")

    with pytest.raises(NotAllowed):
        release_stopped(actor=handler, court_id=court.pk, reason="恢复", at=AT, key="r1")
    for _ in range(2):
        assert release_stopped(actor=centre, court_id=court.pk, reason="恢复", at=AT, key="r1") == 1
    send()

    message.refresh_from_db()
    other.refresh_from_db()
    assert (message.state, other.state) == (State.SENT, State.WITHHELD)


def test_notices_are_read_by_their_reader_alone(court, handler):
    other = people.person(court, "handler")
    rows = [
        waiting(court, at=AT, channel="in_app", to_user_id=user.pk, text="到期提醒", audience="staff")
        for user in (handler, handler, other)
    ]
    hidden = waiting(
        court,
        at=AT,
        channel="in_app",
        to_user_id=handler.pk,
        text="文书",
        audience="staff",
        withheld_for="d:1",
    )

    assert (unread_count(handler), [row.pk for row in unread(handler)]) == (2, [rows[1].pk, rows[0].pk])
    assert mark_read(user=handler, message_ids=[row.pk for row in rows] + [hidden.pk], at=AT) == 2
    assert (unread_count(handler), unread_count(other)) == (0, 1)
    rows[0].refresh_from_db()
    assert (rows[0].state, rows[0].read_at) == (State.READ, AT)
    release(withheld_for="d:1", at=AT)
    assert unread_count(handler) == 1


def test_an_owner_can_opt_out_and_come_back(court, handler):
    number = mobile()
    mark = opt_out(actor=handler, court_id=court.pk, number=number, reason="本人来电", at=AT, key="o1")
    assert (
        opt_out(actor=handler, court_id=court.pk, number=number, reason="本人来电", at=AT, key="o1") == mark
    )
    assert (
        opt_out(actor=handler, court_id=court.pk, number=number, reason="再次来电", at=AT, key="o2") == mark
    )
    assert number not in f"{mark.number_masked} {bytes(mark.number_index).hex()}"
    assert number not in str(list(Event.objects.values_list("data", flat=True)))

    message = waiting(court, at=AT, number=number)
    send()
    message.refresh_from_db()
    assert message.reason == Reason.OPTED_OUT

    lift_mark(actor=handler, mark_id=mark.pk, reason="本人要求恢复", at=AT, key="l1")
    lift_mark(actor=handler, mark_id=mark.pk, reason="本人要求恢复", at=AT, key="l1")
    message = waiting(court, at=AT, number=number)
    send()
    message.refresh_from_db()
    assert message.state == State.SENT
    assert Event.objects.filter(kind="number.mark_lifted").count() == 1


def test_who_may_mark_numbers(court, handler):
    mark = opt_out(actor=handler, court_id=court.pk, number=mobile(), reason="本人来电", at=AT, key="o1")
    stranger = people.person(people.court(), "handler")

    for actor in (stranger, people.person(court, "finance"), people.person(court, kind="party")):
        with pytest.raises(NotAllowed):
            opt_out(actor=actor, court_id=court.pk, number=mobile(), reason="x", at=AT, key="o2")
    with pytest.raises(NotFound):
        lift_mark(actor=stranger, mark_id=mark.pk, reason="x", at=AT, key="l1")
    with pytest.raises(BadInput):
        opt_out(actor=handler, court_id=court.pk, number="0716-8241234", reason="x", at=AT, key="o3")
    with pytest.raises(BadInput):
        opt_out(actor=handler, court_id=court.pk, number=mobile(), reason=" ", at=AT, key="o4")
    with pytest.raises(BadInput):
        lift_mark(actor=handler, mark_id=mark.pk, reason="", at=AT, key="l2")
    assert NumberMark.objects.count() == 1


def test_the_timeline_shows_recipient_text_state_and_tries(court, handler, django_assert_num_queries):
    message = failed(court, handler, number="13800006021")
    waiting(court, at=AT, owner_id=handler.pk)
    waiting(court, at=AT, owner_id=handler.pk, about="case:13")
    handler.scope  # noqa: B018  read once per request

    with django_assert_num_queries(1):
        lines = messages_about(about="case:12", user=handler)

    assert [line.state_text for line in lines] == ["失败", "待发送"]
    first = lines[0]
    assert (first.message_id, first.number_masked, first.tries, first.last_try_at) == (
        message.pk,
        "138****6021",
        1,
        AT,
    )
    assert (first.topic, first.audience, first.why) == ("立案", "申请执行人", "号码无法接收")
    assert "13800006021" not in str(lines)
    assert messages_about(about="case:12", user=people.person(court, "handler")) == []


def test_trouble_and_bad_numbers_are_lists_for_the_clerk(court, handler):
    old = failed(court, handler)
    clerk = people.person(court, "affairs_group")
    stranger = people.person(people.court(), "affairs_group")

    assert [line.message_id for line in in_trouble(user=clerk)] == [old.pk]
    assert [mark.message_id for mark in bad_numbers(user=clerk)] == [old.pk]
    assert in_trouble(user=stranger) == []
    assert list(bad_numbers(user=stranger)) == []

    again(clerk, old, number=mobile())
    assert in_trouble(user=clerk) == []


def test_whom_a_correction_must_tell(court, handler):
    told = waiting(court, at=AT)
    send()
    waiting(court, at=AT, number="")

    assert was_told(about="case:12", topic="立案") == [told]


def test_a_party_sees_only_what_is_addressed_to_them(court, handler):
    party = people.person(court, kind="party")
    waiting(court, at=AT, owner_id=party.pk)
    own = waiting(court, at=AT, channel="in_app", to_user_id=party.pk, text="您有新的通知")

    assert list(Message.objects.visible_to(party)) == [own]

"""Claim, send, record: what goes when, what is tried again, what is never sent twice."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings

from events.models import Event
from kernel import time
from notices import delivery
from notices.models import Attempt, Message, NumberDay, NumberMark
from notices.outbox import cancel
from notices.providers import Outcome, Result
from notices.settling import MISSES
from notices.states import Reason, State
from tests.factories import courts as people
from tests.factories.notices import Scripted, mobile, text, waiting

pytestmark = pytest.mark.django_db
AT = time.at_local(dt.date(2023, 4, 24), 9)
STEP = dt.timedelta(minutes=5)


@pytest.fixture
def court():
    text()
    return people.court()


def run(provider, at=AT):
    with time.travel(at):
        return delivery.deliver(provider=provider)


def refuse(code="spam", *, bad=False):
    return lambda one: Outcome(one.message_id, Result.REFUSED, code=code, bad_number=bad)


def fresh(message):
    return Message.objects.get(pk=message.pk)


def test_a_due_message_is_sent_once_and_the_call_is_recorded(court):
    message, provider = waiting(court, at=AT), Scripted()

    run(provider)
    run(provider)

    assert [one.text for one in provider.sent] == [message.text]
    done = fresh(message)
    assert (done.state, done.sent_at, done.due_at, done.provider_id) == (
        State.SENT,
        AT,
        None,
        f"p-{message.pk}",
    )
    attempt = Attempt.objects.get()
    assert (attempt.kind, attempt.result, attempt.no, attempt.provider) == ("send", "accepted", 1, "scripted")


def test_a_batch_costs_a_fixed_number_of_statements(court, django_assert_num_queries):
    for _ in range(40):
        waiting(court, at=AT)
    provider = Scripted()
    # Three empty looks; claim: rows, marks, counts, write; record: rows, write, attempts.
    with time.travel(AT), django_assert_num_queries(3 * 3 + (4 + 2) + (3 + 2)):
        delivery.deliver(provider=provider)
    assert len(provider.sent) == 40


def test_what_is_not_due_stays(court):
    waiting(court, at=AT + dt.timedelta(minutes=1))

    assert run(Scripted()).seen == 0


def test_an_urgent_message_goes_before_a_backlog(court, settings):
    text(topic="sign_in_code", text="验证码{验证码}")
    for _ in range(5):
        waiting(court, at=AT - STEP)
    code = waiting(court, at=AT, topic="sign_in_code", secret={"code": "123456"}, urgent=True)
    provider = Scripted()

    with time.travel(AT):
        delivery.deliver(provider=provider, limit=2)

    assert provider.sent[0].message_id == code.pk
    assert provider.sent[0].text == "验证码123456"
    assert len(provider.sent) == 6


def test_refusals_are_retried_three_times_at_once_then_five_minutes_apart_then_it_is_a_task(court):
    owner = people.person(court, "handler")
    message = waiting(court, at=AT, owner_id=owner.pk, number="13800006021")
    provider = Scripted(sends=[refuse()])

    run(provider)
    assert len(provider.sent) == 2
    assert fresh(message).due_at == AT + STEP
    run(provider, AT + STEP)
    assert fresh(message).due_at == AT + 3 * STEP
    run(provider, AT + 3 * STEP)
    run(provider, AT + dt.timedelta(hours=5))

    assert len(provider.sent) == 4
    assert (fresh(message).state, fresh(message).reason) == (State.FAILED, Reason.REFUSED)
    event = Event.objects.get(stream=f"message:{message.pk}")
    assert event.kind == "message.failed"
    assert event.data["party_ref"] == message.party_ref
    assert "13800006021" not in str(event.data)
    notice = Message.objects.get(to_user=owner)
    assert (notice.channel, notice.state, notice.level) == ("in_app", State.NOT_SENT, "warn")


def test_the_officer_is_told_of_a_failure_in_the_house(court):
    text(topic="message_failed", audience="staff", text="“{事项}”未能送达{对象}：{原因}。")
    owner = people.person(court, "handler")
    waiting(court, at=AT, owner_id=owner.pk, number="13800006021")

    run(Scripted(sends=[refuse("bad_number", bad=True)]))

    notice = Message.objects.get(to_user=owner)
    assert notice.text == "“立案”未能送达申请执行人 138****6021：号码无法接收。"
    assert notice.state == State.DELIVERED


def test_a_bad_number_is_not_retried_and_enters_the_queue(court):
    number = mobile()
    message = waiting(court, at=AT, number=number)
    provider = Scripted(sends=[refuse("bad_number", bad=True)])

    run(provider)

    assert len(provider.sent) == 1
    assert (fresh(message).state, fresh(message).reason) == (State.FAILED, Reason.BAD_NUMBER)
    mark = NumberMark.objects.get()
    assert (mark.kind, mark.message_id, mark.number_masked) == ("bad", message.pk, message.number_masked)

    later = waiting(court, at=AT, number=number)
    run(provider)
    assert len(provider.sent) == 1
    assert (fresh(later).state, fresh(later).reason) == (State.NOT_SENT, Reason.BAD_NUMBER)


def test_an_outage_fails_nothing_for_hours(court):
    message, provider = waiting(court, at=AT), Scripted(sends=[Result.UNREACHABLE])

    at = AT
    for _ in range(40):
        run(provider, at)
        at += STEP
    assert fresh(message).state == State.WAITING
    assert fresh(message).failures == 0

    run(Scripted(), at)
    assert fresh(message).state == State.SENT


def test_an_outage_of_a_day_ends_in_a_visible_failure(court):
    message, provider = waiting(court, at=AT), Scripted(sends=[Result.UNREACHABLE])

    for step in range(MISSES + 2):
        run(provider, AT + step * STEP)

    assert (fresh(message).state, fresh(message).reason) == (State.FAILED, Reason.UNREACHABLE)
    assert len(provider.sent) == MISSES + 1


def test_after_a_lost_answer_the_provider_is_asked_and_the_message_not_sent_again(court):
    message = waiting(court, at=AT)
    provider = Scripted(sends=[Result.UNKNOWN], asks=[Result.ACCEPTED])

    run(provider)
    assert (fresh(message).state, provider.asked) == (State.UNKNOWN, [])
    run(provider, AT + dt.timedelta(seconds=settings.SMS_SETTLE_SECONDS))

    assert len(provider.sent) == len(provider.asked) == 1
    assert provider.asked[0].reference == message.reference
    assert fresh(message).state == State.SENT
    assert list(Attempt.objects.order_by("id").values_list("kind", "result")) == [
        ("send", "unknown"),
        ("ask", "accepted"),
    ]


def test_a_message_that_the_provider_does_not_know_is_sent_again_under_the_same_reference(court):
    message = waiting(court, at=AT)
    provider = Scripted(sends=[Result.UNKNOWN, Result.ACCEPTED], asks=[Result.ABSENT])

    run(provider)
    run(provider, AT + dt.timedelta(minutes=2))

    assert [one.reference for one in provider.sent] == [message.reference] * 2
    assert fresh(message).state == State.SENT


@pytest.mark.parametrize("silence", [Result.UNKNOWN, Result.UNREACHABLE])
def test_while_the_provider_says_nothing_the_message_is_never_sent_again(court, silence):
    message = waiting(court, at=AT)
    provider = Scripted(sends=[Result.UNKNOWN], asks=[silence])

    run(provider)
    for step in range(MISSES + 3):
        run(provider, AT + dt.timedelta(minutes=2) + step * STEP)

    assert len(provider.sent) == 1
    assert (fresh(message).state, fresh(message).reason, fresh(message).due_at) == (
        State.UNKNOWN,
        Reason.NO_ANSWER,
        None,
    )
    assert Event.objects.get(stream=f"message:{message.pk}").kind == "message.undecided"


def test_without_queries_an_unknown_outcome_waits_for_a_person(court):
    message = waiting(court, at=AT)
    provider = Scripted(sends=[Result.UNKNOWN], answers_queries=False)

    for step in range(10):
        run(provider, AT + step * STEP)

    assert (len(provider.sent), provider.asked) == (1, [])
    assert list(Message.objects.undecided()) == [message]
    assert Event.objects.filter(kind="message.undecided").count() == 1


@pytest.mark.parametrize("answers_queries", [True, False])
def test_a_lease_that_ran_out_is_an_unknown_outcome(court, answers_queries):
    message = waiting(court, at=AT)
    Message.objects.filter(pk=message.pk).update(state=State.SENDING, attempts=1, due_at=AT)
    provider = Scripted(asks=[Result.ACCEPTED], answers_queries=answers_queries)

    run(provider, AT + STEP)

    assert provider.sent == []
    assert len(provider.asked) == answers_queries
    assert fresh(message).state == (State.SENT if answers_queries else State.UNKNOWN)


def test_an_answer_after_the_lease_counts_only_as_proof(court):
    """Another dispatcher has the message by now: a refusal is not ours to act on, acceptance is a fact."""
    kept, proven = waiting(court, at=AT), waiting(court, at=AT)
    with time.travel(AT):
        held = delivery.claim(at=AT, urgent=False, provider=Scripted())
    taken_over = AT + STEP
    Message.objects.update(state=State.UNKNOWN, due_at=taken_over)

    delivery.record(
        held,
        sent=[Outcome(kept.pk, Result.REFUSED), Outcome(proven.pk, Result.ACCEPTED)],
        asked=[],
        provider=Scripted(),
        at=AT + dt.timedelta(minutes=3),
    )

    assert (fresh(kept).state, fresh(kept).due_at, fresh(kept).failures) == (State.UNKNOWN, taken_over, 0)
    assert fresh(proven).state == State.SENT
    assert Attempt.objects.count() == 2


def test_a_call_that_was_not_made_is_no_attempt(court):
    message = waiting(court, at=AT)
    provider = Scripted(sends=[Result.NOT_TRIED, Result.ACCEPTED])

    run(provider)

    assert fresh(message).state == State.SENT
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize("result", [Result.UNREACHABLE, Result.REFUSED, Result.UNKNOWN])
def test_a_message_cancelled_on_its_way_is_not_tried_again(court, result):
    message = waiting(court, at=AT)

    def cancelled_meanwhile(one):
        cancel(keys=[message.key], at=AT)
        return Outcome(one.message_id, result)

    provider = Scripted(sends=[cancelled_meanwhile], asks=[Result.ABSENT])
    for step in range(3):
        run(provider, AT + step * STEP)

    assert len(provider.sent) == 1
    assert fresh(message).state == State.CANCELLED


def test_a_message_cancelled_on_its_way_that_went_out_counts_as_told(court):
    message = waiting(court, at=AT)

    def cancelled_meanwhile(one):
        cancel(keys=[message.key], at=AT)
        return Outcome(one.message_id, Result.ACCEPTED)

    run(Scripted(sends=[cancelled_meanwhile]))

    assert fresh(message).state == State.SENT


def test_nothing_goes_at_night_but_codes_do(court):
    text(topic="sign_in_code", text="验证码{验证码}")
    night = time.at_local(dt.date(2023, 4, 24), 21)
    notice = waiting(court, at=night)
    code = waiting(court, at=night, topic="sign_in_code", secret={"code": "123456"}, urgent=True)
    provider = Scripted()

    run(provider, night)
    assert [one.message_id for one in provider.sent] == [code.pk]
    assert (fresh(notice).reason, fresh(notice).due_at) == (
        Reason.QUIET,
        time.at_local(dt.date(2023, 4, 25), 8),
    )

    run(provider, time.at_local(dt.date(2023, 4, 25), 7, 59))
    assert len(provider.sent) == 1
    run(provider, time.at_local(dt.date(2023, 4, 25), 8))
    assert fresh(notice).state == State.SENT
    assert fresh(notice).reason == ""


def test_a_retry_also_keeps_the_quiet_hours(court):
    evening = time.at_local(dt.date(2023, 4, 24), 20, 58)
    message = waiting(court, at=evening)
    provider = Scripted(sends=[Result.UNREACHABLE])

    run(provider, evening)
    run(provider, evening + STEP)

    assert fresh(message).due_at == time.at_local(dt.date(2023, 4, 25), 8)


def test_a_number_gets_no_more_than_its_daily_cap_and_the_rest_tomorrow(court):
    court.sms_daily_cap = 3
    court.save()
    number = mobile()
    rows = [waiting(court, at=AT, number=number) for _ in range(5)]
    waiting(court, at=AT)
    provider = Scripted()

    run(provider)
    assert len(provider.sent) == 4
    held = [row for row in map(fresh, rows) if row.reason == Reason.DAILY_CAP]
    assert [row.pk for row in held] == [row.pk for row in rows[3:]]
    assert {row.due_at for row in held} == {time.at_local(dt.date(2023, 4, 25), 8)}
    assert set(NumberDay.objects.values_list("sent", flat=True)) == {3, 1}

    one_more = waiting(court, at=AT + STEP, number=number)
    run(provider, AT + STEP)
    assert fresh(one_more).reason == Reason.DAILY_CAP

    run(provider, time.at_local(dt.date(2023, 4, 25), 8))
    assert len(provider.sent) == 7


def test_retries_do_not_eat_up_the_cap(court):
    court.sms_daily_cap = 1
    court.save()
    message = waiting(court, at=AT)
    provider = Scripted(sends=[Result.UNREACHABLE, Result.ACCEPTED])

    run(provider)

    assert fresh(message).state == State.SENT


def test_codes_have_a_cap_of_their_own_and_are_worth_nothing_tomorrow(court):
    text(topic="sign_in_code", text="验证码{验证码}")
    court.sms_daily_cap = 1
    court.save()
    number = mobile()
    notice = waiting(court, at=AT, number=number)
    codes = [
        waiting(court, at=AT, number=number, topic="sign_in_code", secret={"code": "123456"}, urgent=True)
        for _ in range(2)
    ]

    run(Scripted())

    assert fresh(notice).state == State.SENT
    assert [(fresh(code).state, fresh(code).reason) for code in codes] == [
        (State.SENT, ""),
        (State.NOT_SENT, Reason.DAILY_CAP),
    ]


def test_an_expired_message_is_not_sent(court):
    message = waiting(court, at=AT, expires_at=AT + STEP)

    run(Scripted(sends=[Result.UNREACHABLE]))
    run(Scripted(), AT + STEP)

    assert (fresh(message).state, fresh(message).reason) == (State.NOT_SENT, Reason.EXPIRED)


def test_the_switch_of_a_court_stops_its_messages_and_no_others(court):
    other = people.court()
    court.sms_on = False
    court.save()
    stopped, sent = waiting(court, at=AT), waiting(other, at=AT)
    provider = Scripted()

    run(provider)

    assert [one.message_id for one in provider.sent] == [sent.pk]
    assert (fresh(stopped).state, fresh(stopped).reason) == (State.WITHHELD, Reason.COURT_OFF)
    court.sms_on = True
    court.save()
    run(provider, AT + STEP)
    assert fresh(stopped).state == State.WITHHELD


def test_an_opt_out_holds_for_its_court_and_not_for_codes(court):
    text(topic="sign_in_code", text="验证码{验证码}")
    other, number = people.court(), mobile()
    clerk = people.person(court, "handler")
    from_court, from_other = waiting(court, at=AT, number=number), waiting(other, at=AT, number=number)
    code = waiting(court, at=AT, number=number, topic="sign_in_code", secret={"code": "123456"}, urgent=True)
    NumberMark.objects.create(
        court=court,
        number_index=from_court.number_index,
        number_masked=from_court.number_masked,
        kind="opted_out",
        reason=f"来电要求 {clerk.pk}",
        since=AT,
    )

    run(Scripted())

    assert (fresh(from_court).state, fresh(from_court).reason) == (State.NOT_SENT, Reason.OPTED_OUT)
    assert fresh(from_other).state == fresh(code).state == State.SENT


def test_attempts_are_append_only_for_the_web(court):
    waiting(court, at=AT)
    run(Scripted())
    attempt = Attempt.objects.get()
    attempt.result = "refused"
    with pytest.raises(Exception, match="permission denied"):
        attempt.save()

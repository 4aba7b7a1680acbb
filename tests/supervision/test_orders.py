"""督办 from issue to close: who may, the clock and its rungs, the answer with evidence, more days, the court above."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.models import Case
from courts.models import User
from deadlines.models import Deadline
from events import log
from events.models import Event
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from notices.models import Message
from supervision.actions.adding import add_to_order
from supervision.actions.orders import (
    answer_order,
    ask_extension,
    close_order,
    decide_extension,
    escalate_order,
    issue_order,
    read_order,
    send_back_order,
)
from supervision.actions.remind import remind_due
from supervision.models import Order
from supervision.replay import differences, replay, stored
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.documents import jpeg, upload

pytestmark = pytest.mark.django_db
FILED, NOW = "2025-04-01 09:30", "2025-04-07 10:00"
DUE = dt.date(2025, 4, 11)


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with time.travel(FILED):
        return assigned(home, filing("2025-04-01"))


def by(actor: User) -> dict[str, Any]:
    return {"actor": actor, "at": time.now(), "key": key()}


def order(case: Case, actor: User, **more: Any) -> Order:
    given = {"words": "三日内发出执行通知并说明原因", "due_on": DUE, **more}
    return issue_order(case_id=case.pk, **given, **by(actor))


def told(user: User) -> list[str]:
    return list(Message.objects.filter(to_user_id=user.pk, topic="督办").values_list("text", flat=True))


def kinds(stream: str) -> list[str]:
    return list(Event.objects.filter(stream=stream).order_by("seq").values_list("kind", flat=True))


@pytest.mark.req("TJ-03")
def test_the_lower_courts_answer_closes_the_order_of_the_court_above(home: House, case: Case) -> None:
    with time.travel(NOW):
        given = order(case, home.superior)
        assert (given.state, given.due_on, given.number) == ("open", DUE, "〔2025〕1号")
        assert any("执行通知" in text for text in told(home.handler))
        seen = read_order(order_id=given.pk, **by(home.handler))
        assert seen.read_by == home.handler
    with time.travel("2025-04-11 16:00"):
        done = answer_order(
            order_id=given.pk,
            words="通知已于当日送达",
            uploads=[upload(jpeg(), "回证.jpg")],
            **by(home.handler),
        )
        assert (done.state, done.is_late(time.now()), len(done.files)) == ("closed", False, 1)
    assert kinds(given.stream) == ["order.issued", "order.read", "order.answered"]
    assert kinds(case.about)[-3:] == ["supervision.issued", "supervision.read", "supervision.answered"]
    assert any("已反馈" in text for text in told(home.superior))
    case.refresh_from_db()
    assert differences(replay(log.history(case.about)), stored(case)) == []


def test_an_order_on_a_running_clock_stands_once(home: House, case: Case) -> None:
    clock = Deadline.objects.running().filter(case_id=case.pk, node_kind="enforcement_notice")[0]
    with time.travel(NOW):
        given = order(case, home.centre, clock_id=clock.pk)
        assert (given.matter, given.node_kind) == ("执行通知（李四）", "enforcement_notice")
        with pytest.raises(WrongState, match="已经有未办结的督办"):
            order(case, home.centre, clock_id=clock.pk)
        with pytest.raises(BadInput, match="不在计算"):
            order(case, home.centre, clock_id=987654)
    assert Order.objects.count() == 1


def test_further_demands_join_the_order_that_stands_and_are_signed_for(home: House, case: Case) -> None:
    with time.travel(NOW):
        given = order(case, home.superior)
        with pytest.raises(WrongState, match="本案全案已经有未办结的督办〔2025〕1号"):
            order(case, home.centre)
        read_order(order_id=given.pk, **by(home.handler))
        once = by(home.centre)
        for _ in range(2):
            add_to_order(order_id=given.pk, words="一并说明财产报告情况", **once)
        row = given.additions.get()
        assert (row.added_by, row.read_at, given.due_on) == (home.centre, None, DUE)
        assert sum("补充要求：一并说明财产报告情况" in text for text in told(home.handler)) == 1
        seen = read_order(order_id=given.pk, **by(home.handler))
        row.refresh_from_db()
        assert (row.read_by, row.read_at is not None) == (home.handler, True)
        with pytest.raises(NotAllowed):
            add_to_order(order_id=given.pk, words="再补充", **by(home.leader))
        with pytest.raises(BadInput):
            add_to_order(order_id=given.pk, words=" ", **by(home.centre))
        answer_order(order_id=given.pk, words="已办", **by(home.handler))
        with pytest.raises(WrongState):
            add_to_order(order_id=given.pk, words="再补充", **by(home.centre))
        assert order(case, home.centre).pk != seen.pk, "what is settled stands in no one's way"
    assert kinds(given.stream)[:4] == ["order.issued", "order.read", "order.added", "order.read"]
    case.refresh_from_db()
    assert differences(replay(log.history(case.about)), stored(case)) == []


@pytest.mark.parametrize(
    ("words", "due", "field"), [(" ", DUE, "words"), ("办", dt.date(2025, 4, 6), "due_on")]
)
def test_bad_input_writes_nothing(home: House, case: Case, words: str, due: dt.date, field: str) -> None:
    with time.travel(NOW), pytest.raises(BadInput) as refused:
        order(case, home.centre, words=words, due_on=due)
    assert (refused.value.field, Order.objects.count()) == (field, 0)


def test_who_may_do_what(home: House, case: Case) -> None:
    with time.travel(NOW):
        for person in (home.handler, home.leader, home.filing, home.finance):
            with pytest.raises(NotAllowed):
                order(case, person)
        with pytest.raises(NotFound):
            order(case, house().centre)
        given = order(case, home.centre)
        with pytest.raises(NotAllowed, match="不能反馈"):
            answer_order(order_id=given.pk, words="已办", **by(home.centre))
        with pytest.raises(NotAllowed):
            close_order(order_id=given.pk, words="好", **by(home.handler))
        with pytest.raises(NotAllowed, match="只有交办法院"):
            close_order(order_id=given.pk, words="好", **by(home.superior))
        with pytest.raises(NotFound):
            read_order(order_id=given.pk, **by(house().centre))


def test_a_second_click_is_the_same_act(home: House, case: Case) -> None:
    with time.travel(NOW):
        same = by(home.centre)
        first = issue_order(case_id=case.pk, words="办", due_on=DUE, **same)
        assert issue_order(case_id=case.pk, words="办", due_on=DUE, **same) == first
        with pytest.raises(Conflict):
            issue_order(case_id=case.pk, words="别的", due_on=DUE, **same)
        again = by(home.handler)
        answer_order(order_id=first.pk, words="已办", **again)
        answer_order(order_id=first.pk, words="已办", **again)
    assert kinds(first.stream) == ["order.issued", "order.answered"]


@pytest.mark.req("JZ-32")
def test_the_clock_climbs_its_rungs_and_an_extension_moves_it(home: House, case: Case) -> None:
    with time.travel(NOW):
        given = order(case, home.centre)
    # 2 工作日 before 2025-04-11 (Friday).
    with time.travel("2025-04-09 08:59"):
        assert remind_due(at=time.now()) == 0
    with time.travel("2025-04-09 09:00"):
        assert remind_due(at=time.now()) == 1
        assert remind_due(at=time.now()) == 0
        assert any("到期前2个工作日" in text for text in told(home.handler))
        wish = ask_extension(
            order_id=given.pk, due_on=dt.date(2025, 4, 18), ground="被执行人外出", **by(home.handler)
        )
        with pytest.raises(WrongState, match="已有一项延期"):
            ask_extension(order_id=given.pk, due_on=dt.date(2025, 4, 20), ground="再延", **by(home.handler))
        with pytest.raises(NotAllowed):
            decide_extension(order_id=given.pk, give=True, **by(home.handler))
        decide_extension(order_id=given.pk, give=True, words="同意", **by(home.director))
    given.refresh_from_db()
    wish.refresh_from_db()
    assert (given.due_on, wish.state) == (dt.date(2025, 4, 18), "given")
    with time.travel("2025-04-14 09:00"):
        assert remind_due(at=time.now()) == 0, "the old last day is no rung any more"
    with time.travel("2025-04-21 09:00"):
        remind_due(at=time.now())
        assert any("逾期1个工作日" in text for text in told(home.leader))
        assert any("逾期1个工作日" in text for text in told(home.centre)), (
            "who issued it hears that it is late"
        )
        assert list(Order.objects.overdue(time.now())) == [given]
        late = answer_order(order_id=given.pk, words="已办", **by(home.handler))
        assert late.days_late(time.now()) == 3
    assert Order.objects.filter(remind_at__isnull=False).count() == 0


def test_a_wish_is_refused_in_words_and_must_be_later(home: House, case: Case) -> None:
    with time.travel(NOW):
        given = order(case, home.centre)
        with pytest.raises(BadInput, match="不晚于"):
            ask_extension(order_id=given.pk, due_on=DUE, ground="忙", **by(home.handler))
        with pytest.raises(WrongState, match="没有等待批准"):
            decide_extension(order_id=given.pk, give=True, **by(home.centre))
        ask_extension(order_id=given.pk, due_on=dt.date(2025, 4, 18), ground="忙", **by(home.handler))
        with pytest.raises(BadInput, match="不批准的理由"):
            decide_extension(order_id=given.pk, give=False, **by(home.centre))
        decide_extension(order_id=given.pk, give=False, words="不属于法定事由", **by(home.centre))
    given.refresh_from_db()
    assert given.due_on == DUE


@pytest.mark.req("TJ-03")
def test_it_goes_to_the_court_above_and_is_closed_there(home: House, case: Case) -> None:
    with time.travel(NOW):
        given = order(case, home.centre, needs_review=True)
        escalate_order(order_id=given.pk, words="本院无法推动", **by(home.centre))
        assert any("提级督办" in text for text in told(home.superior))
        with pytest.raises(WrongState, match="已经提级"):
            escalate_order(order_id=given.pk, words="再来", **by(home.centre))
        answered = answer_order(order_id=given.pk, words="部分办妥", **by(home.handler))
        assert answered.state == "answered"
        back = send_back_order(order_id=given.pk, words="补充送达回证", **by(home.superior))
        assert (back.state, back.answered_at) == ("open", None)
        answer_order(order_id=given.pk, words="已补充", **by(home.handler))
        closed = close_order(order_id=given.pk, words="办妥", **by(home.superior))
        assert (closed.state, closed.closed_by) == ("closed", home.superior)
        with pytest.raises(WrongState):
            close_order(order_id=given.pk, words="再关", **by(home.superior))
    case.refresh_from_db()
    assert differences(replay(log.history(case.about)), stored(case)) == []


@pytest.mark.req("JZ-32")
def test_a_reminder_is_done_with_its_receipt(home: House, case: Case) -> None:
    with time.travel(NOW):
        given = order(case, home.centre, kind="reminder")
        assert given.number == "催〔2025〕1号"
        with pytest.raises(WrongState, match="只须签收"):
            answer_order(order_id=given.pk, words="已办", **by(home.handler))
        done = read_order(order_id=given.pk, **by(home.handler))
    assert (done.state, done.read_by, done.issued_by) == ("closed", home.handler, home.centre)

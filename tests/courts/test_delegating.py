"""外出代理: work, rungs and approvals reach the delegate, who acts as himself for the absent one; it ends by itself."""

from __future__ import annotations

import datetime as dt

import pytest

from approvals.actions.remind import remind_due
from approvals.actions.requests import assent
from approvals.models import Assent, Request
from approvals.selectors import deciders, waiting_for
from cases.actions.clues import receive_clue
from cases.models import Case, Node
from courts.actions.delegating import delegate, withdraw
from courts.models import Delegation, User
from deadlines.models import Deadline
from deadlines.receivers import Directory
from deadlines.sweep import sweep
from events.log import history
from kernel import time
from kernel.errors import BadInput, NotAllowed
from notices.models import Message
from tests.factories.approvals import asked
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import person

pytestmark = pytest.mark.django_db
D = dt.date


@pytest.fixture
def home() -> House:
    return house()


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def away(absent: User, to: User, first: str, last: str, actor: User | None = None) -> Delegation:
    return delegate(
        absent=absent,
        to=to,
        first=D.fromisoformat(first),
        last=D.fromisoformat(last),
        reason="培训",
        actor=actor or absent,
        at=time.now(),
        key=key(),
    )


def test_the_work_of_a_handler_reaches_the_delegate_and_ends_by_itself(home: House) -> None:
    other = person(home.court, "handler", unit=home.team, name="陈审判")
    with time.travel("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
        assert not Case.objects.visible_to(fresh(other)).exists()
        row = away(home.handler, other, "2023-04-25", "2023-04-28")
    assert [e.kind for e in history(f"user:{home.handler.pk}")][-1] == "delegation.set"
    with time.travel("2023-04-26 09:30"):
        one = fresh(other)
        assert Case.objects.visible_to(one).get() == case
        assert Node.objects.visible_to(one).exists()
        event = receive_clue(
            case_id=case.pk, words="有车", specific=True, urgent=False, on=D(2023, 4, 26), actor=one,
            at=time.now(), key=key(),
        )  # fmt: skip
        assert (event.actor, event.data["for"]) == (one.actor, home.handler.pk), "as himself, 代 the absent"
        directory = Directory(time.today())
        directory.learn({home.court.pk}, {home.handler.pk})
        people = directory.people(
            "handler", court_id=home.court.pk, team_id=home.team.pk, owner_id=home.handler.pk
        )
        assert people == [home.handler.pk, other.pk]
        clock = Deadline.objects.filter(case_id=case.pk, state="running", timer__isnull=False).earliest(
            "timer__fire_at"
        )
    with time.travel(clock.timer.fire_at):
        assert time.today() <= row.last, "its first rung comes while the handler is away"
        sweep()
        warned = {
            (m.to_user_id, m.rule_id) for m in Message.objects.filter(about=case.about, to_user__isnull=False)
        }
        assert {(home.handler.pk, clock.rule_id), (other.pk, clock.rule_id)} <= warned, (
            "the warning reaches both"
        )
    with time.travel("2023-04-29 09:30"):
        assert not Case.objects.visible_to(fresh(other)).exists(), "it has ended by itself"
        assert row.last == D(2023, 4, 28)


def test_an_approval_reaches_the_delegate_but_never_the_asker(home: House) -> None:
    deputy, asker = person(home.court, "petition_officer", name="钱副局"), home.handler
    with time.travel("2023-05-10 09:00"):
        request = asked(home.court, asker)
        own = asked(home.court, deputy)
        away(home.director, deputy, "2023-05-10", "2023-05-12")
        one = fresh(deputy)
        assert list(waiting_for(one, on=time.today())) == [request], "not what he asked for himself"
        found = deciders([Request.objects.get(pk=request.pk)], time.today())[request.pk]
        assert [(d.name, d.stands_in_for) for d in found] == [("钱副局", "郑局长")]
        with pytest.raises(NotAllowed) as refused:
            assent(request_id=own.pk, actor=one, at=time.now(), key=key())
        assert refused.value.code == "APPROVAL-ASKER"
        given = assent(request_id=request.pk, actor=one, at=time.now(), key=key())
    assert given.state == "given"
    said = Assent.objects.get(request=request)
    assert (said.by, said.by_for) == (deputy, home.director)
    assert list(history(request.stream))[-1].data["for"] == home.director.pk
    with time.travel("2023-05-13 09:00"):
        assert not waiting_for(fresh(deputy), on=time.today()).exists()


def test_who_may_set_it_and_what_is_refused(home: House) -> None:
    other = person(home.court, "handler", unit=home.team, name="陈审判")
    stranger = person(home.superior.court, "superior_bureau")
    with time.travel("2023-05-10 09:00"):
        with pytest.raises(NotAllowed):
            away(home.director, other, "2023-05-10", "2023-05-12", actor=home.handler)
        wrong = [
            (home.handler, home.handler, "2023-05-10", "2023-05-12", "to"),
            (home.handler, stranger, "2023-05-10", "2023-05-12", "to"),
            (home.handler, other, "2023-05-09", "2023-05-12", "first"),
            (home.handler, other, "2023-05-12", "2023-05-10", "last"),
        ]
        for absent, to, first, last, field in wrong:
            with pytest.raises(BadInput) as refused:
                away(absent, to, first, last)
            assert refused.value.field == field
        row = away(home.handler, other, "2023-05-10", "2023-05-12", actor=home.director)
        with pytest.raises(BadInput, match="已经有代理"):
            away(home.handler, home.leader, "2023-05-12", "2023-05-15")
        with pytest.raises(BadInput, match="自己也外出"):
            away(home.leader, home.handler, "2023-05-11", "2023-05-11")
        assert home.handler.pk in fresh(other).scope.absent
        withdraw(delegation_id=row.pk, actor=home.director, at=time.now(), key=key())
        assert not fresh(other).scope.absent
    assert Delegation.objects.count() == 1


def test_what_waits_is_reminded_by_the_ladder_and_reaches_the_delegate(home: House) -> None:
    deputy = person(home.court, "petition_officer", name="钱副局")
    with time.travel("2023-05-10 09:30"):
        request = asked(home.court, home.handler)
        assert remind_due(at=time.now()) == 0
    with time.travel("2023-05-15 09:30"):
        away(home.director, deputy, "2023-05-15", "2023-05-16")
        assert remind_due(at=time.now()) == 1, "three working days: 11, 12, 15"
        assert remind_due(at=time.now()) == 0
    told = Message.objects.filter(topic="审批催办")
    assert [m.to_user for m in told] == [deputy]
    with time.travel("2023-05-17 09:30"):
        assert remind_due(at=time.now()) == 1
    assert {m.to_user for m in told.all()} == {deputy, home.director, home.handler}, (
        "then the asker is told too"
    )
    request.refresh_from_db()
    assert (request.reminded, request.days_waiting(D(2023, 5, 17))) == (2, 7)

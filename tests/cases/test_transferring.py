"""案件移送: a case goes to another court with all its history; the court that gave it away keeps a record."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from approvals.models import Request
from cases.actions.asking import ask_approval
from cases.actions.national_export import make_export, set_national_number
from cases.actions.transferring import (
    accept_transfer,
    offer_transfer,
    preview_transfer,
    refuse_transfer,
    withdraw_transfer,
)
from cases.models import Case, NationalNumber, Node, Transfer
from courts.models import Court
from deadlines.models import Deadline
from documents.models import File, Paper
from events import relay
from events.audit import flaws
from events.models import Event
from funds.audit import differences as differences_of_books
from funds.models import Book, Receipt
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState
from measures.models import Property
from notices.models import Message
from supervision.actions.orders import answer_order, issue_order
from supervision.replay import differences, replay, stored
from tests.factories.cases import House, assigned, complete, filing, house, key, proof
from tests.factories.courts import person
from tests.factories.pages import client_of, main
from tests.petitions.test_petitions import register
from tests.walks.stage import feedback, money, on, pay, payee

pytestmark = pytest.mark.django_db
ON = "2026-03-02"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def other(home: House) -> House:
    """A sister court below the same intermediate court, with rules of its own."""
    return house(packs=("SQ-2022",), parent=home.court.parent)


@pytest.fixture
def case(home: House) -> Case:
    with time.travel(f"{ON} 09:00"):
        case = assigned(home, filing(ON))
        complete(case, "network_query_start", home.handler, on=ON, scope="national")
        feedback(home, case, ON, ("deposit", "工行存款", "9000.00"))
    case.refresh_from_db()
    return case


def offer(home: House, case: Case, to: Court, **changes: object) -> Transfer:
    given = {
        "case_id": case.pk,
        "to_court": to,
        "ground": "designated",
        "paper": "（2026）鄂99执他3号",
        "reason": "长期未执结，统一调配力量",
        "actor": home.director,
        "at": time.now(),
        "key": key(),
    } | changes
    offer_transfer(**given)
    return Transfer.objects.get(case=case, state="offered")


def accept(other: House, row: Transfer, **changes: object) -> Event:
    given = {
        "transfer_id": row.pk,
        "owner": other.handler,
        "team": other.team,
        "words": "正卷一册",
        "actor": other.director,
        "at": time.now(),
        "key": key(),
    } | changes
    return accept_transfer(**given)


def settle() -> None:
    while relay.run():
        pass


@pytest.mark.req("JZ-82")
def test_a_case_goes_to_another_court_with_its_full_history(home: House, other: House, case: Case) -> None:
    before = list(Event.objects.filter(stream=case.about).order_by("seq").values_list("seq", "digest"))
    with time.travel("2026-03-03 10:00"):
        row = offer(home, case, other.court)
        assert Case.objects.visible_to(home.handler).filter(pk=case.pk).exists()
        assert not Case.objects.visible_to(other.director).filter(pk=case.pk).exists()
    with time.travel("2026-03-04 10:00"):
        accept(other, row)
        settle()
    old = case.number
    case.refresh_from_db()
    assert (case.court, case.owner) == (other.court, other.handler)
    assert case.number != old
    assert case.number.startswith(f"（2026）{other.court.code}执")
    row.refresh_from_db()
    assert (row.state, row.old_number, row.new_number) == ("accepted", old, case.number)
    for model in (Node, Deadline, Message, Paper, File):
        rows = model.objects.filter(case_id=case.pk)
        if model is Message:
            rows = rows.exclude(channel="in_app")
        assert set(rows.values_list("court_id", flat=True)) <= {other.court.pk}, model
    assert set(Property.objects.filter(case=case).values_list("court_id", flat=True)) == {other.court.pk}
    assert Book.objects.get(about=case.about).court == other.court
    assert not Case.objects.visible_to(home.director).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(other.handler).filter(pk=case.pk).exists()
    assert Transfer.objects.visible_to(home.director).filter(pk=row.pk).exists()
    after = list(Event.objects.filter(stream=case.about).order_by("seq"))
    assert [(each.seq, each.digest) for each in after][: len(before)] == before
    assert not list(flaws(case.about))
    assert not differences(replay(after), stored(case))


def test_its_rules_and_clocks_are_those_of_the_new_court(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        row = offer(home, case, other.court)
        shown = preview_transfer(transfer_id=row.pk, actor=other.director, at=time.now())
        event = accept(other, row)
    case.refresh_from_db()
    assert [pin["code"] for pin in case.packs] == ["BASE", "SQ-2022"]
    running = Deadline.objects.filter(case_id=case.pk, state="running")
    assert {clock.rule_id.partition("-")[0] for clock in running} == {"BASE", "SQ"}
    ended = [shift for shift in shown if shift.change == "ended"]
    assert {shift.rule_id[:3] for shift in ended} == {"JZ-"}
    assert [[s.change, s.rule_id, s.clock] for s in shown] == [each[:3] for each in event.data["shifts"]]
    gone = Deadline.objects.filter(case_id=case.pk, state="cancelled", rule_id__startswith="JZ-")
    assert {clock.reason for clock in gone} == {"换用的规则没有这项期限"}


def test_work_goes_on_in_the_new_court_only(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        accept(other, offer(home, case, other.court))
    kind = Node.objects.filter(case=case, state="open", subject__kind="case").first().kind
    with time.travel("2026-03-04 10:00"):
        with pytest.raises(NotFound):
            complete(case, kind, home.handler)
        told = Message.objects.filter(case_id=case.pk, topic="case_moved_court")
        assert [m.court_id for m in told] == [other.court.pk] * 2


def test_a_refused_case_comes_back_with_the_reason(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        row = offer(home, case, other.court)
        with pytest.raises(BadInput, match="没有填写退回理由"):
            refuse_transfer(transfer_id=row.pk, words=" ", actor=other.director, at=time.now(), key=key())
        refuse_transfer(transfer_id=row.pk, words="材料不齐", actor=other.director, at=time.now(), key=key())
        row.refresh_from_db()
        assert (row.state, row.answer) == ("refused", "材料不齐")
        case.refresh_from_db()
        assert case.court == home.court
        assert Message.objects.filter(to_user=home.director, text__contains="材料不齐").exists()
        again = offer(home, case, other.court)
        withdraw_transfer(
            transfer_id=again.pk, words="另行协调", actor=home.director, at=time.now(), key=key()
        )
        with pytest.raises(WrongState, match="已撤回"):
            accept(other, again)
    assert not differences(replay(Event.objects.filter(stream=case.about)), stored(case))


def test_who_may_offer_and_who_may_take(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        for actor, error in (
            (home.handler, NotAllowed),
            (home.leader, NotAllowed),
            (other.director, NotFound),
        ):
            with pytest.raises(error):
                offer(home, case, other.court, actor=actor)
        row = offer(home, case, other.court, actor=home.superior)
        for actor, error in (
            (home.director, NotAllowed),
            (home.superior, NotAllowed),
            (other.handler, NotFound),
        ):
            with pytest.raises(error):
                accept(other, row, actor=actor)
        third = house(packs=())
        with pytest.raises(NotFound):
            accept(other, row, actor=third.director)
        with pytest.raises(BadInput, match="不是本院在岗人员"):
            accept(other, row, owner=home.handler)
        accept(other, row)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"paper": " "}, "没有填写裁定、决定文号"),
        ({"reason": ""}, "没有填写移送理由"),
        ({"reason": "长" * 501}, "理由超过 500 字"),
        ({"ground": "whim"}, "没有选择移送情形"),
    ],
)
def test_an_offer_needs_its_ground_paper_and_reason(
    home: House, other: House, case: Case, changes: dict[str, str], words: str
) -> None:
    with time.travel("2026-03-03 10:00"), pytest.raises(BadInput, match=words):
        offer(home, case, other.court, **changes)
    assert not Transfer.objects.exists()


def test_not_to_itself_not_twice_not_sealed(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        with pytest.raises(BadInput, match="案件就在"):
            offer(home, case, home.court)
        offer(home, case, other.court)
        with pytest.raises(WrongState, match="已经移送"):
            offer(home, case, other.court)
        Transfer.objects.all().delete()
        Case.objects.filter(pk=case.pk).update(sealed=True, owner=home.director)
        with pytest.raises(WrongState, match="保密"):
            offer(home, case, other.court)


def test_a_case_whose_book_holds_money_does_not_leave(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        money(home, case, "3000.00", "M-1")
        with pytest.raises(WrongState, match=r"还有本案案款 ¥3,000\.00"):
            offer(home, case, other.court)


def test_a_case_whose_money_is_all_paid_out_leaves(home: House, other: House, case: Case) -> None:
    """What was paid is remembered in the old court's book for ever; it is not money that lies there."""
    with on("2026-03-03 10:00"):
        receipt = money(home, case, "3000.00", "M-1")
        to = payee(home, case)
    with on("2026-03-03 15:00"):
        pay(home, case, receipt, to, "P-1")
    with on("2026-03-03 16:00"):
        row = offer(home, case, other.court)
    with time.travel("2026-03-04 10:00"):
        accept(other, row)
    case.refresh_from_db()
    assert case.court == other.court
    assert Receipt.objects.get().court == home.court
    assert list(differences_of_books()) == []
    assert not differences(replay(Event.objects.filter(stream=case.about)), stored(case))


def test_money_that_comes_after_the_offer_stops_the_taking(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        row = offer(home, case, other.court)
        money(home, case, "3000.00", "M-1")
        with pytest.raises(WrongState, match="还有本案案款"):
            accept(other, row)
    case.refresh_from_db()
    assert case.court == home.court


def test_an_open_approval_stops_the_offer(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        ask_approval(
            case_id=case.pk,
            matter="cancel_case",
            facts={},
            ground="重复立案",
            actor=home.handler,
            at=time.now(),
            key=key(),
            files=proof(case, home.handler),
        )
        assert Request.objects.filter(about=case.about, state="waiting").exists()
        with pytest.raises(WrongState, match="还有 1 项审批"):
            offer(home, case, other.court)


def test_payees_come_along_where_no_money_ever_moved(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        payee(home, case)
        book = Book.objects.get(about=case.about)
        accept(other, offer(home, case, other.court))
    new = Book.objects.get(about=case.about)
    assert (new.court, new.owner_id) == (other.court, other.handler.pk)
    assert [each.court_id for each in new.payees.all()] == [other.court.pk]
    book.refresh_from_db()
    assert (book.court, book.about, book.case_id) == (home.court, f"{case.about}#{book.pk}", None)


def test_the_same_key_takes_once(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        row = offer(home, case, other.court)
        once = key()
        first = accept(other, row, key=once)
        assert accept(other, row, key=once).pk == first.pk
    assert Event.objects.filter(stream=case.about, kind="case.court_changed").count() == 1


def test_it_may_come_back_and_each_step_stands_in_the_record(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        accept(other, offer(home, case, other.court))
        case.refresh_from_db()
        row = offer(replace(other), case, home.court)
        accept(home, row)
        settle()
    case.refresh_from_db()
    assert case.court == home.court
    assert Transfer.objects.filter(case=case, state="accepted").count() == 2
    assert not differences(replay(Event.objects.filter(stream=case.about)), stored(case))


def test_a_stranger_sees_no_transfer(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        offer(home, case, other.court)
    for user in (person(kind="party"), house(packs=()).director, home.handler):
        assert not Transfer.objects.visible_to(user).exists()


@pytest.mark.req("JZ-82")
def test_open_petitions_go_along_and_the_orders_of_the_old_court_end(
    home: House, other: House, case: Case
) -> None:
    with time.travel("2026-03-03 09:00"):
        petition = register(case, home.centre, at="2026-03-03 09:00", received_on=dt.date(2026, 3, 3))
        ours, above = (
            issue_order(
                case_id=case.pk,
                words=words,
                due_on=dt.date(2026, 3, 20),
                clock_id=clock,
                actor=actor,
                at=time.now(),
                key=key(),
            )
            for words, actor, clock in (
                ("五日内处置存款", home.centre, None),
                ("上级督办", home.superior, Deadline.objects.running().filter(case_id=case.pk)[0].pk),
            )
        )
        row = offer(home, case, other.court)
    with time.travel("2026-03-04 10:00"):
        accept(other, row)
        settle()
        settle()
        for each in (petition, ours, above):
            each.refresh_from_db()
        assert (petition.officer, petition.court) == (other.handler, home.court)
        assert (ours.state, ours.closed_by) == ("closed", None)
        assert ours.closing.startswith(f"案件已移送{other.court.name}")
        assert above.state == "open", "the court above of both goes on"
        told = Message.objects.filter(to_user=other.handler).values_list("text", flat=True)
        assert sum("随案移送" in text for text in told) == 1
        assert sum("案件移送本院，请继续办理并反馈" in text for text in told) == 1
        case.refresh_from_db()
        assert not differences(replay(Event.objects.filter(stream=case.about)), stored(case))
        # The court that gave the case away reads them as they stood.
        page = main(client_of(home.director).get(f"/transfers/{row.pk}/"))
        assert f"信访 {petition.number}" in page
        assert f"督办 {ours.number} 五日内处置存款 待反馈" in page
        answer_order(order_id=above.pk, words="已办", actor=other.handler, at=time.now(), key=key())


def test_the_national_number_of_the_old_court_is_not_taken_for_the_new_ones(
    home: House, other: House, case: Case
) -> None:
    number = {"case_id": case.pk, "number": "N-1", "at": time.now()}
    with time.travel("2026-03-03 10:00"):
        set_national_number(**number | {"at": time.now()}, actor=home.centre, key=key())
        row = offer(home, case, other.court)
    with time.travel("2026-03-04 10:00"):
        accept(other, row)
        given = {"channel": "electronic", "sent_on": "2026-03-04", "platform_ref": "E-1"}
        complete(case, "enforcement_notice", other.handler, **given, with_report_order=False)
        made = make_export(
            court_id=other.court.pk,
            since=dt.date(2026, 3, 4),
            until=dt.date(2026, 3, 4),
            actor=other.centre,
            at=time.now(),
            key=key(),
        )
        assert set(made.lines.values_list("national_number", flat=True)) == {""}
        set_national_number(**number | {"number": "N-2", "at": time.now()}, actor=other.centre, key=key())
        assert NationalNumber.objects.get(case=case).court == other.court

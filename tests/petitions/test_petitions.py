"""信访: registration with what is late in the case, the answer on the spot or through panel and approval, closing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from approvals.actions.requests import assent, refuse
from approvals.models import Request
from cases.models import Case
from courts.models import Appointment, User
from deadlines.models import Deadline
from deadlines.sweep import sweep
from documents.models import Paper
from events import relay
from events.models import Event
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState
from notices.models import Message
from petitions.actions import petitions, replies
from petitions.actions.letters import answer_letter
from petitions.actions.petitions import Registration
from petitions.attaching import attached_now
from petitions.models import Letter, Petition
from supervision.replay import differences, replay, stored
from tests.factories.cases import House, house, key
from tests.factories.courts import person
from tests.petitions.test_letters import case_of, reader_of, write

pytestmark = pytest.mark.django_db
RECEIVED = "2023-06-16 10:00"
REPLY = "查封的房屋已经委托评估。\n评估报告作出后三日内启动拍卖。"


def officer_of(home: House) -> User:
    """信访专人 of the court."""
    return person(home.court, "petition_officer", name="尤信访")


def given(**changes: Any) -> Registration:
    """A visit to the county court."""
    values = {
        "channel": "visit",
        "level": "basic",
        "name": "张三",
        "demand": "请求说明评估进展。",
        "received_on": dt.date(2023, 6, 16),
    }
    return Registration(**{**values, **changes})


def register(case: Case, actor: User, at: str = RECEIVED, **changes: Any) -> Petition:
    with time.travel(at):
        return petitions.register_petition(
            case_id=case.pk, given=given(**changes), actor=actor, at=time.now(), key=key()
        )


def act(verb: Any, petition: Petition, actor: User, at: str, **more: Any) -> Petition:
    with time.travel(at):
        return verb(petition_id=petition.pk, actor=actor, at=time.now(), key=key(), **more)


def heard(petition: Petition, actor: User, at: str = "2023-06-20 09:00") -> Petition:
    panel = {"on": dt.date(2023, 6, 20), "members": "王平、李明、赵云", "opinion": "应予说明。"}
    return act(replies.hear_panel, petition, actor, at, **panel)


def approved(petition: Petition, director: User, at: str = "2023-06-26 09:00") -> None:
    with time.travel(at):
        request = Request.objects.get(pk=petition.approval_id)
        assent(request_id=request.pk, actor=director, at=time.now(), key=key())
        settle()


def settle() -> None:
    while relay.run():
        pass


def at_work(filed_on: str = "2023-04-24") -> tuple[House, Case, User]:
    home = house()
    return home, case_of(home, filed_on), officer_of(home)


def replayed(case: Case) -> list[Any]:
    case.refresh_from_db()
    return differences(replay(Event.objects.filter(stream=case.about)), stored(case))


@pytest.mark.req("JZ-65")
def test_the_written_answer_is_due_seven_working_days_after_reception() -> None:
    _home, case, officer = at_work()
    petition = register(case, officer)
    clock = Deadline.objects.get(subject_id=petition.subject_id, rule_id="JZ-D-16")
    assert (clock.due_on, clock.state) == (dt.date(2023, 6, 28), "running")
    assert petition.number == "信访〔2023〕1号"


@pytest.mark.req("JZ-65")
def test_the_answer_goes_out_only_after_panel_and_director() -> None:
    home, case, officer = at_work()
    petition = register(case, officer)
    with pytest.raises(WrongState) as refused:
        act(replies.issue_reply, petition, officer, "2023-06-19 09:00")
    assert refused.value.code == "JZ-G-PET-01"
    with pytest.raises(WrongState):
        act(replies.ask_reply, petition, officer, "2023-06-19 09:00", words=REPLY)
    heard(petition, officer)
    petition = act(replies.ask_reply, petition, officer, "2023-06-21 09:00", words=REPLY)
    assert Request.objects.get(pk=petition.approval_id).chain == ["bureau_director"]
    with pytest.raises(WrongState) as refused:
        act(replies.issue_reply, petition, officer, "2023-06-21 10:00")
    assert refused.value.code == "JZ-G-PET-01"
    approved(petition, home.director)
    petition = act(replies.issue_reply, petition, officer, "2023-06-28 17:00")
    assert (petition.state, petition.reply, petition.draft) == ("answered", REPLY, "")
    paper = Paper.objects.get(kind="petition_reply")
    assert paper.facts["reply"] == REPLY.splitlines()
    assert paper.facts["addressee"] == "张三"
    assert Deadline.objects.get(subject_id=petition.subject_id, rule_id="JZ-D-16").state == "met"
    assert replayed(case) == []


@pytest.mark.req("JZ-65")
def test_an_answer_one_day_late_is_late_and_the_court_above_has_heard() -> None:
    home, case, officer = at_work()
    petition = register(case, officer)
    heard(petition, officer)
    petition = act(replies.ask_reply, petition, officer, "2023-06-21 09:00", words=REPLY)
    approved(petition, home.director)
    with time.travel("2023-06-30 09:00"):
        sweep()
        settle()
    told = Message.objects.filter(rule_id="JZ-D-16")
    assert told.filter(to_user=officer).exists()
    assert told.filter(to_user=home.superior).exists()
    act(replies.issue_reply, petition, officer, "2023-06-30 10:00")
    assert Deadline.objects.get(subject_id=petition.subject_id, rule_id="JZ-D-16").state == "met_late"


@pytest.mark.req("JZ-64")
def test_what_is_answered_on_the_spot_leaves_no_clock() -> None:
    _home, case, officer = at_work()
    at_once = register(case, officer, oral="已说明。", is_on_spot=True)
    later = register(case, officer)
    running = Deadline.objects.filter(rule_id="JZ-D-16", state="running")
    assert [row.subject_id for row in running] == [later.subject_id]
    act(petitions.answer_orally, later, officer, "2023-06-16 11:00", words="已说明评估进展。")
    assert not running.all().exists()
    assert (at_once.state, Petition.objects.get(pk=later.pk).state) == ("answered", "answered")
    assert replayed(case) == []


def test_a_part_answered_at_once_leaves_the_rest_to_the_written_answer() -> None:
    _home, case, officer = at_work()
    petition = register(case, officer, oral="评估进展已当场说明。")
    assert (petition.state, petition.is_on_spot) == ("open", False)
    assert Deadline.objects.filter(subject_id=petition.subject_id, state="running").exists()


def test_an_answer_on_the_spot_is_given_on_the_day_of_reception_only() -> None:
    _home, case, officer = at_work()
    petition = register(case, officer)
    with pytest.raises(WrongState, match="2023-06-16"):
        act(petitions.answer_orally, petition, officer, "2023-06-17 09:00", words="好。")


@pytest.mark.req("JZ-61")
def test_closing_is_refused_without_an_answer() -> None:
    _home, case, officer = at_work()
    petition = register(case, officer)
    closing = {"words": "化解。", "is_resolved": True}
    with pytest.raises(WrongState) as refused:
        act(petitions.close_petition, petition, officer, "2023-06-17 09:00", **closing)
    assert refused.value.code == "PETITION-UNANSWERED"
    answered = register(case, officer, oral="已说明。", is_on_spot=True)
    closed = act(petitions.close_petition, answered, officer, "2023-06-17 09:00", **closing)
    assert (closed.state, closed.is_resolved) == ("closed", True)
    assert closed.age_days(dt.date(2023, 7, 1)) == 1
    assert replayed(case) == []


def test_a_general_petition_is_settled_within_sixty_days_of_its_acceptance() -> None:
    """BASE-D-62 (信访工作条例 第三十四条): counted from 2023-06-16; the sixtieth day is 2023-08-15, a Tuesday."""
    _home, case, officer = at_work()
    petition = register(case, officer, kind="general", oral="已说明。", is_on_spot=True)
    clock = Deadline.objects.get(subject_id=petition.subject_id, rule_id="BASE-D-62")
    assert (clock.due_on, clock.state) == (dt.date(2023, 8, 15), "running")
    other = register(case, officer, kind="litigation")
    assert not Deadline.objects.filter(subject_id=other.subject_id, rule_id="BASE-D-62").exists()
    act(petitions.close_petition, petition, officer, "2023-08-16 09:00", words="化解。", is_resolved=True)
    clock.refresh_from_db()
    assert clock.state == "met_late"


def test_it_is_opened_with_what_is_overdue_and_the_letters_without_an_answer() -> None:
    home = house(features=("haidian",))
    case = case_of(home, "2023-04-24")
    officer = officer_of(home)
    with time.travel("2023-05-04 09:00"):
        write(case, reader_of(case))
    letter = Letter.objects.get()
    petition = register(case, officer)
    nodes, letters = petition.attached["nodes"], petition.attached["letters"]
    assert [row["letter"] for row in letters] == [letter.pk]
    late = (
        Deadline.objects.running()
        .binding()
        .filter(case_id=case.pk, overdue_at__lte=petition.registered_at)
        .exclude(kind="detector")
    )
    late = late.exclude(subject_id=petition.subject_id)
    assert {row["clock"] for row in nodes} <= {row.pk for row in late}
    duties = {(row.node_kind or row.rule_id, row.subject_id) for row in late}
    assert len(nodes) == len(duties) > 0
    assert all(row["days"] > 0 and row["name"] for row in nodes)
    with time.travel("2023-06-19 09:00"):
        answer_letter(letter_id=letter.pk, words="已回复。", actor=home.handler, at=time.now(), key=key())
        assert attached_now(case, time.now())["letters"] == []
    petition.refresh_from_db()
    assert petition.attached["letters"] == letters


def test_a_refused_answer_comes_back_and_is_asked_anew() -> None:
    home, case, officer = at_work()
    petition = register(case, officer)
    heard(petition, officer)
    petition = act(replies.ask_reply, petition, officer, "2023-06-21 09:00", words=REPLY)
    with time.travel("2023-06-21 10:00"):
        refuse(request_id=petition.approval_id, actor=home.director, at=time.now(), key=key(), words="补充。")
        settle()
    petition.refresh_from_db()
    assert (petition.state, petition.draft) == ("panel", REPLY)
    with pytest.raises(WrongState):
        act(replies.issue_reply, petition, officer, "2023-06-21 11:00")
    petition = act(replies.ask_reply, petition, officer, "2023-06-22 09:00", words=f"{REPLY}补充。")
    approved(petition, home.director)
    assert act(replies.issue_reply, petition, officer, "2023-06-27 09:00").reply.endswith("补充。")
    assert replayed(case) == []


def test_who_asked_does_not_approve() -> None:
    home, case, _officer = at_work()
    director = person(home.court, "bureau_director", name="双职")
    Appointment.objects.create(user=director, court=home.court, role="petition_officer", since="2020-01-01")
    petition = register(case, director)
    heard(petition, director)
    petition = act(replies.ask_reply, petition, director, "2023-06-21 09:00", words=REPLY)
    with time.travel("2023-06-21 10:00"), pytest.raises(NotAllowed):
        assent(request_id=petition.approval_id, actor=director, at=time.now(), key=key())


def test_it_is_handed_over_with_a_reason_to_one_who_may_take_it() -> None:
    home, case, officer = at_work()
    petition = register(case, officer)
    with pytest.raises(BadInput) as refused:
        act(petitions.hand_over_petition, petition, officer, "2023-06-19 09:00", to=home.clerk, reason="休假")
    assert refused.value.field == "to"
    with pytest.raises(BadInput) as refused:
        act(petitions.hand_over_petition, petition, officer, "2023-06-19 09:00", to=home.handler, reason=" ")
    assert refused.value.field == "reason"
    act(petitions.hand_over_petition, petition, officer, "2023-06-19 09:00", to=home.handler, reason="休假")
    petition.refresh_from_db()
    assert petition.officer == home.handler
    assert Message.objects.filter(to_user=home.handler, link=f"/petitions/{petition.pk}/").count() == 1
    assert Event.objects.get(kind="petition.handed_over").data["reason"] == "休假"
    assert replayed(case) == []


def test_only_those_with_the_right_in_this_court_register() -> None:
    home, case, _officer = at_work()
    with pytest.raises(NotAllowed):
        register(case, home.clerk)
    with pytest.raises(NotFound):
        register(case, officer_of(house()))
    assert register(case, home.centre).officer == home.centre


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"level": ""}, "level"),
        ({"name": " "}, "name"),
        ({"demand": "\x00"}, "demand"),
        ({"demand": "诉" * 4001}, "demand"),
        ({"phone": "12"}, "phone"),
        ({"channel": "assigned"}, "assigned_by"),
        ({"is_on_spot": True}, "oral"),
        ({"received_on": dt.date(2023, 6, 17)}, "received_on"),
        ({"party_id": 999999}, "party"),
    ],
)
def test_bad_input_is_refused_by_field_and_nothing_is_written(changes: dict[str, Any], field: str) -> None:
    _home, case, officer = at_work()
    with pytest.raises(BadInput) as refused:
        register(case, officer, **changes)
    assert refused.value.field == field
    assert not Petition.objects.exists()


def test_a_second_tap_is_the_same_petition() -> None:
    _home, case, officer = at_work()
    with time.travel(RECEIVED):
        same, call = key(), petitions.register_petition
        first = call(case_id=case.pk, given=given(), actor=officer, at=time.now(), key=same)
        again = call(case_id=case.pk, given=given(), actor=officer, at=time.now(), key=same)
    assert first == again
    assert Petition.objects.count() == 1


def test_the_phone_is_in_no_event() -> None:
    _home, case, officer = at_work()
    petition = register(case, officer, phone="13812345678")
    assert Petition.objects.get(pk=petition.pk).phone == "13812345678"
    assert not [e for e in Event.objects.all() if "13812345678" in str(e.data)]


def test_an_assigned_petition_names_who_assigned_it_and_the_petitioner_is_told_within_fifteen_days() -> None:
    _home, case, officer = at_work()
    petition = register(case, officer, channel="assigned", level="province", assigned_by="省高级人民法院")
    clock = Deadline.objects.get(subject_id=petition.subject_id, rule_id="BASE-D-63")
    assert clock.due_on == dt.date(2023, 7, 3)
    act(petitions.tell_petitioner, petition, officer, "2023-06-20 09:00")
    clock.refresh_from_db()
    assert clock.state == "met"

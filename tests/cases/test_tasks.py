"""Central tasks: whose queue a node lies in, who has it in hand, and that no clock stops for it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction

from cases.actions.completing import complete_node
from cases.actions.tasks import (
    accept_node,
    claim_node,
    claim_nodes,
    give_sheet,
    move_node,
    offer_node,
    refuse_node,
    return_node,
    settle_handover,
)
from cases.actions.undoing import cancel_case, void_act
from cases.book import book_of
from cases.models import Case, Node, Task
from courts.actions.organising import apply_template
from courts.models import Unit, User
from deadlines.models import Deadline
from deadlines.sweep import sweep
from events.models import Event
from kernel import time
from kernel.errors import BadInput, Conflict, DomainError, NotAllowed, WrongState
from notices.models import Message
from supervision.replay import differences, replay, stored
from tests.factories.cases import House, assigned, complete, filed, filing, house, key, node
from tests.factories.courts import person

pytestmark = pytest.mark.django_db
DAY = "2024-04-26"
CENTRAL = {
    "filing_check": 1,
    "first_reception": 2,
    "enforcement_notice": 3,
    "network_analysis": 4,
    "triage": 5,
    "offline_joint_control": 6,
}


class Sq:
    """A court of SQ-2022 with its template's units and two members of the affairs group."""

    def __init__(self, *packs: str, template: str = "SQ") -> None:
        with time.travel(f"{DAY} 08:00"):
            self.home: House = house(packs=packs or ("SQ-2022",))
            apply_template(court=self.home.court, code=template, actor="system:test", at=time.now())
        self.affairs = self.unit("affairs_group")
        self.wang, self.zhao = (
            person(self.home.court, unit=self.affairs, post="clerk", name=name)
            for name in ("王集约", "赵集约")
        )

    def unit(self, function: str) -> Unit:
        return Unit.objects.filter(court=self.home.court, function=function).order_by("pk")[0]

    def filed(self, **fields) -> Case:
        with time.travel(f"{DAY} 09:30"):
            return filed(self.home, filing(DAY, **fields))

    def assigned(self, **fields) -> Case:
        with time.travel(f"{DAY} 09:30"):
            return assigned(self.home, filing(DAY, **fields))


@pytest.fixture
def sq() -> Sq:
    return Sq()


def by(user: User) -> dict:
    return {"actor": User.objects.get(pk=user.pk), "at": time.now(), "key": key()}


def clocks(case: Case) -> list:
    """Of the case's duties, without what a dispute about a hand-over starts."""
    names = ("rule_id", "subject_id", "state", "due_on", "due_at", "suspensions")
    rows = Deadline.objects.filter(case_id=case.pk).exclude(rule_id="SQ-U-07")
    return sorted(rows.values_list(*names), key=str)


def replays(case: Case) -> None:
    case.refresh_from_db()
    events = Event.objects.filter(stream=case.about)
    assert differences(replay(events), stored(case)) == []


@pytest.mark.req("SQ-01")
def test_the_first_six_items_of_a_new_case_lie_in_the_queues_of_groups(sq: Sq) -> None:
    case = sq.filed(channel="online")
    found = {n.kind: n for n in Node.objects.filter(case=case, state="open")}
    for kind, item in CENTRAL.items():
        assert found[kind].group == "affairs_group", (kind, item)
        assert book_of(case).item_no(kind) == item
    assert not Task.objects.filter(case=case).exists(), "nobody has them in hand yet"


@pytest.mark.req("SQ-01")
def test_the_rest_stays_with_the_handler(sq: Sq) -> None:
    case = sq.assigned()
    found = dict(Node.objects.filter(case=case).values_list("kind", "group"))
    assert found["onsite_investigation"] == ""
    with pytest.raises(NotAllowed, match="不是集约事项"):
        claim_node(node_id=node(case, "onsite_investigation").pk, **by(sq.wang))


@pytest.mark.req("SQ-20")
def test_eleven_items_map_to_three_groups() -> None:
    case = Sq().filed()
    items = {int(duty.item): duty.role for duty in book_of(case).role_duties if duty.item}
    wanted = {**dict.fromkeys(range(1, 8), "affairs_group"), **dict.fromkeys((8, 10), "dispatch_group")}
    assert items == {**wanted, **dict.fromkeys((9, 11), "file_group")}


@pytest.mark.req("SQ-20")
def test_an_item_cannot_be_moved_to_the_wrong_group(sq: Sq) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    with pytest.raises(WrongState) as refused:
        move_node(node_id=check.pk, group="file_group", reason="忙不过来", **by(sq.home.leader))
    assert refused.value.code == "SQ-G-ITEM-01"
    check.refresh_from_db()
    assert check.group == "affairs_group"
    other = node(case, "onsite_investigation")
    move_node(node_id=other.pk, group="dispatch_group", reason="统一外勤", **by(sq.home.leader))
    other.refresh_from_db()
    assert other.group == "dispatch_group"
    with pytest.raises(BadInput, match="没有这个小组"):
        move_node(node_id=other.pk, group="handler", reason="退给承办人", **by(sq.home.leader))
    replays(case)


@pytest.mark.req("SQ-20")
def test_a_central_item_is_not_given_to_somebody_outside_its_group(sq: Sq) -> None:
    case = sq.assigned()
    with pytest.raises(WrongState) as refused:
        give_sheet(
            node_id=node(case, "filing_check").pk,
            doer=sq.home.clerk,
            words="今天核对",
            **by(sq.home.leader),
        )
    assert refused.value.code == "SQ-G-ITEM-01"


@pytest.mark.req("JM-02")
def test_transactional_work_belongs_to_the_affairs_centre() -> None:
    home = house(packs=("JM-2022",))
    apply_template(court=home.court, code="JM", actor="system:test", at=time.now())
    case = assigned(home, filing("2024-04-26"))
    notice = node(case, "enforcement_notice")
    owner = Unit.objects.filter(court=home.court, function=notice.group, kind="office").get()
    assert owner.name == "执行事务中心"
    served = ("property_report_order", "network_query_start", "provident_fund", "real_estate_enquiry")
    assert {node(case, kind).group for kind in served} == {"affairs_group"}


@pytest.mark.req("HD-03")
def test_the_command_office_owns_the_control_of_vehicles() -> None:
    home = house(packs=("JZ-2023",), features=("haidian",))
    apply_template(court=home.court, code="HD", actor="system:test", at=time.now())
    book = book_of(assigned(home))
    owner = Unit.objects.get(court=home.court, function=book.owner("offline_control"))
    assert owner.name == "执行指挥办公室"
    assert book.owner("network_query_start") == book.owner("enforcement_notice") == "command_centre"
    plain = house(packs=("JZ-2023",))
    assert book_of(assigned(plain)).owner("offline_control") == "affairs_group"


def test_claimed_and_completed_by_a_member_with_the_trace(sq: Sq) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    with time.travel("2024-04-28 10:00"):
        claim_node(node_id=check.pk, **by(sq.wang))
        held = Task.objects.get(node=check)
        assert (held.doer, held.way, held.state, held.unit) == (sq.wang, "claim", "held", sq.affairs)
        with pytest.raises(NotAllowed, match="已由王集约领办"):
            complete(case, "filing_check", sq.zhao, on="2024-04-28")
        event = complete(case, "filing_check", User.objects.get(pk=sq.wang.pk), on="2024-04-28")
    held.refresh_from_db()
    assert (held.state, held.until) == ("done", dt.date(2024, 4, 28))
    assert event.data["task"] == {"doer": sq.wang.pk, "unit": sq.affairs.pk, "by": None, "words": ""}
    replays(case)


def test_a_member_may_work_on_what_nobody_has_in_hand(sq: Sq) -> None:
    case = sq.assigned()
    complete(case, "filing_check", sq.wang, on=DAY)
    outside = person(sq.home.court, unit=sq.unit("dispatch_group"), post="clerk")
    with pytest.raises(NotAllowed):
        complete(case, "first_reception", outside, on=DAY, record="已接待")


def test_the_second_to_claim_is_told_who_was_first(sq: Sq) -> None:
    check = node(sq.assigned(), "filing_check")
    first = by(sq.wang)
    event = claim_node(node_id=check.pk, **first)
    assert claim_node(node_id=check.pk, **first) == event, "the same click is the same act"
    with pytest.raises(Conflict, match="已由王集约领办") as lost:
        claim_node(node_id=check.pk, **by(sq.zhao))
    assert lost.value.code == "TASK-HELD"
    assert Task.objects.filter(node=check).count() == 1


def test_the_database_lets_one_hold_a_node(sq: Sq) -> None:
    check = node(sq.assigned(), "filing_check")
    claim_node(node_id=check.pk, **by(sq.wang))
    row = Task.objects.get(node=check)
    with pytest.raises(DatabaseError, match="task_one_holds_a_node"), transaction.atomic():
        Task.objects.create(
            case=row.case, node=check, doer=sq.zhao, way="claim", since=row.since, state="held"
        )


def test_many_at_once_each_by_itself(sq: Sq) -> None:
    one, two = (node(sq.assigned(), "filing_check") for _ in range(2))
    claim_node(node_id=one.pk, **by(sq.zhao))
    taken, refused = claim_nodes(node_ids=[one.pk, two.pk, 10**15], **by(sq.wang))
    assert [event.data["node"] for event in taken] == [two.pk]
    assert [node_id for node_id, _error in refused] == [one.pk, 10**15]


def test_other_groups_and_other_courts_do_not_claim(sq: Sq) -> None:
    check = node(sq.assigned(), "filing_check")
    outside = person(sq.home.court, unit=sq.unit("dispatch_group"), post="clerk")
    with pytest.raises(NotAllowed, match="归事务集约组办理"):
        claim_node(node_id=check.pk, **by(outside))
    elsewhere = Sq()
    with pytest.raises(DomainError, match="没有这个节点"):
        claim_node(node_id=check.pk, **by(elsewhere.wang))
    assert not Task.objects.filter(node=check).exists()


def test_returned_with_a_reason_it_can_be_claimed_again(sq: Sq) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    claim_node(node_id=check.pk, **by(sq.wang))
    with pytest.raises(BadInput, match="没有填写退回理由"):
        return_node(node_id=check.pk, reason=" ", **by(sq.wang))
    with pytest.raises(NotAllowed, match="不在您手上"):
        return_node(node_id=check.pk, reason="材料不齐", **by(sq.zhao))
    before = clocks(case)
    return_node(node_id=check.pk, reason="材料不齐", **by(sq.wang))
    assert clocks(case) == before
    assert Task.objects.get(node=check).answer == "材料不齐"
    claim_node(node_id=check.pk, **by(sq.zhao))
    replays(case)


@pytest.mark.req("SQ-55")
def test_a_refused_hand_over_leaves_the_node_and_its_clock_as_they_were(sq: Sq) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    with time.travel("2024-04-28 09:00"):
        claim_node(node_id=check.pk, **by(sq.wang))
        before = clocks(case)
        offer_node(node_id=check.pk, to=sq.zhao, reason="外出培训", **by(sq.wang))
        with pytest.raises(Conflict, match="等待对方接收"):
            offer_node(node_id=check.pk, to=sq.zhao, reason="外出培训", **by(sq.wang))
    with time.travel("2024-04-29 09:00"):
        with pytest.raises(BadInput, match="拒绝接收的理由"):
            refuse_node(node_id=check.pk, reason="", **by(sq.zhao))
        event = refuse_node(node_id=check.pk, reason="本周已满", **by(sq.zhao))
    assert event.data["words"] == "本周已满"
    assert clocks(case) == before
    assert next(row[3] for row in before if row[0] == "SQ-D-01") == dt.date(2024, 5, 7)
    held = Task.objects.get(node=check, state="held")
    assert held.doer == sq.wang
    with time.travel("2024-04-30 09:00"):
        # The director decides.
        give_sheet(node_id=check.pk, doer=sq.zhao, words="由你办", **by(sq.home.director))
    assert Task.objects.get(node=check, state="held").doer == sq.zhao
    assert clocks(case) == before
    replays(case)


def disputes(case: Case) -> list[tuple[str, str]]:
    """(state, the day the suggestion raises it) of each refusal's own clock, in order."""
    rows = Deadline.objects.filter(case_id=case.pk, rule_id="SQ-U-07").order_by("subject_id")
    return [(row.state, str(row.due_on)) for row in rows]


def refused(sq: Sq, case: Case, day: str) -> None:
    check = node(case, "filing_check")
    with time.travel(f"{day} 09:00"):
        offer_node(node_id=check.pk, to=sq.zhao, reason="外出培训", **by(sq.wang))
        refuse_node(node_id=check.pk, reason="本周已满", **by(sq.zhao))


@pytest.mark.req("SQ-55")
def test_each_refusal_has_its_own_clock_and_goes_to_the_director_on_the_day_of_the_pack(sq: Sq) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    director = sq.home.director
    with time.travel("2024-04-27 09:00"):
        claim_node(node_id=check.pk, **by(sq.wang))
    refused(sq, case, "2024-04-28")
    refused(sq, case, "2024-04-29")
    assert disputes(case) == [("running", "2024-05-01"), ("running", "2024-05-02")], "neither hides the other"
    assert next(row[3] for row in clocks(case) if row[0] == "SQ-D-01") == dt.date(2024, 5, 7)
    for day, told_of in (("2024-04-30", 0), ("2024-05-01", 1), ("2024-05-02", 2)):
        with time.travel(f"{day} 10:00"):
            sweep()
        assert urged(director) == told_of, day
    with time.travel("2024-05-02 11:00"):
        give_sheet(node_id=check.pk, doer=sq.zhao, words="由你办", **by(director))
    assert {state for state, _day in disputes(case)} <= {"met", "met_late"}, "decided"
    assert set(Task.objects.filter(node=check, doer=sq.zhao).values_list("state", flat=True)) == {
        "settled",
        "held",
    }
    replays(case)


def urged(user: User) -> int:
    rows = Message.objects.filter(to_user_id=user.pk, channel="in_app", rule_id="SQ-U-07")
    return rows.count()


@pytest.mark.req("SQ-55")
def test_talks_end_the_dispute_and_the_node_stays_where_it_was(sq: Sq) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    with time.travel("2024-04-27 09:00"):
        claim_node(node_id=check.pk, **by(sq.wang))
        with pytest.raises(WrongState, match="没有被拒绝接收"):
            settle_handover(node_id=check.pk, words="仍由我办", **by(sq.wang))
    refused(sq, case, "2024-04-28")
    assert [text for _topic, text, _state in inbox(sq.wang)] == [
        f"赵集约没有接收您移交的{case.number}“立案信息核对”，仍由您办理，请协商：本周已满"
    ]
    with time.travel("2024-04-29 09:00"):
        with pytest.raises(NotAllowed, match="决定移交争议"):
            settle_handover(node_id=check.pk, words="仍由他办", **by(sq.zhao))
        with pytest.raises(BadInput, match="没有写明协商结果"):
            settle_handover(node_id=check.pk, words=" ", **by(sq.wang))
        click = by(sq.wang)
        event = settle_handover(node_id=check.pk, words="双方同意仍由我办", **click)
        assert settle_handover(node_id=check.pk, words="双方同意仍由我办", **click) == event
    assert event.data["words"] == "双方同意仍由我办"
    assert disputes(case) == [("met", "2024-05-01")]
    assert Task.objects.get(node=check, state="held").doer == sq.wang
    replays(case)


@pytest.mark.req("SQ-55")
@pytest.mark.parametrize("way", ["done", "returned", "closed"])
def test_a_node_that_is_done_or_gone_leaves_no_dispute_behind(sq: Sq, way: str) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    with time.travel("2024-04-28 08:00"):
        claim_node(node_id=check.pk, **by(sq.wang))
    refused(sq, case, "2024-04-28")
    with time.travel("2024-04-28 15:00"):
        match way:
            case "done":
                done = complete(case, "filing_check", sq.wang, on="2024-04-28")
                assert Task.objects.get(node=check, state="done").doer == sq.wang
            case "returned":
                return_node(node_id=check.pk, reason="材料不齐", **by(sq.wang))
            case "closed":
                cancel_case(
                    case_id=case.pk, reason="重复立案", approval_id=1, name="user:1", at=time.now(), key=key()
                )
        assert [state for state, _day in disputes(case)] == ["met"]
        assert not Task.objects.filter(node=check, state="refused").exists()
        if way == "done":
            void_act(
                case_id=case.pk, event_id=done.pk, reason="误办", approval_id=1, name="user:1",
                at=time.now(), key=key(),
            )  # fmt: skip
            assert node(case, "filing_check").state == "open"
            assert [state for state, _day in disputes(case)] == ["met"], (
                "nobody has it in hand to quarrel about"
            )
    replays(case)


def test_an_accepted_hand_over_moves_the_node(sq: Sq) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    claim_node(node_id=check.pk, **by(sq.wang))
    offer_node(node_id=check.pk, to=sq.zhao, reason="外出培训", **by(sq.wang))
    with pytest.raises(WrongState, match="没有等您接收"):
        accept_node(node_id=check.pk, **by(sq.wang))
    accept_node(node_id=check.pk, **by(sq.zhao))
    states = dict(Task.objects.filter(node=check).values_list("doer_id", "state"))
    assert states == {sq.wang.pk: "passed", sq.zhao.pk: "held"}
    with pytest.raises(NotAllowed):
        complete(case, "filing_check", sq.wang, on=DAY)
    replays(case)


def test_what_the_handler_does_is_no_longer_in_anybodys_hands(sq: Sq) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    claim_node(node_id=check.pk, **by(sq.wang))
    offer_node(node_id=check.pk, to=sq.zhao, reason="外出培训", **by(sq.wang))
    complete(case, "filing_check", sq.home.handler, on=DAY)
    assert set(Task.objects.filter(node=check).values_list("state", flat=True)) == {"lapsed"}
    replays(case)


def test_a_claimed_node_is_completed_only_as_it_was_seen(sq: Sq) -> None:
    check = node(sq.assigned(), "filing_check")
    claim_node(node_id=check.pk, **by(sq.wang))
    with pytest.raises(Conflict):
        complete_node(node_id=check.pk, seen_version=check.version - 1, values={"on": DAY}, **by(sq.wang))


def noticed(sq: Sq) -> Case:
    """A case whose notice the group has sent, so that consumption may be limited."""
    case = sq.assigned()
    complete(
        case,
        "enforcement_notice",
        sq.wang,
        sent_on=DAY,
        channel="electronic",
        platform_ref="E1",
        with_report_order=True,
    )
    return case


LIMIT = {"on": DAY, "ground": "未履行"}


@pytest.mark.req("SQ-05")
def test_what_is_not_the_groups_own_is_done_on_instruction_only(sq: Sq) -> None:
    with time.travel(f"{DAY} 11:00"):
        case = noticed(sq)
        consumption = node(case, "consumption_limit")
        with pytest.raises(WrongState) as refused:
            complete(case, "consumption_limit", sq.home.clerk, **LIMIT)
        assert refused.value.code == "SQ-G-TASK-01"
        assert node(case, "consumption_limit").version == consumption.version, "nothing is written"
        give_sheet(
            node_id=consumption.pk, doer=sq.home.clerk, words="今天发出限制消费令", **by(sq.home.leader)
        )
        done = complete(case, "consumption_limit", sq.home.clerk, **LIMIT)
    assert done.data["task"]["by"] == sq.home.leader.pk
    replays(case)


@pytest.mark.req("SQ-05")
def test_handed_on_by_a_colleague_is_no_instruction_and_by_the_handler_it_is(sq: Sq) -> None:
    other = person(sq.home.court, "assistant", unit=sq.home.team, post="clerk", name="钱助理")
    with time.travel(f"{DAY} 11:00"):
        case = noticed(sq)
        waiting = node(case, "consumption_limit")
        give_sheet(node_id=waiting.pk, doer=sq.home.clerk, words="发出限制消费令", **by(sq.home.leader))
        offer_node(node_id=waiting.pk, to=other, reason="请假", **by(sq.home.clerk))
        accept_node(node_id=waiting.pk, **by(other))
        with pytest.raises(WrongState) as refused:
            complete(case, "consumption_limit", other, **LIMIT)
        assert refused.value.code == "SQ-G-TASK-01"
        give_sheet(node_id=waiting.pk, doer=sq.home.handler, words="由你处理", **by(sq.home.leader))
        offer_node(node_id=waiting.pk, to=other, reason="请代办", **by(sq.home.handler))
        accept_node(node_id=waiting.pk, **by(other))
        complete(case, "consumption_limit", other, **LIMIT)


def inbox(user: User) -> list[tuple[str, str, str]]:
    rows = Message.objects.filter(to_user_id=user.pk, channel="in_app", topic__in=("任务单", "事项移交"))
    return list(rows.order_by("pk").values_list("topic", "text", "state"))


@pytest.mark.req("SQ-05")
def test_who_is_given_or_offered_an_item_reads_of_it_once(sq: Sq) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    click = by(sq.home.leader)
    for _again in range(2):
        give_sheet(node_id=check.pk, doer=sq.wang, words="今天核对", **click)
    offer_node(node_id=check.pk, to=sq.zhao, reason="外出培训", **by(sq.wang))
    assert inbox(sq.wang) == [
        ("任务单", f"吴队长给您下达任务单：{case.number}“立案信息核对”，今天核对", "delivered")
    ]
    assert inbox(sq.zhao) == [
        ("事项移交", f"王集约向您移交{case.number}“立案信息核对”，请接收或者拒绝：外出培训", "delivered")
    ]


def test_what_one_takes_oneself_is_not_told(sq: Sq) -> None:
    check = node(sq.assigned(), "filing_check")
    claim_node(node_id=check.pk, **by(sq.wang))
    assert inbox(sq.wang) == []

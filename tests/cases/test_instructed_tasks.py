"""Work on instruction and its sheets, who may be handler, the tasks of filing and their corrections."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from cases.actions.assigning import assign_case
from cases.actions.correcting import Correction, correct_filing
from cases.actions.tasks import (
    claim_node,
    give_sheet,
)
from cases.models import Case, Node, Task
from courts.actions.organising import leave_unit
from courts.models import User
from deadlines.models import Deadline
from events.models import Event
from kernel import time
from kernel.errors import BadInput, NotAllowed, WrongState
from tests.cases.test_tasks import DAY, Sq, by, replays
from tests.factories.cases import assigned, complete, filed, filing, house, key, node
from tests.factories.courts import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def sq() -> Sq:
    return Sq()


@pytest.mark.req("SQ-05")
def test_instructed_done_and_kept_for_ever(sq: Sq) -> None:
    case = sq.assigned()
    freeze = node(case, "network_analysis")
    with time.travel("2024-04-29 10:00"):
        given = give_sheet(node_id=freeze.pk, doer=sq.wang, words="核对反馈并登记冻结", **by(sq.home.leader))
        assert given.data["by"] == sq.home.leader.pk
    with time.travel("2024-04-29 15:30"):
        done = complete(
            case,
            "network_analysis",
            User.objects.get(pk=sq.wang.pk),
            on="2024-04-29",
            result="无可冻结财产",
            nothing_to_freeze=True,
        )
    assert done.actor == sq.wang.actor
    assert time.local(done.at).isoformat()[:16] == "2024-04-29T15:30"
    assert done.data["task"] == {
        "doer": sq.wang.pk,
        "unit": sq.affairs.pk,
        "by": sq.home.leader.pk,
        "words": "核对反馈并登记冻结",
    }
    for statement in ("UPDATE events_event SET actor = 'user:1'", "DELETE FROM events_event"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{statement} WHERE id = %s", [done.pk])
    assert Deadline.objects.get(case_id=case.pk, rule_id="SQ-D-04").state == "met"


@pytest.mark.req("SQ-05")
def test_the_unit_of_the_day_stays_after_the_doer_has_moved(sq: Sq) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    with time.travel("2024-04-28 10:00"):
        claim_node(node_id=check.pk, **by(sq.wang))
        done = complete(case, "filing_check", User.objects.get(pk=sq.wang.pk), on="2024-04-28")
    leave_unit(
        membership=sq.wang.memberships.get(), until=dt.date(2024, 5, 31), actor="system:test", at=time.now()
    )
    assert Task.objects.get(node=check).unit == sq.affairs
    assert Event.objects.get(pk=done.pk).data["task"]["unit"] == sq.affairs.pk, "for ever, in the log"


@pytest.mark.req("LY-21")
def test_a_quota_judge_assigns_work_items_and_a_clerk_does_not() -> None:
    home = house(packs=("LY-2021",))
    case = assigned(home, filing("2024-04-26"))
    notice = node(case, "enforcement_notice")
    given = {"node_id": notice.pk, "doer": home.clerk, "words": "今天发出执行通知书"}
    with pytest.raises(NotAllowed, match="没有分派工作事项的权限"):
        give_sheet(**given, **by(home.clerk))
    posted = person(home.court, "team_leader", unit=home.team, post="clerk")
    with pytest.raises(WrongState) as refused:
        give_sheet(**given, **by(posted))
    assert refused.value.code == "LY-G-JUDGE-02"
    assert not Task.objects.exists()
    give_sheet(**given, **by(home.handler))
    sheet = Task.objects.get(node=notice)
    assert (sheet.doer, sheet.by, sheet.way, sheet.state) == (home.clerk, home.handler, "sheet", "held")


@pytest.mark.req("LY-21")
def test_a_sheet_needs_words_and_a_colleague_who_can_see_the_case() -> None:
    home = house(packs=("LY-2021",))
    case = assigned(home, filing("2024-04-26"))
    notice = node(case, "enforcement_notice")
    with pytest.raises(BadInput, match="没有写明要办什么"):
        give_sheet(node_id=notice.pk, doer=home.clerk, words=" ", **by(home.handler))
    stranger = person(home.court, "assistant", post="clerk")
    with pytest.raises(BadInput, match="看不到本案"):
        give_sheet(node_id=notice.pk, doer=stranger, words="发出", **by(home.handler))
    elsewhere = person(house().court, "assistant")
    with pytest.raises(BadInput, match="不是本院在岗人员"):
        give_sheet(node_id=notice.pk, doer=elsewhere, words="发出", **by(home.handler))


@pytest.mark.req("LY-22")
def test_only_a_quota_judge_is_handler() -> None:
    home = house(packs=("LY-2021",))
    case = filed(home, filing("2024-04-26"))
    assistant = person(home.court, "handler", unit=home.team, post="judge_assistant")
    with pytest.raises(WrongState) as refused:
        assign_case(
            case_id=case.pk, owner=assistant, team=home.team, actor=home.centre, at=time.now(), key=key()
        )
    assert refused.value.code == "LY-G-JUDGE-01"
    assign_case(
        case_id=case.pk, owner=home.handler, team=home.team, actor=home.centre, at=time.now(), key=key()
    )


@pytest.mark.req("SQ-07")
def test_on_site_filing_opens_a_reception_task_at_once(sq: Sq) -> None:
    case = sq.filed(channel="window")
    reception = node(case, "first_reception")
    assert (reception.group, reception.opened_on.isoformat()) == ("affairs_group", DAY)
    event = Event.objects.get(stream=case.about, kind="case.filed")
    images = [row for row in event.data["rows"] if row[0] == "cases.node" and row[1] == reception.pk]
    assert images[0][2]["group"] == "affairs_group", "opened by the filing itself"
    assert not Deadline.objects.filter(case_id=case.pk, rule_id="SQ-D-02").exists(), "same visit, no number"


@pytest.mark.req("SQ-08")
def test_online_filing_has_five_workdays_for_the_appointment_and_record(sq: Sq) -> None:
    case = sq.filed(channel="online")
    assert node(case, "first_reception").group == "affairs_group"
    assert Deadline.objects.get(case_id=case.pk, rule_id="SQ-D-02").due_on == dt.date(2024, 5, 7)
    with time.travel("2024-05-06 10:00"):
        complete(
            case,
            "first_reception",
            sq.wang,
            on="2024-05-06",
            invited_on="2024-04-29",
            record="已约见并制作笔录",
        )
    assert Deadline.objects.get(case_id=case.pk, rule_id="SQ-D-02").state == "met"


@pytest.mark.req("SQ-10")
def test_a_wrong_amount_opens_a_correction_for_the_filing_staff(sq: Sq) -> None:
    case = sq.filed()
    assert Deadline.objects.get(case_id=case.pk, rule_id="SQ-D-01").due_on == dt.date(2024, 5, 7)
    right = dict.fromkeys(("parties", "claim_kind", "basis_number", "basis_content"), "right")
    with time.travel("2024-04-28 10:00"):
        with pytest.raises(BadInput) as missing:
            complete(case, "filing_check", sq.wang, on="2024-04-28", claim_amount="wrong", **right)
        assert missing.value.field == "errors"
        complete(
            case,
            "filing_check",
            sq.wang,
            on="2024-04-28",
            claim_amount="wrong",
            errors="金额应为 299,999 元",
            **right,
        )
        correction = node(case, "filing_correction")
        assert correction.group == "filing_clerk"
        claim_node(node_id=correction.pk, **by(sq.home.filing))
        right_amount = {case.claims.get().pk: Decimal("299999.00")}
        correct_filing(
            case_id=case.pk, correction=Correction("按判决书更正", claims=right_amount), on=dt.date(2024, 4, 28),
            seen_version=node(case, "filing_correction").version, **by(sq.home.filing),
        )  # fmt: skip
    assert Case.objects.get(pk=case.pk).claim_amount == Decimal("299999.00")
    assert Node.objects.get(case=case, kind="filing_correction").state == "done"
    assert Deadline.objects.get(case_id=case.pk, rule_id="SQ-D-01").state == "met"
    replays(case)


@pytest.mark.req("SQ-10")
def test_a_check_without_errors_opens_no_correction(sq: Sq) -> None:
    case = sq.filed()
    complete(case, "filing_check", sq.wang, on=DAY)
    assert not Node.objects.filter(case=case, kind="filing_correction").exists()

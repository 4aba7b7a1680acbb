"""集约事项: which items, in whose hands, under which figures, in how many queries; claiming and handing on by page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.actions.assigning import seal_case
from cases.actions.tasks import claim_node, give_sheet, offer_node, refuse_node
from cases.models import Case, Node, Task
from courts.models import User
from desk.selectors.central import Wanted, central
from desk.selectors.worklist import Asked, worklist
from kernel import time
from tests.cases.test_tasks import Sq, by
from tests.factories.cases import applicant, assigned, filing, key, node, respondent
from tests.factories.courts import person
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db
NOW = "2024-04-28 10:00"
PAGE = "/central"


@pytest.fixture
def sq() -> Sq:
    return Sq()


def seen(user: User, at: str = NOW, **asked):
    with time.travel(at):
        return central(user=User.objects.get(pk=user.pk), asked=Wanted(**asked), at=time.now())


def kinds(found) -> set[str]:
    return set(
        Node.objects.filter(pk__in=[line.node_id for line in found.lines]).values_list("kind", flat=True)
    )


def page_of(user: User, path: str = PAGE, at: str = NOW) -> str:
    with time.travel(at):
        return main(client_of(user).get(path))


def send(user: User, path: str, at: str = NOW, **fields):
    with time.travel(at):
        return client_of(user).post(path, {"act_key": key(), **fields}, follow=True)


def test_a_member_sees_the_queue_of_the_group_with_its_days(sq: Sq) -> None:
    sq.assigned(channel="online")
    found = seen(sq.wang)
    assert {"filing_check", "first_reception", "enforcement_notice", "triage"} <= kinds(found)
    assert {line.group for line in found.lines} == {"affairs_group"}
    assert found.figures.free == found.figures.open == len(found.lines)
    dated = [line.item.limit.on.isoformat() for line in found.lines if line.item.limit]
    assert dated == sorted(dated)
    assert all(line.claimable for line in found.lines)
    late = seen(sq.wang, "2024-05-08 09:00")
    assert late.figures.overdue == sum(1 for day in dated if day < "2024-05-08") > 0


def test_other_groups_other_courts_and_sealed_cases_stay_out(sq: Sq) -> None:
    case = sq.assigned()
    dispatch = person(sq.home.court, unit=sq.unit("dispatch_group"), post="clerk")
    assert seen(dispatch).lines == []
    assert seen(Sq().wang).lines == []
    seal_case(case_id=case.pk, sealed=True, reason="国家秘密", **by(sq.home.centre))
    assert seen(sq.wang).lines == []


def test_the_handler_follows_what_groups_do_in_own_cases_and_does_not_claim(sq: Sq) -> None:
    sq.assigned()
    found = seen(sq.home.handler)
    assert "filing_check" in kinds(found)
    assert not any(line.claimable for line in found.lines)


def test_the_centre_oversees_every_queue(sq: Sq) -> None:
    sq.assigned()
    found = seen(sq.home.centre)
    assert {"affairs_group", "filing_clerk"} <= set(found.by_group)
    assert found.names["affairs_group"] == "事务集约组"
    only = seen(sq.home.centre, group="filing_clerk")
    assert {line.group for line in only.lines} == {"filing_clerk"}
    assert only.figures.open == len(only.lines)


def test_the_views_follow_the_hands(sq: Sq) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    with time.travel(NOW):
        claim_node(node_id=check.pk, **by(sq.wang))
        offer_node(node_id=check.pk, to=sq.zhao, reason="外出培训", **by(sq.wang))
    assert check.pk not in [line.node_id for line in seen(sq.wang, view="free").lines]
    assert [line.node_id for line in seen(sq.wang, view="mine").lines] == [check.pk]
    assert [line.node_id for line in seen(sq.zhao, view="offered").lines] == [check.pk]
    assert seen(sq.zhao).figures.offered == 1
    with time.travel(NOW):
        refuse_node(node_id=check.pk, reason="本周已满", **by(sq.zhao))
    disputed = seen(sq.home.centre, view="disputed")
    assert [line.hands.refused.answer for line in disputed.lines] == ["本周已满"]
    with time.travel(NOW):
        give_sheet(node_id=check.pk, doer=sq.zhao, words="由你办", **by(sq.home.director))
    assert seen(sq.home.centre).figures.disputed == 0


@pytest.mark.req("SQ-55")
def test_the_talks_are_recorded_on_the_sheet_by_the_one_who_has_the_node(sq: Sq) -> None:
    case = sq.assigned()
    check = node(case, "filing_check")
    path = reverse("desk:central_task", args=[check.pk])
    with time.travel(NOW):
        claim_node(node_id=check.pk, **by(sq.wang))
        assert "协商结果" not in page_of(sq.wang, path)
        offer_node(node_id=check.pk, to=sq.zhao, reason="外出培训", **by(sq.wang))
        refuse_node(node_id=check.pk, reason="本周已满", **by(sq.zhao))
        assert "赵集约拒收：本周已满" in page_of(sq.wang, path)
        assert "协商结果" not in page_of(sq.zhao, path), "neither holder nor leader"
        answer = send(sq.wang, path, act="settle", reason="")
        assert "请写明协商结果" in answer.content.decode()
        send(sq.wang, path, act="settle", reason="双方同意仍由我办")
        assert seen(sq.home.centre).figures.disputed == 0
        assert "协商结果" not in page_of(sq.wang, path)
    assert Task.objects.get(node=check, state="held").doer == sq.wang


def test_the_list_is_paged_by_key(sq: Sq, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.selectors.central.SIZE", 4)
    for _ in range(2):
        sq.assigned()
    whole, after = [], ""
    for _ in range(20):
        found = seen(sq.wang, after=after)
        whole += [line.node_id for line in found.lines]
        after = found.next
        if not after:
            break
    assert len(whole) == len(set(whole)) == found.figures.open
    back = seen(sq.wang, before=found.prev)
    assert [line.node_id for line in back.lines] == whole[-len(found.lines) - 4 : -len(found.lines)]


def test_the_number_of_queries_does_not_grow(sq: Sq) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen_queries:
            seen(sq.wang)
        return len(seen_queries)

    sq.assigned()
    queries()
    few = queries()
    for _ in range(3):
        case = sq.assigned()
        with time.travel(NOW):
            claim_node(node_id=node(case, "filing_check").pk, **by(sq.wang))
    assert queries() == few
    assert few <= 14


def test_claimed_by_its_button_and_many_by_ticking(sq: Sq) -> None:
    one, two, three = (node(sq.assigned(), "filing_check") for _ in range(3))
    html = page_of(sq.wang)
    assert "领办所选" in html
    assert "归口" not in html
    send(sq.wang, "/central/claim", one=str(one.pk))
    assert Task.objects.get().node_id == one.pk
    answer = send(sq.zhao, "/central/claim", selected=[str(n.pk) for n in (one, two, three)])
    text = answer.content.decode()
    assert "已领办 2 项" in text
    assert "已由王集约领办" in text
    assert set(Task.objects.filter(doer=sq.zhao).values_list("node_id", flat=True)) == {two.pk, three.pk}
    assert "没有勾选事项" in send(sq.zhao, "/central/claim").content.decode()


def test_handed_over_refused_and_returned_on_the_sheet(sq: Sq) -> None:
    check = node(sq.assigned(), "filing_check")
    path = reverse("desk:central_task", args=[check.pk])
    send(sq.wang, path, act="claim")
    assert "请写明移交理由" in send(sq.wang, path, act="offer", doer=sq.zhao.pk).content.decode()
    send(sq.wang, path, act="offer", doer=sq.zhao.pk, reason="外出培训")
    assert "待赵集约接收" in page_of(sq.home.centre, path)
    send(sq.zhao, path, act="refuse", reason="本周已满")
    assert "赵集约拒收：本周已满" in page_of(sq.wang, path)
    send(sq.wang, path, act="return", reason="材料不齐")
    html = page_of(sq.wang, path)
    assert "材料不齐" in html
    assert "待领办" in html
    assert not Task.objects.live().exists()


@pytest.mark.req("LY-21")
def test_a_judge_gives_a_sheet_and_the_clerk_finds_it(sq: Sq) -> None:
    case = sq.assigned()
    visit = node(case, "onsite_investigation")
    path = reverse("desk:central_task", args=[visit.pk])
    html = page_of(sq.home.handler, path)
    assert "分派任务单" in html
    assert "分派任务单" not in page_of(sq.home.clerk, path)
    send(sq.home.clerk, path, act="sheet", doer=sq.home.clerk.pk, words="我自己办")
    assert not Task.objects.exists()
    send(sq.home.handler, path, act="sheet", doer=sq.home.clerk.pk, words="周五前去住所调查")
    assert Task.objects.get().by == sq.home.handler
    assert [line.node_id for line in seen(sq.home.clerk, view="mine").lines] == [visit.pk]
    assert "周五前去住所调查" in page_of(sq.home.clerk, path)


def test_moved_to_another_group_or_refused_by_the_pack(sq: Sq) -> None:
    check = node(sq.assigned(), "filing_check")
    path = reverse("desk:central_task", args=[check.pk])
    answer = send(sq.home.leader, path, act="move", group="file_group", reason="忙不过来")
    assert "SQ-G-ITEM-01" in answer.content.decode()
    check.refresh_from_db()
    assert check.group == "affairs_group"


def test_what_one_may_not_see_is_404(sq: Sq, client: Client) -> None:
    check = node(sq.assigned(), "filing_check")
    stranger = Sq().wang
    assert client_of(stranger).get(reverse("desk:central_task", args=[check.pk])).status_code == 404


def test_nothing_there_says_where_things_come_from(sq: Sq) -> None:
    assert "没有集约事项" in page_of(sq.wang)
    sq.assigned()
    assert "没有符合条件的事项" in page_of(sq.wang, f"{PAGE}?q=查无此人")


def test_text_finds_by_party(sq: Sq) -> None:
    with time.travel("2024-04-26 09:30"):
        found_case: Case = assigned(sq.home, filing("2024-04-26", applicant("王五"), respondent("赵六")))
    sq.assigned()
    found = seen(sq.wang, text="赵六")
    assert {line.item.case_id for line in found.lines} == {found_case.pk}


def test_the_worklist_shows_what_one_has_in_hand_and_only_that(sq: Sq) -> None:
    case, other = sq.assigned(), sq.assigned()
    check = node(case, "filing_check")

    def mine(user: User) -> set[tuple[int, str]]:
        with time.travel(NOW):
            found = worklist(user=User.objects.get(pk=user.pk), asked=Asked(), at=time.now())
        return {(item.case_id, item.title) for item in found.items}

    assert mine(sq.wang) == set()
    with time.travel(NOW):
        claim_node(node_id=check.pk, **by(sq.wang))
        give_sheet(
            node_id=node(other, "onsite_investigation").pk, doer=sq.wang, words="去调查", **by(sq.home.leader)
        )
    assert mine(sq.wang) == {(case.pk, "立案信息核对"), (other.pk, "现场调查")}
    assert mine(sq.zhao) == set()

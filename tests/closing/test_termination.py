"""终本: the interview in time and before the ruling, the leader's own eyes, no property left."""

import datetime as dt

import pytest

from cases.actions.holding import suspend_case
from cases.book import pin
from cases.models import Case
from closing.actions.closing import archive_case, close_case, request_termination, review_termination
from closing.models import TerminationReview
from courts.actions.packs import release_pack
from deadlines.models import Deadline
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, WrongState
from regimes.packs import parse_pack
from tests.factories.cases import House, assigned, complete, filing, house, key
from tests.walks.stage import feedback, on
from tests.walks.test_e2e_02 import enquiries, hold_interview

pytestmark = pytest.mark.django_db
D = dt.date
TERMINATION = "terminated_this_procedure"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    """Filed 2023-01-09 under a pack that is in force later: filed 2023-03-01, everything investigated by 2023-04-20."""
    with on("2023-03-01 09:30"):
        made = assigned(home, filing("2023-03-01"))
    with on("2023-03-03"):
        complete(
            made,
            "enforcement_notice",
            home.handler,
            channel="electronic",
            sent_on="2023-03-03",
            platform_ref="E",
            with_report_order=True,
        )
        complete(made, "network_query_start", home.handler, on="2023-03-03", scope="national")
        feedback(home, made, "2023-03-03")
        visit = {
            "on": "2023-03-03",
            "returned_on": "2023-03-03",
            "place": "某村",
            "place_kind": "village",
            "full_recording": True,
        }
        complete(made, "onsite_investigation", home.handler, **visit)
        enquiries(home, made, "李四")
    with on("2023-04-20"):
        complete(
            made, "investigation_summary", home.handler, on="2023-04-20", outcome="none", remark="无财产"
        )
    return made


def request(home: House, case: Case, on_day: str) -> TerminationReview:
    request_termination(
        case_id=case.pk, on=D.fromisoformat(on_day), actor=home.handler, at=time.now(), key=key()
    )
    return TerminationReview.objects.get(case=case, result="pending")


def review(review_row: TerminationReview, actor: object, *, passed: bool = True, defects: str = "") -> None:
    review_termination(
        review_id=review_row.pk,
        passed=passed,
        defects=defects,
        on=time.today(),
        actor=actor,
        at=time.now(),
        key=key(),
    )


def close(home: House, case: Case, on_day: str) -> None:
    close_case(
        case_id=case.pk,
        closing_type=TERMINATION,
        on=D.fromisoformat(on_day),
        ground="",
        actor=home.handler,
        at=time.now(),
        key=key(),
    )


@pytest.mark.req("JZ-41")
def test_interview_within_ten_working_days(home: House, case: Case) -> None:
    clock = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-09")
    assert clock.due_on == D(2023, 5, 6)
    with on("2023-05-06"):
        hold_interview(home, case)
    clock.refresh_from_db()
    assert clock.state == "met"


def test_a_late_interview_is_reported_and_not_reopened(home: House, case: Case) -> None:
    with on("2023-05-08"):
        hold_interview(home, case)
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-09").state == "met_late"


@pytest.mark.req("JZ-49")
def test_interview_must_precede_the_ruling(home: House, case: Case) -> None:
    with on("2023-06-12"):
        with pytest.raises(WrongState, match="约谈"):
            request(home, case, "2023-06-12")
        hold_interview(home, case)
        row = request(home, case, "2023-06-12")
        review(row, home.reviewer)
        with pytest.raises(WrongState, match="JZ-G-TERM-02"):
            close(home, case, "2023-06-09")
        close(home, case, "2023-06-12")
    case.refresh_from_db()
    assert case.state == "closed"


def test_nobody_reviews_their_own_request_and_a_return_says_why(home: House, case: Case) -> None:
    with on("2023-06-12"):
        hold_interview(home, case)
        row = request(home, case, "2023-06-12")
        with pytest.raises(NotAllowed):
            review(row, home.handler)
        with pytest.raises(BadInput, match="写明问题"):
            review(row, home.reviewer, passed=False)
        review(row, home.reviewer, passed=False, defects="缺村委会笔录签名")
        with pytest.raises(Conflict):
            review(row, home.reviewer)
        with pytest.raises(WrongState, match="JZ-G-TERM-02"):
            close(home, case, "2023-06-12")


def test_closing_ends_the_nodes_and_archiving_follows(home: House, case: Case) -> None:
    with on("2023-06-12"):
        hold_interview(home, case)
        review(request(home, case, "2023-06-12"), home.reviewer)
        with pytest.raises(WrongState, match="没有结案"):
            archive_case(
                case_id=case.pk, on=D(2023, 6, 12), volumes="1", actor=home.handler, at=time.now(), key=key()
            )
        close(home, case, "2023-06-12")
        assert set(case.nodes.filter(state="open").values_list("kind", flat=True)) <= {
            "archive",
            "payee_registration",
        }
        archive_case(
            case_id=case.pk,
            on=D(2023, 6, 12),
            volumes="正卷一册",
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    case.refresh_from_db()
    assert (case.state, case.archived_on) == ("archived", D(2023, 6, 12))
    pool = Deadline.objects.get(case_id=case.pk, rule_id="BASE-D-66")
    assert (pool.state, pool.due_on) == ("running", D(2023, 12, 12)), "the pool of 终本 cases is asked on"


def test_a_suspended_case_is_not_closed(home: House, case: Case) -> None:
    with on("2023-04-21"):
        suspend_case(
            case_id=case.pk, ground="中止1号", on=D(2023, 4, 21), actor=home.handler, at=time.now(), key=key()
        )
        with pytest.raises(WrongState, match="中止执行期间不能结案"):
            close_case(
                case_id=case.pk,
                closing_type="terminated",
                on=D(2023, 4, 21),
                ground="撤回申请",
                actor=home.handler,
                at=time.now(),
                key=key(),
            )


BY_PRESIDENT = """
pack: TR-2023
version: 1
title: 终本卷宗把关
court: 某法院
document: 某院发〔2023〕3号
effective:
  from: 2023-01-01
approvals:
  - {id: TR-AP-01, article: 一, statement: 终本卷宗由院长审核。, matter: termination_review, chain: [president]}
"""


def test_where_the_rules_name_another_leader_the_file_goes_to_that_one(case: Case, home: House) -> None:
    """JZ-AP-04 names 指定局领导; a court that names its president is looked at by the president and nobody else."""
    other = house(packs=("JZ-2023", "TR-2023"))
    pack = parse_pack(BY_PRESIDENT, "TR-2023/1.yaml")
    release_pack(pack=pack, text=pack.text, at=time.now(), actor=other.director.actor)
    with on("2023-05-06"):
        hold_interview(home, case)
        row = request(home, case, "2023-05-06")
        with pytest.raises(NotAllowed, match="指定局领导"):
            review(row, home.president)
        Case.objects.filter(pk=case.pk).update(packs=pin(other.court.pk, D(2023, 5, 6)))
        with pytest.raises(NotAllowed, match="院长"):
            review(row, home.reviewer)
        review(row, home.president)
    row.refresh_from_db()
    assert row.result == "passed"

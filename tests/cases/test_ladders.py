"""审批层级: chain, amounts and grounds from the packs; what an approval makes true; deferral of a payout (LY-20)."""

from __future__ import annotations

import datetime as dt

import pytest

from approvals.actions.requests import assent, refuse, withdraw
from approvals.models import Request
from cases.actions.asking import ask_approval
from cases.actions.holds import release_hold, set_hold
from cases.actions.money import approve_payout, draft_payout, send_payout
from cases.models import Case, Fact, Hold
from cases.snapshot import lock_case
from courts.actions.packs import release_pack
from courts.models import User
from deadlines.models import Deadline
from funds.models import Payout, Receipt
from kernel import time
from kernel.errors import BadInput, NotAllowed, WrongState
from regimes.book import Pinned, RuleBook
from regimes.packs import parse_pack
from tests.factories.cases import House, assigned, filing, house, key, proof
from tests.factories.courts import person
from tests.walks.stage import due, money, on, payee

pytestmark = pytest.mark.django_db
D = dt.date
LEVELS = """
pack: LV-2023
version: 1
title: 发放审批层级
court: 某法院
document: 某院发〔2023〕1号
effective:
  from: 2023-01-01
approvals:
  - {id: LV-AP-01, article: 一, statement: 五万元以下由团队长批准。, matter: payout, chain: [team_leader], if: fund_amount <= 50000}
  - {id: LV-AP-03, article: 二, statement: 罚款一万元以下由局长批准。, matter: coercive_measure, chain: [bureau_director], if: measure_kind == fine and fine_amount <= 10000, sets: [measure_approved]}
  - {id: LV-AP-04, article: 二, statement: 拘留五日以下由局长批准。, matter: coercive_measure, chain: [bureau_director], if: measure_kind == detention and detention_days <= 5, sets: [measure_approved]}
  - {id: LV-AP-05, article: 二, statement: 其他的由院长批准。, matter: coercive_measure, chain: [bureau_director, president], sets: [measure_approved]}
  - {id: LV-AP-02, article: 一, statement: 五万元以上逐级报批。, matter: payout, chain: [team_leader, bureau_director, president], if: fund_amount > 50000}
"""


def ask(home: House, case: Case, matter: str, facts: dict, **more) -> Request:
    given = {"ground": "写明的理由", "actor": home.handler, "at": time.now(), "key": key(), **more}
    return ask_approval(case_id=case.pk, matter=matter, facts=facts, **given)


def say_yes(request: Request, *people: User) -> None:
    for one in people:
        assent(request_id=request.pk, actor=one, at=time.now(), key=key())


@pytest.mark.req("SQ-36")
def test_an_extension_needs_a_ground_its_proof_and_the_whole_ladder_up_to_the_president() -> None:
    home = house(packs=("SQ-2022",))
    vice = person(home.court, "vice_president", name="韩副院")
    with on("2024-04-26 09:30"):
        case = assigned(home, filing("2024-04-26", facts={"case_class": "ordinary"}))
    facts = {"rule": "SQ-D-08", "days": 30}
    with on("2024-07-03"):
        with pytest.raises(WrongState) as refused:
            ask(home, case, "extension", facts)
        assert refused.value.code == "SQ-G-EXT-01", "no statutory ground"
        with pytest.raises(BadInput) as wrong:
            ask(home, case, "extension", {**facts, "code": "public_notice"})
        assert wrong.value.field == "files"
        request = ask(
            home, case, "extension", {**facts, "code": "public_notice"}, files=proof(case, home.handler)
        )
        assert request.chain == ["team_leader", "bureau_director", "vice_president", "president"]
        with pytest.raises(NotAllowed):
            say_yes(request, home.president)
        say_yes(request, home.leader, home.director, vice)
    assert due(case, "SQ-D-08") == "2024-10-28", "unchanged until the last has assented"
    with on("2024-07-04"):
        say_yes(request, home.president)
    assert due(case, "SQ-D-08") == "2024-11-25", "30 days on the raw end 10-26, a Saturday; then no roll"


@pytest.mark.req("SQ-36")
def test_refused_or_withdrawn_nothing_moves() -> None:
    home = house(packs=("SQ-2022",))
    with on("2024-04-26 09:30"):
        case = assigned(home, filing("2024-04-26", facts={"case_class": "ordinary"}))
    facts = {"kind": "public_notice", "first": "2024-07-03", "last": "2024-08-01", "rules": ["SQ-D-08"]}
    with on("2024-07-03"):
        files = proof(case, home.handler)
        first, second = (ask(home, case, "deduction", facts, files=files) for _ in range(2))
        assert first.chain == ["team_leader", "bureau_director", "vice_president"]
        with pytest.raises(BadInput):
            refuse(request_id=first.pk, actor=home.leader, at=time.now(), key=key(), words=" ")
        refuse(request_id=first.pk, actor=home.leader, at=time.now(), key=key(), words="公告未发布")
        withdraw(request_id=second.pk, actor=home.handler, at=time.now(), key=key())
    assert due(case, "SQ-D-08") == "2024-10-28"
    assert not Hold.objects.exists()


@pytest.mark.req("LY-20")
def test_a_payout_rests_only_once_approved_and_is_due_ten_days_after_the_reason_ended() -> None:
    home = house(packs=("LY-2021",))
    vice = person(home.court, "vice_president", name="韩副院")
    with on("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
    with on("2023-05-10"):
        money(home, case, "30000.00", "S1")
    receipt = case.subjects.get(kind="receipt").pk
    assert due(case, "LY-D-09") == "2023-06-09"
    with on("2023-05-12"):
        with pytest.raises(WrongState) as refused:
            set_hold(
                case_id=case.pk, rule_id="BASE-H-08", subject_id=receipt, document="无审批", ground="想停",
                on=D(2023, 5, 12), actor=home.handler, at=time.now(), key=key(),
            )  # fmt: skip
        assert refused.value.code == "LY-G-FUND-01"
        facts = {"subject": receipt, "code": "other_statutory"}
        request = ask(home, case, "defer_payout", facts, files=proof(case, home.handler))
        assert request.chain == ["bureau_director", "vice_president"]
        say_yes(request, home.director)
    assert due(case, "LY-D-09") == "2023-06-09", "not approved, not paused"
    with on("2023-05-15"):
        say_yes(request, vice)
    assert due(case, "LY-D-09") == "suspended"
    # Approved, the thirty days of the national rule ask for nothing more; the ten days behind the reason do.
    assert Deadline.objects.get(case_id=case.pk, rule_id="BASE-D-67", subject_id=receipt).state == "met"
    hold = Hold.objects.get(case=case)
    with on("2023-06-13"):
        release_hold(
            case_id=case.pk, hold_id=hold.pk, on=D(2023, 6, 13), outcome="cause_gone", actor=home.handler,
            at=time.now(), key=key(),
        )  # fmt: skip
    assert due(case, "LY-D-10") == "2023-06-25"
    assert Deadline.objects.get(case_id=case.pk, rule_id="LY-D-09").state == "running"
    # The tenth day above is a holiday, so that nine and eleven days would end on the same day; this one is a Friday.
    with on("2023-06-20 09:00"):
        money(home, case, "20000.00", "S2")
    second = case.subjects.filter(kind="receipt").exclude(pk=receipt).get().pk
    with on("2023-06-20"):
        again = ask(home, case, "defer_payout", {**facts, "subject": second}, files=proof(case, home.handler))
        say_yes(again, home.director, vice)
    with on("2023-07-11"):
        release_hold(
            case_id=case.pk, hold_id=Hold.objects.get(case=case, last=None).pk, on=D(2023, 7, 11), outcome="cause_gone",
            actor=home.handler, at=time.now(), key=key(),
        )  # fmt: skip
    clock = Deadline.objects.get(case_id=case.pk, rule_id="LY-D-10", subject_id=second)
    assert clock.due_on == D(2023, 7, 21)


def test_what_an_approval_makes_true_is_noted_on_its_subject() -> None:
    home = house(packs=("LY-2021",))
    vice = person(home.court, "vice_president", name="韩副院")
    with on("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
        root = case.subjects.get(kind="case").pk
        request = ask(home, case, "commission_valuation", {"subject": root})
        assert request.chain == ["vice_president"]
    assert not Fact.objects.filter(case=case, key="president_in_charge_approved").exists()
    with on("2023-04-25"):
        say_yes(request, vice)
    assert Fact.objects.get(case=case, key="president_in_charge_approved").value is True
    with on("2023-04-25"), pytest.raises(BadInput) as wrong:
        ask(home, case, "no_such_matter", {})
    assert wrong.value.field == "matter"


def test_levels_by_amount_are_data() -> None:
    home = house()
    with time.travel("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
        book = lock_case(case_id=case.pk).book
    levels = RuleBook([*book.pinned, Pinned(parse_pack(LEVELS, "levels.yaml"))])
    small, large = (levels.approval("payout", {"fund_amount": amount}) for amount in (50000, 50001))
    assert small
    assert small.chain == ("team_leader",)
    assert large
    assert large.chain == ("team_leader", "bureau_director", "president")
    assert levels.approval("payout", {}) is None, "an amount that is not known has no level"


def levelled() -> House:
    """A court that has added its levels to its documents."""
    home = house(packs=("JZ-2023", "LV-2023"))
    pack = parse_pack(LEVELS, "LV-2023/1.yaml")
    release_pack(pack=pack, text=pack.text, at=time.now(), actor=home.director.actor)
    return home


def drafted(home: House, case: Case, receipt: Receipt, account: int) -> Payout:
    return draft_payout(
        case_id=case.pk, receipt_id=receipt.pk, payee_id=account, amount=receipt.amount, communication_record=None,
        actor=home.clerk, at=time.now(), key=key(),
    )  # fmt: skip


def approved(case: Case, payout: Payout, person: User) -> str:
    approve_payout(case_id=case.pk, payout_id=payout.pk, actor=person, at=time.now(), key=key())
    payout.refresh_from_db()
    return payout.state


def test_a_payout_is_approved_by_the_roles_that_its_amount_calls_for_in_turn() -> None:
    home = levelled()
    with on("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24", amount="400000.00"))
        account = payee(home, case)
        small = money(home, case, "50000.00", "S1")
    with on("2023-04-25 09:30"):
        # Of another day: what arrives for a case on one day is added up, and the two would be a large one.
        large = money(home, case, "50000.01", "S2")
    with on("2023-04-25"):
        first = drafted(home, case, small, account)
        with pytest.raises(NotAllowed, match="团队长"):
            approved(case, first, home.director)
        assert approved(case, first, home.leader) == "approved"
        second = drafted(home, case, large, account)
        assert approved(case, second, home.leader) == "submitted"
        with pytest.raises(NotAllowed, match="执行局局长"):
            approved(case, second, home.president)
        assert approved(case, second, home.director) == "submitted"
        with pytest.raises(WrongState):
            send_payout(case_id=case.pk, payout_id=second.pk, actor=home.funds, at=time.now(), key=key())
        assert approved(case, second, home.president) == "approved"
    assert second.checker == home.president


def test_one_click_of_a_level_counts_once() -> None:
    home = levelled()
    with on("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24", amount="400000.00"))
        account, receipt = payee(home, case), money(home, case, "60000.00", "S1")
    with on("2023-04-25"):
        payout = drafted(home, case, receipt, account)
        click = key()
        for _again in range(2):
            approve_payout(case_id=case.pk, payout_id=payout.pk, actor=home.leader, at=time.now(), key=click)
        with pytest.raises(NotAllowed, match="执行局局长"):
            approved(case, payout, home.leader)


@pytest.mark.parametrize(
    ("values", "chain"),
    [
        ({"measure_kind": "fine", "fine_amount": "10000"}, ["bureau_director"]),
        ({"measure_kind": "fine", "fine_amount": "10001"}, ["bureau_director", "president"]),
        ({"measure_kind": "detention", "detention_days": 5}, ["bureau_director"]),
        ({"measure_kind": "detention", "detention_days": 6}, ["bureau_director", "president"]),
    ],
)
def test_fines_and_detention_go_to_the_level_of_their_amount_or_days(values: dict, chain: list[str]) -> None:
    home = levelled()
    with on("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
        assert ask(home, case, "coercive_measure", {"values": values}).chain == chain
        with pytest.raises(BadInput) as wrong:
            ask(home, case, "coercive_measure", {"values": {"measure_kind": values["measure_kind"]}})
        assert wrong.value.field in ("fine_amount", "detention_days")


SHORT = """
pack: SH-2023
version: 1
title: 本院期限审批
court: 某法院
document: 某院发〔2023〕2号
effective:
  from: 2023-01-01
approvals:
  - {id: SH-AP-01, article: 一, statement: 延长执行期限由局长批准。, matter: extend_case_limit, chain: [team_leader, bureau_director]}
"""


def test_a_court_whose_own_ladder_ends_below_the_president_extends_no_case_limit() -> None:
    """BASE-G-09: where the national ladder stands alone it reaches the president, and the same matter passes."""
    home, plain = house(packs=("SH-2023",)), house(packs=())
    pack = parse_pack(SHORT, "SH-2023/1.yaml")
    release_pack(pack=pack, text=pack.text, at=time.now(), actor=home.director.actor)
    facts = {"rule": "BASE-D-04", "days": 30, "code": "other_statutory"}
    with on("2023-04-24 09:30"):
        case, other = assigned(home, filing("2023-04-24")), assigned(plain, filing("2023-04-24"))
    with on("2023-08-01"):
        with pytest.raises(WrongState) as refused:
            ask(home, case, "extension", facts, files=proof(case, home.handler))
        assert refused.value.code == "BASE-G-09"
        request = ask(plain, other, "extension", facts, files=proof(other, plain.handler))
    assert request.chain == ["president"]
    assert not Request.objects.filter(about=case.about).exists()


def test_the_president_lets_a_stay_by_the_superior_court_last_longer() -> None:
    """BASE-AP-04: three months from 2023-05-10, thirty days more once approved, and not before."""
    home = house()
    with on("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
    with on("2023-05-10"):
        given = {
            "rule_id": "BASE-H-05",
            "subject_id": None,
            "document": "（2023）鄂执监1号",
            "on": time.today(),
        }
        set_hold(case_id=case.pk, ground="上级通知", **given, actor=home.handler, at=time.now(), key=key())
    assert due(case, "BASE-D-61") == "2023-08-10"
    with on("2023-08-01"):
        request = ask(home, case, "extension", {"rule": "BASE-D-61", "days": 30})
        assert (request.chain, request.facts["approval_rule"]) == (["president"], "BASE-AP-04")
        with pytest.raises(NotAllowed):
            say_yes(request, home.director)
        assert due(case, "BASE-D-61") == "2023-08-10"
        say_yes(request, home.president)
    assert due(case, "BASE-D-61") == "2023-09-09"

"""参与分配: shares by the law, days of each party, what is disputed kept back, books of several cases moved evenly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.models import Case
from closing.actions.distributing import (
    carry_out_plan,
    counter_objection,
    draft_plan,
    note_suit,
    notify_objection,
    object_to_plan,
    serve_plan,
)
from closing.distribution import Claimed, draft
from closing.models import DistributionPlan, PlanObjection
from documents.models import Paper
from events.log import history
from funds.audit import differences
from funds.models import Receipt, Transfer
from funds.selectors import money_of
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, WrongState
from supervision.replay import differences as unlike
from supervision.replay import replay, stored
from tests.factories.cases import House, applicant, assigned, filing, house, key
from tests.walks.stage import due, money, on

CLAIMS = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["costs", "preferred", "debt", "doubled"]), st.integers(0, 10**9), st.integers(0, 2)),
    min_size=1, max_size=12,
)  # fmt: skip


@given(fen=st.integers(1, 2 * 10**9), rows=CLAIMS)
@settings(max_examples=200, deadline=None)
def test_a_plan_adds_up_and_gives_nobody_more_than_his_claim(
    fen: int, rows: list[tuple[int, str, int, int]]
) -> None:
    """Sum = shares + surplus; no share above its claim; a lower rank gets nothing before a higher one is whole."""
    amount = Decimal(fen) / 100
    claims = [
        Claimed(who, f"债权人{who}", rank, Decimal(owed) / 100, order) for who, rank, owed, order in rows
    ]
    found = draft(amount, claims)
    assert sum(share.amount for share in found.shares) + found.surplus == amount
    assert all(0 <= share.amount <= share.claim.amount for share in found.shares)
    for paid in found.shares:
        for above in found.shares:
            if above.claim.rank < paid.claim.rank and paid.amount:
                assert above.rest == 0
    owed = sum(claim.amount for claim in claims)
    assert found.surplus == max(amount - owed, 0)


@pytest.fixture
def home(db: None) -> House:
    return house()


def two_cases(home: House) -> tuple[Case, Case, Receipt]:
    """The presiding case has 10,000.00; another creditor is owed 30,000.00 beside its own 60,000.00."""
    with on("2023-05-08"):
        first = assigned(home, filing("2023-05-08", amount="60000.00"))
        second = assigned(
            home, filing("2023-05-08", applicant("王五"), *filing("2023-05-08").parties[1:], amount="30000.00",
                         basis="（2022）鄂9901民初99号民事判决书"),
        )  # fmt: skip
        receipt = money(home, first, "10000.00", "S1")
    return first, second, receipt


def plan_of(home: House, cases: tuple[Case, Case], receipt: Receipt, **more: Any) -> DistributionPlan:
    first, second = cases
    claims = more.pop("claims", None) or [
        Claimed(first.pk, "张三", "debt", Decimal(60000)),
        Claimed(second.pk, "王五", "debt", Decimal(30000)),
    ]
    return draft_plan(
        case_id=first.pk, receipt_id=receipt.pk, claims=claims, grounds="被执行人财产不足清偿全部债务",
        actor=home.handler, at=time.now(), key=key(), **more,
    )  # fmt: skip


def serve(home: House, plan: DistributionPlan) -> None:
    for party in plan.parties.all():
        serve_plan(
            plan_id=plan.pk, party_id=party.pk, on=time.today(), actor=home.handler, at=time.now(), key=key()
        )


def act(verb: Any, home: House, **given: Any) -> Any:
    return verb(on=time.today(), actor=home.handler, at=time.now(), key=key(), **given)


def test_undisputed_money_goes_to_the_books_of_both_cases(home: House) -> None:
    first, second, receipt = two_cases(home)
    with on("2023-05-10"):
        plan = plan_of(home, (first, second), receipt)
        assert [share.amount for share in plan.shares.order_by("pk")] == [
            Decimal("6666.67"),
            Decimal("3333.33"),
        ]
        with pytest.raises(WrongState):
            act(carry_out_plan, home, plan_id=plan.pk)
        serve(home, plan)
    assert Paper.objects.get(case_id=first.pk, kind="distribution_plan").facts["amount"] == "10000.00"
    creditor = plan.parties.get(name="王五")
    assert due(first, "BASE-D-48", "王五") == "2023-05-25"
    with on("2023-05-25"), pytest.raises(WrongState, match="届满"):
        act(carry_out_plan, home, plan_id=plan.pk)
    with on("2023-05-26"):
        with pytest.raises(WrongState, match="十五日"):
            act(object_to_plan, home, plan_id=plan.pk, party_id=creditor.pk, share_id=plan.shares.first().pk,
                amount=Decimal(1), words="过迟")  # fmt: skip
        act(carry_out_plan, home, plan_id=plan.pk)
    mine, theirs = money_of(first.about), money_of(second.about)
    assert (mine.custody, theirs.custody) == (Decimal("6666.67"), Decimal("3333.33"))
    assert (mine.received, theirs.received) == (Decimal("6666.67"), Decimal("3333.33"))
    assert Receipt.objects.filter(about=second.about).count() == 1
    assert list(differences()) == []
    assert second.subjects.filter(kind="receipt").count() == 1, "the creditor's case has its own payout clock"


def test_what_is_in_suit_is_kept_back(home: House) -> None:
    first, second, receipt = two_cases(home)
    with on("2023-05-10"):
        plan = plan_of(home, (first, second), receipt)
        serve(home, plan)
    own = plan.parties.get(name="张三")
    creditor = plan.parties.get(name="王五")
    share = plan.shares.get(party=own)
    with on("2023-05-12"):
        with pytest.raises(BadInput):
            act(object_to_plan, home, plan_id=plan.pk, party_id=creditor.pk, share_id=share.pk,
                amount=Decimal("6666.68"), words="多算")  # fmt: skip
        act(object_to_plan, home, plan_id=plan.pk, party_id=creditor.pk, share_id=share.pk, amount=Decimal(1000),
            words="已部分清偿")  # fmt: skip
        objection = PlanObjection.objects.get()
        with pytest.raises(Conflict):
            act(object_to_plan, home, plan_id=plan.pk, party_id=creditor.pk, share_id=share.pk, amount=Decimal(5),
                words="再提")  # fmt: skip
    with on("2023-05-15"):
        act(notify_objection, home, objection_id=objection.pk)
    assert due(first, "BASE-D-49", "张三") == "2023-05-30"
    with on("2023-05-18"):
        act(counter_objection, home, objection_id=objection.pk, party_id=own.pk)
    assert due(first, "BASE-D-50", "王五") == "2023-06-02"
    with on("2023-05-20"):
        act(note_suit, home, objection_id=objection.pk)
    with on("2023-06-05"):
        act(carry_out_plan, home, plan_id=plan.pk)
    kept = Transfer.objects.get(kind="escrow")
    assert (kept.amount, kept.state, kept.cause) == (Decimal("1000.00"), "approved", "disputed")
    assert money_of(second.about).custody == Decimal("3333.33")
    assert list(differences()) == []


def test_an_objection_that_nobody_opposes_needs_a_corrected_plan(home: House) -> None:
    first, second, receipt = two_cases(home)
    with on("2023-05-10"):
        plan = plan_of(home, (first, second), receipt)
        serve(home, plan)
    with on("2023-05-12"):
        act(object_to_plan, home, plan_id=plan.pk, party_id=plan.parties.get(name="王五").pk,
            share_id=plan.shares.order_by("pk")[0].pk, amount=Decimal(1000), words="多算")  # fmt: skip
        act(notify_objection, home, objection_id=PlanObjection.objects.get().pk)
    with on("2023-06-20"):
        with pytest.raises(WrongState, match="修正"):
            act(carry_out_plan, home, plan_id=plan.pk)
        better = plan_of(home, (first, second), receipt)
    plan.refresh_from_db()
    assert (plan.state, better.version, better.state) == ("superseded", 2, "draft")


def test_who_may_and_what_is_refused(home: House) -> None:
    first, second, receipt = two_cases(home)
    with on("2023-05-10"):
        with pytest.raises(BadInput, match="没有参与分配"):
            plan_of(home, (first, second), receipt, claims=[Claimed(first.pk, "张三", "debt", Decimal(0))])
        with pytest.raises(BadInput, match="不在本院"):
            plan_of(home, (first, second), receipt, claims=[Claimed(999999, "甲", "debt", Decimal(5))])
        with pytest.raises(NotAllowed):
            draft_plan(
                case_id=first.pk, receipt_id=receipt.pk, claims=[Claimed(first.pk, "张三", "debt", Decimal(5))],
                grounds="x", actor=home.leader, at=time.now(), key=key(),
            )  # fmt: skip


def test_replay_rebuilds_the_plan(home: House) -> None:
    first, second, receipt = two_cases(home)
    with on("2023-05-10"):
        plan = plan_of(home, (first, second), receipt)
        serve(home, plan)
    # Before the money moves too: carrying it out writes every share once more.
    assert unlike(replay(history(first.about)), stored(first)) == []
    with on("2023-05-26"):
        act(carry_out_plan, home, plan_id=plan.pk)
    for case in (first, second):
        case.refresh_from_db()
        assert unlike(replay(history(case.about)), stored(case)) == []
